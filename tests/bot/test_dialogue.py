"""Whole conversations with a real Rasa, a real Redis and our action server."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import redis
from aiohttp import web

from bot import city as cities
from bot.actions import ActionServices, Knowledge, add_action_routes
from bot.cases.service import CaseService
from bot.dialogue import Dialogue, DialogueAway, DialogueTurn
from bot.routing.router import Router
from bot.settings import ROOT
from bot.storage.units import Storage
from connectors.base import Reply, ReplyKind
from nlu.model import Entity, Intent, Understanding
from tests.bot.actions_bench import SAY, ById, services
from tests.fakes.cases import MemoryCases
from tests.fakes.edges import CountingIds, FakeClock
from tests.fakes.minds import ScriptedLibrary
from tests.rasa_server import RasaServer, running_rasa
from tests.servers import free_port

pytestmark = pytest.mark.rasa
DEFAULT_CITY = ROOT / "bot" / "city" / "fengcheng"
TIMEOUT_S = 20.0
"""Far above what a turn takes, since the machine may be doing other things."""


@dataclass
class Talk:
    """One citizen's conversation."""

    dialogue: Dialogue
    cases: MemoryCases
    library: ScriptedLibrary
    id: str = field(default_factory=lambda: f"webchat:{uuid.uuid4().hex}")
    said: int = 0

    async def say(self, text: str, message_id: str = "", *, anew: bool = False) -> DialogueTurn:
        """Say it under a new message id, or under the one given."""
        self.said += 1
        return await self.dialogue.talk(self.id, text, message_id or f"m{self.said}", anew=anew)

    async def all(self, *lines: str) -> DialogueTurn:
        """Say one after the other; gives the answer to the last."""
        turns = [await self.say(line) for line in lines]
        return turns[-1]


@asynccontextmanager
async def talking(rasa: RasaServer, reach: ActionServices) -> AsyncIterator[Dialogue]:
    """Rasa's client, with our actions served where that Rasa calls them."""
    app = web.Application()
    add_action_routes(app, reach, rasa.token)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", rasa.actions_port).start()
    dialogue = Dialogue(rasa.url, rasa.token, TIMEOUT_S)
    yield dialogue
    await dialogue.close()
    await runner.cleanup()


@pytest.fixture
async def talk(rasa: RasaServer) -> AsyncIterator[Talk]:
    """A conversation whose actions are served by this test."""
    cases, library = MemoryCases(), ScriptedLibrary()
    async with talking(rasa, services(cases, library)) as dialogue:
        yield Talk(dialogue=dialogue, cases=cases, library=library)


def last(turn: DialogueTurn) -> Reply:
    return turn.replies[-1]


async def test_a_street_light_from_the_first_word_to_the_number(talk: Talk) -> None:
    first = await talk.say("小区门口的路灯坏了，麻烦派人来修")
    place = await talk.say("剑光街道人民路")
    phone = await talk.say("13800001234")
    done = await talk.say("确认")
    assert last(first).text == SAY("form_ask_place")
    assert last(place).text == SAY("form_ask_phone")
    assert "剑光街道人民路" in last(phone).text
    assert [turn.open for turn in (first, place, phone, done)] == [True, True, True, False]
    assert last(done).kind is ReplyKind.CASE
    assert last(done).case is not None
    (opened,) = talk.cases.opened
    assert opened.text == "小区门口的路灯坏了，麻烦派人来修"
    assert opened.origin_key == f"{talk.id}:m1"
    assert (opened.place, opened.contact_phone) == ("剑光街道人民路", "13800001234")
    assert opened.sender_id == talk.id.removeprefix("webchat:")


async def test_a_form_left_open_is_dropped_where_the_citizen_begins_anew(talk: Talk) -> None:
    await talk.all("小区门口的路灯坏了，麻烦派人来修", "剑光街道人民路")
    begun = await talk.say("路灯不亮了", anew=True)
    again = await talk.say("路灯不亮了", "m3", anew=True)
    assert last(begun).text == SAY("form_ask_place")
    assert (again.replies, again.replayed) == (begun.replies, True)
    await talk.all("人民路", "13800001234", "确认")
    (opened,) = talk.cases.opened
    assert (opened.text, opened.place) == ("路灯不亮了", "人民路")
    assert opened.origin_key == f"{talk.id}:m3"


async def test_a_first_message_that_holds_everything_is_only_confirmed(talk: Talk) -> None:
    shown = await talk.say("人民路昨天晚上有工地施工太吵了，电话13812345678")
    await talk.say("确认")
    assert "13812345678" in last(shown).text
    (opened,) = talk.cases.opened
    assert (opened.place, opened.occurred_at) == ("人民路", "昨天晚上")


async def test_interrupted_by_the_forms_own_and_by_a_content_question(talk: Talk) -> None:
    await talk.say("路灯不亮了")
    own = await talk.say("那要多久")
    content = await talk.say("怎么办社保")
    back = await talk.say("人民路")
    assert SAY("form_how_long", demand_type="求助", span="5 个工作日") in last(own).text
    assert SAY("form_ask_place") in last(own).text
    assert content.replies[0].kind is ReplyKind.ANSWER
    assert SAY("form_ask_place") in last(content).text
    assert last(back).text == SAY("form_ask_phone")
    assert talk.library.asked == [("怎么办社保", ("路灯不亮了",))]


async def test_given_up_after_being_asked(talk: Talk) -> None:
    asked = await talk.all("路灯不亮了", "算了不报了")
    dropped = await talk.say("确定")
    assert last(asked).text == SAY("form_cancel_ask")
    assert last(dropped).text == SAY("form_cancelled")
    assert not dropped.open
    assert talk.cases.opened == []


async def test_corrected_at_the_confirmation(talk: Talk) -> None:
    shown = await talk.all("路灯不亮了", "解放路", "不留", "不对，是人民路")
    await talk.say("确认")
    assert "人民路" in last(shown).text
    assert talk.cases.opened[0].place == "人民路"


async def test_a_message_said_again_does_nothing_again(talk: Talk) -> None:
    await talk.all("路灯不亮了", "人民路", "不留")
    once = await talk.say("确认", "the same")
    again = await talk.say("确认", "the same")
    assert again.replies == once.replies
    assert (once.replayed, again.replayed) == (False, True)
    assert again.open is False
    assert len(talk.cases.opened) == 1


async def test_the_first_message_said_again_keeps_the_form(talk: Talk) -> None:
    once = await talk.say("路灯不亮了", "the same")
    again = await talk.say("路灯不亮了", "the same")
    assert again.replies == once.replies
    assert again.open
    assert last(await talk.say("人民路")).text == SAY("form_ask_phone")


async def test_the_same_message_twice_at_once_is_said_once(talk: Talk) -> None:
    await talk.all("路灯不亮了", "人民路", "不留")
    turns = await asyncio.gather(talk.say("确认", "twin"), talk.say("确认", "twin"))
    assert turns[0].replies == turns[1].replies
    assert {turn.replayed for turn in turns} == {False, True}
    assert len(talk.cases.opened) == 1


async def test_a_turn_without_a_word_leaves_no_trace(talk: Talk) -> None:
    await talk.all("路灯不亮了", "人民路", "不留")
    talk.cases.away = True
    with pytest.raises(DialogueAway, match="http_502"):
        await talk.say("确认", "the same")
    talk.cases.away = False
    done = await talk.say("确认", "the same")
    assert last(done).kind is ReplyKind.CASE
    assert len(talk.cases.opened) == 1


async def test_progress_and_a_wrong_code(talk: Talk) -> None:
    asked = await talk.say("我的单子办到哪一步了")
    wrong = await talk.say("20260302000009 123456")
    assert last(asked).text == SAY("progress_ask_number")
    assert "编号或查询码不对" in last(wrong).text
    assert wrong.open


async def test_progress_of_the_case_just_opened(talk: Talk) -> None:
    await talk.all("路灯不亮了", "人民路", "不留", "确认")
    told = await talk.say("我的单子办到哪一步了")
    assert last(told).kind is ReplyKind.CASE
    assert not told.open


async def test_a_person_is_wanted_in_the_middle(talk: Talk) -> None:
    asked = await talk.all("路灯不亮了", "转人工")
    done = await talk.say("13800001234")
    assert SAY("human_call_back") in last(asked).text
    assert last(done).kind is ReplyKind.CASE
    assert talk.cases.opened[0].for_triage
    assert talk.cases.opened[0].text.startswith("路灯不亮了")


async def test_two_citizens_do_not_meet(talk: Talk) -> None:
    other = Talk(dialogue=talk.dialogue, cases=talk.cases, library=talk.library)
    await asyncio.gather(talk.say("路灯不亮了"), other.say("建议公园多装几个垃圾桶"))
    mine, theirs = await asyncio.gather(talk.say("人民路"), other.say("不留"))
    assert last(mine).text == SAY("form_ask_phone")
    assert "垃圾桶" in last(theirs).text


async def test_an_understanding_given_is_not_made_again(talk: Talk) -> None:
    given = Understanding(
        text="嗯嗯啊啊",
        intent=Intent.HELP,
        confidence=0.9,
        entities=(Entity(kind="place", value="人民路", start=0, end=4),),
    )
    turn = await talk.dialogue.talk(talk.id, "嗯嗯啊啊", "m1", understanding=given)
    assert last(turn).text == SAY("form_ask_phone")


PIN = "丰城市剑光街道人民路12号"


async def test_a_location_message_answers_where(talk: Talk) -> None:
    whole = Entity(kind="place", value=PIN, start=0, end=len(PIN))
    given = Understanding(text=PIN, intent=Intent.INFORM, confidence=1.0, entities=(whole,))
    await talk.say("小区门口的路灯坏了，麻烦派人来修")
    asked = await talk.dialogue.talk(talk.id, PIN, "pin", understanding=given, place=PIN)
    assert last(asked).text == SAY("form_ask_phone")
    await talk.all("13800001234", "确认")
    assert talk.cases.opened[0].place == PIN


async def test_a_place_sent_before_is_not_asked_for(talk: Talk) -> None:
    asked = await talk.dialogue.talk(talk.id, "路灯坏了，麻烦派人来修", "m0", place=PIN)
    assert last(asked).text == SAY("form_ask_phone")
    assert PIN in last(await talk.say("不留")).text


async def test_a_place_sent_before_a_matter_is_named_is_kept(talk: Talk) -> None:
    opening = await talk.dialogue.talk(talk.id, "我要投诉", "m0", place=PIN)
    assert last(opening).text == SAY("form_ask_text")
    assert last(await talk.say("小区门口的路灯坏了")).text == SAY("form_ask_time")


async def test_with_the_real_cases_the_light_goes_to_its_department(
    rasa: RasaServer, sqlite_storage: Storage, clock: FakeClock, ids: CountingIds
) -> None:
    city = cities.load(DEFAULT_CITY)
    router = Router(city)
    cases = CaseService(sqlite_storage, clock, ids, router, city, b"a secret of the tests")
    knowledge = Knowledge(say=city.wording.say, router=router, limits=city.limits)
    reach = ActionServices(
        knowledge=knowledge,
        answers=ScriptedLibrary(),
        cases=cases,
        citizens=ById(),
        base_url="http://127.0.0.1",
    )
    async with talking(rasa, reach) as dialogue:
        conversation = f"webchat:{uuid.uuid4().hex}"
        lines = (
            "剑光街道人民路的路灯坏了，晚上一片漆黑",
            "13800001234",
            "确认",
            "我的单子办到哪一步了",
        )
        turns = [await dialogue.talk(conversation, line, f"m{at}") for at, line in enumerate(lines)]
    opened, told = turns[2].replies[-1].case, turns[3].replies[-1].case
    assert opened is not None
    assert told is not None
    case = await cases.get(opened.number)
    assert case.place == "剑光街道人民路"
    assert case.lead_department == "市城市管理局"
    assert told.number == opened.number


async def test_rasa_is_there(talk: Talk) -> None:
    await talk.dialogue.ping()


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_nobody_talks_without_the_token(rasa: RasaServer, token: str) -> None:
    dialogue = Dialogue(rasa.url, token, TIMEOUT_S)
    with pytest.raises(DialogueAway, match="http_401"):
        await dialogue.talk("webchat:stranger", "路灯坏了", "m1")
    await dialogue.close()


async def test_what_is_no_message_is_refused(rasa: RasaServer) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_S) as client:
        answer = await client.post(
            f"{rasa.url}/webhooks/policyline/webhook",
            json={"sender": "webchat:b1", "message": "", "message_id": "m1"},
            headers={"X-Policyline-Token": rasa.token},
        )
    assert answer.status_code == 422


async def test_conversations_are_forgotten_after_a_day(talk: Talk, rasa: RasaServer) -> None:
    await talk.say("路灯不亮了")
    with redis.Redis.from_url(rasa.redis_url) as client:
        (key,) = client.keys(f"*tracker*{talk.id}")
        assert 0 < client.ttl(key) <= 86400


async def test_a_rasa_that_dies_is_away_at_once(
    rasa_model: Path, redis_server: str, tmp_path: Path
) -> None:
    with running_rasa(tmp_path, redis_server, rasa_model) as mortal:
        dialogue = Dialogue(mortal.url, mortal.token, 2.0)
        await dialogue.ping()
        mortal.kill()
        began = time.monotonic()
        with pytest.raises(DialogueAway):
            await dialogue.talk("webchat:b1", "路灯坏了", "m1")
        assert time.monotonic() - began < 1.0
        await dialogue.close()


async def test_where_nobody_listens_is_away_at_once() -> None:
    dialogue = Dialogue(f"http://127.0.0.1:{free_port()}", "token", 2.0)
    with pytest.raises(DialogueAway):
        await dialogue.ping()
    await dialogue.close()
