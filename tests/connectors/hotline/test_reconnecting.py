"""How feeds come back, and what stands between reading and handling."""

from __future__ import annotations

import pytest

from connectors.channels.hotline import reconnecting
from connectors.channels.hotline.reconnecting import Inlet, pause_s
from connectors.errors import Retryable


def test_pauses_double_up_to_a_minute_and_are_never_all_alike() -> None:
    assert [pause_s(failures, 1.0) for failures in (1, 2, 3, 6, 7, 10_000)] == [
        1.0, 2.0, 4.0, 32.0, 60.0, 60.0,
    ]  # fmt: skip
    assert pause_s(7, 0.0) == 30.0


async def test_what_came_before_the_end_is_still_taken() -> None:
    inlet = Inlet[int]()
    inlet.put(1)
    inlet.end(Retryable("lost"))
    assert await inlet.get() == 1
    with pytest.raises(Retryable, match="lost"):
        await inlet.get()


async def test_reading_waits_while_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnecting, "_BUFFERED", 4)
    said: list[str] = []
    inlet = Inlet[int](lambda: said.append("hold"), lambda: said.append("go on"))
    for number in range(6):
        inlet.put(number)
    assert (said, inlet.held) == (["hold"], True)
    assert [await inlet.get() for _ in range(6)] == list(range(6))
    assert (said, inlet.held) == (["hold", "go on"], False)
