"""Replies survive the outbox and Rasa unchanged."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replies import NotAReply, reply_from_json, reply_to_json
from connectors.base import (
    Reply,
    ReplyCase,
    ReplyCitation,
    ReplyKind,
    ReplyOption,
    ReplySentence,
    ReplyThread,
)

replies = st.builds(
    Reply,
    kind=st.sampled_from(ReplyKind),
    text=st.text(),
    citations=st.lists(st.from_type(ReplyCitation), max_size=3).map(tuple),
    options=st.lists(st.from_type(ReplyOption), max_size=3).map(tuple),
    case=st.none() | st.from_type(ReplyCase),
    rephrased=st.lists(st.from_type(ReplySentence), max_size=3).map(tuple),
    emergency=st.booleans(),
    thread=st.none() | st.from_type(ReplyThread),
)


@given(replies)
def test_a_reply_comes_back_unchanged(reply: Reply) -> None:
    assert reply_from_json(json.loads(json.dumps(reply_to_json(reply)))) == reply


def test_fields_with_a_default_may_be_absent() -> None:
    stored = {"kind": "case", "text": "已受理", "case": {"number": "20250603000001", "state": "x"}}
    assert reply_from_json(stored) == Reply(
        kind=ReplyKind.CASE, text="已受理", case=ReplyCase(number="20250603000001", state="x")
    )


def test_a_citation_without_a_picture_is_stored_as_before_there_was_any() -> None:
    (stored,) = reply_to_json(
        Reply(text="x", citations=(ReplyCitation(document_id="d", title="t"),))
    )["citations"]
    assert not {"form", "picture"} & set(stored)


def test_a_reply_without_rephrasing_is_stored_as_before_there_was_any() -> None:
    assert set(reply_to_json(Reply(text="x"))) == {"kind", "text", "citations", "options", "case"}


def test_a_case_of_which_nothing_special_is_told_is_stored_as_before_there_was_any() -> None:
    stored = reply_to_json(Reply(text="x", case=ReplyCase(number="1", state="triage")))["case"]
    assert not {"told", "words"} & set(stored)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, "reply"),
        ({"kind": "text", "text": "x", "emergency": 1}, "reply.emergency"),
        ([], "reply"),
        ({"kind": "song", "text": "x"}, "reply.kind"),
        ({"kind": "text"}, "reply.text"),
        ({"kind": "text", "text": 1}, "reply.text"),
        ({"kind": "text", "text": "x", "extra": 1}, "reply.extra"),
        ({"kind": "text", "text": "x", "options": {}}, "options"),
        ({"kind": "text", "text": "x", "rephrased": [{"text": 1}]}, "rephrased[0].text"),
        ({"kind": "text", "text": "x", "options": [{"label": "a"}]}, "options[0]"),
        ({"kind": "text", "text": "x", "options": [{"label": "a", "text": 1}]}, "options[0].text"),
        ({"kind": "text", "text": "x", "case": {"number": "1", "state": None}}, "case.state"),
        ({"kind": "text", "text": "x", "case": {"number": "1", "state": "a", "b": 1}}, "case.b"),
    ],
)
def test_anything_else_is_refused_with_its_field(value: Any, field: str) -> None:
    with pytest.raises(NotAReply, match=f"^{re.escape(field)}$"):
        reply_from_json(value)
