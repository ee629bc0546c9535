"""Sentences out of a recogniser's messages, whatever order they come in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Malformed, Refused
from connectors.speech.live import LONGEST_TEXT, Heard, Live, Pass, heard, parsed


def said(mode: str, text: str, **more: object) -> str:
    return json.dumps({"mode": mode, "wav_name": "c-citizen", "text": text, **more})


def all_heard(*messages: str) -> list[Heard | None]:
    state, found = Live(), []
    for message in messages:
        state, new = heard(state, parsed(message))
        found.append(new)
    return found


def test_fragments_are_appended_and_a_sentence_replaces_them() -> None:
    assert all_heard(
        said("2pass-online", "路登", is_final=True),
        said("2pass-online", "坏了", is_final=True),
        said("2pass-offline", "路灯坏了。", is_final=True, timestamp="[[380,620],[620,900]]"),
        said("2pass-online", "晚上"),
    ) == [
        Heard(text="路登", committed=False),
        Heard(text="路登坏了", committed=False),
        Heard(text="路灯坏了。", committed=True, start_ms=380, end_ms=900),
        Heard(text="晚上", committed=False),
    ]


def test_fragments_out_of_order_are_put_in_order() -> None:
    found = all_heard(
        said("2pass-online", "甲", seq=1),
        said("2pass-online", "丙", seq=3),
        said("2pass-online", "乙", seq=2),
        said("2pass-online", "乙", seq=2),
    )
    assert [one.text for one in found if one] == ["甲", "甲丙", "甲乙丙", "甲乙丙"]


def test_a_late_fragment_overwrites_nothing_newer() -> None:
    found = all_heard(
        said("2pass-online", "甲", seq=1),
        said("2pass-online", "新", seq=4),
        said("2pass-offline", "甲乙。", seq=3),
        said("2pass-online", "乙", seq=2),
        said("2pass-online", "的", seq=5),
    )
    assert found[2:] == [
        Heard(text="甲乙。", committed=True),
        None,
        Heard(text="新的", committed=False),
    ]


def test_a_late_sentence_is_kept_and_leaves_newer_words_alone() -> None:
    found = all_heard(
        said("2pass-offline", "第二句。", seq=6),
        said("2pass-online", "第三", seq=7),
        said("2pass-offline", "第一句。", seq=3),
        said("2pass-online", "句", seq=8),
    )
    assert found[2:] == [
        Heard(text="第一句。", committed=True),
        Heard(text="第三句", committed=False),
    ]


def test_an_empty_sentence_takes_its_fragments_away() -> None:
    found = all_heard(said("2pass-online", "嗯"), said("2pass-offline", ""))
    assert found[-1] == Heard(text="", committed=False)


def test_the_end_keeps_what_nobody_committed() -> None:
    end = json.dumps({"wav_name": "c-citizen", "text": "", "is_final": True})
    assert all_heard(said("2pass-online", "再见"), end)[-1] == Heard(text="再见", committed=True)
    assert all_heard(said("2pass-offline", "再见。"), end)[-1] is None


def test_a_new_beginning_keeps_it_too_and_counts_anew() -> None:
    begin = json.dumps({"wav_name": "c-citizen", "is_speaking": True, "mode": "2pass"})
    found = all_heard(
        said("2pass-offline", "好。", seq=9),
        said("2pass-online", "喂", seq=10),
        begin,
        said("2pass-online", "你好", seq=0),
    )
    assert found[2:] == [Heard(text="喂", committed=True), Heard(text="你好", committed=False)]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("好", "json"),
        ("[" * 100_000, "json"),
        ("[]", "object"),
        ('"ERROR"', "object"),
        ('{"text": 1}', "text"),
        ('{"text": "", "mode": [1]}', "text"),
        ('{"text": "", "wav_name": 7}', "wav_name"),
        ('{"text": "", "seq": -1}', "seq"),
        ('{"text": "", "seq": true}', "seq"),
        ('{"text": "", "seq": "1"}', "seq"),
        ('{"text": "", "seq": 9007199254740992}', "seq"),
        (json.dumps({"text": "长" * (LONGEST_TEXT + 1)}), "too_long"),
    ],
)
def test_what_is_no_message_is_told_apart(message: str, code: str) -> None:
    with pytest.raises(Malformed) as told:
        parsed(message)
    assert told.value.code == code


@pytest.mark.parametrize("mode", ["", "2pass-offline", "2pass-online"])
def test_an_error_is_no_sentence(mode: str) -> None:
    with pytest.raises(Refused):
        parsed(said(mode, "ERROR. file not found"))


@pytest.mark.parametrize(
    ("times", "right"),
    [
        ({"timestamp": "[[10,20],[20,40]]"}, (10, 40)),
        ({"timestamp": [[10, 20], [20, 40]]}, (10, 40)),
        ({"stamp_sents": [{"start": 5, "end": 9}, {"start": 9, "end": 30}]}, (5, 30)),
        ({"timestamp": "", "stamp_sents": [{"start": 5, "end": 9}]}, (5, 9)),
        ({"timestamp": "[[40,50],[10,20]]"}, (0, 0)),
        ({"timestamp": "[[-1,20]]"}, (0, 0)),
        ({"timestamp": "[[0,999999999999]]"}, (0, 0)),
        ({"timestamp": "no"}, (0, 0)),
        ({"timestamp": 3}, (0, 0)),
        ({"timestamp": {"a": 1}}, (0, 0)),
        ({"stamp_sents": [{"start": 5}]}, (0, 0)),
        ({"stamp_sents": 5}, (0, 0)),
        ({}, (0, 0)),
    ],
)
def test_times_that_make_no_sense_are_unknown(
    times: dict[str, object], right: tuple[int, int]
) -> None:
    result = parsed(said("2pass-offline", "好。", **times))
    assert (result.start_ms, result.end_ms, result.text) == (*right, "好。")


def test_words_no_database_takes_are_cleaned() -> None:
    result = parsed('{"mode":"2pass-offline","wav_name":"a\\u0000-citizen","text":"好\\ud800\\n"}')
    assert (result.text, result.name) == ("好?", "a-citizen")
    assert result.of is Pass.OFFLINE


def test_a_sentence_without_end_stays_bounded() -> None:
    state = Live()
    for number in range(3000):
        state, _ = heard(state, parsed(said("2pass-online", f"{number},")))
    assert len(state.pending) == 500
    assert state.text.endswith("2999,")


@given(st.permutations(range(12)))
def test_in_whatever_order_nothing_is_lost_and_the_end_is_the_same(order: list[int]) -> None:
    """Three sentences of three fragments each."""
    messages = []
    for number in range(12):
        mode = "2pass-offline" if number % 4 == 3 else "2pass-online"
        messages.append(said(mode, f"{number}。", seq=number))
    state, committed = Live(), []
    for number in order:
        state, new = heard(state, parsed(messages[number]))
        committed += [new.text] if new is not None and new.committed else []
    assert sorted(committed) == ["11。", "3。", "7。"]
    assert state == Live(pending=(), committed=11, last=11)
