"""`policyline check` on the endpoint that rephrases."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.commands.check import Finding, Verdict, _rephrasing
from bot.settings import Settings
from tests.fakes.chat_completions import KEY, ChatApi, serving


async def found(url: str, key: str = KEY) -> Finding:
    return await _rephrasing(
        Settings(rephrase_url=url, rephrase_model="honest", rephrase_key=SecretStr(key))
    )


async def test_the_endpoint_and_its_model_are_named() -> None:
    async with serving(ChatApi()) as url:
        finding = await found(url)
    assert finding.verdict is Verdict.FINE
    assert finding.said == f"{url}，模型 honest，可连接"


@pytest.mark.parametrize("key", ["wrong", ""])
async def test_a_wrong_key_is_said_and_not_shown(key: str) -> None:
    async with serving(ChatApi()) as url:
        finding = await found(url, key)
    assert finding.verdict is Verdict.LESS
    assert "密钥不对" in finding.said
    assert "wrong" not in finding.said


async def test_an_endpoint_that_is_away_costs_only_plainer_words() -> None:
    finding = await found("http://127.0.0.1:1/v1")
    assert finding.verdict is Verdict.LESS
    assert "连不上，只给出原文" in finding.said


async def test_without_an_endpoint_nothing_is_asked() -> None:
    finding = await _rephrasing(Settings())
    assert (finding.verdict, finding.said) == (Verdict.FINE, "未设置，只给出原文")
