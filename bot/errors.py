"""Errors a person or program outside gets to see: a code, a sentence, and the fields at fault."""

from __future__ import annotations

from collections.abc import Mapping


class PolicylineError(Exception):
    """Base of our errors.

    Args:
        message: one sentence for the reader, in Chinese, free of internals.
        fields: field name → what is wrong with it.
    """

    status = 400
    code = "bad_request"

    def __init__(
        self, message: str, *, code: str | None = None, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.fields: Mapping[str, str] = fields or {}


class Invalid(PolicylineError):
    """The input cannot be used as it is."""

    status, code = 400, "invalid"


class NotSignedIn(PolicylineError):
    """Sign in first."""

    status, code = 401, "not_signed_in"


class Forbidden(PolicylineError):
    """Signed in, without the right."""

    status, code = 403, "forbidden"


class NotFound(PolicylineError):
    """No such thing, or not for this reader."""

    status, code = 404, "not_found"


class Withdrawn(PolicylineError):
    """It was there and has been taken back."""

    status, code = 410, "gone"


class Conflict(PolicylineError):
    """Someone was first, or the state does not allow it."""

    status, code = 409, "conflict"


class TooLarge(PolicylineError):
    """More than is taken in one go."""

    status, code = 413, "too_large"


class TooMany(PolicylineError):
    """Too many tries; `retry_after_s` says when to come back."""

    status, code = 429, "too_many"

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(PolicylineError):
    """A part we need is away for the moment."""

    status, code = 503, "unavailable"
