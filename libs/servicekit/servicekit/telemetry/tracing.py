"""Traces: spans, and their context carried by hand through gRPC metadata and Kafka headers.

Without an endpoint nothing is exported, and a span is an id and nothing else, so that logs and problems can
name one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context, propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
)

# once: asking the provider for one costs more than a span. It becomes the provider's when that is set.
_tracer = trace.get_tracer("keepline")
_CONTEXT_HEADERS = ("traceparent", "tracestate")
_ids = RandomIdGenerator()
_UNSAMPLED = TraceFlags(TraceFlags.RANDOM_TRACE_ID)
# of `configure`: whether a trace that begins here is sent to nobody
_silent = False


def configure(name: str, otlp_endpoint: str | None) -> TracerProvider:
    sampler = ParentBased(ALWAYS_ON if otlp_endpoint else ALWAYS_OFF)
    resource = Resource.create({"service.name": name})
    provider = TracerProvider(resource=resource, sampler=sampler, shutdown_on_exit=False)
    if otlp_endpoint:
        # imported when wanted: it costs every start 80 ms
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        exporter = OTLPSpanExporter(endpoint=otlp_endpoint, insecure=not otlp_endpoint.startswith("https://"))
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    global _silent  # noqa: PLW0603 - a process has one provider
    _silent = not otlp_endpoint
    return provider


@contextmanager
def span(
    name: str,
    *,
    parent: Mapping[str, str] | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    **attributes: str | int | float | bool,
) -> Iterator[Span]:
    """A current span; `parent` holds the headers that came with a message."""
    above = extract(parent) if parent is not None else None
    started = _tracer.start_span(name, above, kind, attributes)
    token = context.attach(trace.set_span_in_context(started))
    try:
        yield started
    except Exception as error:
        started.record_exception(error)
        started.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        context.detach(token)
        started.end()


def begin(
    name: str,
    headers: Mapping[str, str],
    kind: SpanKind,
    attributes: Mapping[str, str | int | float | bool] | None = None,
) -> Span:
    """A span that is current for the rest of this task, and that the caller ends."""
    if _silent and "traceparent" not in headers:
        started: Span = _unsampled()
    else:
        started = _tracer.start_span(name, extract(headers), kind, attributes)
    context.attach(trace.set_span_in_context(started))
    return started


def _unsampled() -> Span:
    """What the SDK answers for the root of a trace that is not sampled, in a fifth of its time."""
    trace_id, span_id = _ids.generate_trace_id(), _ids.generate_span_id()
    return NonRecordingSpan(SpanContext(trace_id, span_id, is_remote=False, trace_flags=_UNSAMPLED))


def inject() -> dict[str, str]:
    """The headers that let the receiver continue this trace; empty when there is none."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return {key: value for key, value in carrier.items() if key in _CONTEXT_HEADERS}


def extract(headers: Mapping[str, str]) -> context.Context:
    if "traceparent" not in headers:
        return context.Context()
    return propagate.extract({k: headers[k] for k in _CONTEXT_HEADERS if k in headers})


def trace_id() -> str:
    current = trace.get_current_span().get_span_context()
    return format(current.trace_id, "032x") if current.is_valid else ""
