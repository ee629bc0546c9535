"""Choices as menus or links, notices as template messages."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest

from connectors.base import (
    Outbound,
    RawRequest,
    Reply,
    ReplyCase,
    ReplyKind,
    ReplyOption,
)
from connectors.channels.wechat.channel import WeChatChannel
from connectors.errors import Kept, Retryable, Waiting
from tests.connectors.wechat.conftest import DictTokens, MovableClock, settings_for
from tests.fakes.wechat_platform import CUSTOM_SEND, WeChatPlatform

Platform = tuple[WeChatPlatform, str]
TEMPLATE = "/cgi-bin/message/template/send"
GRADES = ("非常满意", "满意", "基本满意", "不满意", "非常不满意")
CLOSED = Reply(
    kind=ReplyKind.NOTICE,
    text="您反映的事情（编号 20260302000001）已经办结。",
    case=ReplyCase(number="20260302000001", state="closed", department="小城市城市管理局"),
    options=tuple(ReplyOption(label=g, text=f"评价 20260302000001 {g}") for g in GRADES),
)


def out(reply: Reply, key: str = "01J") -> Outbound:
    return Outbound(
        idempotency_key=key,
        channel="wechat",
        conversation_id="wechat:citizen",
        recipient="citizen",
        reply=reply,
    )


@pytest.fixture
async def templated(
    platform: Platform, clock: MovableClock, tokens: DictTokens
) -> AsyncIterator[WeChatChannel]:
    fake, url = platform
    fake.account.templates["T1"] = ("thing1", "character_string2", "phrase3")
    fields = {"thing1": "{department}", "character_string2": "{number}", "phrase3": "已办结"}
    settings = settings_for(
        fake.account, api_url=url, templates={"closed": {"id": "T1", "fields": fields}}
    )
    channel = WeChatChannel(settings, tokens, now=clock.now)
    yield channel
    await channel.close()


async def test_the_five_grades_are_a_menu_in_one_message(
    platform: Platform, channel: WeChatChannel
) -> None:
    platform[0].citizen_wrote("citizen")
    await channel.send(out(CLOSED))
    await channel.send(out(CLOSED))
    (seen,) = platform[0].seen_by("citizen")
    menu = seen.message["msgmenu"]
    assert seen.kind == "msgmenu"
    assert menu["head_content"] == CLOSED.text
    assert [(c["id"], c["content"]) for c in menu["list"]] == [
        (f"01J:{number}", grade) for number, grade in enumerate(GRADES)
    ]


async def test_a_long_reply_ends_with_its_menu(platform: Platform, channel: WeChatChannel) -> None:
    platform[0].citizen_wrote("citizen")
    text = "".join(f"第{n}条 本办法自发布之日起施行。" for n in range(80))
    await channel.send(out(replace(CLOSED, text=text)))
    kinds = [seen.kind for seen in platform[0].seen_by("citizen")]
    assert kinds == ["text", "text", "msgmenu"]
    assert all(grade in platform[0].sent[-1][1] for grade in GRADES)
    assert all(f"第{n}条" in "".join(t for _, t in platform[0].sent) for n in range(80))


@pytest.mark.parametrize("kind", ["subscription", "test"])
async def test_an_account_without_menus_gets_links_and_is_not_asked_again(
    platform: Platform, channel: WeChatChannel, kind: str
) -> None:
    fake = platform[0]
    fake.account.kind = kind  # type: ignore[assignment]
    fake.citizen_wrote("citizen")
    await channel.send(out(CLOSED, "1"))
    first = fake.quotas.used(CUSTOM_SEND)
    await channel.send(out(CLOSED, "2"))
    assert (first, fake.quotas.used(CUSTOM_SEND)) == (2, 3)
    seen = fake.seen_by("citizen")
    assert [one.kind for one in seen] == ["text", "text"]
    sent = re.findall(r"msgmenucontent=([^&]+)&msgmenuid=(\d+)\">([^<]+)</a>", seen[0].text)
    assert [(unquote(content), label) for content, _, label in sent] == [
        (option.text, option.label) for option in CLOSED.options
    ]


async def test_another_replica_knows_it_and_a_day_later_menus_are_tried_again(
    platform: Platform, channel: WeChatChannel, clock: MovableClock, tokens: DictTokens
) -> None:
    fake, url = platform
    fake.account.kind = "subscription"
    fake.citizen_wrote("citizen")
    await channel.send(out(CLOSED, "1"))
    other = WeChatChannel(settings_for(fake.account, api_url=url), tokens, now=clock.now)
    before = fake.quotas.used(CUSTOM_SEND)
    await other.send(out(CLOSED, "2"))
    assert fake.quotas.used(CUSTOM_SEND) == before + 1
    fake.account.kind = "service"
    tokens.values.pop(f"wechat-no-menus:{fake.account.app_id}")
    clock.time += timedelta(hours=25)
    await other.send(out(CLOSED, "3"))
    assert fake.seen_by("citizen")[-1].kind == "msgmenu"
    await other.close()


async def test_links_that_were_begun_go_on_after_a_pause(
    platform: Platform, channel: WeChatChannel
) -> None:
    fake = platform[0]
    fake.account.kind = "subscription"
    long = tuple(ReplyOption(label=f"第{n}问", text="怎么办" * 10) for n in range(12))
    fake.citizen_wrote("citizen")
    for number in range(4):
        await channel.send(out(Reply(text="占用。"), f"filler{number}"))
    with pytest.raises(Kept):
        await channel.send(out(Reply(text="您是不是想问：", options=long)))
    fake.citizen_wrote("citizen")
    await channel.send(out(Reply(text="您是不是想问：", options=long)))
    sent = "\n".join(text for _, text in fake.sent if text != "占用。")
    assert re.findall(r">(第\d+问)</a>", sent) == [option.label for option in long]


async def test_in_place_choices_are_links(platform: Platform, channel: WeChatChannel) -> None:
    fake = platform[0]
    query, body = fake.encrypted(fake.text_message("citizen", "你好"))
    request = RawRequest(method="POST", path="/", query=query, body=body)
    answer = fake.read_reply(channel.answer_in_place(request, (out(CLOSED),)).body)
    assert answer.count("weixin://bizmsgmenu?msgmenucontent=") == 5


async def test_a_notice_after_the_window_goes_as_a_template_message_once(
    platform: Platform, templated: WeChatChannel, clock: MovableClock
) -> None:
    platform[0].citizen_wrote("citizen")
    clock.time += timedelta(hours=49)
    receipt = await templated.send(out(CLOSED))
    await templated.send(out(CLOSED))
    (seen,) = platform[0].seen_by("citizen")
    assert (seen.way, receipt.external_id) == ("template", "1")
    assert (
        seen.text == "thing1：小城市城市管理局\ncharacter_string2：20260302000001\nphrase3：已办结"
    )


async def test_a_notice_past_the_fifth_message_too(
    platform: Platform, templated: WeChatChannel
) -> None:
    platform[0].citizen_wrote("citizen")
    for number in range(5):
        await templated.send(out(Reply(text="您好。"), str(number)))
    await templated.send(out(CLOSED))
    assert platform[0].seen_by("citizen")[-1].way == "template"


async def test_inside_the_window_no_template_is_used(
    platform: Platform, templated: WeChatChannel
) -> None:
    platform[0].citizen_wrote("citizen")
    await templated.send(out(CLOSED))
    assert [seen.way for seen in platform[0].seen_by("citizen")] == ["custom"]


async def test_an_answer_never_goes_as_a_template(
    platform: Platform, templated: WeChatChannel, clock: MovableClock
) -> None:
    platform[0].citizen_wrote("citizen")
    clock.time += timedelta(hours=49)
    with pytest.raises(Kept):
        await templated.send(out(Reply(text="答复。")))
    with pytest.raises(Kept):
        await templated.send(out(replace(CLOSED, case=replace(CLOSED.case, state="dispatched"))))  # type: ignore[type-var]
    assert platform[0].seen_by("citizen") == []


@pytest.mark.parametrize(
    ("code", "said"),
    [(40037, "no template of this id"), (43101, "refuses"), (47003, "other parameters")],
)
async def test_a_template_that_is_not_taken_is_logged_and_the_notice_kept(
    platform: Platform,
    templated: WeChatChannel,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
    code: int,
    said: str,
) -> None:
    fake = platform[0]
    fake.citizen_wrote("citizen")
    clock.time += timedelta(hours=49)
    wrong: dict[int, Callable[[], object]] = {
        40037: lambda: fake.account.templates.pop("T1"),
        43101: lambda: fake.citizens.refusing_templates.add("citizen"),
        47003: lambda: fake.account.templates.update(T1=("thing1", "amount9")),
    }
    wrong[code]()
    with caplog.at_level(logging.WARNING), pytest.raises(Kept) as kept:
        await templated.send(out(CLOSED))
    assert kept.value.code == "wechat_45015"
    (record,) = [r for r in caplog.records if "template message not taken" in r.message]
    assert said in record.getMessage()
    assert record.__dict__["error"] == f"wechat_{code}"
    assert "citizen" not in record.getMessage().replace("the citizen", "")
    assert fake.seen_by("citizen") == []


async def test_a_template_message_whose_answer_was_lost_is_not_shown_twice(
    platform: Platform, templated: WeChatChannel, clock: MovableClock
) -> None:
    """`client_msg_id` is the platform's own key, for ten minutes."""
    fake = platform[0]
    fake.citizen_wrote("citizen")
    clock.time += timedelta(hours=49)
    fake.faults.lose_answer(TEMPLATE)
    with pytest.raises(Retryable):
        await templated.send(out(CLOSED))
    clock.time += timedelta(minutes=9)
    receipt = await templated.send(out(CLOSED))
    (seen,) = fake.seen_by("citizen")
    assert (seen.way, receipt.external_id) == ("template", "1")
    assert len(fake.events_due()) == 1


async def test_a_busy_platform_is_asked_again_for_the_template(
    platform: Platform, templated: WeChatChannel, clock: MovableClock
) -> None:
    platform[0].citizen_wrote("citizen")
    clock.time += timedelta(hours=49)
    platform[0].faults.busy(TEMPLATE)
    with pytest.raises(Retryable):
        await templated.send(out(CLOSED))
    platform[0].faults.refuse(TEMPLATE, 45009)
    with pytest.raises(Waiting):
        await templated.send(out(CLOSED))
    clock.time += timedelta(days=1)
    await templated.send(out(CLOSED))
    assert [seen.way for seen in platform[0].seen_by("citizen")] == ["template"]


async def test_parameters_are_cut_to_what_their_kind_takes(
    platform: Platform, templated: WeChatChannel, clock: MovableClock
) -> None:
    platform[0].citizen_wrote("citizen")
    clock.time += timedelta(hours=49)
    assert CLOSED.case is not None
    case = replace(CLOSED.case, department="某某" * 15)
    await templated.send(out(replace(CLOSED, case=case)))
    first = platform[0].seen_by("citizen")[0].text.splitlines()[0]
    assert first == f"thing1：{'某某' * 9}某…"
    case = replace(CLOSED.case, department="")
    await templated.send(out(replace(CLOSED, case=case), "other"))
    assert platform[0].seen_by("citizen")[1].text.startswith("thing1：无")
