from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import city as cities
from bot.cases.merging import CaseReader, Told
from bot.city.load import DEFAULT
from bot.openness.clusters import QUIET, Clusters
from bot.openness.issues import Issue, Message
from bot.openness.naming import name_of
from tests.bot.cases.pairs import pairs

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)

WATER = (
    ("关于曲江镇自来水浑浊的问题", "曲江镇圩上自来水发黄浑浊，不敢做饭"),
    ("", "曲江镇街上的自来水这两天浑浊得像泥巴水，一股铁锈味"),
    ("曲江镇自来水浑浊没人管", "我家住曲江镇，水龙头放出来的自来水浑浊发黄"),
    ("关于曲江镇水质浑浊的问题", "曲江镇自来水连日浑浊，有沉淀物"),
)
OTHERS = (
    ("关于剑邑大道路灯不亮的问题", "剑邑大道路灯一个星期不亮了"),
    ("关于拖船镇自来水浑浊的问题", "拖船镇圩上自来水发黄浑浊，不敢做饭"),
    ("关于新生入学的问题", "户口在剑光街道，孩子上一年级要带什么材料"),
    ("关于3路公交车的问题", "3路公交车等了四十分钟才来"),
)


@pytest.fixture(scope="module")
def reader() -> CaseReader:
    return CaseReader(cities.load(DEFAULT))


@pytest.fixture(scope="module")
def crowd(reader: CaseReader) -> tuple[Message, ...]:
    """Cases of other stories, so that rarity means something."""
    told = [pair.b for pair in pairs() if not pair.same]
    return tuple(
        message(reader, f"crowd{at}", (each.title, each.text), days=-30)
        for at, each in enumerate(told)
        if "浑浊" not in each.text
    )


def message(
    reader: CaseReader,
    number: str,
    said: tuple[str, str],
    *,
    days: float = 0,
    place: str = "",
    sender: str = "",
) -> Message:
    title, text = said
    told = Told(number=number, title=title, text=text, place=place, at=AT + timedelta(days=days))
    return Message(seen=reader.read(told), sender=sender)


def clusters(crowd: tuple[Message, ...], *messages: Message) -> Clusters:
    made = Clusters()
    for each in (*crowd, *messages):
        made.add(each)
    return made


def issue_with(made: Clusters, number: str) -> Issue:
    [found] = [issue for issue in made.issues if number in issue.numbers]
    return found


def test_one_matter_at_one_place_is_one_issue(
    reader: CaseReader, crowd: tuple[Message, ...]
) -> None:
    said = [message(reader, f"w{at}", each, days=at) for at, each in enumerate(WATER)]
    others = [message(reader, f"o{at}", each, days=at) for at, each in enumerate(OTHERS)]
    issue = issue_with(clusters(crowd, *said, *others), "w0")
    assert issue.numbers == ["w0", "w1", "w2", "w3"]
    assert issue.last_at == AT + timedelta(days=3)


def test_it_is_called_by_its_place_and_its_matter(
    reader: CaseReader, crowd: tuple[Message, ...]
) -> None:
    said = [message(reader, f"w{at}", each) for at, each in enumerate(WATER)]
    assert name_of(issue_with(clusters(crowd, *said), "w0")) == "曲江镇自来水浑浊"


def test_without_titles_the_lexicon_names_it(
    reader: CaseReader, crowd: tuple[Message, ...]
) -> None:
    said = [message(reader, f"w{at}", ("", text)) for at, (_, text) in enumerate(WATER)]
    assert name_of(issue_with(clusters(crowd, *said), "w0")) == "曲江镇自来水浑浊"


def test_the_order_of_an_issue_s_messages_does_not_split_it(
    reader: CaseReader, crowd: tuple[Message, ...]
) -> None:
    said = [message(reader, f"w{at}", each) for at, each in enumerate(WATER)]
    issue = issue_with(clusters(crowd, *reversed(said)), "w0")
    assert sorted(issue.numbers) == ["w0", "w1", "w2", "w3"]


def test_a_message_is_taken_in_once(reader: CaseReader) -> None:
    made = Clusters()
    first = message(reader, "1", WATER[0])
    assert made.add(first) is made.add(first)
    assert made.issues[0].numbers == ["1"]
    assert "1" in made
    assert "2" not in made


def test_an_issue_long_quiet_takes_in_nothing_more(
    reader: CaseReader, crowd: tuple[Message, ...]
) -> None:
    late = QUIET / timedelta(days=1) + 1
    made = clusters(
        crowd, message(reader, "1", WATER[0]), message(reader, "2", WATER[0], days=late)
    )
    assert issue_with(made, "1") is not issue_with(made, "2")


def test_who_brings_it_again_counts_little(reader: CaseReader, crowd: tuple[Message, ...]) -> None:
    many = [message(reader, f"m{at}", WATER[0], sender=f"s{at}") for at in range(4)]
    one = [message(reader, f"m{at}", WATER[0], sender="s") for at in range(4)]
    by_many = issue_with(clusters(crowd, *many), "m0")
    by_one = issue_with(clusters(crowd, *one), "m0")
    assert by_many.size == by_one.size == 4
    assert sum(each.weight for each in by_one.messages) == 1.75
    assert sum(each.weight for each in by_many.messages) == 4


def test_every_message_is_in_exactly_one_issue(
    reader: CaseReader, crowd: tuple[Message, ...]
) -> None:
    said = [message(reader, f"w{at}", each) for at, each in enumerate(WATER)]
    made = clusters(crowd, *said)
    numbers = [number for issue in made.issues for number in issue.numbers]
    assert sorted(numbers) == sorted(each.seen.told.number for each in (*crowd, *said))
    assert all(len(issue.messages) == len(issue.titles) == issue.size for issue in made.issues)


def test_empty_messages_are_no_issue_together(reader: CaseReader) -> None:
    made = Clusters()
    for number in ("1", "2"):
        made.add(message(reader, number, ("", "")))
    assert [issue.size for issue in made.issues] == [1, 1]
