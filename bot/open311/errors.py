"""What an Open311 client is told went wrong."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import Forbidden, Invalid, NotFound, PolicylineError, TooMany


def unknown_jurisdiction() -> NotFound:
    """The `jurisdiction_id` is another city's."""
    return NotFound("没有这个辖区（jurisdiction_id）。", code="unknown_jurisdiction")


def wrong_key() -> Forbidden:
    """No API key, or none of ours."""
    return Forbidden("api_key 缺少或不对。", code="wrong_key")


def faulty(faults: Mapping[str, str]) -> Invalid:
    """Fields and what is wrong with each."""
    return Invalid("；".join(faults.values()) + "。", fields=faults)


def status_of(error: PolicylineError) -> int:
    """The status the specification has for it: 403, 404, else 400; 429 is HTTP's own."""
    if isinstance(error, Forbidden | NotFound | TooMany):
        return error.status
    return 400


def sentences(error: PolicylineError) -> tuple[str, ...]:
    """One sentence a fault, naming its field."""
    if not error.fields:
        return (error.message,)
    return tuple(f"{name}：{said}" for name, said in error.fields.items())
