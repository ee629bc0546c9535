"""Single sign-on against a provider that holds to the protocol, and against what does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot import app
from bot.cases.model import Role
from bot.role_settings import Placed
from bot.settings import Settings
from bot.web.sessions import COOKIE
from tests.bot.conftest import World
from tests.bot.web.conftest import LIGHTS, PAGE, PASSWORD, House, running
from tests.bot.web.people import code_of, second_step, with_authenticator
from tests.fakes import oidc_provider as fake
from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, oidc_provider
from tests.fakes.town import town

BACK = "http://127.0.0.1:8080/signin/oidc/callback"
GROUPS = {
    "hotline": Placed(role=Role.TRIAGE),
    "lights": Placed(role=Role.DEPARTMENT_CLERK, department=LIGHTS),
}


@dataclass
class Both:
    """The service and the provider."""

    house: House
    provider: OidcProvider

    async def asked(self, visitor: TestClient, next_path: str = "") -> str:
        """Where the button leads."""
        path = f"/signin/oidc?next={next_path}" if next_path else "/signin/oidc"
        answer = await visitor.get(path, headers=PAGE, allow_redirects=False)
        assert answer.status == 303
        return answer.headers["Location"]

    async def brought(self, visitor: TestClient, url: str) -> str:
        """What the provider sends the browser back with."""
        answer = await visitor.session.get(url, allow_redirects=False)
        assert answer.status == 302
        back = urlsplit(answer.headers["Location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
        return f"{back.path}?{back.query}"

    async def came(self, visitor: TestClient, path: str) -> ClientResponse:
        return await visitor.get(path, headers=PAGE, allow_redirects=False)

    async def whole_way(self, visitor: TestClient, next_path: str = "") -> ClientResponse:
        url = await self.asked(visitor, next_path)
        return await self.came(visitor, await self.brought(visitor, url))


def settings(world: World, provider: OidcProvider, **changes: object) -> Settings:
    return Settings.model_validate(
        {
            "home": world.home,
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
            **changes,
        }
    )


async def opened(world: World, provider: OidcProvider, **changes: object) -> AsyncIterator[Both]:
    ours = settings(world, provider, **changes)
    sign_on = app.single_sign_on(ours, town(), world.staff, world.clock)
    assert sign_on is not None
    async with running(world, settings=ours, single_sign_on=sign_on) as held:
        yield Both(house=held, provider=provider)
    await sign_on.close()


@pytest.fixture
async def provider(world: World) -> AsyncIterator[OidcProvider]:
    async with oidc_provider(BACK, world.clock.now) as running_one:
        yield running_one


@pytest.fixture
async def both(world: World, provider: OidcProvider) -> AsyncIterator[Both]:
    async for one in opened(world, provider):
        yield one


@pytest.fixture
async def mapped(world: World, provider: OidcProvider) -> AsyncIterator[Both]:
    async for one in opened(world, provider, oidc_groups=GROUPS):
        yield one


@pytest.fixture
async def lin(both: Both) -> str:
    await both.house.services.staff.add("lin", Role.TRIAGE, password=PASSWORD)
    return "lin"


async def inside(client: TestClient) -> bool:
    answer = await client.get("/account", headers=PAGE, allow_redirects=False)
    return answer.status == 200


async def refused(client: TestClient, answer: ClientResponse, said: str) -> None:
    text = await answer.text()
    assert (answer.status, said in text, "登录" in text) == (403, True, True)
    assert COOKIE not in {cookie.key for cookie in client.session.cookie_jar}
    assert not await inside(client)


async def test_the_button_leads_in(both: Both, lin: str) -> None:
    visitor = await both.house.visitor()
    text = await (await visitor.get("/signin?next=/cases", headers=PAGE)).text()
    assert 'href="/signin/oidc?next=/cases"' in text
    url = await both.asked(visitor, "/cases")
    sent = parse_qs(urlsplit(url).query)
    assert (sent["redirect_uri"], sent["code_challenge_method"]) == ([BACK], ["S256"])
    answer = await both.came(visitor, await both.brought(visitor, url))
    assert (answer.status, answer.headers["Location"]) == (303, "/cases")
    assert await inside(visitor)
    entry = (await both.house.services.staff.audit_entries(action="staff.sign_in"))[0]
    assert (entry.actor, entry.details["how"]) == (lin, "single_sign_on")
    assert "统一认证登录" in await (await visitor.get("/account", headers=PAGE)).text()


async def test_without_a_provider_there_is_no_button(house: House, visitor: TestClient) -> None:
    assert "/signin/oidc" not in await (await visitor.get("/signin", headers=PAGE)).text()
    assert (await visitor.get("/signin/oidc", headers=PAGE)).status == 404


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ({"nonce": "another"}, "oidc_nonce"),
        ({"nonce": None}, "oidc_nonce"),
        ({"aud": "another client"}, "oidc_aud"),
        ({"aud": ["another client", "a third"]}, "oidc_aud"),
        ({"aud": [CLIENT_ID, "another client"], "azp": "another client"}, "oidc_azp"),
        ({"aud": None}, "oidc_aud"),
        ({"iss": "https://evil.example"}, "oidc_iss"),
        ({"exp": 1}, "oidc_exp"),
        ({"exp": None}, "oidc_exp"),
        ({"exp": "tomorrow"}, "oidc_exp"),
        ({"iat": 9_999_999_999}, "oidc_iat"),
        ({"nbf": 9_999_999_999}, "oidc_nbf"),
        ({"sub": None}, "oidc_sub"),
        ({"at_hash": "bm90IG9mIHRoaXMgdG9rZW4"}, "oidc_at_hash"),
    ],
)
async def test_a_token_not_for_us_now_lets_nobody_in(
    both: Both, lin: str, spoil: dict[str, object], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    both.provider.spoil = spoil
    visitor = await both.house.visitor()
    await refused(visitor, await both.whole_way(visitor), "统一认证没有通过")
    assert logged(caplog) == why


@pytest.mark.parametrize(
    ("sign", "why"),
    [
        (fake.by_nobody, "oidc_algorithm"),
        (fake.by_unknown_key, "oidc_key"),
        (fake.by_other_key_of_same_name, "oidc_key"),
        (fake.by_client_secret, "oidc_algorithm"),
        (fake.by_public_key, "oidc_algorithm"),
        (fake.tampered, "oidc_key"),
        (lambda provider, claims: "no token", "oidc_token"),
        (lambda provider, claims: "", "oidc_token"),
        (lambda provider, claims: "e30.e30.e30", "oidc_algorithm"),
        (lambda provider, claims: "W10.e30.e30", "oidc_token"),
    ],
)
async def test_a_token_the_provider_did_not_sign_lets_nobody_in(
    both: Both, lin: str, sign: fake.Sign, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    both.provider.sign = sign
    visitor = await both.house.visitor()
    await refused(visitor, await both.whole_way(visitor), "统一认证没有通过")
    assert logged(caplog) == why


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Why the log says that nobody came in."""
    (code,) = (record.error for record in caplog.records if hasattr(record, "error"))
    return str(code)


async def test_what_the_provider_signs_a_little_late_is_taken(both: Both, lin: str) -> None:
    now = int(both.house.world.clock.now().timestamp())
    both.provider.spoil = {"iat": now + 30, "exp": now - 30}
    assert (await both.whole_way(await both.house.visitor())).status == 303


async def test_the_state_must_come_back(both: Both, lin: str) -> None:
    for change in (
        {"state": None},
        {"state": "another"},
        {"iss": "https://evil.example"},
        {"iss": None},
    ):
        visitor = await both.house.visitor()
        path = await both.brought(visitor, await both.asked(visitor))
        given = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        sent = {name: value for name, value in {**given, **change}.items() if value}
        answer = await both.came(visitor, f"/signin/oidc/callback?{urlencode(sent)}")
        await refused(visitor, answer, "统一认证没有通过")


async def test_nobody_is_led_into_anothers_account(both: Both, lin: str) -> None:
    """A finished sign-in of one browser, opened in another, does nothing there."""
    attacker, victim = await both.house.visitor(), await both.house.visitor()
    path = await both.brought(attacker, await both.asked(attacker))
    await refused(victim, await both.came(victim, path), "不是从本页开始的")


async def test_what_was_brought_back_counts_once(both: Both, lin: str) -> None:
    visitor = await both.house.visitor()
    path = await both.brought(visitor, await both.asked(visitor))
    assert (await both.came(visitor, path)).status == 303
    other = await both.house.visitor()
    await refused(other, await both.came(other, path), "请重新登录")
    assert both.provider.counts["/token"] == 1


async def test_a_stolen_code_is_worth_nothing_in_another_sign_in(both: Both, lin: str) -> None:
    victim, thief = await both.house.visitor(), await both.house.visitor()
    stolen = parse_qs(urlsplit(await both.brought(victim, await both.asked(victim))).query)
    own = parse_qs(urlsplit(await both.brought(thief, await both.asked(thief))).query)
    sent = urlencode({"code": stolen["code"][0], "state": own["state"][0], "iss": own["iss"][0]})
    answer = await both.came(thief, f"/signin/oidc/callback?{sent}")
    await refused(thief, answer, "统一认证没有通过")


async def test_a_refusal_of_the_provider_is_said(both: Both, lin: str) -> None:
    visitor = await both.house.visitor()
    await both.asked(visitor)
    answer = await both.came(visitor, "/signin/oidc/callback?error=access_denied")
    await refused(visitor, answer, "统一认证没有完成")


async def test_new_keys_are_found_and_not_asked_for_at_every_forgery(both: Both, lin: str) -> None:
    assert (await both.whole_way(await both.house.visitor())).status == 303
    both.house.world.clock.advance(minutes=1)
    both.provider.rotate()
    assert (await both.whole_way(await both.house.visitor())).status == 303
    assert both.provider.counts["/jwks"] == 2
    both.house.world.clock.advance(minutes=1)
    both.provider.sign = fake.by_unknown_key
    for _ in range(4):
        assert (await both.whole_way(await both.house.visitor())).status == 403
    assert both.provider.counts["/jwks"] == 3
    assert both.provider.counts["/.well-known/openid-configuration"] == 1


async def test_without_an_account_nobody_gets_in(both: Both) -> None:
    visitor = await both.house.visitor()
    both.provider.user["groups"] = ["hotline"]
    await refused(visitor, await both.whole_way(visitor), "没有您的账号")
    assert await both.house.services.staff.all() == ()


async def test_a_closed_account_stays_closed(both: Both, lin: str) -> None:
    await both.house.services.staff.set_active(lin, active=False, by="admin")
    visitor = await both.house.visitor()
    await refused(visitor, await both.whole_way(visitor), "已停用")


async def test_a_group_gives_an_account_where_the_setting_says_so(mapped: Both) -> None:
    mapped.provider.user = {
        "sub": "u-7",
        "preferred_username": "张三丰",
        "name": "三丰",
        "groups": ["everybody", "lights", "hotline"],
    }
    visitor = await mapped.house.visitor()
    answer = await mapped.whole_way(visitor)
    assert (answer.status, answer.headers["Location"]) == (303, "/departments")
    member = await mapped.house.services.staff.get("张三丰")
    assert (member.role, member.department, member.display_name) == (
        Role.DEPARTMENT_CLERK,
        LIGHTS,
        "三丰",
    )
    mapped.provider.user["groups"] = ["hotline"]
    again = await mapped.whole_way(await mapped.house.visitor())
    assert again.headers["Location"] == "/departments"
    entries = await mapped.house.services.staff.audit_entries(action="staff.add")
    assert [(entry.actor, entry.subject) for entry in entries] == [("single_sign_on", "张三丰")]


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"preferred_username": "wang", "groups": ["everybody"]}, "没有您的账号"),
        ({"preferred_username": "wang", "groups": "hotline"}, "没有您的账号"),
        ({"preferred_username": "a b", "groups": ["hotline"]}, "账号名不能使用"),
        ({"preferred_username": ["wang"], "groups": ["hotline"]}, "账号名不能使用"),
        ({"groups": ["hotline"]}, "账号名不能使用"),
    ],
)
async def test_groups_that_give_nothing(mapped: Both, user: dict[str, object], said: str) -> None:
    mapped.provider.user = {"sub": "u-8", **user}
    visitor = await mapped.house.visitor()
    await refused(visitor, await mapped.whole_way(visitor), said)


async def test_the_second_step_is_asked_for_all_the_same(both: Both, lin: str) -> None:
    key, _ = await with_authenticator(both.house, lin)
    visitor = await both.house.visitor()
    answer = await both.whole_way(visitor, "/cases")
    assert answer.headers["Location"] == "/signin/code"
    assert not await inside(visitor)
    entered = await second_step(visitor, code_of(both.house, key))
    assert entered.headers["Location"] == "/cases"
    assert await inside(visitor)


async def test_the_name_may_come_from_the_userinfo(both: Both, lin: str) -> None:
    both.provider.user = {"sub": "u-1"}
    both.provider.userinfo = {"preferred_username": lin}
    assert (await both.whole_way(await both.house.visitor())).status == 303
    both.provider.userinfo = {"preferred_username": lin, "sub": "u-2"}
    visitor = await both.house.visitor()
    await refused(visitor, await both.whole_way(visitor), "统一认证没有通过")


async def test_a_wrong_client_secret_is_refused(world: World, provider: OidcProvider) -> None:
    async for one in opened(world, provider, oidc_client_secret="not the one"):
        await one.house.services.staff.add("lin", Role.TRIAGE)
        visitor = await one.house.visitor()
        await refused(visitor, await one.whole_way(visitor), "统一认证没有通过")


async def test_the_secret_goes_into_the_form_where_the_provider_wants_it(
    both: Both, lin: str
) -> None:
    both.provider.changed = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert (await both.whole_way(await both.house.visitor())).status == 303


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"issuer": "https://evil.example"}, 503),
        ({"token_endpoint": "http://evil.example/token"}, 503),
        ({"jwks_uri": "file:///etc/passwd"}, 503),
        ({"authorization_endpoint": None}, 503),
    ],
)
async def test_a_discovery_document_that_leads_astray_is_not_followed(
    both: Both, changed: dict[str, object], status: int
) -> None:
    both.provider.changed = changed
    visitor = await both.house.visitor()
    answer = await visitor.get("/signin/oidc", headers=PAGE, allow_redirects=False)
    text = await answer.text()
    assert (answer.status, "暂时连不上" in text, 'name="password"' in text) == (status, True, True)


async def test_a_provider_that_is_away_leaves_the_password(
    world: World, provider: OidcProvider
) -> None:
    async for one in opened(world, provider, oidc_issuer="http://127.0.0.1:9"):
        visitor = await one.house.visitor()
        answer = await visitor.get("/signin/oidc", headers=PAGE, allow_redirects=False)
        text = await answer.text()
        assert (answer.status, "暂时连不上" in text) == (503, True)


async def test_nothing_secret_is_shown(both: Both) -> None:
    visitor = await both.house.visitor()
    await both.asked(visitor)
    client = both.house.services.single_sign_on._client  # type: ignore[union-attr]
    begun = await client.begin()
    shown = repr((client, begun, both.house.services.settings))
    assert [one in shown for one in (CLIENT_SECRET, begun.verifier)] == [False] * 2
