"""Danger in calls: told at once, and not told of what is past, over, feared or asked about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.calls.emergency import Watch
from tests.bot.calls.spoken_calls import talk

BLIND = Path(__file__).parents[1] / "routing" / "danger_blind.jsonl"


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("我家厨房烧起来了，好大的烟", {"119"}),
        ("着火了！", {"119"}),
        ("有人拿刀在砍人，快来人", {"110"}),
        ("我爸昏倒了，叫不醒", {"120"}),
        ("剑邑大道两个车撞了，人躺在地上", {"122", "120"}),
    ],
)
def test_present_danger_is_told(watch: Watch, words: str, numbers: set[str]) -> None:
    assert watch.number(words) in numbers


@pytest.mark.parametrize(
    "words",
    [
        "我们这栋楼以前着过火",
        "去年我家着火了，想问补助怎么领",
        "昨天山上起火了，已经扑灭了",
        "房子着火了保险公司不赔怎么办",
        "楼道里堆满了电动车，我怕着火",
        "万一有人掉进河里怎么办",
        "对对对。",
        "我姓刘。",
        "手擦破了，还好，没大事。",
        "请问急救培训在哪里报名",
    ],
)
def test_no_false_alarm(watch: Watch, words: str) -> None:
    assert watch.number(words) == ""


def test_a_cry_in_two_sentences_is_heard(watch: Watch) -> None:
    alarm = watch.alarm(talk("c: 我家厨房，", "c: 烧起来了，"))
    assert alarm is not None
    assert (alarm.number, alarm.seq) == ("119", 1)


def test_a_yes_to_the_operators_question_counts(watch: Watch) -> None:
    alarm = watch.alarm(talk("o: 现在是着火了吗？", "c: 是的是的。"))
    assert alarm is not None
    assert alarm.number == "119"


def test_an_operators_words_alone_are_no_danger(watch: Watch) -> None:
    assert watch.alarm(talk("o: 是不是着火了？", "c: 不是，是停电。")) is None


def test_an_all_clear_takes_the_alarm_back(watch: Watch) -> None:
    assert watch.alarm(talk("c: 我家厨房烧起来了。", "c: 哦，已经扑灭了。")) is None


def test_an_alarm_stays_while_the_call_goes_on(watch: Watch) -> None:
    alarm = watch.alarm(talk("c: 我家厨房烧起来了。", "o: 在哪里？", "c: 河洲街道滨江小区。"))
    assert alarm is not None
    assert alarm.seq == 0


def test_texts_written_by_others(watch: Watch) -> None:
    rows = [json.loads(line) for line in BLIND.read_text(encoding="utf-8").splitlines()]
    told = [(bool(watch.number(row["text"])), row["number"] not in {"", "0"}) for row in rows]
    assert sum(rang and real for rang, real in told) >= 58
    assert sum(rang and not real for rang, real in told) <= 1


def test_what_is_said_every_day_rings_seldom(watch: Watch) -> None:
    lines = (Path(__file__).parent / "danger_dev.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    told = [(bool(watch.number(words)), number != "0") for number, words in rows]
    assert sum(rang and real for rang, real in told) >= 38
    assert sum(rang and not real for rang, real in told) <= 1


@pytest.mark.parametrize(
    "words",
    [
        "没起火，是炭烧的烟，我打个比方",
        "车子来了，我招了手，他看了我一眼就开过去了",
        "喂，听得见啵，我在田里，风大",
        "老弟在南昌买了房，户口也迁走了，就我在屋里",
        "对了还有，我小孩上个礼拜刚生的",
        "短信发过来我不识得看，我孙子看的",
    ],
)
def test_stories_told_on_the_telephone_ring_nothing(watch: Watch, words: str) -> None:
    assert watch.number(words) == ""


def test_the_number_told_last_is_shown_of_those_told_as_often(watch: Watch) -> None:
    told = talk("c: 着火了，快点来！", "o: 您在哪里？", "c: 我爸昏倒了，叫不醒")
    assert [watch.number(told[at].text) for at in (0, 2)] == ["119", "120"]
    alarm = watch.alarm(told)
    assert alarm is not None
    assert (alarm.number, alarm.seq) == ("120", 2)


def test_the_number_told_most_often_is_shown(watch: Watch) -> None:
    told = talk("c: 着火了，快点来！", "c: 我爸昏倒了，叫不醒", "c: 火越烧越大了，快来")
    alarm = watch.alarm(told)
    assert alarm is not None
    assert (alarm.number, alarm.seq) == ("119", 0)
