"""What a GeoReport v2 server must refuse, and how it says so."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.cases.service import CaseFilter
from bot.open311.keys import read_keys
from tests.bot.conftest import World
from tests.bot.web import open311
from tests.bot.web.conftest import House, running
from tests.bot.web.open311 import APP, BASE, LAMP, both, from_xml, sent


@pytest.fixture
async def house(world: World) -> AsyncIterator[House]:
    parts = {"city": open311.small_city(), "settings": open311.settings(world)}
    async with running(world, **parts) as opened:
        yield opened


@pytest.fixture
async def app(house: House) -> TestClient:
    return await house.visitor()


async def cases(house: House) -> int:
    return len((await house.services.cases.cases(CaseFilter())).cases)


async def faults(answer: ClientResponse) -> list[dict[str, Any]]:
    """The errors of an answer, whatever its form, each with the status as its code."""
    body = await answer.read()
    told = await answer.json() if "json" in answer.headers["Content-Type"] else from_xml(body)
    assert [one["code"] for one in told] == [answer.status] * len(told)
    assert all(set(one) == {"code", "description"} for one in told)
    return list(told)


def lamp(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in (LAMP | fields).items() if value is not None}


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("key", [None, "", "wrong", f"{APP}x", "密钥"])
async def test_without_a_right_key_nothing_is_sent(
    house: House, app: TestClient, form: str, key: str | None
) -> None:
    answer = await app.post(f"{BASE}/requests.{form}", data=lamp(api_key=key))
    assert answer.status == 403
    assert "api_key" in (await faults(answer))[0]["description"]
    assert await cases(house) == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"service_code": None}, "service_code"),
        ({"lat": None, "long": None, "address_string": None}, "lat"),
        ({"long": None}, "long"),
        ({"lat": ""}, "lat"),
        ({"lat": "91"}, "lat"),
        ({"long": "-180.5"}, "long"),
        ({"lat": "nan"}, "lat"),
        ({"long": "inf"}, "long"),
        ({"lat": "1e1"}, "lat"),
        ({"lat": "２８.1"}, "lat"),
        ({"lat": "0", "long": "0.0"}, "lat"),
        ({"description": "字" * 4001}, "description"),
        ({"address_string": "路" * 201}, "address_string"),
        ({"phone": "1" * 41}, "phone"),
        ({"media_url": "http://pictures.example.com/a.jpg"}, "media_url"),
        ({"media_url": "javascript:alert(1)"}, "media_url"),
        ({"media_url": "https://"}, "media_url"),
        ({"media_url": "https://me:secret@example.com/a.jpg"}, "media_url"),
        ({"media_url": 'https://example.com/"><script>'}, "media_url"),
        ({"media_url": "https://[::1/a.jpg"}, "media_url"),
        ({"attribute[DEMAND_TYPE]": "别的"}, "attribute[DEMAND_TYPE]"),
        ({"attribute[ANONYMOUS]": "maybe"}, "attribute[ANONYMOUS]"),
        ({"attribute[NOTE]": "长" * 501}, "attribute[NOTE]"),
        ({"service_code": "other", "description": None}, "description"),
    ],
)
async def test_a_faulty_field_is_named(
    house: House, app: TestClient, changed: Mapping[str, str | None], field: str
) -> None:
    answer = await app.post(f"{BASE}/requests.json", data=lamp(**changed))
    assert answer.status == 400
    assert [one["description"].partition("：")[0] for one in await faults(answer)] == [field]
    assert await cases(house) == 0


async def test_all_faults_are_told_at_once(app: TestClient) -> None:
    bad = lamp(lat="x", description="字" * 5000, media_url="ftp://x")
    answer = await app.post(f"{BASE}/requests.xml", data=bad)
    named = {one["description"].partition("：")[0] for one in await faults(answer)}
    assert named == {"lat", "description", "media_url"}


async def test_too_many_attributes_or_values(app: TestClient) -> None:
    many = {f"attribute[A{n}]": "1" for n in range(41)}
    assert (await app.post(f"{BASE}/requests.json", data=lamp(**many))).status == 400
    twice = [*lamp().items(), *(("attribute[ANONYMOUS][]", said) for said in ("yes", "no"))]
    answer = await app.post(f"{BASE}/requests.json", data=twice)
    assert "只能有一个值" in (await faults(answer))[0]["description"]


async def test_four_thousand_characters_are_taken(house: House, app: TestClient) -> None:
    number = (await sent(app, description="灯" * 4000))["service_request_id"]
    (seen,) = await both(app, f"requests/{number}")
    assert len(seen["description"]) == 4000


async def test_a_service_without_words_is_a_request(house: House, app: TestClient) -> None:
    number = (await sent(app, description=None))["service_request_id"]
    assert "路灯不亮" in (await house.services.cases.get(number)).text


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("requests", {"start_date": "2026-01-31"}),
        ("requests", {"start_date": "2026-01-31T08:00:00"}),
        ("requests", {"start_date": "2026-02-30T08:00:00Z"}),
        ("requests", {"end_date": "0001-01-01T00:00:00+08:00"}),
        ("requests", {"end_date": "yesterday"}),
        ("requests", {"start_date": "2026-03-02T00:00:00Z", "end_date": "2026-03-01T00:00:00Z"}),
        ("requests", {"start_date": "2025-01-01T00:00:00Z", "end_date": "2026-03-01T00:00:00Z"}),
        ("requests", {"status": "done"}),
        ("requests", {"page": "0"}),
        ("requests", {"page": "-1"}),
        ("requests", {"page": "one"}),
        ("requests", {"page": "9" * 30}),
        ("requests", {"page_size": "1001"}),
        ("requests", {"page_size": "²"}),
        ("requests", {"service_request_id": ",".join(str(n) for n in range(201))}),
    ],
)
@pytest.mark.parametrize("form", ["xml", "json"])
async def test_a_faulty_question_is_refused(
    app: TestClient, path: str, query: Mapping[str, str], form: str
) -> None:
    answer = await app.get(f"{BASE}/{path}.{form}", params=query)
    assert answer.status == 400
    assert await faults(answer)


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "9999-12-31T23:59:59Z"},
        {"end_date": "0001-01-02T00:00:00Z"},
        {"page": "10000", "page_size": "1000"},
        {"service_request_id": "x' OR '1'='1,p,p',%00"},
        {"service_request_id": ","},
    ],
)
async def test_an_odd_question_finds_nothing_or_all(
    app: TestClient, query: Mapping[str, str]
) -> None:
    assert await both(app, "requests", **query) == []


@pytest.mark.parametrize(
    "path",
    [
        "services.xml?jurisdiction_id=sfgov.org",
        "services/CG-99.json",
        "services/other.json?jurisdiction_id=1",
        "requests.json?jurisdiction_id=sfgov.org",
        "requests.json?service_code=CG-99",
        "requests/20260302000009.json",
        "requests/p1.xml",
        "requests/1,2.xml",
        "requests/%27%3B--.json",
        "tokens/abc.json",
        f"tokens/{'f' * 500}.xml",
        "services.yaml",
        "services",
        "nothing/at/all.json",
        "requests.json/x",
    ],
)
async def test_what_is_not_there_is_404(app: TestClient, path: str) -> None:
    answer = await app.get(f"{BASE}/{path}")
    assert answer.status == 404
    assert await faults(answer)


async def test_another_citys_request_is_not_taken(house: House, app: TestClient) -> None:
    fields = lamp(jurisdiction_id="sfgov.org")
    answer = await app.post(f"{BASE}/requests.xml", data=fields)
    assert answer.status == 404
    ours = await app.post(f"{BASE}/requests.xml", data=lamp(jurisdiction_id="000000"))
    assert ours.status == 200
    assert await cases(house) == 1


async def test_huge_bodies_and_other_types_are_refused(house: House, app: TestClient) -> None:
    for body, kind in (
        (b"api_key=" + b"x" * 300_000, "application/x-www-form-urlencoded"),
        (b"x" * 1_000_000, "application/x-www-form-urlencoded"),
        (b'{"api_key": "x"}', "application/json"),
        (b"<request/>", "text/xml"),
        (b"", "application/x-www-form-urlencoded; charset=no-such"),
        (b"\xff\xfe=1", "application/x-www-form-urlencoded"),
        (b"not a multipart", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
    ):
        answer = await app.post(f"{BASE}/requests.xml", data=body, headers={"Content-Type": kind})
        assert answer.status in {400, 403}, (body[:20], kind)
        assert await faults(answer)
    assert await cases(house) == 0


HOSTILE = (
    "路灯'; DROP TABLE cases;-- <script>alert(1)</script> ]]> &amp; &lol; "
    "{{7*7}} \x0b\ufffe\U0001f4a1"
)


async def test_hostile_text_is_only_text(house: House, app: TestClient) -> None:
    number = (
        await sent(
            app,
            description=HOSTILE,
            address_string="<b>人民路</b>' OR 1=1",
            first_name="<i>",
            **{"attribute[<x>]": "\x01&"},
        )
    )["service_request_id"]
    (seen,) = from_xml(await (await app.get(f"{BASE}/requests/{number}.xml")).read())
    assert "<script>alert(1)</script> ]]> &amp; &lol;" in seen["description"]
    assert "\U0001f4a1" in seen["description"]
    staff = await house.staff(Role.TRIAGE)
    page = await (await staff.get(f"/cases/{number}", headers={"Accept": "text/html"})).text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


async def test_a_key_is_held_to_its_rate(world: World) -> None:
    slow = read_keys({"app": {"key": APP, "per_minute": 2}})
    parts = {
        "city": open311.small_city(),
        "settings": open311.settings(world, open311_keys=slow),
    }
    async with running(world, **parts) as house:
        app = await house.visitor()
        statuses = []
        for n in range(3):
            answer = await app.post(f"{BASE}/requests.json", data=lamp(description=f"路灯 {n}"))
            statuses.append(answer.status)
        assert statuses == [200, 200, 429]
        assert int(answer.headers["Retry-After"]) >= 1
        assert await faults(answer)
        assert (await app.get(f"{BASE}/requests.json")).status == 200


async def test_guessing_keys_is_slowed_and_a_right_one_is_taken(app: TestClient) -> None:
    statuses = []
    for n in range(32):
        answer = await app.get(f"{BASE}/requests.json", params={"api_key": f"guess {n}"})
        statuses.append(answer.status)
    assert statuses == [403] * 30 + [429] * 2
    assert (await app.get(f"{BASE}/requests.json", params={"api_key": APP})).status == 200


async def test_no_key_and_no_words_in_logs_or_reprs(
    house: House, app: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await sent(app)
        await app.get(f"{BASE}/requests.json", params={"api_key": APP})
        await app.get(f"{BASE}/requests.json", params={"api_key": "a-wrong-secret"})
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("bot."))
    shown = ours + repr(house.services.settings) + repr(house.services.open311)
    for secret in (APP, "a-wrong-secret", "13812345678", "王小明", "路灯坏了"):
        assert secret not in shown
    assert "/open311/v2/requests.{format}" in ours
