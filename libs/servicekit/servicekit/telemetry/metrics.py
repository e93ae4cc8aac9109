"""Metrics by OTLP, and for Prometheus to fetch, each when its setting says where; otherwise every instrument
does nothing.

An instrument is made from a constant of `names`, never from a string at the call site.
"""

from collections.abc import Callable, Iterable, Mapping

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Counter, Histogram, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

from servicekit.telemetry.names import Metric

_METER = "keepline"
# from a decision in memory to what a person waits for
_BUCKETS_SECONDS = (
    0.0001,
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    30,
)
_Read = Callable[[], Iterable[Observation]]
_READERS: dict[Metric, list[_Read]] = {}


def configure(
    name: str, otlp_endpoint: str | None, prometheus: MetricReader | None = None
) -> MeterProvider | None:
    """prometheus: what Prometheus reads from, see servicekit.telemetry.prometheus."""
    readers = [prometheus] if prometheus is not None else []
    if otlp_endpoint:
        # imported when wanted: it costs every start 80 ms
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter  # noqa: PLC0415

        exporter = OTLPMetricExporter(
            endpoint=otlp_endpoint, insecure=not otlp_endpoint.startswith("https://")
        )
        readers.append(PeriodicExportingMetricReader(exporter, export_interval_millis=10_000))
    if not readers:
        return None
    resource = Resource.create({"service.name": name})
    provider = MeterProvider(metric_readers=readers, resource=resource, shutdown_on_exit=False)
    metrics.set_meter_provider(provider)
    return provider


def counter(metric: Metric) -> Counter:
    return metrics.get_meter(_METER).create_counter(metric.name, metric.unit, metric.description)


def histogram(metric: Metric) -> Histogram:
    """Of seconds."""
    return metrics.get_meter(_METER).create_histogram(
        metric.name, metric.unit, metric.description, explicit_bucket_boundaries_advisory=_BUCKETS_SECONDS
    )


def gauge(metric: Metric, read: Callable[[], float], **labels: str) -> None:
    """Has `read` asked at every export."""
    _observe(metric, lambda: [Observation(read(), labels)])


def gauges(metric: Metric, label: str, read: Callable[[], Mapping[str, float]]) -> None:
    """The same for several at once: `read` answers a reading for each value of `label`."""
    _observe(metric, lambda: [Observation(value, {label: name}) for name, value in read().items()])


def total(metric: Metric, read: Callable[[], float | None]) -> None:
    """A counter that something else keeps; None: it cannot be read now."""

    def observe(_options: CallbackOptions) -> Iterable[Observation]:
        value = read()
        return [] if value is None else [Observation(value)]

    metrics.get_meter(_METER).create_observable_counter(
        metric.name, [observe], metric.unit, metric.description
    )


def _observe(metric: Metric, read: _Read) -> None:
    """The SDK keeps the callbacks of the first instrument of a name only, so there is one for all readers."""
    readers = _READERS.setdefault(metric, [])
    readers.append(read)
    if len(readers) > 1:
        return

    def observe(_options: CallbackOptions) -> Iterable[Observation]:
        return [observation for asked in readers for observation in asked()]

    metrics.get_meter(_METER).create_observable_gauge(metric.name, [observe], metric.unit, metric.description)
