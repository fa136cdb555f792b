"""Spans to an OpenTelemetry collector by OTLP over HTTP; needs `minsheng-shared[otlp]`.

The SDK batches and sends in a thread of its own. A collector that is away costs spans, never a
request: at most `_MOST_WAITING` wait, further ones are dropped and counted.
"""

import threading
from collections.abc import Callable, Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from shared import trace

_MOST_WAITING = 4_096
_BATCH = 512
_SEND_EVERY_MS = 1_000
_ANSWER_SECONDS = 5
_GOODBYE_SECONDS = 2.0

Count = Callable[[str, int], None]


class OtlpExport:
    """Sends spans to `endpoint`/v1/traces; `count(result, n)` hears what became of them."""

    def __init__(self, endpoint: str, *, service: str, version: str, count: Count) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._waiting = 0
        self._ids = _OurIds()
        self._exporter = OTLPSpanExporter(
            endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_ANSWER_SECONDS
        )
        resource = {
            "service.namespace": "minsheng",
            "service.name": service,
            "service.version": version,
        }
        # Whether a span is sampled was decided where its trace began.
        provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=Resource.create(resource),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        provider.add_span_processor(
            BatchSpanProcessor(
                _Counted(self._exporter, self._settled),
                max_queue_size=_MOST_WAITING,
                max_export_batch_size=_BATCH,
                schedule_delay_millis=_SEND_EVERY_MS,
            )
        )
        self._provider = provider
        self._tracer = provider.get_tracer("minsheng", version)

    def send(self, span: trace.Span) -> None:
        """Let a span wait for the next batch, or drop it where too many wait already."""
        with self._lock:
            if self._waiting >= _MOST_WAITING:
                self._count("dropped", 1)
                return
            self._waiting += 1
        self._ids.take(span.traceparent)
        known = trace.accepted(span.parent)
        begun = self._tracer.start_span(
            span.name,
            context=set_span_in_context(NonRecordingSpan(_context(known))) if known else None,
            kind=SpanKind[span.kind.upper()],
            attributes=span.attributes,
            start_time=span.began_ns,
        )
        if span.failed:
            begun.set_status(Status(StatusCode.ERROR))
        begun.end(span.ended_ns)

    def close(self) -> None:
        """Send what waits; after two seconds the rest is given up."""
        give_up = threading.Timer(_GOODBYE_SECONDS, self._exporter.shutdown)
        give_up.daemon = True
        give_up.start()
        self._provider.shutdown()
        give_up.cancel()

    def _settled(self, spans: int, *, sent: bool) -> None:
        with self._lock:
            self._waiting -= spans
        self._count("sent" if sent else "failed", spans)


class _Counted(SpanExporter):
    """The exporter, and a word about each batch."""

    def __init__(self, exporter: SpanExporter, settled: Callable[..., None]) -> None:
        self._exporter = exporter
        self._settled = settled

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = SpanExportResult.FAILURE
        try:
            result = self._exporter.export(spans)
        finally:
            self._settled(len(spans), sent=result is SpanExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


class _OurIds(IdGenerator):
    """The ids that a span has had since it began, in place of new ones."""

    def __init__(self) -> None:
        self._own = threading.local()

    def take(self, traceparent: str) -> None:
        self._own.next = traceparent

    def generate_trace_id(self) -> int:
        return _context(self._own.next).trace_id

    def generate_span_id(self) -> int:
        return _context(self._own.next).span_id


def _context(traceparent: str) -> SpanContext:
    return SpanContext(
        trace_id=int(trace.trace_id(traceparent) or "", 16),
        span_id=int(trace.span_id(traceparent), 16),
        is_remote=True,
        trace_flags=TraceFlags(int(trace.is_sampled(traceparent))),
    )
