"""Particulars and pairs as drafts, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.editing import Editing, Pair, Particulars
from bot.errors import Conflict, Invalid, NotFound
from bot.library import Library
from bot.storage.units import Storage
from knowledge.model import AnswerKind, Form, Kind, Life
from tests.fakes.edges import CountingIds, FakeClock

POLICY = "# 小城公交优待办法\n\n小城市交通运输局\n\n六十五周岁以上老人凭爱心卡免费乘车。\n"
READING = "# 《小城公交优待办法》解读\n\n小城市交通运输局\n\n办法方便老人出行。\n"
PAIR = Pair(
    question="爱心卡丢了怎么补办",
    answer="带身份证到公交公司窗口补办，工本费十元。",
    department="小城市交通运输局",
    title="公交优待常见问题",
    target="",
    basis="",
)
WANTED = Particulars(
    kind=Kind.INTERPRETATION,
    form=Form.CHART,
    department="小城市交通运输局",
    number="",
    valid_from=None,
    valid_to=None,
    policy="",
)


@pytest.fixture
async def library(storage: Storage, clock: FakeClock, tmp_path: Path) -> Library:
    for name, text in (("policy", POLICY), ("reading", READING)):
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
    held = Library(storage, clock=clock)
    await held.import_paths([tmp_path], publish=True, by="importer")
    await held.refresh()
    return held


@pytest.fixture
def editing(storage: Storage, clock: FakeClock, ids: CountingIds) -> Editing:
    return Editing(storage, clock, ids)


async def test_one_person_does_all_of_it_where_the_settings_say_so(
    storage: Storage, clock: FakeClock, library: Library, editing: Editing
) -> None:
    alone = Library(storage, clock=clock, second_reader=False)
    reading = await id_of(library, Kind.INTERPRETATION)
    await editing.change(reading, WANTED, version=1, by="li")
    with pytest.raises(Conflict, match="写稿、导入的人不能"):
        await library.check(reading, "li")
    await alone.check(reading, "li")
    with pytest.raises(Conflict, match="写稿、导入的人不能"):
        await library.publish(reading, "li", second=True)
    assert (await alone.publish(reading, "li", second=True)).life is Life.PUBLISHED


async def test_who_wrote_an_earlier_draft_does_not_check_a_later_one(
    library: Library, editing: Editing
) -> None:
    reading = await id_of(library, Kind.INTERPRETATION)
    await editing.change(reading, WANTED, version=1, by="li")
    await editing.change(reading, replace(WANTED, form=Form.EXPERT), version=2, by="wang")
    for name in ("li", "wang"):
        with pytest.raises(Conflict, match="写稿、导入的人不能"):
            await library.check(reading, name)
    await library.check(reading, "zhao")
    assert (await editing.sheet(reading)).writers == {"li", "wang"}
    await library.publish(reading, "zhao", second=True)
    assert (await editing.sheet(reading)).writers == frozenset()


async def id_of(library: Library, kind: Kind) -> str:
    (found,) = await library.documents(kind=kind)
    return found.id


async def test_changed_particulars_wait_for_a_second_person(
    library: Library, editing: Editing
) -> None:
    reading, policy = (
        await id_of(library, Kind.INTERPRETATION),
        await id_of(library, Kind.POLICY),
    )
    wanted = replace(WANTED, policy="《小城公交优待办法》", valid_to=date(2030, 1, 1))
    draft = await editing.change(reading, wanted, version=1, by="li")
    assert (draft.version, draft.life, draft.policy_id) == (2, Life.DRAFT, policy)
    in_force = await library.get(reading)
    assert (in_force.version, in_force.life, in_force.form) == (1, Life.PUBLISHED, Form.TEXT)
    with pytest.raises(Conflict):
        await library.check(reading, "li")
    await library.check(reading, "wang")
    published = await library.publish(reading, "wang")
    assert (published.version, published.form) == (2, Form.CHART)
    assert published.valid_to == date(2030, 1, 1)
    assert published.text == in_force.text


async def test_a_policy_and_its_interpretation_know_each_other(
    library: Library, editing: Editing
) -> None:
    reading, policy = (
        await id_of(library, Kind.INTERPRETATION),
        await id_of(library, Kind.POLICY),
    )
    apart = await editing.change(reading, replace(WANTED, policy=""), version=1, by="li")
    await library.check(reading, "wang")
    await library.publish(reading, "wang")
    assert (await editing.relatives(await library.get(policy))).own == ()
    await editing.change(reading, replace(WANTED, policy=policy), version=apart.version, by="li")
    assert (await editing.relatives(await library.get(policy))).own == ()
    await library.check(reading, "wang")
    await library.publish(reading, "wang")
    of_reading = await editing.relatives(await library.get(reading))
    of_policy = await editing.relatives(await library.get(policy))
    assert of_reading.policy is not None
    assert of_reading.policy.id == policy
    assert [each.id for each in of_policy.own] == [reading]


async def test_contradictions_are_named(library: Library, editing: Editing) -> None:
    reading = await id_of(library, Kind.INTERPRETATION)
    backwards = replace(WANTED, valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1))
    for wanted, field in (
        (backwards, "valid_to"),
        (replace(WANTED, policy="没有这份"), "policy"),
        (replace(WANTED, policy=reading), "policy"),
    ):
        with pytest.raises(Invalid) as caught:
            await editing.change(reading, wanted, version=1, by="li")
        assert set(caught.value.fields) == {field}
    with pytest.raises(NotFound):
        await editing.change("nothing", WANTED, version=1, by="li")


async def test_two_editors_do_not_undo_each_other(library: Library, editing: Editing) -> None:
    reading = await id_of(library, Kind.INTERPRETATION)
    await editing.change(reading, WANTED, version=1, by="li")
    with pytest.raises(Conflict, match="改过"):
        await editing.change(reading, replace(WANTED, form=Form.QA), version=1, by="wang")
    with pytest.raises(Conflict, match="没有改动"):
        await editing.change(reading, WANTED, version=2, by="li")
    sheet = await editing.sheet(reading)
    assert [each.document.version for each in sheet.versions] == [1, 2]
    assert (sheet.current.version, sheet.newest.version, sheet.by) == (1, 2, "li")


async def test_a_pair_is_answered_once_it_is_published(library: Library, editing: Editing) -> None:
    faq = await editing.write(replace(PAIR, basis="小城公交优待办法"), by="li")
    assert library.answer(PAIR.question).kind is not AnswerKind.DIRECT
    await library.check(faq.id, "wang")
    await library.publish(faq.id, "wang")
    answer = library.answer(PAIR.question)
    assert answer.kind is AnswerKind.DIRECT
    assert answer.text.startswith(PAIR.answer)
    assert "依据：《小城公交优待办法》。" in answer.text
    assert answer.citations[0].department == "小城市交通运输局"


async def test_a_second_pair_is_a_new_version_of_the_same(
    library: Library, editing: Editing
) -> None:
    faq = await editing.write(PAIR, by="li")
    await library.check(faq.id, "wang")
    await library.publish(faq.id, "wang")
    more = replace(PAIR, question="爱心卡能给别人用吗", answer="不能转借他人。", target=faq.id)
    again = await editing.write(more, by="li")
    assert (again.id, again.version, again.life) == (faq.id, 2, Life.DRAFT)
    assert (await library.get(faq.id)).version == 1
    await library.check(faq.id, "wang")
    await library.publish(faq.id, "wang")
    assert library.answer("爱心卡能给别人用吗").text == "不能转借他人。"
    assert library.answer(PAIR.question).text == PAIR.answer


async def test_pairs_go_into_faqs_only(library: Library, editing: Editing) -> None:
    policy = await id_of(library, Kind.POLICY)
    with pytest.raises(Conflict):
        await editing.write(replace(PAIR, target=policy), by="li")
    with pytest.raises(Invalid):
        await editing.write(replace(PAIR, title=""), by="li")
    with pytest.raises(Invalid):
        await editing.write(replace(PAIR, answer="问：什么？"), by="li")
    assert await library.documents(kind=Kind.FAQ) == ()


async def test_two_of_one_title_must_be_told_apart(library: Library, editing: Editing) -> None:
    first = await editing.write(PAIR, by="li")
    await editing.write(PAIR, by="li")
    with pytest.raises(Conflict, match="2 份"):
        await editing.named(PAIR.title)
    assert (await editing.named(first.id)).id == first.id
