"""Call events from any call centre, as signed JSON over HTTP; the schema stands in README.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.base import RawRequest
from connectors.calls import CallEvent, CallEventKind
from connectors.errors import Malformed

from . import signing
from .names import Operators, number_of
from .settings import Centre, HotlineSettings

NAMES: Mapping[str, CallEventKind] = {
    **{kind.value: kind for kind in CallEventKind},
    **dict.fromkeys(
        ("queued", "queue_join", "incoming", "排队", "进线", "来电", "呼入"), CallEventKind.OFFERED
    ),
    **dict.fromkeys(("ring", "alerting", "振铃", "响铃"), CallEventKind.RINGING),
    **dict.fromkeys(
        ("answer", "connected", "established", "接听", "接通", "应答"), CallEventKind.ANSWERED
    ),
    **dict.fromkeys(("hold", "on_hold", "保持", "通话保持"), CallEventKind.HELD),
    **dict.fromkeys(
        ("unhold", "resume", "retrieved", "恢复", "取消保持", "恢复通话"), CallEventKind.RESUMED
    ),
    **dict.fromkeys(("transfer", "转接", "转移", "转出"), CallEventKind.TRANSFERRED),
    **dict.fromkeys(
        ("end", "hangup", "released", "completed", "挂机", "挂断", "结束"), CallEventKind.ENDED
    ),
    **dict.fromkeys(
        ("abandon", "missed", "放弃", "呼损", "未接", "排队放弃"), CallEventKind.ABANDONED
    ),
}
"""Names every centre may use; case and surrounding blanks do not matter."""

_LOCAL = ZoneInfo("Asia/Shanghai")
_TEXTS = {"caller": 64, "queue": 64, "operator": 64, "to": 64}
_KNOWN = frozenset({"event", "id", "call", "at", "details", *_TEXTS})
_IDS = 128
_DETAILS, _DETAIL = 32, 500
_AHEAD = timedelta(minutes=10)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class BadEvents(Malformed):
    """Signed rightly, with faults in it.

    Args:
        fields: field, such as `[1].at`, → what is wrong with it, in Chinese; free of values.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("events")
        self.fields = fields

    @property
    def message(self) -> str:
        """One sentence that names the first fault."""
        field, said = next(iter(self.fields.items()))
        more = f"（另有 {len(self.fields) - 1} 处）" if len(self.fields) > 1 else ""
        return f"{field}：{said}{more}"


class HotlineWebhook:
    """Verifies and parses what call centres post.

    Args:
        settings: with at least one centre.
        operators: staff names.
        now: aware, UTC.
    """

    def __init__(
        self,
        settings: HotlineSettings,
        operators: Operators,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._operators, self._now = settings, operators, now
        self.centres = tuple(sorted(settings.centres))

    def __repr__(self) -> str:
        return f"HotlineWebhook(centres={list(self.centres)})"

    def parse(self, request: RawRequest) -> tuple[CallEvent, ...]:
        """The events of a request, all of them or none.

        Raises:
            Unverified: unsigned, wrongly signed, stale, of a centre we do not know.
            BadEvents: what it says cannot be used; every fault is named.
        """
        settings, now = self._settings, self._now()
        centre = signing.verified(
            request, settings.keys, now=now, stale_after_s=settings.stale_after_s
        )
        given = _listed(request.body, settings.events_at_most)
        reading = _Reading(centre, settings.centres[centre], self._operators, now)
        events = tuple(reading.event(at, one) for at, one in enumerate(given))
        if reading.faults:
            raise BadEvents(reading.faults)
        return tuple(event for event in events if event is not None)


class _Reading:
    """Reads the events of one request; collects what is wrong with them."""

    def __init__(self, name: str, centre: Centre, operators: Operators, now: datetime) -> None:
        self._feed, self._operators, self._now = f"webhook-{name}", operators, now
        own = {said.strip().lower(): kind for said, kind in centre.events.items()}
        self._names: Mapping[str, CallEventKind] = {**NAMES, **own}
        self.faults: dict[str, str] = {}

    def event(self, index: int, given: Any) -> CallEvent | None:
        """The event, or None where it has faults."""
        where, before = f"[{index}]", len(self.faults)
        if not isinstance(given, dict):
            self.faults[where] = "应为 JSON 对象"
            return None
        for name in sorted(given.keys() - _KNOWN)[:5]:
            shown = name[:20] if name.isprintable() else "?"
            self.faults[f"{where}.{shown}"] = "没有这个字段"
        kind = self._kind(where, given.get("event"))
        external_id = self._id(f"{where}.id", given.get("id"))
        call_id = self._id(f"{where}.call", given.get("call"))
        at = self._time(f"{where}.at", given.get("at"))
        texts = {name: self._text(f"{where}.{name}", given.get(name)) for name in _TEXTS}
        details = self._details(f"{where}.details", given.get("details", {}))
        if len(self.faults) > before or kind is None or at is None:
            return None
        return CallEvent(
            feed=self._feed,
            external_id=external_id,
            call_id=call_id,
            kind=kind,
            caller=number_of(texts["caller"]),
            queue=texts["queue"],
            operator=self._operators.name_of(texts["operator"]),
            to=self._operators.name_of(texts["to"]),
            details=details,
            at=at,
        )

    def _kind(self, where: str, given: Any) -> CallEventKind | None:
        if not isinstance(given, str) or not given.strip():
            self.faults[f"{where}.event"] = "缺少事件名称"
            return None
        kind = self._names.get(given.strip().lower())
        if kind is None:
            self.faults[f"{where}.event"] = "不认识的事件名称，可用：" + "、".join(CallEventKind)
        return kind

    def _id(self, field: str, given: Any) -> str:
        if isinstance(given, int) and not isinstance(given, bool):
            given = str(given)
        if given is None or given == "":
            self.faults[field] = "缺少这个字段"
        elif not isinstance(given, str) or len(given) > _IDS or not given.isprintable():
            self.faults[field] = f"应为不超过 {_IDS} 个字符的文本"
        else:
            return given
        return ""

    def _text(self, field: str, given: Any) -> str:
        longest = _TEXTS[field.rpartition(".")[2]]
        if given is None:
            return ""
        if isinstance(given, int) and not isinstance(given, bool):
            given = str(given)
        if isinstance(given, str) and len(given) <= longest and given.isprintable():
            return given.strip()
        self.faults[field] = f"应为不超过 {longest} 个字符的文本"
        return ""

    def _details(self, field: str, given: Any) -> dict[str, str]:
        if not isinstance(given, dict) or len(given) > _DETAILS:
            self.faults[field] = f"应为不超过 {_DETAILS} 项的 JSON 对象"
            return {}
        if not all(k.isprintable() and _is_detail(v) for k, v in given.items()):
            self.faults[field] = f"每一项应为不超过 {_DETAIL} 个字符的文本或数字"
            return {}
        return {k[:64]: str(v) for k, v in given.items() if v is not None}

    def _time(self, field: str, given: Any) -> datetime | None:
        if given is None or given == "":
            self.faults[field] = "缺少这个字段"
            return None
        at = _moment(given)
        if at is None:
            self.faults[field] = "应为 2026-03-02T10:00:00+08:00 这样的时间，或 1970 年以来的秒数"
        elif not _EARLIEST < at < self._now + _AHEAD:
            self.faults[field] = "时间不对：早于 2000 年，或比现在晚十分钟以上"
        return at


def _is_detail(given: Any) -> bool:
    told = str(given)
    return not isinstance(given, dict | list) and len(told) <= _DETAIL and told.isprintable()


def _listed(body: bytes, at_most: int) -> list[Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise BadEvents({"请求体": "不是 JSON（UTF-8）"}) from None
    listed = given if isinstance(given, list) else [given]
    if not listed:
        raise BadEvents({"请求体": "没有事件"})
    if len(listed) > at_most:
        raise BadEvents({"请求体": f"一次最多 {at_most} 个事件"})
    return listed


def _moment(given: Any) -> datetime | None:
    """A time with its zone, without one of China, or seconds or milliseconds since 1970."""
    try:
        if isinstance(given, str):
            at = datetime.fromisoformat(given.strip())
            return (at if at.tzinfo else at.replace(tzinfo=_LOCAL)).astimezone(UTC)
        if isinstance(given, int | float) and not isinstance(given, bool):
            return datetime.fromtimestamp(given / 1000 if given > 1e11 else given, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return None
