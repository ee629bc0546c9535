"""What the group robots have in common: their pace, their calls, and what they may say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

import httpx

from connectors.departments.base import DepartmentNotice
from connectors.departments.once import Memory
from connectors.departments.wording import day_of, kind_of, line, severity_of
from connectors.errors import Retryable, Waiting

PER_MINUTE = 20
"""Messages a robot may send, at both platforms."""
_WINDOW_S = 60.0
_TITLE_CHARS = 60
_MARKED = str.maketrans(
    {
        "@": "＠",
        "<": "＜",
        ">": "＞",
        "[": "［",
        "]": "］",
        "(": "（",
        ")": "）",
        "*": "＊",
        "_": "＿",
        "`": "｀",
        "#": "＃",
        "~": "～",
        "\\": "＼",
        "|": "｜",
    }
)
"""Full-width, so that a citizen's words call nobody and lead nowhere."""


class RateResult(Protocol):
    """One hit against a limit."""

    @property
    def allowed(self) -> bool:
        """False where the limit was used up before this hit."""

    @property
    def retry_after_s(self) -> float:
        """Seconds until the window ends."""


class Rates(Protocol):
    """Counters all replicas share (Redis)."""

    async def hit(self, key: str, limit: int, window_s: float) -> RateResult:
        """Count one hit."""


class Pace:
    """One platform's robots, kept within their minute.

    Windows begin with their first message and do not overlap, so any minute lies in two of them at
    most: half the limit in each never exceeds it.

    Args:
        platform: begins the counters' names.
        rates: None: nobody counts.
    """

    def __init__(self, platform: str, rates: Rates | None, memory: Memory) -> None:
        self._platform, self._rates, self._memory = platform, rates, memory

    async def admit(self, robot: str) -> None:
        """Count a message that is about to be sent.

        Raises:
            Waiting: its turn has not come.
        """
        rest_s = await self._memory.get_token(self._resting(robot))
        if rest_s is not None:
            raise Waiting("robot_rate", retry_after_s=float(rest_s))
        if self._rates is None:
            return
        hit = await self._rates.hit(f"{self._platform}:{robot}", PER_MINUTE // 2, _WINDOW_S)
        if not hit.allowed:
            raise Waiting("robot_rate", retry_after_s=hit.retry_after_s)

    async def rest(self, robot: str, rest_s: float) -> Waiting:
        """The platform wants nothing of it for so long; gives the error to raise."""
        await self._memory.set_token(self._resting(robot), str(rest_s), rest_s)
        return Waiting("robot_rate", retry_after_s=rest_s)

    def _resting(self, robot: str) -> str:
        return f"robot-rests:{self._platform}:{robot}"


async def post(
    client: httpx.AsyncClient, path: str, params: Mapping[str, str], body: Mapping[str, Any]
) -> dict[str, Any]:
    """Call a robot's address; gives its answer, whatever its code.

    Raises:
        Retryable: no answer, or none that can be read. The address holds the secret, so nothing of
            the request goes into the error.
    """
    try:
        response = await client.post(
            path,
            params=dict(params),
            content=json.dumps(body, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
        )
    except httpx.TimeoutException:
        raise Retryable("timeout") from None
    except httpx.HTTPError:
        raise Retryable("unreachable") from None
    if response.status_code >= 500 or response.status_code == 429:
        raise Retryable("server_error")
    try:
        answer = json.loads(response.content)
        int(answer["errcode"])
    except (ValueError, KeyError, TypeError):
        raise Retryable("bad_answer") from None
    return dict(answer)


def harmless(text: str, limit: int = _TITLE_CHARS) -> str:
    """A citizen's words on one line that no robot's markup understands."""
    return line(text, limit).translate(_MARKED)


def lines(notice: DepartmentNotice) -> tuple[str, tuple[str, ...]]:
    """The heading and the lines of a message: number, title, kind, department and date alone; no
    text of the citizen's, no place, no contact, no words of a note."""
    urgent = severity_of(notice)
    heading = f"{kind_of(notice)} {notice.case_number}" + (f"（{urgent}）" if urgent else "")
    told = [harmless(notice.title), f"承办单位：{harmless(notice.department)}"]
    if notice.demand_type:
        told.append(f"诉求类型：{harmless(notice.demand_type)}")
    if notice.due_at is not None:
        told.append(f"办理期限：{day_of(notice.due_at)}")
    if notice.grade:
        told.append(f"评价：{notice.grade} 分（满分 5 分）")
    return heading, tuple(told)
