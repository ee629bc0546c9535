"""What operators make of answers at `/desk`: the next call's order, and the editors' list."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import pytest

from bot import city as cities
from bot.calls.remembering import Remembering
from bot.calls.suggesting import Suggester
from bot.cases.model import Role
from bot.city.load import DEFAULT
from bot.records import Reason
from bot.routing.router import Router
from tests.bot.calls.spoken_calls import Samples
from tests.bot.calls.world import LIN
from tests.bot.web.conftest import House
from tests.bot.web.desk import Telephone, telephone

LIKE = "您好，我想问一下公积金要交满几个月才能贷款？"
OTHER_WAY = "请问公积金交满多久才可以申请贷款？"
NEXT = "公积金贷款的话，公积金要交满多久才行？"
UNKNOWN = "请问怎么给家里的乌龟办身份证？"
SAID = "连续足额缴存满六个月就可以申请，张三丰您可以带身份证来窗口查。"


@pytest.fixture
async def memory(house: House) -> AsyncIterator[Remembering]:
    services, samples = house.services, Samples()
    found = Remembering(
        house.world.storage, services.clock, services.cache, samples.document, days=180
    )
    yield found
    await found.close()


@pytest.fixture
async def phone(house: House, memory: Remembering) -> Telephone:
    """A desk whose suggestions are computed as in service, from the sample content."""
    made = await telephone(house)
    city = cities.load(DEFAULT)
    suggester = Suggester(Samples(), Router(city), city, None, house.services.clock, memory)
    house.services.calls._listening.suggesting = suggester
    return made


async def ask(phone: Telephone, call_id: str, text: str) -> tuple[str, list[str]]:
    """A call and a question; the call's id, and the answers in the order they are shown."""
    call = await phone.answered(call_id)
    await phone.said(text, call_id)
    shown = await phone.page(f"/desk?call={call.id}")
    return call.id, re.findall(r'value="adopt:([^"]+)"', shown)


async def act(phone: Telephone, call_id: str, do: str, **values: str) -> None:
    answer = await phone.post(f"/desk/calls/{call_id}/act", do=do, **values)
    assert answer.status == 303


async def wrap_up(phone: Telephone, call_id: str, code: str = "answered") -> None:
    answer = await phone.post(f"/desk/calls/{call_id}/wrap", code=code)
    assert answer.status == 303


async def test_the_second_answer_adopted_twice_is_first_in_the_next_call(
    phone: Telephone, memory: Remembering
) -> None:
    before, found = await ask(phone, "c0", NEXT)
    first, second, *_ = found
    await wrap_up(phone, before)
    for nth, text in enumerate((LIKE, OTHER_WAY), start=1):
        call_id, answers = await ask(phone, f"c{nth}", text)
        assert second in answers
        await act(phone, call_id, f"adopt:{second}")
        await wrap_up(phone, call_id)
    assert await memory.refresh() == 2
    _, now = await ask(phone, "c9", NEXT)
    assert (now[0], sorted(now)) == (second, sorted(found))
    assert now.index(first) == 1


async def test_what_operators_put_aside_is_on_the_editors_list(
    phone: Telephone, house: House
) -> None:
    call_id, _ = await ask(phone, "c1", LIKE)
    await act(phone, call_id, "ignore:all")
    await wrap_up(phone, call_id)
    await wrap_up(phone, call_id, "cut_off")
    [group] = (await house.services.questions.listed()).groups
    assert (group.times, group.reasons) == (1, (Reason.DESK_IGNORED,))
    editor = await house.staff(Role.EDITOR)
    shown = await phone.page("/knowledge/questions", client=editor)
    assert "话务员未采用答案" in shown
    assert group.first.question in html.unescape(shown)


async def test_what_an_operator_said_instead_is_the_draft_of_a_pair(
    phone: Telephone, house: House
) -> None:
    call_id, [first, *_] = await ask(phone, "c1", LIKE)
    await house.services.calls.type_field(call_id, "contact_name", "张三丰", LIN)
    await act(phone, call_id, f"edit:{first}", **{f"text:{first}": SAID})
    await wrap_up(phone, call_id)
    [group] = (await house.services.questions.listed()).groups
    assert group.reasons == (Reason.DESK_EDITED,)
    editor = await house.staff(Role.EDITOR)
    shown = await phone.page(f"/knowledge/questions/pair?id={group.first.id}", client=editor)
    [draft] = re.findall(r'<textarea id="answer"[^>]*>([^<]*)</textarea>', shown)
    assert draft == SAID.replace("张三丰", "张**")
    assert "话务员在电话里是这样答的" in shown
    assert "张三丰" not in shown


async def test_a_question_without_an_answer_is_on_the_list_and_a_wrong_number_is_not(
    phone: Telephone, house: House
) -> None:
    for call_id, code in (("c1", "wrong_number"), ("c2", "answered"), ("c3", "answered")):
        known, answers = await ask(phone, call_id, UNKNOWN)
        assert answers == []
        await wrap_up(phone, known, code)
    [group] = (await house.services.questions.listed()).groups
    assert (group.times, group.reasons) == (2, (Reason.DESK_NO_ANSWER,))


async def test_what_was_adopted_is_on_no_list(phone: Telephone, house: House) -> None:
    call_id, [first, *_] = await ask(phone, "c1", LIKE)
    await act(phone, call_id, f"adopt:{first}")
    await wrap_up(phone, call_id)
    assert (await house.services.questions.listed()).groups == ()
