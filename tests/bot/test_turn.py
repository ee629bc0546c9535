"""One turn, whatever a citizen says and whatever is away."""

from __future__ import annotations

from bot import turn
from bot.cases.filters import CaseFilter
from bot.cases.model import Case, DemandType, Severity, State
from bot.records import Context, MessageState
from bot.services import Services
from connectors.base import InboundKind, Reply, ReplyKind, ReplyOption
from knowledge.model import Answer, AnswerKind, Attachment, Choice, Document, Form, Quote
from tests.bot.conftest import World
from tests.fakes.town import LIGHTS


async def hear(services: Services, world: World, text: str, **how: str) -> str:
    """Store a message and handle it; gives its id."""
    stored = await services.intake.store(world.says(text, **how))  # type: ignore[arg-type]
    assert await turn.handle(services.intake.claimed.get_nowait(), services) is None
    return stored.message.id


async def replies(services: Services, message_id: str) -> list[Reply]:
    return [row.reply for row in await services.outbox.replies_to(message_id)]


async def only_case(services: Services) -> Case:
    (case,) = (await services.cases.cases(CaseFilter())).cases
    return case


async def context(world: World, conversation: str = "strict:c") -> Context:
    async with world.storage.read() as unit:
        found = await unit.conversations.get(conversation)
    assert found is not None
    return found.context


async def test_a_question_is_answered_from_content_with_its_source(world: World) -> None:
    services = await world.replica()
    (reply,) = await replies(services, await hear(services, world, "怎么办社保"))
    assert (reply.kind, reply.text) == (ReplyKind.ANSWER, "带身份证到社保窗口办理。")
    (citation,) = reply.citations
    assert citation.url == f"{services.settings.base_url}/documents/%E7%A4%BA%E4%BE%8B-1"
    assert world.dialogue.heard == []


async def test_several_fitting_documents_are_offered(world: World) -> None:
    services = await world.replica()
    choice = Choice(document_id="d", label="新生儿参保", question="怎么给新生儿办社保")
    world.library.answers["怎么参保"] = Answer(
        kind=AnswerKind.CHOICES, question="", choices=(choice,)
    )
    (reply,) = await replies(services, await hear(services, world, "怎么参保"))
    assert reply.kind is ReplyKind.CHOICES
    assert reply.options[0] == ReplyOption(label="新生儿参保", text="怎么给新生儿办社保")
    assert reply.options[-1].text == services.city.wording.say("choices_none")


async def test_a_refutation_goes_first(world: World) -> None:
    services = await world.replica()
    world.library.answers["怎么停发"] = Answer(
        kind=AnswerKind.REFUTATION, question="", quotes=(Quote(text="不会停发。", citation=0),)
    )
    (reply,) = await replies(services, await hear(services, world, "怎么停发"))
    assert reply.text == "关于这个说法，有关部门已经辟谣：\n不会停发。"


async def test_a_question_without_an_answer_is_kept_masked_and_has_ways_on(world: World) -> None:
    services = await world.replica()
    for _ in range(2):
        message_id = await hear(services, world, "怎么找13812345678这个人")
    (reply,) = await replies(services, message_id)
    say = services.city.wording.say
    assert [o.text for o in reply.options] == [say("open_case_offer"), say("option_human")]
    async with world.storage.read() as unit:
        (kept,) = await unit.unanswered.most_asked()
    assert (kept.question, kept.times) == ("怎么找138****5678这个人", 2)


async def test_follow_ups_know_the_last_questions_on_any_replica(world: World) -> None:
    questions = [f"怎么办{number}" for number in range(8)]
    for number, question in enumerate(questions):
        await hear(await world.replica(f"replica-{number}"), world, question)
    await hear(await world.replica("last"), world, "那要多久")
    assert world.library.asked[-1] == ("那要多久", tuple(questions[-6:]))
    assert (await context(world)).questions == (*questions[-5:], "那要多久")


async def test_small_talk_needs_neither_content_nor_conversation(world: World) -> None:
    services = await world.replica()
    (greeted,) = await replies(services, await hear(services, world, "您好"))
    (thanked,) = await replies(services, await hear(services, world, "谢谢"))
    assert greeted.options
    assert thanked.text == services.city.wording.say("thanks")
    assert (world.dialogue.heard, world.library.asked) == ([], [])


async def test_a_bare_name_is_looked_up_and_unknown_ones_get_a_hint(world: World) -> None:
    services = await world.replica()
    world.library.answers["路灯报修"] = world.library.DIRECT
    (known,) = await replies(services, await hear(services, world, "路灯报修"))
    (unknown,) = await replies(services, await hear(services, world, "路灯杆"))
    assert known.kind is ReplyKind.ANSWER
    assert unknown.text == services.city.wording.say("help_hint")


async def test_a_complaint_goes_to_the_conversation_until_it_is_closed(world: World) -> None:
    services = await world.replica()
    world.dialogue.script["东门"] = (("已登记。",), False)
    first = await hear(services, world, "投诉路灯坏了")
    assert (await context(world)).dialogue_since == first
    understood = len(world.nlu.asked)
    await hear(services, world, "东门")
    assert world.dialogue.heard == ["投诉路灯坏了", "东门"]
    assert len(world.nlu.asked) == understood
    assert await context(world) == Context()
    assert await world.replies() == ["请问在什么地方？", "已登记。"]


async def test_an_offered_option_always_reaches_the_conversation(world: World) -> None:
    services = await world.replica()
    await hear(services, world, "怎么补办老宅的证")
    await hear(services, world, services.city.wording.say("open_case_offer"))
    assert world.dialogue.heard == ["请帮我登记"]
    assert world.dialogue.about == ["怎么补办老宅的证"]


async def test_without_rasa_a_complaint_becomes_a_case_a_person_judges(world: World) -> None:
    services = await world.replica()
    world.dialogue.away = True
    text = "投诉剑光街道路灯坏了，" + "天黑看不见。" * 100
    (reply,) = await replies(services, await hear(services, world, text))
    case = await only_case(services)
    assert (case.text, case.place, case.state) == (text, "剑光街道", State.TRIAGE)
    assert case.demand_type is DemandType.COMPLAINT
    assert reply.case is not None
    found = await services.cases.look_up(
        reply.case.number, reply.case.query_code, who="the citizen"
    )
    assert found == case


async def test_without_rasa_nothing_said_in_an_open_conversation_is_lost(world: World) -> None:
    services = await world.replica()
    await hear(services, world, "投诉路灯坏了")
    world.dialogue.away = True
    await hear(services, world, "东门小学门口")
    case = await only_case(services)
    assert case.text == "投诉路灯坏了\n东门小学门口"
    assert (await context(world)).dialogue_since == ""


async def test_without_rasa_questions_are_answered_even_in_an_open_conversation(
    world: World,
) -> None:
    services = await world.replica()
    await hear(services, world, "投诉路灯坏了")
    world.dialogue.away = True
    (reply,) = await replies(services, await hear(services, world, "怎么办社保"))
    assert reply.kind is ReplyKind.ANSWER
    assert (await context(world)).dialogue_open
    assert (await services.cases.cases(CaseFilter())).cases == ()


async def test_without_rasa_words_that_make_no_case_make_none(world: World) -> None:
    services = await world.replica()
    world.dialogue.away = True
    say = services.city.wording.say
    told = [
        (await replies(services, await hear(services, world, text)))[0].text
        for text in ("查进度", say("option_human"), say("option_report"), say("open_case_offer"))
    ]
    assert told == [
        say("rasa_away_progress"),
        say("human_offer"),
        say("form_ask_text"),
        say("form_ask_text"),
    ]
    assert (await services.cases.cases(CaseFilter())).cases == ()


async def test_without_rasa_an_unanswered_question_is_registered_when_asked_for(
    world: World,
) -> None:
    services = await world.replica()
    world.dialogue.away = True
    await hear(services, world, "怎么补办老宅的证")
    await hear(services, world, services.city.wording.say("open_case_offer"))
    assert (await only_case(services)).text == "怎么补办老宅的证"


async def test_a_long_complaint_becomes_a_case_with_every_word(world: World) -> None:
    services = await world.replica()
    text = "投诉路灯坏了。" + "一" * 5000
    (reply,) = await replies(services, await hear(services, world, text))
    case = await only_case(services)
    assert (case.text, case.lead_department, case.state) == (text, LIGHTS, State.DISPATCHED)
    assert reply.case is not None
    assert len(world.nlu.asked[0]) == services.settings.max_question_chars


async def test_a_long_letter_inside_a_conversation_takes_its_beginning_along(
    world: World,
) -> None:
    services = await world.replica()
    await hear(services, world, "投诉路灯坏了")
    await hear(services, world, "二" * 3000)
    assert (await only_case(services)).text == "投诉路灯坏了\n" + "二" * 3000
    assert not (await context(world)).dialogue_open


async def test_after_a_case_opened_without_rasa_its_form_is_not_gone_on_with(
    world: World,
) -> None:
    services = await world.replica()
    await hear(services, world, "投诉路灯坏了")
    await hear(services, world, "剑光街道")
    await hear(services, world, "二" * 3000)
    await hear(services, world, "投诉油烟")
    assert world.dialogue.heard == ["投诉路灯坏了", "剑光街道", "投诉油烟"]
    assert world.dialogue.anew == [True, False, True]


async def test_a_hundred_kilobytes_are_stored_and_answered(world: World) -> None:
    services = await world.replica()
    text = "怎么办社保" + "啊" * 34_000
    message_id = await hear(services, world, text)
    (reply,) = await replies(services, message_id)
    assert reply.case is not None
    message = await services.inbox.message(message_id)
    assert message is not None
    assert (message.text, message.state) == (text, MessageState.HANDLED)
    assert (await only_case(services)).text == text


async def test_what_the_law_sends_elsewhere_is_registered_and_told_its_way(world: World) -> None:
    services = await world.replica()
    world.dialogue.away = True
    registered, told = await replies(services, await hear(services, world, "投诉法院的判决"))
    assert registered.case is not None
    assert told.text.endswith("请向人民法院提出。")


async def test_asking_how_to_ask_is_told_how(world: World) -> None:
    services = await world.replica()
    say = services.city.wording.say
    (reply,) = await replies(services, await hear(services, world, say("option_ask")))
    assert reply.text == say("help_hint")


async def test_danger_is_told_first_and_registered(world: World) -> None:
    services = await world.replica()
    world.dialogue.away = True
    told, registered = await replies(services, await hear(services, world, "我家着火了"))
    assert "119" in told.text
    case = await only_case(services)
    assert (case.severity, case.text) == (Severity.EMERGENCY, "我家着火了")
    assert registered.case is not None
    assert registered.case.number == case.number


async def test_of_a_long_cry_for_help_the_beginning_is_understood(world: World) -> None:
    services = await world.replica()
    text = "我家着火了" + "快来" * 3000
    await hear(services, world, text)
    assert (await only_case(services)).text == text
    assert len(world.nlu.asked[0]) == services.settings.max_question_chars


async def test_danger_leaves_an_open_conversation_as_it_was(world: World) -> None:
    services = await world.replica()
    await hear(services, world, "投诉路灯坏了")
    before = await context(world)
    await hear(services, world, "着火了")
    assert (await only_case(services)).text == "着火了"
    assert await context(world) == before


async def test_what_is_no_text_gets_a_polite_word(world: World) -> None:
    services = await world.replica()
    say = services.city.wording.say
    for kind, key in (
        (InboundKind.IMAGE, "wechat_image"),
        (InboundKind.VOICE, "wechat_voice"),
        (InboundKind.VIDEO, "wechat_video"),
        (InboundKind.LINK, "wechat_link"),
        (InboundKind.LOCATION, "wechat_location_bare"),
        (InboundKind.UNKNOWN, "wechat_unsupported"),
    ):
        await services.intake.store(world.says("", kind=kind, MediaId="m1"))
        work = services.intake.claimed.get_nowait()
        assert await turn.handle(work, services) is None
        (reply,) = await replies(services, work.message.id)
        assert reply.text == say(key)
        kept = await services.inbox.message(work.message.id)
        assert kept is not None
        assert kept.details["MediaId"] == "m1"


async def test_events_are_answered_where_somebody_waits_for_it(world: World) -> None:
    services = await world.replica()
    for event, key in (("subscribe", ""), ("CLICK", "k"), ("unsubscribe", ""), ("VIEW", "k")):
        inbound = world.says("", kind=InboundKind.EVENT, Event=event, EventKey=key)
        await services.intake.store(inbound)
        await turn.handle(services.intake.claimed.get_nowait(), services)
    assert await world.replies() == [
        services.city.wording.say("wechat_subscribe"),
        "带身份证到社保窗口办理。",
    ]


async def test_an_empty_text_is_asked_for_again(world: World) -> None:
    services = await world.replica()
    (reply,) = await replies(services, await hear(services, world, " \n "))
    assert reply.text == services.city.wording.say("question_empty")


async def test_an_answer_from_a_chart_carries_its_form_and_picture(world: World) -> None:
    services = await world.replica()
    world.library.documents["示例-1"] = Document(
        id="示例-1",
        title="一图读懂社保",
        text="",
        form=Form.CHART,
        attachments=(Attachment(name="图", url="https://policy.example/1.png"),),
    )
    (reply,) = await replies(services, await hear(services, world, "怎么办社保"))
    (citation,) = reply.citations
    assert (citation.form, citation.picture) == ("chart", "https://policy.example/1.png")
