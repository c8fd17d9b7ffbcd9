"""Debian's nginx with the configuration that docs/howto/files ships; names, ports and paths are replaced."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.databases import ROOT
from tests.processes import SECONDS, free_port
from tools.programs import nginx

SHIPPED = ROOT / "docs/howto/files/nginx.conf"
SERVER = "    server 127.0.0.1:8000 max_fails=1 fail_timeout=5s;\n"
MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log notice;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/cordiale.conf;
}}
"""


class Nginx:
    """A configuration written to a folder.

    Args:
        folder: where it, its certificate and its logs go.
        ports: where the services behind it listen.
        often: whether a client may ask as often as it likes.
    """

    def __init__(self, folder: Path, *, ports: Sequence[int], often: bool = False) -> None:
        self.folder, self.port, self.plain_port = folder, free_port(), free_port()
        folder.mkdir()
        self.certificate = folder / "fullchain.pem"
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", folder / "privkey.pem")
        name = ("-subj", "/CN=partnerships.example", "-addext", "subjectAltName=DNS:partnerships.example")
        command: list[str | Path] = ["openssl", "req", "-x509", *key, "-out", self.certificate, "-days", "2", *name]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        replaced = {
            SERVER: "".join(SERVER.replace(":8000", f":{port}") for port in ports),
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "    listen [::]:80;\n": "",
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "    listen [::]:443 ssl;\n": "",
            "/etc/ssl/cordiale/": f"{folder}/",
            "/var/log/nginx/": f"{folder}/",
        } | ({"rate=50r/s": "rate=100000r/s"} if often else {})
        text = SHIPPED.read_text("utf-8")
        for old, new in replaced.items():
            assert old in text, f"{SHIPPED} no longer holds {old!r}"
            text = text.replace(old, new)
        (folder / "cordiale.conf").write_text(text, encoding="utf-8")
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user), encoding="utf-8")

    def command(self, *options: str) -> list[str | Path]:
        """nginx on this configuration."""
        program = nginx()
        assert program is not None
        return [program, "-p", self.folder, "-c", self.folder / "nginx.conf", *options]

    def asked(self) -> list[list[str]]:
        """For each request the words of its line in the log."""
        return [line.split() for line in (self.folder / "cordiale.log").read_text("utf-8").splitlines()]


@contextmanager
def running(configured: Nginx) -> Iterator[None]:
    """nginx until the block ends."""
    with (configured.folder / "output").open("wb") as output:
        process = subprocess.Popen(configured.command(), stdout=output, stderr=output, start_new_session=True)
    try:
        for _ in range(200):
            assert process.poll() is None, (configured.folder / "output").read_text("utf-8")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", configured.port)) == 0:
                    break
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=SECONDS)
