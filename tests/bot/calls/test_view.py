"""A call read at one moment, and what puts a finding right."""

from __future__ import annotations

import pytest

from bot.calls.model import Sentence
from bot.calls.order import Field, Filled, OrderDraft, Source
from bot.calls.quality import Finding, FindingKind
from bot.calls.view import fixable
from bot.errors import NotFound
from connectors.calls import Leg
from tests.bot.calls.world import LIN, Desk, Echo
from tests.fakes.edges import FakeClock


def heard(**values: str) -> OrderDraft:
    return OrderDraft(
        fields={
            Field(name): Filled(value=value, source=Source.HEARD) for name, value in values.items()
        }
    )


def found(kind: FindingKind, of: Field | None = None, seq: int = -1, said: str = "") -> Finding:
    return Finding(kind=kind, message=f"来电人还说到“{said}”，请补充。", seq=seq, of=of)


@pytest.mark.parametrize(
    ("finding", "fix"),
    [
        (found(FindingKind.PLACE_MISSING, Field.PLACE), "解放路"),
        (found(FindingKind.WISH_IGNORED, Field.CONFIDENTIAL), "true"),
        (found(FindingKind.DOWNGRADED, Field.DEMAND_TYPE), ""),
        (found(FindingKind.LEFT_OUT, Field.TEXT, said="路面"), "路灯坏了\n路面也坏了"),
        (found(FindingKind.LEFT_OUT, Field.TEXT, said="井盖"), "路灯坏了\n井盖"),
        (found(FindingKind.PROMISE_MISSING, Field.TEXT, seq=1), "路灯坏了\n明天派人来"),
        (found(FindingKind.PROMISE_MISSING, Field.TEXT, seq=9), ""),
    ],
)
def test_a_finding_is_put_right_by_what_was_said(finding: Finding, fix: str) -> None:
    at = FakeClock().now()
    sentences = [
        Sentence(seq=0, leg=Leg.CITIZEN, text="路灯坏了", at=at),
        Sentence(seq=1, leg=Leg.OPERATOR, text="明天派人来", at=at),
    ]
    said = heard(place="解放路", confidential="true")
    content = {"parts": [{"text": "路面也坏了"}]}
    assert fixable(finding, heard(text="路灯坏了"), said, sentences, content).fix == fix


def test_danger_that_was_not_transferred_names_the_number() -> None:
    finding = found(FindingKind.EMERGENCY_NOT_TRANSFERRED)
    right = fixable(finding, heard(), heard(), [], {"emergency": "119"})
    assert (right.fix, right.transfer_to) == ("", "119")


async def test_a_call_is_read_at_one_moment(desk: Desk) -> None:
    calls = await desk.replica(suggesting=Echo())
    call = await desk.answered(calls)
    for text in ("路灯不亮", "在解放路"):
        await calls.take_fragment(desk.said(text))
        await calls._listening.settled()
    await calls.adopt(call.id, "a1", "照这样答", LIN)
    view = await calls.view(call.id, after=0)
    assert [one.text for one in view.sentences] == ["在解放路"]
    assert view.suggested is not None
    assert (view.suggested.seq, view.draft["place"].value) == (1, "解放路")
    assert (len(view.actions), view.behind, view.call) == (1, False, await calls.get(call.id))
    with pytest.raises(NotFound):
        await calls.view("none")


async def test_findings_are_of_the_whole_call(desk: Desk) -> None:
    calls = await desk.replica(suggesting=Echo())
    call = await desk.answered(calls)
    assert await calls.findings(await calls.view(call.id)) == ()
    await calls.take_fragment(desk.said("路灯不亮，在解放路"))
    await calls._listening.settled()
    await calls.type_field(call.id, "place", "", LIN)
    [one] = await calls.findings(await calls.view(call.id))
    assert (one.finding.kind, one.fix) == (FindingKind.PLACE_MISSING, "解放路")


async def test_words_that_are_being_said_may_be_dangerous(desk: Desk) -> None:
    assert (await desk.replica(suggesting=Echo())).danger("着火了") == "119"
    assert (await desk.replica("r2")).danger("着火了") == ""
