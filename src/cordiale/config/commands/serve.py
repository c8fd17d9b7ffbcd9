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
from cordiale.config.metrics import prepare_folder
from cordiale.config.readlog import enter_heads_or_log
from cordiale.ui.maps import BadEdition, edition

TRIES = 20


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--exact-port", is_flag=True, help="Fail if the port is taken, for services behind a proxy.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option(
    "--threads",
    default=16,
    show_default=True,
    type=click.IntRange(1, 128),
    help="Requests that one web process answers at a time; each may hold a connection to the database.",
)
@click.option("--without-worker", is_flag=True, help="No worker beside it: long work is done by `cordiale worker`.")
@click.option(
    "--invite-first", is_flag=True, help="Print a one-time link for the first administrator, if there is none."
)
def serve(
    host: str, port: int, exact_port: bool, workers: int, threads: int, without_worker: bool, invite_first: bool
) -> None:
    """Serve the pages, with a worker for long work beside it.

    A taken port gives way to the next free one, unless --exact-port is given.
    """
    try:
        edition(settings.MAP_EDITION)
    except BadEdition as refusal:
        raise click.ClickException(f"MAP_EDITION: {refusal}.") from None
    free = _free_port(host, port, tries=1 if exact_port else TRIES)
    if free != port:
        click.echo(f"Port {port} is taken; using {free}.")
    call_command("collectstatic", interactive=False, verbosity=0)
    if settings.METRICS_TOKEN:
        prepare_folder(free)
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
        blocking_threads=threads,
        respawn_failed_workers=True,
        log_access=False,
        log_dictconfig=settings.LOGGING,
    )
    try:
        with nullcontext() if without_worker else worker_beside():
            server.serve()
    finally:
        enter_heads_or_log()  # the web processes have ended: no line can follow


def _free_port(host: str, port: int, *, tries: int) -> int:
    for candidate in range(port, min(port + tries, 65_536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return candidate
    ports = f"Port {port} is taken" if tries == 1 else f"No free port from {port} to {port + tries - 1}"
    raise click.ClickException(f"{ports} on {host}; name another with --port.")
