"""A case goes to a department's Open311 server once, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.departments.base import NoticeKind
from connectors.errors import Refused, Retryable
from tests.connectors.open311.conftest import NUMBER, Connect, notice
from tests.fakes.open311_server import KEY, Open311Side

POSTS = "POST /v2/requests.xml"


def only(side: Open311Side) -> dict[str, str]:
    (kept,) = side.kept.values()
    return dict(kept.form)


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_a_case_is_sent(side: Open311Side, connect: Connect, form: str) -> None:
    side.json = True
    receipt = await connect(format=form).send(notice(latitude=28.19, longitude=115.79))
    assert receipt.external_id == "1000"
    sent = only(side)
    assert sent["service_code"] == "lamp"
    assert sent["address_string"] == "人民路 12 号"
    assert (sent["lat"], sent["long"]) == ("28.1900000", "115.7900000")
    assert sent["description"].startswith("路灯不亮\n人民路的路灯坏了")
    assert NUMBER in sent["description"]
    assert sent["attribute[external_id]"].startswith(NUMBER)
    assert not {"phone", "first_name", "last_name", "email"} & sent.keys()


async def test_contact_goes_only_where_it_may(side: Open311Side, connect: Connect) -> None:
    connector = connect(contact=True)
    assert connector.sees_citizens
    await connector.send(notice())
    assert only(side)["phone"] == "13812345678"
    side.kept.clear()
    await connector.send(notice(idempotency_key="delivery-2", confidential=True))
    assert "phone" not in only(side)


async def test_services_by_category_unit_and_default(side: Open311Side, connect: Connect) -> None:
    services = {"市政": "other", "市城市管理局": "lamp"}
    await connect(services=services).send(notice())
    assert only(side)["service_code"] == "other"
    side.kept.clear()
    await connect(services=services).send(notice(category=("环保",)))
    assert only(side)["service_code"] == "lamp"
    with pytest.raises(Refused, match="open311_no_service"):
        await connect(services=services, default_service="").send(
            notice(category=(), department="别的局", idempotency_key="delivery-2")
        )


async def test_a_case_without_a_place(side: Open311Side, connect: Connect) -> None:
    with pytest.raises(Refused, match="open311_no_place"):
        await connect().send(notice(place=""))
    await connect(default_address="丰城市").send(notice(place=""))
    assert only(side)["address_string"] == "丰城市"


async def test_a_map_of_china(side: Open311Side, connect: Connect) -> None:
    await connect(coordinates="gcj02").send(notice(latitude=28.19, longitude=115.79))
    assert (only(side)["lat"], only(side)["long"]) != ("28.1900000", "115.7900000")


async def test_a_long_text_is_cut_and_its_mark_is_whole(
    side: Open311Side, connect: Connect
) -> None:
    connector = connect()
    await connector.send(notice(text="长" * 9000))
    assert len(only(side)["description"]) <= 4000
    await connector.send(notice(text="长" * 9000))
    assert len(side.kept) == 1


async def test_sent_twice_is_kept_once(side: Open311Side, connect: Connect) -> None:
    first = await connect().send(notice())
    # Another process: it remembers nothing.
    assert await connect().send(notice()) == first
    assert side.asked.count(POSTS) == 1


async def test_a_lost_answer_is_looked_for(side: Open311Side, connect: Connect) -> None:
    side.loses = 1
    connector = connect()
    with pytest.raises(Retryable, match="open311_unclear"):
        await connector.send(notice())
    receipt = await connector.send(notice())
    assert receipt.external_id == "1000"
    assert len(side.kept) == 1


async def test_the_limit_a_server_that_lists_late_gets_it_twice(
    side: Open311Side, connect: Connect
) -> None:
    """What the specification leaves no way round: documented, and no better than this."""
    side.late, side.loses = timedelta(hours=1), 1
    connector = connect()
    with pytest.raises(Retryable):
        await connector.send(notice())
    await connector.send(notice())
    assert len(side.kept) == 2
    numbers = {kept.form["attribute[external_id]"] for kept in side.kept.values()}
    assert len(numbers) == 1


async def test_dispatched_again_after_a_return_is_another_request(
    side: Open311Side, connect: Connect
) -> None:
    await connect().send(notice())
    again = await connect().send(notice(idempotency_key="delivery-2", external_number="1000"))
    assert again.external_id == "1001"


async def test_somebody_elses_mark_is_not_ours(side: Open311Side, connect: Connect) -> None:
    await connect().send(notice())
    copied = only(side)["description"].replace("-", "_", 1)
    side.kept["1000"].form = {**only(side), "description": copied}
    await connect().send(notice())
    assert len(side.kept) == 2


async def test_the_list_is_read_to_its_end(side: Open311Side, connect: Connect) -> None:
    side.page = 20
    connector = connect()
    await connector.send(notice())
    for number in range(60):
        await connect(lists=False).send(notice(idempotency_key=f"other-{number}"))
    await connector.send(notice())
    assert len(side.kept) == 61


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
async def test_a_server_in_trouble_is_tried_later(
    side: Open311Side, connect: Connect, status: int
) -> None:
    side.fails(status, **{"Retry-After": "77"})
    with pytest.raises(Retryable) as caught:
        await connect().send(notice())
    assert caught.value.retry_after_s == 77
    assert side.kept == {}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 302, 410])
async def test_a_refusal_is_for_a_person(side: Open311Side, connect: Connect, status: int) -> None:
    side.fails(status)
    with pytest.raises(Refused, match=f"open311_{status}"):
        await connect().send(notice())


async def test_a_wrong_key_and_an_unknown_service_are_refused(connect: Connect) -> None:
    with pytest.raises(Refused, match="open311_403"):
        await connect(api_key="a wrong one").send(notice())
    with pytest.raises(Refused, match="open311_404"):
        await connect(services={"市政": "no such"}).send(notice())


async def test_nobody_there(connect: Connect, unused_tcp_port: int) -> None:
    connector = connect(endpoint=f"http://127.0.0.1:{unused_tcp_port}/v2")
    with pytest.raises(Retryable, match="open311_unreachable"):
        await connector.send(notice())


async def test_a_token_is_a_receipt(side: Open311Side, connect: Connect) -> None:
    side.tokens = True
    receipt = await connect(lists=False).send(notice())
    assert receipt.external_id == "token:T1000"


@pytest.mark.parametrize("kind", [NoticeKind.URGED, NoticeKind.NOTE, NoticeKind.WITHDRAWN])
async def test_what_the_specification_cannot_say_is_for_a_person(
    side: Open311Side, connect: Connect, kind: NoticeKind
) -> None:
    with pytest.raises(Refused, match=f"open311_cannot_say_{kind}"):
        await connect().send(notice(kind=kind, external_number="1000"))
    assert side.asked == []


@pytest.mark.parametrize("kind", [NoticeKind.REPLIED, NoticeKind.RATED, NoticeKind.CLOSED])
async def test_what_asks_nothing_of_them_is_left_unsaid(
    side: Open311Side, connect: Connect, kind: NoticeKind
) -> None:
    assert (await connect().send(notice(kind=kind, external_number="1000"))).external_id == ""
    assert side.asked == []


async def test_fixmystreets_updates(side: Open311Side, connect: Connect) -> None:
    side.accepts_updates = True
    connector = connect(updates=True)
    number = (await connector.send(notice())).external_id
    urged: dict[str, Any] = {
        "kind": NoticeKind.URGED,
        "external_number": number,
        "words": "第三天了",
        "idempotency_key": "delivery-2",
    }
    assert (await connector.send(notice(**urged))).external_id == "1"
    assert (await connector.send(notice(**urged))).external_id == "1"
    assert side.updates["delivery-2"]["description"] == "市民催办：第三天了"
    assert side.updates["delivery-2"]["status"] == "OPEN"


async def test_no_key_in_reprs_or_errors(side: Open311Side, connect: Connect) -> None:
    connector = connect()
    side.fails(403)
    with pytest.raises(Refused) as caught:
        await connector.send(notice())
    assert KEY not in repr(connector) + repr(vars(connector)) + repr(caught.value)
