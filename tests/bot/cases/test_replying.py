"""A reply is checked before it goes to a citizen."""

from __future__ import annotations

import pytest

from bot.cases.model import Actor, DemandType, Move, Role, State
from bot.cases.replying import PRIVATE, Replied, Weight, blocks, check
from bot.errors import Invalid
from tests.bot.cases.world import CITY_LOOK, CLERK, World

HEAD = Actor(id="head", role=Role.DEPARTMENT_HEAD, department=CITY_LOOK)
GOOD = (
    "您好！您反映的东门路灯不亮，我局工人于5月6日到现场核实，已更换灯头三盏，当晚亮灯。"
    "依据《城市照明管理规定》，如再有故障请拨打0795-6600000。感谢您的监督。"
)


def found(text: str, demand: str = "东门的路灯不亮了", **more: object) -> dict[str, Weight]:
    asked = Replied(demand_type=DemandType.COMPLAINT, demands=(demand,), **more)  # type: ignore[arg-type]
    return {one.code: one.weight for one in check(text, asked)}


def test_a_good_reply_has_nothing_wrong() -> None:
    assert found(GOOD) == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("您好，您反映的路灯问题已转相关部门。感谢您的来信。", "passed_on"),
        ("您好，我局高度重视，将认真研究，进一步加强管理。感谢您的关心！", "hollow"),
        ("您好，您反映的路灯问题我们收悉了。", "not_done"),
        ("您好，我们于【日期】到现场查看，已更换灯头。", "blank"),
        ("您好，路灯不归我们管，你自己想办法。", "rude"),
        ("您好，投诉人王小明的路灯已修好。", "citizen_name"),
        ("您好，已联系您13812345678说明，路灯已修好。", "citizen_phone"),
        ("您好，已核实身份证360981199003071234，路灯已修好。", "identity_number"),
        ("您好，路灯已修好。经核查此人系重点人员。", "inside"),
        ("您好，经核实您不符合申请条件，不予受理路灯补贴。", "no_basis"),
    ],
)
def test_what_must_be_put_right_is_said(text: str, code: str) -> None:
    assert found(text).get(code) is Weight.BLOCKING


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("您好，东门的路灯已修好，感谢您。", "no_contact"),
        ("您好，东门的路灯已修好，感谢您。", "no_basis"),
        ("东门路灯已修好，谢谢你。", "greeting"),
        ("您好，东门路灯已修好，请你放心。", "plain_you"),
        ("您好，公交站已清扫，感谢您的来信。", "off_matter"),
        ("您好，东门路灯已查看，近期将更换灯杆，感谢您。", "no_date"),
    ],
)
def test_what_could_be_better_is_advised(text: str, code: str) -> None:
    assert found(text).get(code) is Weight.ADVICE


def test_an_office_number_is_no_private_one() -> None:
    assert "citizen_phone" not in found(GOOD.replace("0795-6600000", "办公电话13900001111"))


def test_a_part_that_nobody_answered_is_named() -> None:
    asked = Replied(
        demand_type=DemandType.COMPLAINT,
        demands=("东门的路灯不亮", "菜市场的污水没有人清理"),
    )
    said = [one.said for one in check(GOOD, asked) if one.code == "unanswered"]
    assert len(said) == 1
    assert "菜市场" in said[0]


def test_an_empty_reply_is_not_fit() -> None:
    assert blocks(check(" ", Replied(demand_type=DemandType.HELP, demands=("x",))))


async def _at_work(world: World) -> str:
    number = (await world.open()).case.number
    await world.service.move(number, Move.ACCEPT, CLERK)
    return number


async def test_one_that_only_passes_on_is_held_back_and_can_be_sent_despite(world: World) -> None:
    number, text = await _at_work(world), "您好，您反映的问题已转相关部门处理。"
    with pytest.raises(Invalid, match="只说转给了别处"):
        await world.service.move(number, Move.REPLY, CLERK, text=text)
    assert (await world.service.get(number)).state is State.ACCEPTED
    sent = await world.service.move(number, Move.REPLY, CLERK, text=text, despite=True)
    assert sent.state is State.REPLIED
    events = await world.service.events(number)
    assert events[-1].details["despite"] == "passed_on"


async def test_one_that_tells_private_data_cannot_be_sent_at_all(world: World) -> None:
    number, text = await _at_work(world), "路灯已修好，已告知 13812345678 的机主。"
    for despite in (False, True):
        with pytest.raises(Invalid, match="手机号"):
            await world.service.move(number, Move.REPLY, CLERK, text=text, despite=despite)
    assert "citizen_phone" in PRIVATE
