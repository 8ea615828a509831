"""Hands a letter to the operator's mail server (aiosmtplib), and says what is known of it afterwards."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP as MAIL
from pathlib import Path

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from fleet.service.alarm_settings import Mail, Security

# A server that says nothing for so long says nothing; all of a delivery together.
DEADLINE = 60.0
# The library begins a long subject on the line after its name, and some mailboxes show that blank.
_UNFOLDED = MAIL.clone(max_line_length=500)
# [RFC 5321 §4.2.1] from here on the answer stays the same.
_FOR_GOOD = 500


class UndeliveredError(Exception):
    """It did not come. It is worth another try unless `for_good`."""

    def __init__(self, answer: str, *, for_good: bool = False) -> None:
        super().__init__(answer)
        self.for_good = for_good


class UnsureError(Exception):
    """The letter was handed over, and no answer came: nobody knows."""


async def post(letter: EmailMessage, mail: Mail, hand: Callable[[], bool]) -> None:
    """Hand it over. `hand` is called right before, and may say no. Raises UndeliveredError, UnsureError."""
    handed = sent = False
    try:
        async with asyncio.timeout(DEADLINE):
            smtp = await _connected(mail)
            try:
                await smtp.mail(mail.sender)
                await _addressed(smtp, letter["To"])
                if not await asyncio.to_thread(hand):
                    raise UndeliveredError("het duurde te lang")
                handed = True
                await smtp.data(letter.as_bytes(policy=_UNFOLDED))
                sent = True
                await smtp.quit()
            finally:
                smtp.close()
    except (SMTPException, OSError, TimeoutError) as error:
        if not sent:  # else it was taken, and that nobody said goodbye is no matter
            raise _judged(error, handed) from error


def _judged(error: Exception, handed: bool) -> UndeliveredError | UnsureError:  # noqa: FBT001
    """Say what is known of a letter that met an error."""
    if isinstance(error, SMTPResponseException):
        # Also when it was handed: the server says that it did not take it.
        return UndeliveredError(f"de mailserver zegt {error.code}", for_good=handed and error.code >= _FOR_GOOD)
    if handed:
        return UnsureError("de mailserver zei niet of hij het aannam")
    return UndeliveredError(f"de mailserver antwoordt niet ({type(error).__name__})")


async def _connected(mail: Mail) -> SMTP:
    trust = ssl.create_default_context(cafile=mail.ca or None)
    smtp = SMTP(
        hostname=mail.server,
        port=mail.port,
        use_tls=mail.security is Security.TLS,
        start_tls=mail.security is Security.STARTTLS,
        tls_context=trust if mail.security is not Security.NONE else None,
        local_hostname=socket.gethostname(),
        timeout=DEADLINE,
    )
    await smtp.connect()
    if mail.user:
        await smtp.login(mail.user, await asyncio.to_thread(_password, mail))
    return smtp


def _password(mail: Mail) -> str:
    return Path(mail.password_file).read_text(encoding="utf-8").strip()


async def _addressed(smtp: SMTP, address: str) -> None:
    try:
        await smtp.rcpt(address)
    except SMTPResponseException as error:
        raise UndeliveredError(
            f"de mailserver weigert dit adres ({error.code})", for_good=error.code >= _FOR_GOOD
        ) from error
