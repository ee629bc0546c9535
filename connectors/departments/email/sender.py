"""Tells a unit by mail, over SMTP."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

from connectors.base import Receipt
from connectors.departments.base import DepartmentNotice
from connectors.departments.once import Memory, Once
from connectors.errors import ConnectorError, Refused, Retryable

from .mail import mail
from .settings import EmailSettings, Security


class EmailSender:
    """The sender `email`; smtplib in a thread, one connection a mail.

    Args:
        settings: the server.
        memory: what all replicas remember.
        now: for tests.
    """

    name = "email"

    def __init__(
        self,
        settings: EmailSettings,
        memory: Memory,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._now = settings, now
        self._once = Once(self.name, memory)
        self.sees_citizens = settings.with_contact

    def __repr__(self) -> str:
        return f"EmailSender({self._settings.host!r})"

    async def send(self, notice: DepartmentNotice) -> Receipt:
        """Send once per idempotency key; the Message-ID is the receipt.

        One that may have gone out all the same, because the answer was lost, goes out again under
        the same Message-ID. Raises as `DepartmentSender.send`.
        """
        known = await self._once.receipt(notice.idempotency_key)
        if known is not None:
            return Receipt(external_id=known)
        settings = self._settings
        made = mail(
            notice, sender=settings.sender, sender_name=settings.sender_name, now=self._now()
        )
        await asyncio.to_thread(self._hand_over, made, notice.address)
        receipt = str(made["Message-ID"])
        await self._once.done(notice.idempotency_key, receipt)
        return Receipt(external_id=receipt)

    async def close(self) -> None:
        """Nothing is kept open."""

    def _hand_over(self, made: EmailMessage, recipient: str) -> None:
        try:
            server = self._connected()
            try:
                self._signed_in(server)
                server.send_message(made, self._settings.sender, [recipient])
            finally:
                # The mail was taken or refused by now: how we part changes nothing.
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    server.quit()
        except (smtplib.SMTPException, OSError) as error:
            raise _meaning(error) from None  # its text may name the recipient

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        where, timeout_s = (settings.host, settings.port_in_force), settings.timeout_s
        if settings.security is Security.TLS:
            return smtplib.SMTP_SSL(*where, timeout=timeout_s, context=self._context())
        server = smtplib.SMTP(*where, timeout=timeout_s)
        if settings.security is Security.STARTTLS:
            try:
                server.starttls(context=self._context())
            except BaseException:
                server.close()
                raise
        return server

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._settings.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _signed_in(self, server: smtplib.SMTP) -> None:
        if self._settings.username:
            server.login(self._settings.username, self._settings.password.get_secret_value())


def _meaning(error: Exception) -> ConnectorError:
    """What the server, or the way to it, says of a mail.

    What an operator puts right without touching the mail (password, certificate, server) is tried
    again; what the server says for good of this mail is not.
    """
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Retryable("sign_in_refused")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Retryable("no_tls")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return _by_code(max(codes, default=550), "address_refused")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _by_code(error.smtp_code, "sender_refused")
    if isinstance(error, smtplib.SMTPDataError):
        return _by_code(error.smtp_code, "mail_refused")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Retryable("certificate")
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return Retryable("timeout")
    return Retryable("unreachable")


def _by_code(code: int, for_good: str) -> ConnectorError:
    """4xx may pass later, 5xx never does (RFC 5321, 4.2.1)."""
    return Refused(for_good) if code >= 500 else Retryable("mail_server_busy")
