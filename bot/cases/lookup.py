"""A citizen looks a case up by number and query code; guessing gets nobody far."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from datetime import datetime, timedelta

from bot.cases.model import Case
from bot.cases.ports import CaseStorage, CaseWording
from bot.cases.query_code import QueryCodes, digits
from bot.errors import NotFound, TooMany
from bot.records import Tries

WRONG_TRIES = 5
WINDOW = timedelta(minutes=15)
"""Five wrong tries in it, then wait as long: one guess in 200,000 gets a six-digit code."""

_NUMBER_CHARS = 20


def after_wrong(
    known: Tries | None,
    now: datetime,
    *,
    allowed: int = WRONG_TRIES,
    window: timedelta = WINDOW,
) -> Tries:
    """The count after one more wrong try; the last one allowed blocks for a window's length."""
    if known is None or known.first_at + window <= now or known.blocked_until is not None:
        known = Tries(wrong=0, first_at=now)
    wrong = known.wrong + 1
    return replace(known, wrong=wrong, blocked_until=now + window if wrong >= allowed else None)


def wait_s(known: Tries | None, now: datetime) -> int:
    """Whole seconds until the next try is taken; 0 where it is taken now."""
    if known is None or known.blocked_until is None or known.blocked_until <= now:
        return 0
    return math.ceil((known.blocked_until - now).total_seconds())


async def look_up(
    storage: CaseStorage,
    codes: QueryCodes,
    wording: CaseWording,
    *,
    number: str,
    code: str,
    who: str,
    now: datetime,
) -> Case:
    """The case with this number and code.

    A wrong code, a code of another case and an unknown number are one error to whoever asks.

    Args:
        storage: the database.
        codes: checks codes.
        wording: the city's texts.
        number: as typed.
        code: as typed.
        who: whoever asks, in any terms that stay the same for them; kept only as a hash.
        now: the time.

    Raises:
        NotFound: wrong; counted against the asker and against the number.
        TooMany: five were wrong; with the wait.
    """
    number, code = digits(number)[:_NUMBER_CHARS], digits(code)[:_NUMBER_CHARS]
    asker = hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()[:40]
    keys = (f"asker:{asker}", f"case:{number}") if number else (f"asker:{asker}",)
    async with storage.begin() as unit:
        await unit.tries.hold(*keys)
        known = {key: await unit.tries.get(key) for key in keys}
        wait = max(wait_s(count, now) for count in known.values())
        if not wait:
            if codes.fits(number, code, await unit.cases.code_hash(number)):
                case = await unit.cases.get(number)
                if case is not None:
                    return case
            for key, count in known.items():
                await unit.tries.put(key, after_wrong(count, now), now=now)
    if wait:
        minutes = math.ceil(wait / 60)
        raise TooMany(wording.say("progress_too_many", minutes=minutes), retry_after_s=wait)
    raise NotFound(wording.say("progress_wrong_code"), code="wrong_code")
