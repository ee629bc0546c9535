"""Every shipped call is in its form, plausible in its times, and asks for what the city has."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import knowledge
from bot.calls.recorded import (
    FOLDER,
    RecordedCall,
    RecordedEvent,
    RecordedWords,
    RecordingUnreadable,
    open_recording,
    read,
    shipped,
)
from bot.cases.model import DemandType
from bot.city.load import DEFAULT, load
from bot.city.model import City
from connectors.calls import CallEventKind, Leg

_SAMPLES = Path(knowledge.__file__).parent / "samples"
_TEXTS = ("demand_type", "place", "contact_name", "contact_phone", "emergency", "wrap_up")
_FLAGS = ("anonymous", "confidential", "earlier_case")
_ENDS = {CallEventKind.ENDED, CallEventKind.ABANDONED}
_OUTCOMES = {
    "", "answered", "case_opened", "case_joined", "transferred", "wrong_number", "silent",
}  # fmt: skip

each_call = pytest.mark.parametrize("name", shipped())
_CITY = cache(lambda: load(DEFAULT))


def expected(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.expected.toml").read_text(encoding="utf-8"))


def words_of(call: RecordedCall, leg: Leg) -> list[RecordedWords]:
    return [one for one in call.moments if isinstance(one, RecordedWords) and one.leg is leg]


def units(city: City) -> set[str]:
    return {one.name for one in city.departments} | {one.government for one in city.places.areas}


def placed(city: City, place: str) -> bool:
    """The city's files list it, or its patterns find it."""
    spots = (*city.places.areas, *city.places.landmarks)
    listed = {name for spot in spots for name in (spot.name, *spot.aliases)}
    return place in listed or any(re.fullmatch(one, place) for one in city.places.patterns)


def unknown(names: Iterable[str], known: Iterable[str]) -> list[str]:
    return sorted(set(names) - set(known))


def test_there_are_enough_and_each_has_its_expectations() -> None:
    assert len(shipped()) >= 14
    assert {path.stem.removesuffix(".expected") for path in FOLDER.glob("*.toml")} == set(shipped())


@each_call
def test_it_is_in_the_form_and_named_as_its_file(name: str) -> None:
    call = open_recording(name)
    assert call.name == name
    assert call.title
    events = [one for one in call.moments if isinstance(one, RecordedEvent)]
    assert events[0] == call.moments[0]
    assert (events[0].kind, events[0].at_ms) == (CallEventKind.OFFERED, 0)
    assert call.moments[-1] == events[-1]
    assert [one.kind in _ENDS for one in events] == [False] * (len(events) - 1) + [True]
    assert all(re.fullmatch(r"139000000\d\d|", one.caller) for one in events)


@each_call
def test_its_times_are_plausible(name: str) -> None:
    call = open_recording(name)
    assert 40_000 <= call.lasts_ms <= 240_000
    assert {one.leg for one in call.sentences} <= set(Leg)
    for one in call.sentences:
        seconds = (one.end_ms - one.start_ms) / 1000
        assert 0.2 <= seconds <= 20
        assert len(one.text) / seconds < 9  # nobody speaks faster
    for leg in Leg:
        said = [one for one in words_of(call, leg) if one.committed]
        assert all(first.end_ms < then.start_ms for first, then in pairwise(said))


@each_call
def test_a_sentence_grows_until_it_is_committed(name: str) -> None:
    call = open_recording(name)
    for leg in Leg:
        words = words_of(call, leg)
        for before, after in pairwise(words):
            grows = before.committed or after.committed or after.text.startswith(before.text)
            assert grows, after.at_ms
            both = before.committed and after.committed
            assert not both, after.at_ms
        assert [one.committed for one in words[-1:]] in ([True], [])


@each_call
def test_what_is_expected_is_whole_and_is_in_the_citys_files(name: str) -> None:
    call, wanted, city = open_recording(name), expected(name), _CITY()
    lists = {"departments", "question", "second", "place_not"}
    assert unknown(wanted, {*_TEXTS, *_FLAGS, *lists}) == []
    assert all(isinstance(wanted[one], str) for one in _TEXTS)
    assert all(isinstance(wanted[one], bool) for one in _FLAGS)
    for demand in (wanted, *wanted.get("second", ())):
        assert demand["demand_type"] in {"", *DemandType}
        assert unknown(demand["departments"], units(city)) == []
    assert wanted["emergency"] in {"", "110", "119", "120", "122"}
    assert wanted["wrap_up"] in _OUTCOMES
    assert wanted["place"] == "" or placed(city, wanted["place"])
    spoken = "".join(one.text for one in call.sentences)
    named = (wanted["place"], wanted["contact_name"], wanted.get("place_not", ""))
    assert [one for one in named if one not in spoken] == []
    told = spoken + "".join(one.caller for one in call.moments if isinstance(one, RecordedEvent))
    assert wanted["contact_phone"] in told


@each_call
def test_its_questions_are_the_citizens_and_its_documents_exist(name: str) -> None:
    call = open_recording(name)
    samples = {path.stem for path in _SAMPLES.glob("*.md")}
    for question in expected(name).get("question", ()):
        assert call.sentences[question["seq"]].leg is Leg.CITIZEN
        assert question["text"]
        assert question["documents"]
        assert unknown(question["documents"], samples) == []


def test_the_calls_are_of_many_kinds() -> None:
    wanted = [expected(name) for name in shipped()]
    assert {one["demand_type"] for one in wanted} == {"", *DemandType}
    assert {one["emergency"] for one in wanted} >= {"119", "122"}
    assert {one["wrap_up"] for one in wanted} == _OUTCOMES
    assert any(one["anonymous"] for one in wanted)
    assert any(one["earlier_case"] for one in wanted)
    assert any("second" in one for one in wanted)
    assert any("place_not" in one for one in wanted)


HEAD = '{"call":"a","title":"b"}\n'
OFFERED = '{"at_ms":5,"event":"offered"}'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "没有内容"),
        (HEAD, "没有内容"),
        ("{}\n{}", "第 1 行应有通话名称"),
        (HEAD + "no", "第 2 行不是 JSON"),
        (HEAD + "[]", "第 2 行应为一个 JSON 对象"),
        (HEAD + '{"at_ms":-1,"event":"offered"}', "第 2 行的 at_ms"),
        (HEAD + '{"at_ms":true,"event":"offered"}', "第 2 行的 at_ms"),
        (HEAD + '{"at_ms":0,"event":"exploded"}', "第 2 行的事件"),
        (HEAD + '{"at_ms":0,"event":"offered","why":"x"}', "第 2 行有不认识的项：why"),
        (HEAD + '{"at_ms":0,"event":"offered","caller":1}', "第 2 行的 caller 应为文字"),
        (HEAD + '{"at_ms":0,"text":"x","committed":true}', "第 2 行应有事件 event，或说话方 leg"),
        (HEAD + '{"at_ms":0,"leg":"citizen","text":"x"}', "第 2 行的 committed"),
        (HEAD + '{"at_ms":0,"leg":"citizen","committed":true}', "第 2 行的 text 应为文字"),
        (
            HEAD + '{"at_ms":0,"leg":"citizen","text":"x","committed":true,"start_ms":9}',
            "end_ms 早于",
        ),
        (HEAD + OFFERED + '\n\n{"at_ms":4,"event":"ended"}', "第 4 行的时间早于上一行"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(RecordingUnreadable, match=re.escape(told)):
        read(text)


def test_a_file_of_ones_own_is_read_and_a_missing_one_told(tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text(HEAD + OFFERED, encoding="utf-8")
    assert open_recording(str(own)).name == "a"
    own.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordingUnreadable, match="打不开"):
        open_recording(str(own))
    with pytest.raises(RecordingUnreadable, match="打不开"):
        open_recording("no-such-call")


def test_a_call_may_ring_at_another_operators_desk() -> None:
    call = open_recording("streetlight-help")
    moved = call.at_desk_of("chenli")
    assert (call.operator, moved.operator) == ("1001", "chenli")
    assert [each.at_ms for each in moved.moments] == [each.at_ms for each in call.moments]
    assert moved.sentences == call.sentences
    assert "1001" not in {getattr(each, "operator", "") for each in moved.moments}
