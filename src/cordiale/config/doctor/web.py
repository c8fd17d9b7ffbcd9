"""Whether pages are served as safely as they can be, and mail can leave."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import get_connection

from cordiale.config.doctor.findings import Finding, Visit, warning, well, wrong

THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


def debug(visit: Visit) -> Finding:
    """Whether the inside of the program is shown to whoever makes it fail."""
    if settings.DEBUG:
        return wrong("CORDIALE_DEBUG is on", "unset it: it shows the inside of the program, and logs what people send")
    return well("CORDIALE_DEBUG is off")


def hosts(visit: Visit) -> Finding:
    """Whether pages are asked for by their own name only, through HTTPS, and proxies are counted."""
    names = set(settings.ALLOWED_HOSTS)
    if "*" in names:
        return wrong('CORDIALE_ALLOWED_HOSTS takes any name ("*")', "list the names of this installation")
    if not settings.HTTPS and names - THIS_MACHINE:
        return warning(
            f"{min(names - THIS_MACHINE)} is served without HTTPS",
            "put a proxy in front that does: CORDIALE_HTTPS=1",
        )
    if settings.HTTPS and not names - THIS_MACHINE:
        return warning("HTTPS is on, and only this machine may ask", "name the installation in CORDIALE_ALLOWED_HOSTS")
    if settings.HTTPS and not settings.NINJA_NUM_PROXIES:
        return warning(
            "HTTPS needs a proxy in front, and CORDIALE_PROXIES counts none: all readers count as one",
            "set CORDIALE_PROXIES to how many stand in front",
        )
    if settings.NINJA_NUM_PROXIES and not settings.HTTPS:
        return warning("there are proxies in front, and HTTPS is off", "set CORDIALE_HTTPS=1 if readers reach them so")
    how = f"HTTPS, {settings.NINJA_NUM_PROXIES} in front" if settings.HTTPS else "this machine only"
    return well(f"{', '.join(sorted(names))}: {how}")


def mail(visit: Visit) -> Finding:
    """Whether the mail server answers, and takes the password; nothing is sent."""
    if settings.MAIL is None:
        return warning("mail is not set up: nothing is sent to anybody", "set CORDIALE_MAIL_URL")
    place = f"{settings.MAIL.host}:{settings.MAIL.port}"
    server = get_connection()
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        # what a server says may hold the user's name, so only its number is told
        said = getattr(error, "smtp_code", "") or type(error).__name__
        return wrong(f"the mail server {place} does not take mail ({said})", "check CORDIALE_MAIL_URL and the firewall")
    finally:
        server.close()
    return well(f"the mail server {place} answers and lets us in")
