"""Spans: nothing without a receiver; with one, all of a trail in one trace, and no words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import spans
from bot.spans import span
from bot.trail import on_trail

pytest.importorskip("opentelemetry.sdk", reason="the extra otel is not installed")

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

WORDS = "我家住在剑光街道，电话13900000001"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    end = spans.start_with(SimpleSpanProcessor(kept), "serve")
    yield kept
    end()


def test_without_an_address_nothing_is_begun() -> None:
    spans.start("", "serve")()
    with span("turn"):
        pass


def test_spans_of_one_trail_are_one_trace_whoever_made_them(exporter: InMemorySpanExporter) -> None:
    with on_trail(trail="m1", message_id="m1"), span("turn", channel="wechat"), span("understand"):
        pass
    with on_trail(trail="m1", delivery_id="d1"), span("notice"):
        pass
    with on_trail(trail="m2"), span("turn"):
        pass
    understand, turn, notice, other = exporter.get_finished_spans()
    traces = [each.context.trace_id for each in (understand, turn, notice, other)]
    assert len(set(traces[:3])) == 1
    assert traces[3] != traces[0]
    assert understand.parent is not None
    assert understand.parent.span_id == turn.context.span_id
    assert dict(turn.attributes or {}) == {
        "policyline.trail": "m1",
        "policyline.message_id": "m1",
        "policyline.channel": "wechat",
    }
    assert (notice.attributes or {})["policyline.delivery_id"] == "d1"


def test_of_an_error_only_its_type_is_told(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="剑光"), span("turn"):
        raise ValueError(WORDS)
    (failed,) = exporter.get_finished_spans()
    assert failed.status.description == "ValueError"
    assert WORDS not in failed.to_json(indent=None)
    assert not failed.events


def test_once_ended_nothing_is_kept(exporter: InMemorySpanExporter) -> None:
    spans.start("", "serve")()
    end = spans.start_with(SimpleSpanProcessor(exporter), "worker")
    end()
    with span("turn"):
        pass
    assert exporter.get_finished_spans() == ()
