"""Metrics by OTLP when an endpoint is set; otherwise every instrument does nothing.

Rule: an instrument is made from a constant of `names`, never from a string at the call site.
"""

from collections.abc import Callable, Iterable, Mapping

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Counter, Histogram, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource

from servicekit.telemetry.names import Metric

_METER = "keepline"
Reading = float | Mapping[str, float]


def configure(name: str, otlp_endpoint: str | None) -> MeterProvider | None:
    if not otlp_endpoint:
        return None
    # imported when wanted: it costs every start 80 ms
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter  # noqa: PLC0415

    exporter = OTLPMetricExporter(endpoint=otlp_endpoint, insecure=not otlp_endpoint.startswith("https://"))
    provider = MeterProvider(
        metric_readers=[PeriodicExportingMetricReader(exporter, export_interval_millis=10_000)],
        resource=Resource.create({"service.name": name}),
        shutdown_on_exit=False,
    )
    metrics.set_meter_provider(provider)
    return provider


def counter(metric: Metric) -> Counter:
    return metrics.get_meter(_METER).create_counter(metric.name, metric.unit, metric.description)


def histogram(metric: Metric) -> Histogram:
    return metrics.get_meter(_METER).create_histogram(metric.name, metric.unit, metric.description)


def gauge(metric: Metric, read: Callable[[], float], **labels: str) -> None:
    """Has `read` asked at every export."""

    def observe(_options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(read(), labels)]

    metrics.get_meter(_METER).create_observable_gauge(metric.name, [observe], metric.unit, metric.description)
