"""What is switched off is not used, whatever is set up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.city.load import DEFAULT, load
from bot.city.reading import Faults
from bot.city.switches import FILE, SWITCHES, read, text_of
from bot.features import features, switched, what_is_set
from bot.settings import Settings

SET_UP: dict[str, Any] = {
    "rephrase_url": "http://127.0.0.1:9/v1",
    "rephrase_model": "m",
    "letter_phone_code": True,
    "merge_auto": 0.95,
    "open311_keys": {"app": {"key": "a-long-enough-key-for-it"}},
}


def test_nothing_is_off_by_default() -> None:
    assert load(DEFAULT).off == frozenset()


@pytest.mark.parametrize("name", sorted(SWITCHES))
def test_each_is_written_read_and_shown_off(tmp_path: Path, name: str) -> None:
    (tmp_path / FILE).write_text(text_of({name}), encoding="utf-8")
    faults = Faults()
    off = read(tmp_path / FILE, faults)
    assert (off, faults.lines) == ({name}, [])
    left = switched(Settings(**SET_UP), off)
    shown = features(left, what_is_set(), speech=name != "speech", off=off)
    assert {one.switch: one.on for one in shown if one.switch == name} == {name: False}
    [one] = [one for one in shown if one.stopped]
    assert (one.switch, one.said) == (name, "已停用")


def test_the_others_stay_as_they_are() -> None:
    settings = Settings(**SET_UP, secret_key=SecretStr("s" * 32))
    left = switched(settings, {"merge_auto"})
    assert left.merge_auto == 0
    assert left.model_dump(exclude={"merge_auto"}) == settings.model_dump(exclude={"merge_auto"})
    assert switched(settings, ()) == settings
