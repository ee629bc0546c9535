"""`/desk`: what an operator sees and does, with and without script."""

from __future__ import annotations

import re

import pytest

from bot.calls.order import Field
from bot.calls.records import ActionKind, Source
from bot.calls.suggestions import SimilarCase
from bot.cases.model import Role
from bot.web import desk_words
from connectors.calls import Leg
from tests.bot.calls.world import CALLER, LIN
from tests.bot.web.conftest import House
from tests.bot.web.desk import K, Telephone, telephone

SPACED = "139 0000 0001"


@pytest.fixture
async def phone(house: House) -> Telephone:
    return await telephone(house)


async def test_the_newest_call_is_shown_with_what_is_known_of_the_number(
    phone: Telephone, house: House
) -> None:
    assert "等待来电" in await phone.page()
    await house.case("人民路的路灯坏了", sender_id=CALLER, channel="hotline", title="路灯坏了")
    call = await phone.answered()
    shown = await phone.page()
    assert SPACED in shown
    assert "路灯坏了" in shown
    assert f'data-call="{call.id}"' in shown
    seen = await house.services.staff.audit_entries(subject=call.id)
    assert [(one.actor, one.action) for one in seen] == [("lin", "call.see_caller")]


async def test_who_may_not_see_numbers_sees_them_masked(phone: Telephone, house: House) -> None:
    call = await phone.answered()
    await phone.said("我叫张三丰，电话13912345678，在人民路")
    await house.services.calls.type_field(call.id, "contact_phone", CALLER, LIN)
    administrator = await house.staff(Role.ADMINISTRATOR)
    shown = await phone.page(f"/desk?call={call.id}", client=administrator)
    for private in (CALLER, SPACED, "13912345678", "张三丰"):
        assert private not in shown
    assert "139****" in shown


async def test_another_operators_call_is_not_ones_own(phone: Telephone, house: House) -> None:
    call = await phone.answered(operator="wu")
    assert (await phone.operator.get(f"/desk?call={call.id}")).status == 404
    assert (await phone.operator.get(f"/desk/events?call={call.id}")).status == 404
    assert (await phone.post(f"/desk/calls/{call.id}/act", do="tell:ended")).status == 404
    supervisor = await house.staff(Role.SUPERVISOR)
    assert SPACED in await phone.page(f"/desk?call={call.id}", client=supervisor)


async def test_a_form_from_elsewhere_does_nothing(phone: Telephone) -> None:
    call = await phone.answered()
    path = f"/desk/calls/{call.id}/field"
    answer = await phone.operator.post(path, data={"name": "place", "value": "x"})
    assert answer.status == 403
    assert await phone.house.services.calls.draft(call.id) == {}


async def test_a_suggested_answer_is_quoted_adopted_and_read_out(phone: Telephone) -> None:
    call = await phone.answered()
    await phone.said("高龄津贴怎么领")
    shown = await phone.page()
    for part in ("小城高龄津贴办事指南", "小民字〔2026〕1号", "小城市民政局", "材料：身份证"):
        assert part in shown
    answer = await phone.post(f"/desk/calls/{call.id}/act", do="adopt:a0")
    assert answer.status == 303
    assert 'class="reading-text prose">年满八十周岁' in await phone.page()
    await phone.post(f"/desk/calls/{call.id}/act", **{"do": "edit:a0", "text:a0": "改过的话"})
    await phone.said("还有呢")
    await phone.post(f"/desk/calls/{call.id}/act", do="ignore:all")
    acts = await phone.house.services.calls.actions(call.id)
    assert [(one.kind, one.suggestion_id, one.text, one.by) for one in acts] == [
        (ActionKind.ADOPT, "a0", "年满八十周岁的老人可以申请（第0句）。", "lin"),
        (ActionKind.EDIT, "a0", "改过的话", "lin"),
        (ActionKind.IGNORE, "a1", "", "lin"),
    ]


async def test_an_answer_suggested_before_the_last_sentence_can_still_be_adopted(
    phone: Telephone,
) -> None:
    call = await phone.answered()
    await phone.said("高龄津贴怎么领")
    await phone.said("在哪里领")
    assert (await phone.post(f"/desk/calls/{call.id}/act", do="adopt:a0")).status == 303
    assert (await phone.post(f"/desk/calls/{call.id}/act", do="adopt:none")).status == 409
    shown = await phone.page()
    reading = shown[shown.index('id="p-reading"') : shown.index('id="p-answers"')]
    assert "小城高龄津贴办事指南" in reading
    [done] = await phone.house.services.calls.actions(call.id)
    assert done.text == "年满八十周岁的老人可以申请（第0句）。"


@pytest.mark.parametrize("do", ["tell:offered", "transfer:119119", "fix:0:place", "nothing", ""])
async def test_what_is_no_act_is_refused(phone: Telephone, do: str) -> None:
    call = await phone.answered()
    assert (await phone.post(f"/desk/calls/{call.id}/act", do=do)).status in {400, 409}
    assert await phone.house.services.calls.actions(call.id) == ()


async def test_what_was_typed_stays_whatever_is_heard(phone: Telephone) -> None:
    call = await phone.answered()
    await phone.said("路灯坏了，在解放路")
    path = f"/desk/calls/{call.id}/field"
    assert (await phone.post(path, name="place", value="人民路 8 号")).status == 303
    await phone.said("不对，在府前路")
    shown = await phone.page()
    assert 'name="place" value="人民路 8 号"' in shown
    draft = await phone.house.services.calls.draft(call.id)
    assert (draft["place"].source, draft["place"].by) == (Source.TYPED, "lin")
    await phone.post(path, name="place", value="")
    await phone.said("在府前路")
    assert 'name="place" value=""' in await phone.page()


async def test_of_a_whole_form_only_what_differs_was_typed(phone: Telephone) -> None:
    call = await phone.answered()
    await phone.said("路灯坏了，在解放路")
    values = {"place": "解放路", "was-place": "解放路", "title": "路灯坏了", "was-title": ""}
    ticks = {"confidential": "true", "was-confidential": "", "was-anonymous": ""}
    await phone.post(f"/desk/calls/{call.id}/order", **values, **ticks)
    draft = await phone.house.services.calls.draft(call.id)
    assert {name: one.source for name, one in draft.items()} == {
        "text": Source.HEARD,
        "place": Source.HEARD,
        "title": Source.TYPED,
        "confidential": Source.TYPED,
    }


async def test_a_case_is_opened_and_its_number_and_code_read_out(
    phone: Telephone, house: House
) -> None:
    call = await phone.answered()
    await phone.said("路灯坏了，在解放路")
    values = {"then": "open", "title": "解放路路灯坏了", "was-title": ""}
    answer = await phone.post(f"/desk/calls/{call.id}/order", **values)
    assert answer.headers["Location"] == f"/desk?call={call.id}&done=opened"
    shown = await phone.page(answer.headers["Location"])
    number = (await house.services.calls.get(call.id)).case_number
    told = [re.sub(r"\s", "", one) for one in re.findall(r'class="code">([\d ]+)<', shown)]
    assert told[0] == number
    case = await house.services.cases.look_up(number, told[1], who="test")
    assert (case.title, case.place) == ("解放路路灯坏了", "解放路")


async def test_a_call_joins_a_similar_case(phone: Telephone, house: House) -> None:
    number = (await house.case("解放路的路灯坏了")).case.number
    phone.scripted.similar = (SimilarCase(number=number, title="路灯坏了", probability=0.9),)
    call = await phone.answered()
    await phone.said("路灯坏了，在解放路")
    assert f'value="join:{number}"' in await phone.page()
    await phone.post(f"/desk/calls/{call.id}/act", do=f"join:{number}")
    shown = await phone.page()
    assert "已并入工单" in shown
    assert "查询码" not in shown
    assert (await house.services.calls.get(call.id)).case_number == number


async def test_danger_is_shown_and_transferred_by_one_press(phone: Telephone) -> None:
    call = await phone.answered()
    await phone.said("我家着火了", committed=False)
    assert "转接 119" in await phone.page()
    await phone.post(f"/desk/calls/{call.id}/act", do="transfer:119")
    await phone.post(f"/desk/calls/{call.id}/act", do="transfer:119")
    assert (await phone.house.services.calls.get(call.id)).transferred_to == "119"
    assert "已记下转接 119" in await phone.page()


async def test_after_the_call_findings_are_put_right_and_the_call_wrapped_up(
    phone: Telephone, house: House
) -> None:
    call = await phone.answered()
    await phone.said("路灯坏了，在解放路")
    await phone.post(f"/desk/calls/{call.id}/field", name="place", value="")
    assert "工单核对" not in await phone.page()
    await phone.event(K.ENDED)
    shown = await phone.page()
    assert "通话结束，请办结" in shown
    assert 'value="fix:0:place"' in shown
    await phone.post(f"/desk/calls/{call.id}/act", do="fix:0:place")
    assert "没有发现遗漏" in await phone.page()
    assert (await house.services.calls.draft(call.id))["place"].value == "解放路"
    path = f"/desk/calls/{call.id}/wrap"
    assert (await phone.post(path, code="call_again")).status == 400
    later = {"code": "call_again", "call_back_at": "2026-03-02T15:00", "summary": "再打给他"}
    assert (await phone.post(path, **later)).status == 303
    wrapped = await house.services.calls.get(call.id)
    assert (wrapped.wrap_up, wrapped.summary) == ("call_again", "再打给他")
    assert wrapped.call_back_at is not None
    assert wrapped.call_back_at.isoformat() == "2026-03-02T07:00:00+00:00"


async def test_without_any_feed_a_call_is_taken_by_hand(phone: Telephone, house: House) -> None:
    answer = await phone.post("/desk/begin", caller="139 0000 0002")
    call_id = answer.headers["Location"].partition("call=")[2]
    await phone.post(f"/desk/calls/{call_id}/say", leg="citizen", text="路灯坏了，在解放路")
    await house.services.calls._listening.settled()
    shown = await phone.page()
    assert "139 0000 0002" in shown
    assert 'name="place" value="解放路"' in shown
    for told in ("held", "resumed", "ended"):
        await phone.post(f"/desk/calls/{call_id}/act", do=f"tell:{told}")
    assert "通话结束，请办结" in await phone.page(f"/desk?call={call_id}")


async def test_an_extension_is_the_operators_from_now_on(phone: Telephone) -> None:
    await phone.post("/desk/seat", extension="1001")
    call = await phone.answered(operator="1001")
    assert call.operator == "lin"


async def test_content_is_looked_up_by_hand_and_adopted(phone: Telephone) -> None:
    call = await phone.answered()
    shown = await phone.page(f"/desk?call={call.id}&q=怎么申请高龄津贴")
    text, id = (
        re.findall(pattern, shown)[0]
        for pattern in (r'name="text:\w+" value="([^"]+)"', r'value="adopt:(\w+)"')
    )
    assert "身份证" in text
    assert "小城高龄津贴办事指南" in shown
    await phone.post(f"/desk/calls/{call.id}/act", **{"do": f"adopt:{id}", f"text:{id}": text})
    kinds = [one.kind for one in await phone.house.services.calls.actions(call.id)]
    assert kinds == [ActionKind.SEARCH, ActionKind.ADOPT]


async def test_a_missed_caller_is_called_back(phone: Telephone) -> None:
    await phone.event(K.OFFERED, "c9")
    call = await phone.event(K.ABANDONED, "c9")
    assert f'href="tel:{CALLER}"' in await phone.page("/desk/callbacks")
    path = f"/desk/callbacks/{call.id}"
    assert (await phone.post(path, outcome="later")).status == 400
    await phone.post(path, outcome="nobody")
    assert "已回 1 次" in await phone.page("/desk/callbacks")
    await phone.post(path, outcome="reached")
    assert "没有要回的电话" in await phone.page("/desk/callbacks")
    assert "已回电" in await phone.page("/desk/callbacks?all=true")
    assert (await phone.post(path, outcome="reached")).status == 409


async def test_the_supervisor_sees_all_calls_and_how_they_went(
    phone: Telephone, house: House
) -> None:
    await phone.answered()
    await phone.event(K.OFFERED, "c2", caller="13900000002")
    supervisor = await house.staff(Role.SUPERVISOR)
    shown = await phone.page("/desk/board", client=supervisor)
    assert "139****0001" in shown
    assert "139****0002" in shown
    assert CALLER not in shown
    assert "中位 5 秒" in shown
    assert (await phone.operator.get("/desk/board")).status == 403


def test_every_code_has_a_name() -> None:
    assert set(desk_words.FIELDS) == set(Field)
    assert set(desk_words.LEGS) == set(Leg)
    assert set(desk_words.WRAP_UP_NAMES) == set(desk_words.WrapUp)
    assert set(desk_words.OUTCOMES) == set(desk_words.CallBackOutcome)


@pytest.mark.parametrize(
    ("code", "said"),
    [("ami_password", "密码不对"), ("esl_lost", "连接断开"), ("ami_x", "连接有问题（ami_x）")],
)
def test_a_feeds_trouble_is_named(code: str, said: str) -> None:
    assert desk_words.trouble(code) == said


@pytest.mark.parametrize(
    ("number", "spaced"),
    [("13900000001", SPACED), ("20260302000001", "2026 0302 000001"), ("495305", "495 305")],
)
def test_numbers_are_grouped_as_they_are_read_out(number: str, spaced: str) -> None:
    assert desk_words.spaced(number) == spaced


async def test_another_desk_reads_the_call_as_json(phone: Telephone, house: House) -> None:
    call = await phone.answered()
    await phone.said("路灯坏了，在解放路")
    await phone.said("还有一句", leg=Leg.OPERATOR)
    await phone.post(f"/desk/calls/{call.id}/act", do="adopt:a0")
    answer = await phone.operator.get(f"/api/v1/calls/{call.id}?after=0")
    told = await answer.json()
    assert (told["state"], told["caller"], told["seq"]) == ("talking", CALLER, 0)
    assert [(one["seq"], one["leg"]) for one in told["sentences"]] == [(1, "operator")]
    [suggested] = told["answers"]
    assert (suggested["id"], suggested["done"]) == ("a0", "adopt")
    assert suggested["citations"][0]["number"] == "小民字〔2026〕1号"
    assert told["order"]["place"]["value"] == "解放路"
    assert (await phone.operator.get(f"/api/v1/calls/{call.id}?after=x")).status == 400
    administrator = await house.staff(Role.ADMINISTRATOR)
    told = await (await administrator.get(f"/api/v1/calls/{call.id}")).json()
    assert told["caller"] == "139****0001"
