"""What letters come to: cases, words for old ones, or nothing where a machine wrote them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cases.model import Actor, Case, Move, Role, State
from bot.handling import Handling
from bot.inbox import Work
from bot.records import OutboxState
from bot.services import Services
from connectors.base import InboundFile, InboundKind
from connectors.channels.mailbox.tags import Tags
from tests.bot.conftest import SECRET
from tests.fakes.town import LIGHTS

from .conftest import CITIZEN, Post

CLERK = Actor(id="k", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
REPLY = "您好，路灯已于3月3日修好。感谢您的来信。"


async def a_case(post: Post, text: str = "剑光街道的路灯坏了，请修一修。") -> Case:
    await post.gets(text)
    [case] = await post.cases()
    return case


async def replied(post: Post, case: Case) -> None:
    for move, text in ((Move.ACCEPT, ""), (Move.REPLY, REPLY)):
        await post.services.cases.move(case.number, move, CLERK, text=text, despite=True)


async def receipt_id(post: Post, sender: str = CITIZEN) -> str:
    """The Message-ID our first mail to somebody goes out under."""
    [first, *_] = await post.sent(sender)
    return post.services.tags.message_id(first.id, "mail.example")


async def test_a_letter_is_a_case_with_its_words_and_files(post: Post) -> None:
    picture = InboundFile(name="a.png", body=b"\x89PNG\r\n\x1a\n")
    source = InboundFile(name="来信原文.eml", body=b"x", source=True)
    outcome = await post.gets(
        "剑光街道的路灯坏了。", files=(picture, source), subject="Re: 转发: 路灯", to="市长信箱",
        sender_name="张三丰",
    )  # fmt: skip
    [case] = await post.cases()
    assert (case.title, case.channel, case.contact_name) == ("路灯", "mailbox", "张三丰")
    assert case.place == "剑光街道"
    assert case.course.details["to"] == "市长信箱"
    assert [one.name for one in await post.services.attachments.of_case(case.number)] == [
        "a.png", "来信原文.eml",
    ]  # fmt: skip
    [reply] = outcome.replies
    assert reply.thread is not None
    assert reply.thread.message_id == "<l@example.com>"
    assert reply.case is not None
    assert reply.case.query_code in reply.text
    assert reply.case.query_code not in reply.text.split("http")[1]
    assert f"number={case.number}" in reply.text


@pytest.mark.parametrize("text", ["很长的来信" * 20_000, "Bcc: x@example.com\n\n<script>", "。"])
async def test_every_word_of_a_letter_is_kept(post: Post, text: str) -> None:
    case = await a_case(post, text)
    assert case.text == text


async def test_a_letter_without_text_is_its_subject_or_its_files(post: Post) -> None:
    await post.gets("", subject="路灯坏了")
    await post.gets("", subject="", files=(InboundFile(name="a.png", body=b"\x89PNG\r\n\x1a\n"),))
    outcome = await post.gets("", subject="")
    assert [case.text for case in await post.cases()] == ["路灯坏了", "（来信没有正文，见附件）"]
    assert "没有文字" in outcome.replies[0].text


async def test_who_cannot_be_written_to_gets_no_notices(post: Post) -> None:
    outcome = await post.gets("路灯坏了", sender="web:abc", via="web", contact_phone="13900000001")
    [case] = await post.cases()
    assert outcome.replies == ()
    assert case.conversation_id == ""
    await replied(post, case)
    assert await post.sent("web:abc") == []


async def test_danger_and_the_statutory_way_are_told(post: Post) -> None:
    await post.gets("隔壁着火了")
    outcome = await post.gets("对法院判决不服")
    first = (await post.sent())[0]
    assert first.reply.emergency
    assert first.reply.thread is not None
    assert "请向人民法院提出。" in outcome.replies[0].text


async def test_a_question_is_answered_beside_its_receipt(post: Post) -> None:
    outcome = await post.gets("怎么办社保")
    [reply] = outcome.replies
    assert reply.case is not None
    assert reply.citations
    assert "政策解读" in reply.text


async def test_an_answer_to_our_mail_goes_to_its_case(post: Post) -> None:
    case = await a_case(post)
    ours = await receipt_id(post)
    picture = InboundFile(name="b.png", body=b"\x89PNG\r\n\x1a\n1")
    for details in ({"in_reply_to": ours}, {"references": f"<x@y> {ours}"},
                    {"tag": post.services.tags.tag(case.number)}):  # fmt: skip
        outcome = await post.gets("还有一盏也坏了", files=(picture,), **details)
        assert case.number in outcome.replies[0].text
    assert len(await post.cases()) == 1
    events = await post.services.cases.events(case.number)
    notes = [one for one in events if one.move is Move.NOTE]
    assert [one.details["text"] for one in notes] == ["来信人补充：还有一盏也坏了"] * 3
    assert notes[0].actor.role is Role.CITIZEN
    files = await post.services.attachments.of_case(case.number)
    assert [one.name for one in files].count("b.png") == 3


@pytest.mark.parametrize(
    "how", ["tag", "in_reply_to", "references", "forged", "other_secret", "number"]
)
async def test_nobody_else_writes_into_a_case(post: Post, how: str) -> None:
    case = await a_case(post)
    ours = await receipt_id(post)
    tag = post.services.tags.tag(case.number)
    other = Tags(SECRET + b"other")
    ways = {
        "tag": ("li@example.com", {"tag": tag}),
        "in_reply_to": ("li@example.com", {"in_reply_to": ours}),
        "references": ("zhang@example.com.evil.example", {"references": ours}),
        "forged": (CITIZEN, {"tag": f"{case.number}.{'a' * 20}"}),
        "other_secret": (CITIZEN, {"tag": other.tag(case.number)}),
        "number": (CITIZEN, {"subject": f"Re: 编号 {case.number}"}),
    }
    sender, details = ways[how]
    outcome = await post.gets(f"编号 {case.number}：请告诉我办得怎么样", sender=sender, **details)
    first, second = await post.cases()
    assert first.version == case.version
    assert second.sender_id == sender
    assert case.number not in outcome.replies[0].text
    events = await post.services.cases.events(second.number)
    noted = [one for one in events if case.number in one.details.get("text", "")]
    assert len(noted) == (how in {"tag", "in_reply_to", "references"})


async def test_an_address_is_the_same_however_it_is_written(post: Post) -> None:
    case = await a_case(post)
    await post.gets("补充", sender="Zhang@Example.COM", tag=post.services.tags.tag(case.number))
    assert len(await post.cases()) == 1


async def test_the_reply_is_a_letter_in_the_writer_s_thread(post: Post) -> None:
    case = await a_case(post)
    await replied(post, case)
    row = (await post.sent())[-1]
    assert row.reply.text.startswith("您好！")
    assert REPLY in row.reply.text
    assert row.reply.thread is not None
    assert row.reply.thread.message_id == "<l@example.com>"
    assert row.reply.thread.subject == "路灯"


async def test_an_answer_grades_or_begins_anew(post: Post) -> None:
    case = await a_case(post)
    await replied(post, case)
    tag = post.services.tags.tag(case.number)
    await post.gets("满意，修得很快", tag=tag)
    assert (await post.services.cases.get(case.number)).rating == 4
    outcome = await post.gets("重新办理：又坏了", tag=tag)
    again = await post.services.cases.get(case.number)
    assert "重新办理" in outcome.replies[0].text
    assert again.state in {State.REOPENED, State.TRIAGE, State.DISPATCHED}
    assert len(await post.cases()) == 1


async def test_thanks_are_noted_and_not_answered(post: Post) -> None:
    case = await a_case(post)
    outcome = await post.gets("谢谢", tag=post.services.tags.tag(case.number))
    assert outcome.replies == ()
    events = await post.services.cases.events(case.number)
    assert events[-1].details["text"] == "来信人补充：谢谢"


@pytest.mark.parametrize(("status", "dead"), [("5.1.1", True), ("", True), ("4.4.1", False)])
async def test_a_bounce_stands_where_somebody_sees_it(post: Post, status: str, dead: bool) -> None:
    case = await a_case(post)
    outcome = await post.gets(
        "", sender="mailer-daemon@example.com", kind=InboundKind.EVENT, Event="MAIL_BOUNCE",
        bounced_id=await receipt_id(post), bounce_status=status,
    )  # fmt: skip
    assert outcome.replies == ()
    rows = await post.sent()
    assert [row.state is OutboxState.DEAD for row in rows[1:]] == [True] * dead
    events = await post.services.cases.events(case.number)
    assert ("没有送达" in events[-1].details.get("text", "")) == dead


async def test_a_letter_whose_turn_fails_for_good_is_a_person_s_case(post: Post) -> None:
    async def fails(work: Work, services: Services) -> None:
        del work, services
        raise RuntimeError("broken")

    handling = Handling(post.services, fails)
    await post.stores("路灯坏了")
    work = post.services.intake.claimed.get_nowait()
    handling.begin(replace(work, message=replace(work.message, attempts=5)))
    await handling.idle()
    [case] = await post.cases()
    assert (case.state, case.text) == (State.TRIAGE, "路灯坏了")
    assert len(await post.services.attachments.of_case(case.number)) == 1
    assert case.number in (await post.sent())[0].reply.text


async def test_machines_are_not_answered(post: Post) -> None:
    event = {"Event": "MAIL_AUTOMATIC", "automatic": "out_of_office"}
    outcome = await post.gets("我在休假", kind=InboundKind.EVENT, **event)
    assert outcome.replies == ()
    assert await post.cases() == []


def test_marks_are_read_by_who_made_them_alone() -> None:
    tags, other = Tags(SECRET), Tags(SECRET + b"x")
    mail = tags.message_id("01ABC", "mail.example")
    assert tags.key_of(mail) == "01ABC"
    assert tags.is_ours(mail)
    assert other.key_of(mail) is None
    assert tags.case_of(tags.tag("20260302000001")) == "20260302000001"
    assert (
        tags.case_of(tags.message_id("20260302000001", "d").strip("<>").partition("@")[0]) is None
    )
    assert tags.key_of("<01ABD" + mail[6:]) is None
    assert SECRET.decode() not in repr(tags)
    with pytest.raises(ValueError, match="16 bytes"):
        Tags(b"short")
