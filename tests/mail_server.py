"""A mail server for tests: it speaks SMTP, keeps what it takes, and misbehaves where it is told."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from pytest_django.fixtures import Settings


class MailServer(socketserver.ThreadingTCPServer):
    """Listens until it is shut down.

    Attributes:
        mails: what it has taken, in order.
        when_greeted: done as soon as somebody has connected, before they are greeted.
        answer_to_data: what it says when a mail has come; "" to hang up without a word, having taken it.
        refuses: addresses that it takes nothing for.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[EmailMessage] = []
        self.when_greeted: Callable[[], None] = lambda: None
        self.answer_to_data = "250 taken"
        self.refuses: set[str] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def taken_by(self, address: str) -> list[EmailMessage]:
        """The mails to an address."""
        return [mail for mail in self.mails if mail["To"] == address]


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.when_greeted()
        self._say("220 tests")
        for line in self.rfile:
            verb, _space, rest = line.decode().strip().partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    self._say("250 tests")
                case "RCPT" if any(address in rest for address in self.server.refuses):
                    self._say("550 nobody of that name")
                case "DATA":
                    self._say("354 go on")
                    if not self._take():
                        return
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 yes")

    def _take(self) -> bool:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        said = self.server.answer_to_data
        if not said or said.startswith("250"):
            self.server.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if said:
            self._say(said)
        return bool(said)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def listening() -> Iterator[MailServer]:
    """A mail server until the block ends."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def mails_to(settings: Settings, port: int) -> None:
    """Let the installation of this test hand its mails to a server on this machine."""
    settings.MAIL_IS_SET_UP = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 5
