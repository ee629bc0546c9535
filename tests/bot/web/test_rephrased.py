"""The API and the chat page with a model that rephrases, and invents besides."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from bot.chat_completions import ChatCompletions
from bot.handling import handling
from bot.library import Library
from bot.metrics import Metrics
from bot.rephrasing import ModelRephraser
from bot.web import build
from connectors.channels.webchat.channel import WebChatChannel
from tests.bot.conftest import World
from tests.bot.web.conftest import PAGE
from tests.fakes.chat_completions import INVENTED, KEY, ChatApi, serving

QUESTION = "谁可以申请高龄津贴"
QUOTED = "年满八十周岁、户籍在小城的老人可以申请高龄津贴。"
PLAINER = QUOTED.replace("周岁", "岁")


@pytest.fixture
async def api() -> ChatApi:
    return ChatApi()


@pytest.fixture
async def visitor(world: World, library: Library, api: ChatApi) -> AsyncIterator[TestClient]:
    """A visitor of a house whose model invents."""
    async with serving(api) as url:
        completions = ChatCompletions(
            url=url, model="inventing", key=SecretStr(KEY), timeout_s=1.0, at_once=2
        )
        plainer = ModelRephraser(completions, Metrics())
        services = await world.replica(library=library, rephraser=plainer)
        services.channels["webchat"] = WebChatChannel(services.cache.wake)  # type: ignore[index]
        async with (
            handling(services, sweep=False),
            TestServer(build(services)) as server,
            TestClient(server) as client,
        ):
            yield client
        await plainer.close()


async def test_the_api_gives_the_supported_sentences_beside_the_quotes(
    visitor: TestClient,
) -> None:
    answer = await (await visitor.post("/api/v1/answers", json={"question": QUESTION})).json()
    assert answer["text"] == "".join(quote["text"] for quote in answer["quotes"])
    assert QUOTED in answer["text"]
    assert PLAINER in [each["text"] for each in answer["rephrased"]]
    assert all(0 <= each["citation"] < len(answer["citations"]) for each in answer["rephrased"])
    assert not any(invented in str(answer) for invented in INVENTED)


async def test_the_chat_tells_both(visitor: TestClient) -> None:
    told = await (await visitor.post("/api/v1/chat", json={"text": f"怎么样，{QUESTION}"})).json()
    (reply,) = told["replies"]
    assert QUOTED in reply["text"]
    assert PLAINER in [each["text"] for each in reply["rephrased"]]


async def test_the_page_shows_plainer_words_first_and_marks_them(visitor: TestClient) -> None:
    data = {"text": f"怎么样，{QUESTION}"}
    page = await (await visitor.post("/chat", data=data, headers=PAGE)).text()
    marks = [page.index(each) for each in ("根据以下原文整理", PLAINER, ">原文<", QUOTED)]
    assert marks == sorted(marks)
    assert re.search(r'aria-label="依据"', page)
    assert not any(invented in page for invented in INVENTED)


async def test_a_slow_model_leaves_the_quotes_alone(visitor: TestClient, api: ChatApi) -> None:
    api.hold()
    answer = await (await visitor.post("/api/v1/answers", json={"question": QUESTION})).json()
    assert (QUOTED in answer["text"], answer["rephrased"]) == (True, [])
