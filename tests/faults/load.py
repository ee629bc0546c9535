"""Citizens who write all the while: to the WeChat account, on the page, letters by the form.

Whoever gets no good answer tries again under the same id, as the platform, the page's script and a
patient reader do. Everything they are shown is noted.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

from tests.fakes.wechat_platform import Delivery, WeChatPlatform
from tests.whole.day.living import external_id
from tests.whole.day.script import QUESTIONS, REPORTS
from tests.whole.day.wire import Balancer

_AGAIN_AFTER_S = 2.0
_TRIES = 40
_WAITS_S = 20.0
"""How long a citizen's browser waits for one answer."""
_BASE = "http://127.0.0.1"


class Way(StrEnum):
    """How something was written."""

    WECHAT = "wechat"
    PAGE = "page"
    LETTER = "letter"


@dataclass(kw_only=True)
class Written:
    """One message of a citizen.

    Args:
        case_words: a report's words, found in no other; empty for a question.
        at: on the driver's monotonic clock, when its last answer came.
        taken: the service said that it has it.
        delivery: of a callback, how it went.
        faces: bodies of answers that were no success, with their status.
    """

    way: Way
    citizen: str
    external_id: str
    case_words: str = ""
    began: float
    at: float = 0.0
    tries: int = 0
    taken: bool = False
    delivery: Delivery | None = None
    faces: list[tuple[int, str]] = field(default_factory=list)


class _Through(httpx.AsyncBaseTransport):
    """The balancer, which is everybody's and not closed with one client."""

    def __init__(self, balancer: Balancer) -> None:
        self._balancer = balancer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._balancer.handle_async_request(request)

    async def aclose(self) -> None:
        """Left open."""


@dataclass(kw_only=True)
class Load:
    """The citizens; `written` is everything of everybody."""

    platform: WeChatPlatform
    balancer: Balancer
    seed: int
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    written: list[Written] = field(default_factory=list)
    _serial: int = 0

    async def live(self, *, chatting: int, on_page: int, letters: int) -> None:
        """So many at once of each, one after the other, until `stop` is set; what was begun is
        ended."""
        kinds = ((chatting, self._wechat), (on_page, self._page), (letters, self._letter))
        async with asyncio.TaskGroup() as living:
            for number, kind in kinds:
                for place in range(number):
                    living.create_task(self._one_after_another(kind, f"{kind.__name__}{place}"))

    async def _one_after_another(
        self, kind: Callable[[random.Random, str], asyncio.Future[None]], name: str
    ) -> None:
        dice = random.Random(f"{self.seed}:{name}")  # noqa: S311 - a script, no secret
        while not self.stop.is_set():
            self._serial += 1
            await kind(dice, f"citizen-{self._serial:05d}")

    async def _wechat(self, dice: random.Random, who: str) -> None:
        questions = dice.sample(QUESTIONS, 2)
        steps = [(questions[0], ""), (_report(dice, who),) * 2, (questions[1], "")]
        url = f"{_BASE}/channels/wechat"
        for words, case_words in steps:
            await asyncio.sleep(dice.uniform(0.3, 2.0))
            if self.stop.is_set():
                return
            xml = self.platform.text_message(who, words)
            note = self._note(Way.WECHAT, who, external_id(who, xml), case_words)
            async with httpx.AsyncClient(
                transport=_Through(self.balancer), timeout=60, base_url=_BASE
            ) as client:
                note.delivery = await self.platform.send_callback(url, xml, client)
            note.at, note.tries = time.monotonic(), note.delivery.sends
            note.taken = note.delivery.body is not None and not note.delivery.fault

    async def _page(self, dice: random.Random, who: str) -> None:
        """The page's script by way of the API, which it shares its ways with."""
        token = secrets.token_urlsafe(32)
        questions = dice.sample(QUESTIONS, 1)
        for words, case_words in ((questions[0], ""), (_report(dice, who),) * 2):
            await asyncio.sleep(dice.uniform(0.3, 2.0))
            if self.stop.is_set():
                return
            message_id = secrets.token_hex(16)
            note = self._note(Way.PAGE, f"webchat:{token}", f"{token}:{message_id}", case_words)
            said = {"conversation_id": f"webchat:{token}", "text": words, "message_id": message_id}
            await self._insist(
                note,
                who,
                lambda client, said=said: client.post("/api/v1/chat", json=said),
                good=200,
            )

    async def _letter(self, dice: random.Random, who: str) -> None:
        letter_id = secrets.token_urlsafe(24)
        words = _report(dice, who)
        await asyncio.sleep(dice.uniform(1.0, 4.0))
        if self.stop.is_set():
            return
        note = self._note(Way.LETTER, who, f"form:{letter_id}", words)
        form = {"letter_id": letter_id, "to": "市长信箱", "subject": "请帮忙看看", "text": words}
        files = {"files": ("a.txt", words.encode() * 200, "text/plain")}
        attached = files if dice.random() < 0.5 else {"files": ("", b"")}
        await self._insist(
            note,
            who,
            lambda client: client.post("/mailbox", data=form, files=attached),
            good=303,
        )

    async def _insist(
        self,
        note: Written,
        who: str,
        ask: Callable[[httpx.AsyncClient], asyncio.Future[httpx.Response]],
        *,
        good: int,
    ) -> None:
        headers = {"Accept": "text/html", "X-Forwarded-For": _address(who)}
        async with httpx.AsyncClient(
            transport=_Through(self.balancer), timeout=_WAITS_S, base_url=_BASE, headers=headers
        ) as client:
            for note.tries in range(1, _TRIES + 1):
                try:
                    async with asyncio.timeout(_WAITS_S):
                        answer = await ask(client)
                except (httpx.HTTPError, TimeoutError):
                    pass
                else:
                    if answer.status_code == good:
                        note.taken = True
                        break
                    note.faces.append((answer.status_code, answer.text))
                await asyncio.sleep(_AGAIN_AFTER_S)
        note.at = time.monotonic()

    def _note(self, way: Way, citizen: str, external_id: str, case_words: str) -> Written:
        note = Written(
            way=way,
            citizen=citizen,
            external_id=external_id,
            case_words=case_words,
            began=time.monotonic(),
        )
        self.written.append(note)
        return note


def _report(dice: random.Random, who: str) -> str:
    return dice.choice(REPORTS).format(where=f"剑光街道{who[-5:]}路{dice.randrange(1, 99)}号")


def _address(who: str) -> str:
    number = int(who[-5:])
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
