"""What became of cases at a department's Open311 server."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from connectors.departments.base import DepartmentUpdate, UpdateKind
from connectors.departments.open311.connector import Open311Connector, Sent
from connectors.errors import Refused, Retryable
from tests.connectors.open311.conftest import NUMBER, Connect, notice
from tests.fakes.edges import FakeClock
from tests.fakes.open311_server import KEY, Open311Side


class Asker:
    """Polls, and remembers the cursor as the worker does."""

    def __init__(self, connector: Open311Connector) -> None:
        self.connector, self.cursor = connector, ""

    async def news(self) -> tuple[DepartmentUpdate, ...]:
        updates, self.cursor = await self.connector.poll(self.cursor)
        return updates


async def test_a_closed_request_is_told_once(
    side: Open311Side, connect: Connect, clock: FakeClock
) -> None:
    connector = connect()
    await connector.send(notice())
    asker = Asker(connector)
    assert await asker.news() == ()
    clock.advance(hours=3)
    side.say("1000", "closed", "灯已更换")
    (update,) = await asker.news()
    assert update.kind is UpdateKind.CLOSED
    assert (update.source, update.external_number) == ("open311-lamps", "1000")
    assert (update.case_number, update.words) == (NUMBER, "灯已更换")
    assert update.at == clock.now()
    assert await asker.news() == ()


async def test_a_cursor_that_was_not_kept_tells_the_same_again(
    side: Open311Side, connect: Connect
) -> None:
    connector = connect()
    await connector.send(notice())
    side.say("1000", "closed", "灯已更换")
    first, _ = await connector.poll("")
    again, _ = await connector.poll("")
    assert first == again
    assert len(first) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("closed", UpdateKind.CLOSED),
        ("Fixed", UpdateKind.CLOSED),
        ("NO_FURTHER_ACTION", UpdateKind.CLOSED),
        ("in_progress", UpdateKind.ACCEPTED),
        ("Action Scheduled", UpdateKind.ACCEPTED),
        ("not_councils_responsibility", UpdateKind.RETURNED),
        ("open", UpdateKind.NOTE),
        ("something else", UpdateKind.NOTE),
    ],
)
async def test_statuses(side: Open311Side, connect: Connect, status: str, kind: UpdateKind) -> None:
    connector = connect()
    await connector.send(notice())
    side.say("1000", status, "说明")
    (update,), _ = await connector.poll("")
    assert (update.kind, update.words) == (kind, "说明")


async def test_closed_opened_and_closed_again_are_three_things(
    side: Open311Side, connect: Connect
) -> None:
    connector = connect()
    await connector.send(notice())
    asker = Asker(connector)
    told = []
    for status, notes in (("closed", "修好"), ("open", "又坏了"), ("closed", "修好")):
        side.say("1000", status, notes)
        told += await asker.news()
    assert [one.kind for one in told] == [UpdateKind.CLOSED, UpdateKind.NOTE, UpdateKind.CLOSED]
    assert len({one.external_id for one in told}) == 3


async def test_others_requests_are_not_ours(side: Open311Side, connect: Connect) -> None:
    connector = connect()
    await connector.send(notice())
    stranger = {**side.kept["1000"].form, "description": "别人的 〔工单 20260302000001-ab-cd〕"}
    for number in ("1001", "1002"):
        side.kept[number] = type(side.kept["1000"])(
            id=number,
            at=side.now(),
            form=stranger,
            status="closed",
            notes="假的答复",
            updated=side.now(),
            listed_from=side.now(),
        )
    assert (await connector.poll(""))[0] == ()


async def _one_sent(_: str) -> Mapping[str, str]:
    return {"1000": NUMBER}


@pytest.mark.parametrize("sent", [None, _one_sent])
async def test_a_copied_mark_is_not_believed(
    side: Open311Side, connect: Connect, clock: FakeClock, sent: Sent | None
) -> None:
    connector = connect(sent=sent)
    await connector.send(notice())
    original = side.kept["1000"]
    clock.advance(minutes=5)
    side.kept["1001"] = type(original)(
        id="1001",
        at=clock.now(),
        form=original.form,
        status="closed",
        notes="假的答复",
        updated=clock.now(),
        listed_from=clock.now(),
    )
    assert (await connector.poll(""))[0] == ()


async def test_a_server_that_shows_no_description_is_asked_by_number(
    side: Open311Side, connect: Connect, clock: FakeClock
) -> None:
    side.shows = lambda description: ""

    async def sent(name: str) -> Mapping[str, str]:
        assert name == "open311-lamps"
        return {"1000": NUMBER}

    connector = connect(sent=sent, lists=False)
    await connector.send(notice())
    clock.advance(days=200)
    side.say("1000", "closed", "修好了")
    asker = Asker(connector)
    (update,) = await asker.news()
    assert (update.external_number, update.case_number) == ("1000", NUMBER)
    assert await asker.news() == ()


async def test_a_token_is_followed_under_its_own_name(side: Open311Side, connect: Connect) -> None:
    side.tokens = True

    async def sent(name: str) -> Mapping[str, str]:
        del name
        return {"token:T1000": NUMBER}

    connector = connect(sent=sent)
    assert (await connector.send(notice())).external_id == "token:T1000"
    asker = Asker(connector)
    side.say("1000", "in_progress", "已派工")
    side.shows = lambda description: ""
    assert await asker.news() == ()
    side.number_tokens()
    (update,) = await asker.news()
    assert (update.external_number, update.kind) == ("token:T1000", UpdateKind.ACCEPTED)
    # The list shows it with its mark as well: still one request.
    side.shows = str
    side.say("1000", "closed", "修好了")
    (update,) = await asker.news()
    assert (update.external_number, update.kind) == ("token:T1000", UpdateKind.CLOSED)


async def test_many_are_asked_in_turns(side: Open311Side, connect: Connect) -> None:
    numbers = {str(number): NUMBER for number in range(1000, 1700)}

    async def sent(name: str) -> Mapping[str, str]:
        del name
        return numbers

    connector = connect(sent=sent, lists=False)
    for number in range(700):
        await connector.send(notice(idempotency_key=str(number)))
        side.say(str(1000 + number), "closed", "修好了")
    asker = Asker(connector)
    rounds = [len(await asker.news()) for _ in range(3)]
    assert rounds == [500, 200, 0]


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", '{"watched": [[1]]}', '{"watched": 3}'])
async def test_any_cursor_is_a_beginning(side: Open311Side, connect: Connect, cursor: str) -> None:
    connector = connect()
    await connector.send(notice())
    side.say("1000", "closed", "修好了")
    assert len((await connector.poll(cursor))[0]) == 1


async def test_a_server_in_trouble_or_that_refuses(side: Open311Side, connect: Connect) -> None:
    side.fails(503, 403)
    with pytest.raises(Retryable):
        await connect().poll("")
    with pytest.raises(Refused):
        await connect().poll("")


async def test_a_key_is_not_in_the_cursor(side: Open311Side, connect: Connect) -> None:
    connector = connect()
    await connector.send(notice())
    _, cursor = await connector.poll("")
    assert "1000" in cursor
    assert KEY not in cursor
    assert "路灯" not in cursor
