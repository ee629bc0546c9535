"""Settings of the mails that tell departments; the password never in a repr."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from connectors.mail.settings import Security, SmtpSettings

__all__ = ["EmailSettings", "Security"]


class EmailSettings(SmtpSettings):
    """The mail server notices go out through."""

    model_config = SettingsConfigDict(env_prefix="POLICYLINE_EMAIL_")

    with_contact: bool = False
    """True: the citizen's text, name and number stand in the mail. Only where every mailbox is the
    unit's own and kept as such."""
