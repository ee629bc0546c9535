"""The platform's fake, proven by clients of other people: `wechatpy` and `co-wechat-api`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.connectors.wechat.clients import CoWechatApi, PlatformClient, Wechatpy
from tests.connectors.wechat.conftest import MovableClock
from tests.connectors.wechat.node_clients import NodeClients, Refused
from tests.fakes.wechat_platform import CUSTOM_SEND, Account, WeChatPlatform, running

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
MENU = {
    "button": [
        {"type": "click", "name": "办事进度", "key": "progress"},
        {
            "name": "政策解读",
            "sub_button": [{"type": "view", "name": "全部解读", "url": "http://fengcheng/docs"}],
        },
    ]
}
CHOICES = {
    "head_content": "请评价本次办理：",
    "list": [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}],
    "tail_content": "谢谢。",
}


@pytest.fixture
def fake(clock: MovableClock) -> WeChatPlatform:
    account = Account(templates={"notice": ("thing1", "character_string2")})
    return WeChatPlatform(account, clock.now)


@pytest.fixture
def url(fake: WeChatPlatform) -> Iterator[str]:
    with running(fake) as url:
        yield url


@pytest.fixture(params=["wechatpy", "co-wechat-api"])
def client(
    request: pytest.FixtureRequest, fake: WeChatPlatform, url: str, node: NodeClients
) -> Iterator[PlatformClient]:
    made: dict[str, Wechatpy | CoWechatApi] = {
        "wechatpy": Wechatpy(fake.account, url),
        "co-wechat-api": CoWechatApi(fake.account, url, node),
    }
    yield made[request.param]
    for each in made.values():
        each.close()


def refusal(call: Any, *arguments: Any) -> int | None:
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value.code


def test_a_text_arrives_as_it_was_written(fake: WeChatPlatform, client: PlatformClient) -> None:
    fake.citizen_wrote("citizen")
    client.text("citizen", "您的诉求已受理。\n“😀”")
    assert fake.sent == [("citizen", "您的诉求已受理。\n“😀”")]


def test_the_sixth_message_in_48_hours_is_refused(
    fake: WeChatPlatform, client: PlatformClient
) -> None:
    fake.citizen_wrote("citizen")
    for _ in range(5):
        client.text("citizen", "您好。")
    assert refusal(client.text, "citizen", "您好。") == 45047
    assert len(fake.sent) == 5


def test_the_fourth_message_after_a_click_is_refused(
    fake: WeChatPlatform, client: PlatformClient, clock: MovableClock
) -> None:
    fake.click("citizen", "progress")
    for _ in range(3):
        client.text("citizen", "您好。")
    assert refusal(client.text, "citizen", "您好。") == 45047
    clock.time += timedelta(minutes=1)
    assert refusal(client.text, "citizen", "您好。") == 45015


def test_nothing_is_sent_after_48_hours(
    fake: WeChatPlatform, client: PlatformClient, clock: MovableClock
) -> None:
    fake.citizen_wrote("citizen")
    clock.time += timedelta(hours=48)
    assert refusal(client.text, "citizen", "您好。") == 45015


def test_nothing_is_sent_to_who_left_blocks_or_is_unknown(
    fake: WeChatPlatform, client: PlatformClient
) -> None:
    fake.citizen_wrote("left")
    fake.unfollow("left")
    fake.citizen_wrote("blocks")
    fake.blocked.add("blocks")
    assert refusal(client.text, "left", "您好。") == 45015
    assert refusal(client.text, "blocks", "您好。") == 48002
    assert refusal(client.text, "nobody", "您好。") == 40003


def test_a_text_of_2048_bytes_is_too_long(fake: WeChatPlatform, client: PlatformClient) -> None:
    fake.citizen_wrote("citizen")
    client.text("citizen", "政" * 682 + "a")
    assert refusal(client.text, "citizen", "政" * 682 + "ab") == 45002


def test_a_menu_of_choices(fake: WeChatPlatform, client: PlatformClient) -> None:
    fake.citizen_wrote("citizen")
    client.msg_menu("citizen", CHOICES)
    (seen,) = fake.seen_by("citizen")
    assert (seen.kind, seen.text) == ("msgmenu", "请评价本次办理：\n满意\n不满意\n谢谢。")
    fake.account.kind = "subscription"
    assert refusal(client.msg_menu, "citizen", CHOICES) == 40200


def test_one_article_and_no_more(fake: WeChatPlatform, client: PlatformClient) -> None:
    fake.citizen_wrote("citizen")
    client.news("citizen", "高龄津贴解读")
    assert refusal(client.news, "citizen", "一", "二") == 45008
    assert fake.sent_to("citizen") == ["高龄津贴解读"]


def test_an_unauthorised_account_sends_nothing(
    fake: WeChatPlatform, client: PlatformClient
) -> None:
    fake.citizen_wrote("citizen")
    fake.account.unauthorised.add(CUSTOM_SEND)
    assert refusal(client.text, "citizen", "您好。") == 48001


def test_quotas_by_the_minute_and_the_day(
    fake: WeChatPlatform, client: PlatformClient, clock: MovableClock
) -> None:
    fake.citizen_wrote("citizen")
    fake.quotas.daily[CUSTOM_SEND], fake.quotas.per_minute[CUSTOM_SEND] = 2, 1
    client.text("citizen", "您好。")
    assert refusal(client.text, "citizen", "您好。") == 45011
    clock.time += timedelta(minutes=1)
    client.text("citizen", "您好。")
    clock.time += timedelta(minutes=1)
    assert refusal(client.text, "citizen", "您好。") == 45009
    clock.time += timedelta(days=1)
    client.text("citizen", "您好。")
    assert fake.quotas.used(CUSTOM_SEND) == 1


def test_a_busy_platform_says_so_as_often_as_ordered(
    fake: WeChatPlatform, client: PlatformClient
) -> None:
    fake.citizen_wrote("citizen")
    fake.faults.busy(CUSTOM_SEND)
    assert refusal(client.text, "citizen", "您好。") == -1
    client.text("citizen", "您好。")
    assert len(fake.sent) == 1


@pytest.mark.parametrize("code", [40001, 42001])
def test_a_refused_token_is_fetched_anew(
    code: int, fake: WeChatPlatform, client: PlatformClient
) -> None:
    fake.citizen_wrote("citizen")
    client.text("citizen", "第一条")
    fake.expire_tokens(code)
    client.text("citizen", "第二条")
    assert fake.sent_to("citizen") == ["第一条", "第二条"]
    assert fake.tokens_issued == 2


def test_a_template_message_and_its_end(fake: WeChatPlatform, client: PlatformClient) -> None:
    fake.citizen_wrote("citizen")
    data = {"thing1": {"value": "路灯不亮"}, "character_string2": {"value": "FC20260302001"}}
    client.template("citizen", "notice", data)
    (seen,) = fake.seen_by("citizen", "template")
    assert seen.text == "thing1：路灯不亮\ncharacter_string2：FC20260302001"
    (event,) = fake.events_due()
    assert "<![CDATA[TEMPLATESENDJOBFINISH]]>" in event
    assert "<Status><![CDATA[success]]></Status>" in event
    assert fake.events_due() == []


def test_template_messages_that_are_refused(fake: WeChatPlatform, client: PlatformClient) -> None:
    fake.citizen_wrote("citizen")
    data = {"thing1": {"value": "路灯不亮"}, "character_string2": {"value": "FC1"}}
    long = {**data, "thing1": {"value": "路" * 21}}
    less = {"thing1": {"value": "路灯不亮"}}
    assert refusal(client.template, "citizen", "other", data) == 40037
    assert refusal(client.template, "citizen", "notice", less) == 47003
    assert refusal(client.template, "citizen", "notice", long) == 47003
    fake.citizens.refusing_templates.add("citizen")
    assert refusal(client.template, "citizen", "notice", data) == 43101
    assert fake.events_due() == []


def test_media_go_up_and_come_down(
    fake: WeChatPlatform, client: PlatformClient, clock: MovableClock
) -> None:
    media_id = client.upload("image", "a.png", PNG)["media_id"]
    assert client.download(media_id) == PNG
    fake.citizen_wrote("citizen")
    client.image("citizen", media_id)
    assert refusal(client.image, "citizen", "nothing") == 40007
    clock.time += timedelta(days=3)
    assert refusal(client.download, media_id) == 40007


def test_media_of_the_wrong_kind_or_size(client: PlatformClient) -> None:
    assert refusal(client.upload, "picture", "a.png", PNG) == 40004
    assert refusal(client.upload, "voice", "a.amr", PNG) == 40005
    assert refusal(client.upload, "thumb", "a.jpg", b"\xff\xd8\xff" + b"0" * 65_536) == 40012
    assert refusal(client.upload, "voice", "a.amr", b"#!AMR" + b"0" * (2 << 20)) == 40010


def test_the_accounts_menu(fake: WeChatPlatform, client: PlatformClient) -> None:
    assert client.get_menu() is None
    client.create_menu(MENU)
    got = client.get_menu()
    assert got is not None
    assert [button["name"] for button in got["menu"]["button"]] == ["办事进度", "政策解读"]
    assert got["menu"]["button"][1]["sub_button"][0]["url"] == "http://fengcheng/docs"
    client.delete_menu()
    assert client.get_menu() is None
    assert fake.menu is None


CLICK = {"type": "click", "name": "进度", "key": "k"}
BAD_MENUS: list[tuple[int, list[Any]]] = [
    (40016, []),
    (40016, [CLICK] * 4),
    (40017, [{"name": "进度"}]),
    (40018, [{**CLICK, "name": "办事进度查询"}]),
    (40019, [{**CLICK, "key": "k" * 129}]),
    (40020, [{"type": "view", "name": "页", "url": "http://a/" + "a" * 1016}]),
    (40055, [{"type": "view", "name": "页", "url": "fengcheng"}]),
    (40022, [{"name": "页", "sub_button": [{"name": "页", "sub_button": [CLICK]}]}]),
    (40023, [{"name": "页", "sub_button": [CLICK] * 6}]),
    (40024, [{"name": "页", "sub_button": [{**CLICK, "type": "tap"}]}]),
    (40025, [{"name": "页", "sub_button": [{**CLICK, "name": "页" * 21}]}]),
    (40026, [{"name": "页", "sub_button": [{**CLICK, "key": ""}]}]),
    (40027, [{"name": "页", "sub_button": [{"type": "view", "name": "页"}]}]),
    (40054, [{"name": "页", "sub_button": [{"type": "view", "name": "页", "url": "a"}]}]),
]


@pytest.mark.parametrize(("code", "buttons"), BAD_MENUS)
def test_a_menu_past_its_limits(
    code: int, buttons: list[Any], fake: WeChatPlatform, client: PlatformClient
) -> None:
    assert refusal(client.create_menu, {"button": buttons}) == code
    assert fake.menu is None


def test_accounts_do_not_know_one_another(
    fake: WeChatPlatform, client: PlatformClient, url: str
) -> None:
    side = fake.add(Account(app_id="wx2", original_id="gh_weisheng"))
    side.citizen_wrote("theirs")
    assert refusal(client.text, "theirs", "您好。") == 40003
    other = Wechatpy(side.account, url)
    other.text("theirs", "您好。")
    other.close()
    assert (fake.sent, side.sent) == ([], [("theirs", "您好。")])


def test_an_account_the_platform_does_not_know(
    fake: WeChatPlatform, url: str, node: NodeClients
) -> None:
    wrong_secret = Account(app_id=fake.account.app_id, secret="wrong")
    for made in (Wechatpy(wrong_secret, url), CoWechatApi(wrong_secret, url, node)):
        assert refusal(made.text, "citizen", "您好。") == 40125
        made.close()
    stranger = Account(app_id="wx9")
    for made in (Wechatpy(stranger, url), CoWechatApi(stranger, url, node)):
        assert refusal(made.text, "citizen", "您好。") == 40013
        made.close()
