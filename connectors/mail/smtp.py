"""One mail handed to a mail server, over a connection of its own; blocking."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from email.message import EmailMessage

from connectors.errors import ConnectorError, Refused, Retryable
from connectors.mail.settings import Security, SmtpSettings


def hand_over(settings: SmtpSettings, made: EmailMessage, recipient: str) -> None:
    """Give a mail to the server; when this returns, it has taken it.

    Args:
        settings: the server; its `sender` is the envelope's.
        made: the mail.
        recipient: one address.

    Raises:
        connectors.errors.Retryable: later may help.
        connectors.errors.Refused: the server will not take this mail.
    """
    try:
        server = _connected(settings)
        try:
            _signed_in(settings, server)
            server.send_message(made, settings.sender, [recipient])
        finally:
            # The mail was taken or refused by now: how we part changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
    except (smtplib.SMTPException, OSError) as error:
        raise _meaning(error) from None  # its text may name the recipient


def probe(settings: SmtpSettings) -> None:
    """Ask the server to let us in; nothing is sent. Raises as `hand_over`."""
    try:
        server = _connected(settings)
        try:
            _signed_in(settings, server)
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
    except (smtplib.SMTPException, OSError) as error:
        raise _meaning(error) from None


def _connected(settings: SmtpSettings) -> smtplib.SMTP:
    where, timeout_s = (settings.host, settings.port_in_force), settings.timeout_s
    if settings.security is Security.TLS:
        return smtplib.SMTP_SSL(*where, timeout=timeout_s, context=context(settings))
    server = smtplib.SMTP(*where, timeout=timeout_s)
    if settings.security is Security.STARTTLS:
        try:
            server.starttls(context=context(settings))
        except BaseException:
            server.close()
            raise
    return server


def context(settings: SmtpSettings) -> ssl.SSLContext:
    """TLS as we ask for it of every mail server."""
    made = ssl.create_default_context(cafile=settings.ca_file)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def _signed_in(settings: SmtpSettings, server: smtplib.SMTP) -> None:
    if settings.username:
        server.login(settings.username, settings.password.get_secret_value())


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
