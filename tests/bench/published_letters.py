"""How long lists, searches and figures of many published letters take, on both databases.

    python -m tests.bench.published_letters URL [--letters 100000]

URL is an empty database of its own: `sqlite:////tmp/x.db`, or one of PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

import sqlalchemy as sa

from bot.cases.model import DemandType
from bot.cases.published_letters import search_words
from bot.clock import RandomIds, SystemClock
from bot.letters.published import PublishedLetters
from bot.letters.wanted import LetterFilter, Place
from bot.storage.letter_tables import published_letters
from bot.storage.tables import case_events, cases
from bot.storage.units import Storage
from tests.bot.cases.world import City

AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
RARE = "凤凰涅槃"
_COMMON = "路灯停水停电物业电梯公交学校医保社保低保补贴噪音油烟垃圾违建停车道路积水施工扰民"
_TRIES = 5


def _rows(count: int) -> list[dict[str, object]]:
    dice = random.Random(1)  # noqa: S311 - the same letters each time, no secret
    chars = [chr(0x4E00 + place) for place in range(3000)]
    soup = "".join(dice.choices(chars, [1 / (place + 5) for place in range(3000)], k=1_000_000))
    made = []
    for number in range(count):
        start = dice.randrange(999_000)
        topic = dice.randrange(len(_COMMON) // 2) * 2
        text = soup[start : start + 598] + _COMMON[topic : topic + 2]
        text += RARE if number == 5 else ""
        made.append(
            {
                "id": f"l{number:09d}", "case_id": f"c{number:09d}", "gone": "",
                "published_at": AT + timedelta(minutes=number), "demand_type": "求助",
                "field": f"领域{number % 26}", "department": f"部门{number % 40}",
                "channel": "mailbox", "addressee": "", "year": 2026 - number % 4,
                "received_on": date(2026, 1, 5), "replied_on": date(2026, 1, 8),
                "working_days": 3, "rating": None, "title": text[:20], "text": text[:300],
                "reply": text[300:], "search": text,
            }
        )  # fmt: skip
    return made


def _cases(count: int) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    kept, events = [], []
    for number in range(count):
        opened = AT + timedelta(minutes=number * 5 % 400_000)
        kept.append(
            {
                "id": f"c{number:09d}", "number": f"{number:014d}", "origin_key": f"k{number}",
                "state": "closed", "demand_type": list(DemandType)[number % 6].value,
                "category": [], "lead_department": f"部门{number % 40}", "opened_at": opened,
                "due_at": opened + timedelta(days=7), "rating": number % 5 + 1, "text": "x" * 600,
            }
        )  # fmt: skip
        events.append(
            {
                "id": f"e{number:09d}", "case_id": f"c{number:09d}", "seq": 1,
                "at": opened + timedelta(days=number % 9), "move": "reply", "to_state": "replied",
                "actor": "clerk", "actor_role": "department_clerk", "hash": f"{number}",
            }
        )  # fmt: skip
    return kept, events


async def _timed(name: str, ask: Callable[[], Awaitable[object]]) -> None:
    took = []
    for _ in range(_TRIES):
        begun = perf_counter()
        await ask()
        took.append((perf_counter() - begun) * 1000)
    took.sort()
    sys.stdout.write(f"{name}: median {took[_TRIES // 2]:.0f} ms, worst {took[-1]:.0f} ms\n")
    sys.stdout.flush()


async def _measure(url: str, count: int) -> None:
    storage = Storage(url)
    await storage.upgrade()
    kept, events = _cases(count)
    tables = ((published_letters, _rows(count)), (cases, kept), (case_events, events))
    for table, rows in tables:
        for start in range(0, count, 1000):
            async with storage.begin() as unit:
                connection = unit.letters._connection
                await connection.execute(sa.insert(table), rows[start : start + 1000])
    letters = PublishedLetters(storage, SystemClock(), RandomIds(), City())
    deep = Place(at=AT + timedelta(minutes=count // 2), id="")

    def page(
        said: str = "", before: Place | None = None, **more: object
    ) -> Callable[[], Awaitable[object]]:
        wanted = LetterFilter(words=search_words(said), **more)  # type: ignore[arg-type]
        return lambda: letters.page(wanted, before=before)

    await _timed("first page", page())
    await _timed("page in the middle", page(before=deep))
    await _timed("one field", page(field="领域3"))
    await _timed("one department and year", page(department="部门3", year=2025))
    await _timed("a common word", page("停水"))
    await _timed("two words", page("停水 停车"))
    await _timed("a word of one letter", page(RARE))
    await _timed("a word that is nowhere", page("不存在的词"))
    await _timed("a word that is nowhere, in one field", page("不存在的词", field="领域3"))
    await _timed("choices", lambda: _fresh(letters).choices())
    await _timed(
        "figures of a year", lambda: _fresh(letters).figures(date(2026, 1, 1), date(2026, 12, 31))
    )
    await storage.close()


def _fresh(letters: PublishedLetters) -> PublishedLetters:
    """The same with nothing remembered."""
    return PublishedLetters(letters._storage, SystemClock(), RandomIds(), City())


def main() -> None:
    """Read the arguments and measure."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("url")
    read.add_argument("--letters", type=int, default=100_000)
    asked = read.parse_args()
    asyncio.run(_measure(asked.url, asked.letters))


if __name__ == "__main__":
    main()
