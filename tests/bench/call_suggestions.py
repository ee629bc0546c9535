"""How long suggestions take in long calls: `python -m tests.bench.call_suggestions`.

Calls of 40 sentences, each made of several of `tests/bot/calls/dialogues.toml` put one behind
another (more matters and questions than a real call has); one suggestion set a sentence, none of
them asked for before, on the sample content.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace

from bot import city as cities
from bot.calls.model import Sentence
from bot.calls.suggesting import Suggester
from bot.city.load import DEFAULT
from bot.clock import SystemClock
from bot.routing.router import Router
from tests.bot.calls.spoken_calls import Samples, dialogues

SENTENCES = 40


def long_calls() -> list[tuple[Sentence, ...]]:
    """As many long calls as there are dialogues to begin with."""
    calls = dialogues()
    found = []
    for start in range(0, len(calls), 2):
        row = [each for call in (*calls[start:], *calls[:start]) for each in call.sentences]
        found.append(tuple(replace(each, seq=seq) for seq, each in enumerate(row[:SENTENCES])))
    return found


async def measured() -> list[float]:
    """Milliseconds of each suggestion set, in ascending order."""
    city, samples = cities.load(DEFAULT), Samples()
    router = Router(city)
    await Suggester(samples, router, city, None, SystemClock()).suggestions(long_calls()[0][:4])
    suggester = Suggester(samples, router, city, None, SystemClock())
    took = []
    for call in long_calls():
        for end in range(1, len(call) + 1):
            began = time.perf_counter()
            await suggester.suggestions(call[:end])
            took.append((time.perf_counter() - began) * 1000)
    return sorted(took)


if __name__ == "__main__":
    times = asyncio.run(measured())
    shares = {share: times[int(share * len(times))] for share in (0.5, 0.95, 0.99)}
    told = ", ".join(f"p{share * 100:.0f} {ms:.0f} ms" for share, ms in shares.items())
    sys.stdout.write(f"{len(times)} sentences: {told}\n")
