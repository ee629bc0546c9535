"""Spans for OpenTelemetry: off unless an address is set; the extra `otel` brings the library.

All spans of one trail (`bot.trail`) stand in one trace, whichever process made them and when: the
trace's id is made of the trail's. The trace's root is that id alone and is nowhere exported.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.settings import PREFIX, SettingsError
from bot.trail import bound

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.trace import Tracer

_tracer: Tracer | None = None


@contextmanager
def span(name: str, /, **attributes: str | int) -> Iterator[None]:
    """Inside is one span; without a receiver, nothing. Of an error only its type is told."""
    if _tracer is None:
        yield
        return
    from opentelemetry.trace import Status, StatusCode

    given = {f"policyline.{key}": value for key, value in {**bound(), **attributes}.items()}
    with _tracer.start_as_current_span(
        name,
        context=_parent(),
        attributes=given,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _parent() -> Context | None:
    """None: whatever span is open here."""
    from opentelemetry import trace

    trail = bound().get("trail", "")
    if not trail or trace.get_current_span().get_span_context().is_valid:
        return None
    digest = hashlib.sha256(trail.encode()).digest()
    root = trace.SpanContext(
        trace_id=int.from_bytes(digest[:16], "big"),
        span_id=int.from_bytes(digest[16:24], "big"),
        is_remote=True,
        trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(root))


def start(url: str, role: str) -> Callable[[], None]:
    """Begin to send spans over OTLP/HTTP; gives what ends it.

    Args:
        url: the collector's base, such as `http://127.0.0.1:4318`; empty: nothing is sent.
        role: `serve` or `worker`.

    Raises:
        SettingsError: the library is not installed.
    """
    if not url:
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            [f"{PREFIX}OTEL_URL: the library is missing (pip install 'policyline[otel]')"]
        ) from error
    exporter = OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces")
    return start_with(BatchSpanProcessor(exporter), role)


def start_with(processor: SpanProcessor, role: str) -> Callable[[], None]:
    """Begin to hand spans to a processor; gives what ends it."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider: TracerProvider = TracerProvider(
        resource=Resource.create({"service.name": "policyline", "policyline.role": role}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(processor)
    _use(provider.get_tracer("policyline"))

    def end() -> None:
        _use(None)
        provider.shutdown()

    return end


def _use(tracer: Tracer | None) -> None:
    global _tracer  # one receiver a process, as with logs
    _tracer = tracer
