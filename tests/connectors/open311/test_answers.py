"""Answers of servers that keep to the specification, of those that stray, and of hostile ones."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.departments.open311 import answers
from connectors.departments.open311.marks import Mark, Marks
from connectors.errors import Malformed

STRAYING_XML = """<?xml version="1.0" encoding="utf-8"?>
<requests xmlns="http://wiki.open311.org/GeoReport_v2"><request>
<agency_responsible><recipients><recipient>路灯所</recipient></recipients></agency_responsible>
<service_request_id> 638344 </service_request_id><status>Action Scheduled</status>
<status_notes/><updated_datetime>2026-03-02 10:00:00+08:00</updated_datetime>
<requested_datetime>2026-03-02T10:00:00</requested_datetime></request>
<request><status>open</status></request></requests>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<service_requests><request><service_request_id>&b;</service_request_id></request>
</service_requests>"""


def test_a_straying_server_is_read() -> None:
    (one,) = answers.requests(STRAYING_XML.encode(), "xml")
    assert (one.id, one.status, one.notes) == ("638344", "action_scheduled", "")
    assert one.updated_at == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert one.requested_at is None


@pytest.mark.parametrize(
    "body",
    [
        '[{"service_request_id": 7, "status": "closed"}]',
        '{"service_requests": [{"service_request_id": "7", "status": "CLOSED"}]}',
        '{"service_request_id": "7", "status": "closed", "values": []}',
        '[{"request": {"service_request_id": "7", "status": "closed"}}]',
    ],
)
def test_forms_of_json(body: str) -> None:
    (one,) = answers.requests(body.encode(), "json")
    assert (one.id, one.status) == ("7", "closed")


def test_what_was_taken() -> None:
    xml = "<service_requests><request><token>T1</token></request></service_requests>"
    assert answers.taken(xml.encode(), "xml").token == "T1"
    blackbox = '[{"service_request_id": null, "service_notice": "ok"}]'
    assert answers.taken(blackbox.encode(), "json") == answers.Taken()


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ("", "xml"),
        ("", "json"),
        ("<html>", "xml"),
        (BOMB, "xml"),
        ("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>", "xml"),
        ("<errors><error><code>400</code><description>no</description></error></errors>", "xml"),
        ('[{"code": 400, "description": "no"}]', "json"),
        ('{"ok": true}', "json"),
        ("7", "json"),
        ("[" * 100_000, "json"),
    ],
)
def test_what_is_no_answer_is_never_taken_for_one(body: str, form: str) -> None:
    with pytest.raises(Malformed):
        answers.taken(body.encode(), form)


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    st.sampled_from(["xml", "json"]),
)
def test_nothing_else_is_ever_raised(body: bytes, form: str) -> None:
    with suppress(Malformed):
        assert isinstance(answers.requests(body, form), tuple)


def test_a_mark_is_read_again_and_a_forged_one_is_not() -> None:
    marks, others = Marks("their key"), Marks("another key")
    mark = marks.of("20260302000001", "delivery-1")
    written = f"路灯坏了\n\n{marks.written(mark)}"
    assert marks.read(written) == mark
    assert others.read(written) is None
    assert marks.read(written.replace("20260302000001", "20260302000002")) is None
    assert marks.of("20260302000001", "delivery-2") != mark
    assert marks.read(written + "〔工单 20260302000001-00000000-0000000000000000〕") == Mark(
        case_number="20260302000001", delivery=mark.delivery
    )
