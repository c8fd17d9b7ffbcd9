"""How mail leaves the installation: one address in an environment variable says it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

FORM = "smtp://USER:PASSWORD@HOST:587?starttls=1, or smtps://USER:PASSWORD@HOST:465"
SECONDS = 10


class BadMailAddress(ValueError):
    """The address of the mail server cannot be read; the message does not repeat it, as it may hold a password."""

    code = "bad-mail-address"

    def __init__(self, what: str) -> None:
        super().__init__(f"CORDIALE_MAIL_URL {what}; write {FORM}")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over.

    Args:
        starttls: whether the connection turns to TLS before anything is said (STARTTLS).
        ssl: whether it is TLS from the beginning.
    """

    host: str
    port: int
    user: str
    password: str
    starttls: bool
    ssl: bool


def mail_server(address: str) -> MailServer | None:
    """The server named by an address such as smtp://USER:PASSWORD@HOST:587?starttls=1; None for an empty one.

    Raises:
        BadMailAddress: it cannot be read, or would send a password in the clear to another machine.
    """
    if not address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise BadMailAddress("is no address") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/"):
        raise BadMailAddress("is no address of a mail server")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if options.keys() - {"starttls"} or options.get("starttls", "1") not in ("0", "1"):
        raise BadMailAddress("knows the option starttls=1 or starttls=0 and no other")
    ssl = parts.scheme == "smtps"
    starttls = not ssl and options.get("starttls") == "1"
    if parts.password and not (ssl or starttls) and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise BadMailAddress("would send the password without encryption")
    return MailServer(
        host=parts.hostname,
        port=port or (465 if ssl else 587 if starttls else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=starttls,
        ssl=ssl,
    )


def own_address(hosts: Sequence[str], *, https: bool) -> str:
    """Where this installation answers, for links in mails, as far as the names it answers to tell.

    Args:
        hosts: these names; patterns name no host.
        https: whether it is reached over HTTPS; without, it answers on the port of `cordiale serve`.
    """
    host = next((name for name in hosts if name and not name.startswith((".", "*"))), "localhost")
    return f"https://{host}" if https else f"http://{host}:8000"
