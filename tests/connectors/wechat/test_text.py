"""Rendering and splitting."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Reply, ReplyCitation, ReplyKind, ReplyOption, ReplySentence
from connectors.channels.wechat import text

LINK = '<a href="https://example.cn/d/1">《居民医保政策解读》</a>'


@given(st.text(), st.integers(min_value=8, max_value=400))
def test_parts_fit_and_lose_nothing_but_space(content: str, limit: int) -> None:
    parts = text.split(content, limit)
    assert all(len(part.encode()) <= limit for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", content)


@given(st.lists(st.sampled_from(["参保缴费期为九月至十二月。", LINK, "请带身份证；"]), max_size=30))
def test_links_and_sentences_stay_whole(pieces: list[str]) -> None:
    parts = text.split("".join(pieces), 120)
    assert "".join(parts) == "".join(pieces)
    assert sum(part.count(LINK) for part in parts) == pieces.count(LINK)
    assert all(part.endswith(("。", "；", "</a>")) for part in parts)


def test_an_answer_shows_its_source_with_a_link() -> None:
    shown = text.render(
        Reply(
            kind=ReplyKind.ANSWER,
            text="每人每年400元。",
            citations=(
                ReplyCitation(
                    document_id="1",
                    title="居民医保政策解读",
                    department="市医疗保障局",
                    published_on="2026-01-05",
                    url="https://example.cn/d/1?a=医",
                    place="二、（一）",
                ),
            ),
        )
    )
    assert shown == (
        "每人每年400元。\n\n"
        '来源：<a href="https://example.cn/d/1?a=%E5%8C%BB">《居民医保政策解读》</a> 二、（一）'
        "（市医疗保障局，2026-01-05）"
    )


def test_options_are_links_that_send_their_words() -> None:
    shown = text.render(
        Reply(text="请选择：", options=(ReplyOption(label="转人工", text="转人工"),))
    )
    assert "msgmenucontent=%E8%BD%AC%E4%BA%BA%E5%B7%A5&" in shown
    assert shown.endswith(">转人工</a>")


def test_a_documents_words_become_no_link() -> None:
    shown = text.render(Reply(text='点<a href="http://bad.example">这里</a>'))
    assert "<a " not in shown


def test_as_many_replies_as_fit_go_in_one() -> None:
    replies = (Reply(text="一。"), Reply(text="二。"), Reply(text="三" * 100))
    assert text.joined_in_one(replies, 60) == ("一。\n\n二。", 2)
    assert text.joined_in_one((Reply(text="三" * 100),), 60) == ("", 0)


def test_plainer_words_are_marked_and_stand_before_the_quoted_text_and_its_source() -> None:
    shown = text.render(
        Reply(
            kind=ReplyKind.ANSWER,
            text="应当登记。",
            citations=(ReplyCitation(document_id="1", title="办法"),),
            rephrased=(ReplySentence(text="必须登记<a 。"),),
        )
    )
    assert shown == "根据以下原文整理：\n必须登记＜a 。\n\n原文：\n应当登记。\n\n来源：《办法》"
