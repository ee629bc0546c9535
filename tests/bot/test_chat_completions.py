"""The client of an OpenAI-compatible API, and the fake it is tested against."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import openai
import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.chat_completions import (
    MAX_BODY_BYTES,
    MAX_RETRY_AFTER_S,
    ChatCompletions,
    Completion,
    Failed,
    Failure,
    Message,
)
from tests.fakes.chat_completions import KEY, ChatApi, error, serving

ASKED = (Message(role="system", content="改写"), Message(role="user", content="应当登记。"))


@pytest.fixture
async def api() -> ChatApi:
    return ChatApi()


@pytest.fixture
async def url(api: ChatApi) -> AsyncIterator[str]:
    async with serving(api) as address:
        yield address


async def complete(
    url: str, model: str = "honest", key: str = KEY, timeout_s: float = 5.0
) -> Completion:
    client = ChatCompletions(
        url=url, model=model, key=SecretStr(key), timeout_s=timeout_s, at_once=1
    )
    try:
        return await client.complete(ASKED, max_tokens=50)
    finally:
        await client.close()


async def failure(url: str, **how: Any) -> Failed:
    with pytest.raises(Failed) as caught:
        await complete(url, **how)
    return caught.value


# The fake, by the API's own client


@pytest.fixture
async def official(url: str) -> AsyncIterator[Callable[..., openai.AsyncOpenAI]]:
    clients: list[openai.AsyncOpenAI] = []

    def made(key: str = KEY) -> openai.AsyncOpenAI:
        clients.append(openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0))
        return clients[-1]

    yield made
    for client in clients:
        await client.close()


async def test_the_official_client_reads_what_the_fake_writes(
    official: Callable[..., openai.AsyncOpenAI],
) -> None:
    written = await official().chat.completions.create(
        model="honest",
        messages=[{"role": "user", "content": "应当登记。"}],
        temperature=0,
        max_tokens=50,
        stream=False,
    )
    (choice,) = written.choices
    assert (choice.message.content, choice.finish_reason) == ("必须登记。", "stop")
    assert "honest" in [model.id for model in (await official().models.list()).data]


@pytest.mark.parametrize(
    ("key", "changed", "expected"),
    [
        ("wrong", {}, openai.AuthenticationError),
        (KEY, {"model": "none-such"}, openai.NotFoundError),
        (KEY, {"messages": []}, openai.BadRequestError),
        (KEY, {"messages": [{"role": "king", "content": "x"}]}, openai.BadRequestError),
        (KEY, {"temperature": 3}, openai.BadRequestError),
        (KEY, {"max_tokens": 0}, openai.BadRequestError),
        (KEY, {"stream": True}, openai.BadRequestError),
        (KEY, {"extra_body": {"colour": "red"}}, openai.BadRequestError),
    ],
)
async def test_the_official_client_is_refused_what_is_wrong(
    official: Callable[..., openai.AsyncOpenAI],
    key: str,
    changed: dict[str, Any],
    expected: type[openai.APIStatusError],
) -> None:
    asked: dict[str, Any] = {
        "model": "honest",
        "messages": [{"role": "user", "content": "x"}],
        **changed,
    }
    with pytest.raises(expected):
        await official(key).chat.completions.create(**asked)


@pytest.mark.parametrize(
    ("status", "expected"), [(429, openai.RateLimitError), (500, openai.InternalServerError)]
)
async def test_the_official_client_knows_the_fakes_breakdowns(
    api: ChatApi,
    official: Callable[..., openai.AsyncOpenAI],
    status: int,
    expected: type[openai.APIStatusError],
) -> None:
    api.breaks = answers(lambda: error(status, "later"))
    with pytest.raises(expected):
        await official().chat.completions.create(
            model="honest", messages=[{"role": "user", "content": "x"}]
        )


# Our client


def answers(response: Callable[[], web.Response]) -> Callable[[web.Request], Any]:
    async def breaks(request: web.Request) -> web.Response:
        del request
        return response()

    return breaks


async def test_a_completion_is_asked_for_plainly_and_read(api: ChatApi, url: str) -> None:
    assert await complete(url) == Completion(text="必须登记。", whole=True)
    (asked,) = api.received
    assert (asked["model"], asked["temperature"], asked["max_tokens"]) == ("honest", 0, 50)
    assert asked["stream"] is False
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]


async def test_a_cut_off_completion_is_known(url: str) -> None:
    assert not (await complete(url, "cut-off")).whole


async def test_a_model_without_a_key_is_sent_none(api: ChatApi, url: str) -> None:
    api.key = ""
    assert (await complete(url, key="")).whole


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ({"key": "wrong"}, Failure.UNAUTHORISED),
        ({"key": ""}, Failure.UNAUTHORISED),
        ({"model": "none-such"}, Failure.NOT_FOUND),
        ({"model": "silent"}, Failure.EMPTY),
    ],
)
async def test_what_the_api_refuses_is_told_apart(
    url: str, how: dict[str, str], kind: Failure
) -> None:
    assert (await failure(url, **how)).kind is kind


def _json(value: Any, **how: Any) -> Callable[[], web.Response]:
    return lambda: web.json_response(value, **how)


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (lambda: error(400, "no"), Failure.REFUSED),
        (lambda: error(403, "no"), Failure.UNAUTHORISED),
        (lambda: error(429, "later"), Failure.TOO_MANY),
        (lambda: error(500, "oh"), Failure.SERVER_ERROR),
        (lambda: error(503, "oh"), Failure.SERVER_ERROR),
        (lambda: web.Response(status=204), Failure.MALFORMED),
        (lambda: web.Response(status=307, headers={"Location": "/else"}), Failure.REDIRECTED),
        (lambda: web.Response(text="<p>维护中", content_type="text/html"), Failure.NOT_JSON),
        (lambda: web.Response(text='{"choi', content_type="application/json"), Failure.NOT_JSON),
        (
            lambda: web.Response(text="[" * 50_000, content_type="application/json"),
            Failure.NOT_JSON,
        ),
        (
            lambda: web.Response(body=b"\xff\xfe\x00", content_type="application/json"),
            Failure.NOT_JSON,
        ),
        (_json({"choices": []}), Failure.EMPTY),
        (_json({"choices": [{"message": {"content": None}}]}), Failure.EMPTY),
        (_json({"choices": [{"message": {"content": 7}}]}), Failure.MALFORMED),
        (_json({"choices": [{"text": "旧式"}]}), Failure.MALFORMED),
        (_json({"choices": {"0": 1}}), Failure.MALFORMED),
        (_json(["choices"]), Failure.MALFORMED),
        (_json(None), Failure.MALFORMED),
        (_json({"choices": [{"message": {"content": "长" * MAX_BODY_BYTES}}]}), Failure.TOO_LARGE),
    ],
)
async def test_every_other_breakdown_is_one_failure(
    api: ChatApi, url: str, response: Callable[[], web.Response], kind: Failure
) -> None:
    api.breaks = answers(response)
    failed = await failure(url)
    assert failed.kind is kind
    assert KEY not in str(failed)


async def test_a_body_that_breaks_off_is_unreachable(api: ChatApi, url: str) -> None:
    async def breaks(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = 1000
        await response.prepare(request)
        await response.write(b'{"choices": [')
        assert request.transport is not None
        request.transport.close()
        return response

    api.breaks = breaks
    assert (await failure(url)).kind is Failure.UNREACHABLE


async def test_a_body_that_trickles_is_cut_at_the_limit(api: ChatApi, url: str) -> None:
    async def breaks(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"choices": [')
        await api.never_answer()
        return response

    api.breaks = breaks
    assert (await failure(url, timeout_s=0.3)).kind is Failure.TIMEOUT


async def test_an_api_that_keeps_silent_is_late(api: ChatApi, url: str) -> None:
    api.hold()
    assert (await failure(url, timeout_s=0.2)).kind is Failure.TIMEOUT


async def test_nobody_listening_is_unreachable(url: str) -> None:
    nobody = httpx.URL(url).copy_with(port=1)
    assert (await failure(str(nobody))).kind is Failure.UNREACHABLE


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("99999999", MAX_RETRY_AFTER_S), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0), ("", 0)],
)
async def test_retry_after_is_kept_within_bounds(
    api: ChatApi, url: str, said: str, seconds: float
) -> None:
    api.breaks = answers(lambda: error(429, "later", **{"Retry-After": said}))
    assert (await failure(url)).retry_after_s == seconds


async def test_the_key_is_in_no_repr(url: str) -> None:
    client = ChatCompletions(url=url, model="honest", key=SecretStr(KEY), timeout_s=1.0, at_once=1)
    assert KEY not in repr(client)
    await client.close()
