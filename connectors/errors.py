"""What can go wrong at the edge; each says whether a retry can help."""

from __future__ import annotations


class ConnectorError(Exception):
    """Base of all connector errors. `code` is stable and free of citizens' words."""

    retryable = False

    def __init__(self, code: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s


class Unverified(ConnectorError):
    """Unsigned, wrongly signed, stale or for another account."""


class Malformed(ConnectorError):
    """Signed rightly, but not a message of this platform."""


class Retryable(ConnectorError):
    """The other side may take it later."""

    retryable = True


class Waiting(Retryable):
    """A quota is used up or nearly so; `retry_after_s` says when its turn comes.

    However often this happens, it is no failed try: nothing is wrong with what was to be sent.
    """


class Refused(ConnectorError):
    """The other side will never take it."""


class Kept(ConnectorError):
    """Not deliverable now; to be given at the citizen's next contact."""


class Gone(Refused):
    """What was asked for is there no more: expired, or never was."""


class TooLarge(Refused):
    """It is larger than we take; nothing of it was kept."""


class Misconfigured(ConnectorError):
    """A setting is missing or wrong; the message names the setting, never its value."""
