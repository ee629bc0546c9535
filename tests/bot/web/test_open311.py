"""GeoReport v2 as it is served: every answer against the published schemas, XML against JSON."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient
from georeport import GeoReport

from bot.cases.model import Actor, Case, Move, Role
from bot.cases.publishing import draft
from tests.bot.conftest import World
from tests.bot.web import open311
from tests.bot.web.conftest import PAGE, House, running
from tests.bot.web.open311 import APP, BASE, BATCH, LAMP, SECOND, Schemas, both, from_xml, sent
from tests.fakes.town import LIGHTS

CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
OFFICE = Actor(id="office", role=Role.TRIAGE)


@pytest.fixture
def schemas(data_dir: Path) -> Schemas:
    return Schemas(folder=data_dir / "open311_schema")


@pytest.fixture
async def house(world: World) -> AsyncIterator[House]:
    parts = {"city": open311.small_city(), "settings": open311.settings(world)}
    async with running(world, **parts) as opened:
        yield opened


@pytest.fixture
async def app(house: House) -> TestClient:
    return await house.visitor()


async def case(house: House, number: str) -> Case:
    return await house.services.cases.get(number)


async def replied(house: House, number: str, reply: str = "路灯已修好，请您放心。") -> None:
    cases = house.services.cases
    await cases.move(number, Move.ACCEPT, CLERK)
    await cases.move(number, Move.REPLY, CLERK, text=reply, despite=True)


@pytest.mark.data
async def test_services_and_their_questions(app: TestClient, schemas: Schemas) -> None:
    services = await both(app, "services")
    schemas.check("services.json", services)
    assert [one["service_code"] for one in services] == ["CG-01", "HB-01", "other"]
    assert services[0]["keywords"] == "路灯"
    assert services[0]["group"] == "市政"
    assert {one["type"] for one in services} == {"realtime"}
    definition = await both(app, "services/CG-01")
    schemas.check("service-definition.json", definition)
    codes = [one["code"] for one in definition["attributes"]]
    assert codes == [
        "DEMAND_TYPE",
        "TITLE",
        "OCCURRED_AT",
        "ANONYMOUS",
        "SHARE_CONTACT",
        "MAY_PUBLISH",
    ]


@pytest.mark.data
async def test_requests_are_as_the_schemas_say(
    house: House, app: TestClient, schemas: Schemas
) -> None:
    first = (await sent(app))["service_request_id"]
    second = (await sent(app, description="另一盏路灯", lat=None, long=None))["service_request_id"]
    await replied(house, first)
    listed = await both(app, "requests")
    schemas.check("requests.json", listed)
    assert {one["service_request_id"] for one in listed} == {first, second}
    alone = await both(app, f"requests/{second}")
    schemas.check("requests.json", alone)
    assert alone == [one for one in listed if one["service_request_id"] == second]
    assert alone[0]["lat"] is None
    # Every field of the schema is there, and no other.
    assert {key for one in listed for key in one} == set(schemas.properties("request.json"))
    for one in listed:
        assert datetime.fromisoformat(one["requested_datetime"]).utcoffset() is not None
        assert one["updated_datetime"] >= one["requested_datetime"]


async def test_a_request_becomes_a_case(house: House, app: TestClient) -> None:
    told = await sent(
        app,
        **{
            "attribute[DEMAND_TYPE]": "投诉",
            "attribute[SHARE_CONTACT][]": "no",
            "attribute[title]": "路灯不亮",
            "attribute[easting]": "12",
        },
    )
    opened = await case(house, told["service_request_id"])
    assert (opened.channel, opened.conversation_id) == ("open311", "")
    assert opened.course.details["key"] == "app"
    assert opened.title == "路灯不亮、损坏：路灯不亮"
    assert opened.place == LAMP["address_string"]
    assert opened.demand_type.value == "投诉"
    assert opened.confidential
    assert opened.coordinates == (28.1923456, 115.7912345)
    assert (opened.contact_name, opened.contact_phone) == ("王小明", "13812345678")
    for beside in ("28.1923456", "https://pictures.example.com/lamp.jpg", "easting：12"):
        assert beside in opened.course.details["beside"]
    assert opened.text == LAMP["description"]
    staff = await house.staff(Role.TRIAGE)
    page = await (await staff.get(f"/cases/{opened.number}", headers=PAGE)).text()
    assert "easting：12" in page
    assert opened.lead_department == LIGHTS
    assert "查询码" in told["service_notice"]
    assert told["account_id"] is None


async def test_citizens_of_one_app_are_told_apart_without_being_named(
    house: House, app: TestClient
) -> None:
    async def sender(**fields: str | None) -> str:
        return (await case(house, (await sent(app, **fields))["service_request_id"])).sender_id

    first = await sender()
    assert "13812345678" not in first
    assert await sender(description="另一盏路灯") == first
    assert await sender(phone="13900001111") != first
    assert await sender(phone=None, email=None, device_id="a telephone") not in {first, ""}
    assert await sender(phone=None, email=None) == ""


async def test_danger_is_answered_with_the_number_to_call(app: TestClient) -> None:
    told = await sent(app, service_code="other", description="楼下着火了")
    assert "119" in told["service_notice"].splitlines()[0]


async def test_the_public_reads_nothing_of_a_person(app: TestClient) -> None:
    number = (await sent(app))["service_request_id"]
    (seen,) = await both(app, f"requests/{number}")
    whole = str(seen)
    for private in ("王小明", "13812345678", "wang@example.com", "201", "lamp.jpg", "28.1923"):
        assert private not in whole
    assert (seen["lat"], seen["long"]) == (28.192, 115.791)
    assert "路灯坏了" in seen["description"]


async def test_the_sender_gets_back_what_it_sent_masked(app: TestClient) -> None:
    number = (await sent(app))["service_request_id"]
    (seen,) = await both(app, f"requests/{number}", api_key=APP)
    assert (seen["lat"], seen["long"]) == (28.1923456, 115.7912345)
    assert seen["media_url"] == LAMP["media_url"]
    assert "王小明" not in seen["description"]


async def test_another_keys_requests_are_its_own(app: TestClient) -> None:
    number = (await sent(app, api_key=SECOND))["service_request_id"]
    assert await both(app, "requests") == []
    assert await both(app, "requests", api_key=APP) == []
    assert [one["service_request_id"] for one in await both(app, "requests", api_key=SECOND)] == [
        number
    ]
    unknown = await app.get(f"{BASE}/requests/{number}.json")
    assert unknown.status == 404


async def test_what_is_secret_is_the_senders_alone(app: TestClient) -> None:
    await sent(app, **{"attribute[DEMAND_TYPE]": "举报"})
    await sent(app, description="路灯坏了 b", **{"attribute[SHARE_CONTACT]": "no"})
    assert await both(app, "requests") == []
    assert len(await both(app, "requests", api_key=APP)) == 2


async def test_published_cases_of_any_channel_are_read_without_their_number(
    house: House, app: TestClient
) -> None:
    opened = await house.case("人民路的路灯坏了", may_publish=True)  # type: ignore[arg-type]
    number = opened.case.number
    await house.case("另一条路的路灯坏了", key="k2")
    await replied(house, number)
    public = draft(await case(house, number))
    await house.services.cases.move(number, Move.PUBLISH, OFFICE, public=public)
    (seen,) = await both(app, "requests")
    assert seen["service_request_id"] == f"p{opened.case.id}"
    assert number not in str(seen)
    assert seen["status_notes"] == public.reply
    assert await both(app, f"requests/p{opened.case.id}") == [seen]
    assert await both(app, "requests", service_request_id=number) == []
    assert await both(app, "requests", service_code="other") == [seen]
    assert await both(app, "requests", service_code="CG-01") == []


async def test_open_and_closed(house: House, app: TestClient) -> None:
    done, other = [
        (await sent(app, description=f"路灯 {n}"))["service_request_id"] for n in range(2)
    ]
    await replied(house, done, "已更换灯泡，联系人李四 13900001111")
    (still,) = await both(app, f"requests/{done}")
    assert still["status"] == "open"
    assert still["status_notes"].startswith("已答复。已更换灯泡")
    assert "13900001111" not in still["status_notes"]
    house.world.clock.advance(days=1)
    await house.services.cases.move(done, Move.CLOSE, OFFICE)
    (closed,) = await both(app, "requests", status="closed")
    assert (closed["service_request_id"], closed["status"]) == (done, "closed")
    assert closed["updated_datetime"] == "2026-03-03T10:00:00+08:00"
    (opened,) = await both(app, "requests", status="open")
    assert opened["service_request_id"] == other
    assert len(await both(app, "requests", status="open,closed")) == 2


async def test_a_refusal_tells_its_reason(house: House, app: TestClient) -> None:
    number = (await sent(app, service_code="other", description="小区纠纷"))["service_request_id"]
    await house.services.cases.move(number, Move.REFUSE, OFFICE, reason="请向人民法院提出。")
    (seen,) = await both(app, f"requests/{number}")
    assert (seen["status"], seen["status_notes"]) == ("closed", "不予受理。请向人民法院提出。")


async def test_a_list_by_service_by_ids_and_by_pages(app: TestClient) -> None:
    numbers = [
        (await sent(app, description=f"路灯 {n}", service_code=code))["service_request_id"]
        for n, code in enumerate(("CG-01", "HB-01", "CG-01"))
    ]

    async def listed(**query: str) -> list[str]:
        return [one["service_request_id"] for one in await both(app, "requests", **query)]

    assert set(await listed(service_code="HB-01")) == {numbers[1]}
    assert set(await listed(service_code="HB-01,CG-01")) == set(numbers)
    # Ids override all else, and what is unknown is left out.
    ids = f"{numbers[0]},{numbers[2]},20200101000001,x'--"
    assert set(await listed(service_request_id=ids, status="closed", start_date="wrong")) == {
        numbers[0],
        numbers[2],
    }
    pages = [await listed(page=str(page), page_size="2") for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 1, 0]
    assert {one for page in pages for one in page} == set(numbers)


async def test_a_list_by_dates(house: House, app: TestClient) -> None:
    await sent(app)
    house.world.clock.advance(days=91)
    later = (await sent(app))["service_request_id"]

    async def count(**query: str) -> int:
        return len(await both(app, "requests", **query))

    assert await count() == 1
    assert await count(start_date="2026-03-02T10:00:00+08:00") == 1
    assert await count(start_date="2026-03-02T10:00:01+08:00", status="open") == 0
    assert await count(end_date="2026-03-02T02:00:00Z") == 1
    assert await count(start_date="2026-03-02T10:00:00 08:00", end_date="2026-05-31T00:00:00Z") == 1
    assert later


async def test_the_same_request_again_is_the_same_case(house: House, app: TestClient) -> None:
    first = await sent(app)
    house.world.clock.advance(minutes=9)
    assert await sent(app) == first
    assert await sent(app, device_id="another telephone") != first
    assert await sent(app, api_key=SECOND) != first
    house.world.clock.advance(minutes=11)
    assert (await sent(app))["service_request_id"] != first["service_request_id"]


async def test_a_clients_own_number_holds_for_ever(house: House, app: TestClient) -> None:
    first = await sent(app, **{"attribute[fixmystreet_id]": "77"})
    house.world.clock.advance(days=30)
    again = await sent(app, **{"attribute[fixmystreet_id]": "77"}, description="重发，路灯坏了")
    assert again["service_request_id"] == first["service_request_id"]
    other = await sent(app, api_key=SECOND, **{"attribute[fixmystreet_id]": "77"})
    assert other["service_request_id"] != first["service_request_id"]


async def test_two_at_once_are_one(app: TestClient) -> None:
    told = await asyncio.gather(*(sent(app) for _ in range(5)))
    assert len({one["service_request_id"] for one in told}) == 1


@pytest.mark.data
async def test_a_token_is_changed_into_the_number(
    house: House, app: TestClient, schemas: Schemas
) -> None:
    told = await sent(app, api_key=BATCH)
    assert "service_request_id" not in told
    (found,) = await both(app, f"tokens/{told['token']}")
    assert found["token"] == told["token"]
    opened = await case(house, found["service_request_id"])
    assert opened.course.details["key"] == "batch"
    seen = await both(app, f"requests/{opened.number}", api_key=BATCH)
    schemas.check("requests.json", seen)


async def test_discovery(app: TestClient) -> None:
    told = await both(app, "discovery")
    (endpoint,) = told["endpoints"]
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"].endswith("/open311/v2")
    elsewhere = await app.get("/open311/discovery.xml")
    assert from_xml(await elsewhere.read()) == told


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_the_client_georeport_finds_its_way(app: TestClient, form: str) -> None:
    numbers = [(await sent(app, description=f"路灯 {n}"))["service_request_id"] for n in range(2)]
    client = GeoReport(str(app.make_url(BASE)), jurisdiction="000000", output_format=form)
    services = await asyncio.to_thread(client.get_service_list)
    assert [one["service_code"] for one in services] == ["CG-01", "HB-01", "other"]
    definition = await asyncio.to_thread(client.get_service_definition, "HB-01")
    assert definition["service_code"] == "HB-01"
    listed = await asyncio.to_thread(
        client.get_service_requests,
        service_code="CG-01",
        start_date="2026-03-01T00:00:00Z",
        end_date="2026-04-01T00:00:00Z",
        status="open",
    )
    assert {one["service_request_id"] for one in listed} == set(numbers)
    one = await asyncio.to_thread(client.get_service_request, numbers[0])
    assert (one["service_request_id"], one["status"]) == (numbers[0], "open")
    both_asked = await asyncio.to_thread(
        client.get_service_requests, service_request_id=",".join(numbers)
    )
    assert len(both_asked) == 2
