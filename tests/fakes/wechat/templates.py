"""Template messages: checked against the templates an account has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from .accounts import Account
from .bodies import text_of
from .citizens import Citizens
from .errors import PlatformError

REPEATS_KNOWN = timedelta(minutes=10)
LONGEST = {"thing": 20, "character_string": 32, "number": 32, "phrase": 5, "car_number": 8}
"""Characters of a parameter by the kind its name starts with (类目模板 "参数值内容限制")."""


def shown(message: dict[str, Any], account: Account, citizens: Citizens) -> str:
    """Check a template message and give what can be read of it, a parameter a line.

    Raises:
        PlatformError: 40003 wrong open id, 43004 no follower, 40037 no such template, 47003 a
            parameter is missing, unknown, empty or too long, 43101 refused by the citizen.
    """
    open_id = citizens.check_open_id(message.get("touser"))
    if open_id in citizens.unsubscribed:
        raise PlatformError(43004)
    template_id = message.get("template_id")
    if not isinstance(template_id, str) or template_id not in account.templates:
        raise PlatformError(40037)
    names, given = account.templates[template_id], message.get("data")
    if not isinstance(given, dict):
        raise PlatformError(47003, "hint: data")
    for name in (*names, *given):
        if name not in given or name not in names:
            raise PlatformError(47003, f"hint: data.{name}.value")
    values = {name: text_of(given[name], "value", 47003) for name in names}
    for name, value in values.items():
        longest = LONGEST.get(name.rstrip("0123456789"), 200)
        if not value.strip() or len(value) > longest:
            raise PlatformError(47003, f"hint: data.{name}.value invalid")
    if open_id in citizens.refusing_templates:
        raise PlatformError(43101)
    return "\n".join(f"{name}：{value}" for name, value in values.items())


class Repeats:
    """Template messages told apart by `client_msg_id`: for ten minutes the same one to the same
    citizen is sent once (防重入id); nobody is promised anything after them."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._seen: dict[tuple[str, str], tuple[int, datetime]] = {}

    def known(self, message: dict[str, Any]) -> int | None:
        """The id of the message that was sent under this key, or None."""
        sent, at = self._seen.get(self._key(message), (0, datetime.min.replace(tzinfo=UTC)))
        return sent if sent and self._now() - at < REPEATS_KNOWN else None

    def note(self, message: dict[str, Any], sent: int) -> None:
        """It goes out under this id."""
        if message.get("client_msg_id"):
            self._seen[self._key(message)] = (sent, self._now())

    @staticmethod
    def _key(message: dict[str, Any]) -> tuple[str, str]:
        return str(message["touser"]), str(message.get("client_msg_id") or "")
