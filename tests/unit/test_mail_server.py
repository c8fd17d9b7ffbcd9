"""The address of a mail server: a password goes out neither in the clear nor into a message."""

from __future__ import annotations

import pytest

from cordiale.config.mail import BadMailAddress, MailServer, mail_server


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://localhost", MailServer("localhost", 25, "", "", starttls=False, ssl=False)),
        ("smtp://u:p@localhost:2525", MailServer("localhost", 2525, "u", "p", starttls=False, ssl=False)),
        ("smtp://u:p@mail.example?starttls=1", MailServer("mail.example", 587, "u", "p", starttls=True, ssl=False)),
        ("smtp://mail.example:25/?starttls=0", MailServer("mail.example", 25, "", "", starttls=False, ssl=False)),
        (
            "smtps://u%40host:p%2Fq@mail.example",
            MailServer("mail.example", 465, "u@host", "p/q", starttls=False, ssl=True),
        ),
        ("smtps://[::1]:4650", MailServer("::1", 4650, "", "", starttls=False, ssl=True)),
    ],
)
def test_an_address_names_host_port_user_and_encryption(address, server):
    assert mail_server(address) == server


def test_no_address_is_no_server():
    assert mail_server("") is None


@pytest.mark.parametrize(
    "address",
    [
        "mail.example",
        "http://u:hidden@mail.example",
        "smtp://u:hidden@:25",
        "smtp://u:hidden@mail.example:port?starttls=1",
        "smtp://u:hidden@mail.example/path?starttls=1",
        "smtp://u:hidden@mail.example?starttls=yes",
        "smtp://u:hidden@mail.example?starttls=1&more=1",
        "smtp://u:hidden@mail.example",
        "smtp://u:hidden@mail.example?starttls=0",
    ],
)
def test_any_other_is_refused_without_repeating_it(address):
    with pytest.raises(BadMailAddress) as refusal:
        mail_server(address)

    assert "hidden" not in str(refusal.value)
    assert "smtp://USER:PASSWORD@HOST" in str(refusal.value)
