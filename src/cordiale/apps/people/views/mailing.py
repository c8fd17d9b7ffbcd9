"""Sends what concerns accounts by mail, where mail is set up."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)


def send_invitation(*, address: str, link: str) -> bool:
    """Mail a link; tells whether it was handed over. Whoever invites sees the link in any case."""
    if not settings.MAIL_IS_SET_UP:
        return False
    try:
        send_mail(
            subject=_("Your invitation to Cordiale"),
            message=_(
                "You are invited to Cordiale. This link makes your account, once, within seven days:\n\n%(link)s\n"
            )
            % {"link": link},
            from_email=None,
            recipient_list=[address],
        )
    except (OSError, SMTPException):
        logger.exception("an invitation could not be mailed")
        return False
    return True
