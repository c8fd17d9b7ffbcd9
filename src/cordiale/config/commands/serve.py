"""Starts the web server."""

from __future__ import annotations

import socket
from contextlib import nullcontext

import click
from django.conf import settings
from django.core.management import call_command
from granian.constants import Interfaces
from granian.server import Server

from cordiale.config.commands.user import first_link
from cordiale.config.commands.worker import worker_beside
from cordiale.ui.maps import BadEdition, edition

TRIES = 20


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option(
    "--invite-first", is_flag=True, help="Print a one-time link for the first administrator, if there is none."
)
@click.option("--without-worker", is_flag=True, help="No worker beside it: long work is done by `cordiale worker`.")
def serve(host: str, port: int, workers: int, invite_first: bool, without_worker: bool) -> None:
    """Serve the pages, with a worker for long work beside it; a taken port gives way to the next free one."""
    try:
        edition(settings.MAP_EDITION)
    except BadEdition as refusal:
        raise click.ClickException(f"MAP_EDITION: {refusal}.") from None
    free = _free_port(host, port)
    if free != port:
        click.echo(f"Port {port} is taken; using {free}.")
    call_command("collectstatic", interactive=False, verbosity=0)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Cordiale listens on http://{shown}:{free}/ (stop with Ctrl+C)")
    if invite_first:
        link = first_link(f"http://{'localhost' if host == '127.0.0.1' else shown}:{free}")
        if link:
            click.echo(f"Nobody has an account yet. This link makes the first administrator, once: {link}")
    server = Server(
        "cordiale.config.wsgi:application",
        address=host,
        port=free,
        interface=Interfaces.WSGI,
        workers=workers,
        respawn_failed_workers=True,
        log_access=False,
    )
    with nullcontext() if without_worker else worker_beside():
        server.serve()


def _free_port(host: str, port: int) -> int:
    for candidate in range(port, min(port + TRIES, 65_536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return candidate
    raise click.ClickException(f"No free port from {port} to {port + TRIES - 1} on {host}; name one with --port.")
