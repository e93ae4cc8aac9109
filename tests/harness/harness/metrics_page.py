"""docs/metrics.md: every metric, by its OpenTelemetry name and by the one that Prometheus gives it."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import CollectorRegistry

from harness.paths import REPOSITORY
from servicekit.telemetry.names import Metric, all_metrics
from servicekit.telemetry.prometheus import reader_of

PAGE = REPOSITORY / "docs" / "metrics.md"
_HEAD = """\
# Metrics

Told by OTLP where `KEEPLINE_TELEMETRY__OTLP_ENDPOINT` says so, and on `/metrics` where
`KEEPLINE_TELEMETRY__PROMETHEUS_LISTEN` says so, on a port of its own that asks for no token. Prometheus adds
`_bucket`, `_sum` and `_count` to a histogram, and each process tells `process_*` (memory, processor time,
descriptors) beside these. Durations are seconds. No label holds a tenant, a number or an id of a call.
`make settings` writes this page from `servicekit/telemetry/names.py`.

| OpenTelemetry | Prometheus | kind | unit | labels | meaning |
|---|---|---|---|---|---|"""


def generated() -> dict[Path, str]:
    metrics = all_metrics()
    names = prometheus_names(metrics)
    lines = [_HEAD]
    for one in metrics:
        labels = ", ".join(f"`{label}`" for label in one.labels)
        cells = (f"`{one.name}`", f"`{names[one]}`", one.kind, one.unit, labels, one.description)
        lines.append("| " + " | ".join(cells) + " |")
    return {PAGE: "\n".join(lines) + "\n"}


def prometheus_names(metrics: list[Metric]) -> Mapping[Metric, str]:
    """As the exporter writes them, asked of the exporter itself one by one."""
    found: dict[Metric, str] = defaultdict(str)
    for metric in metrics:
        registry = CollectorRegistry()
        provider = MeterProvider(metric_readers=[reader_of(registry)], shutdown_on_exit=False)
        meter = provider.get_meter("page")
        if metric.kind == "counter":
            meter.create_counter(metric.name, metric.unit).add(1)
        elif metric.kind == "histogram":
            meter.create_histogram(metric.name, metric.unit).record(1)
        else:
            meter.create_observable_gauge(metric.name, [lambda _options: [Observation(1)]], metric.unit)
        ours = [family for family in registry.collect() if family.name.startswith("keepline")]
        (family,) = ours
        found[metric] = f"{family.name}_total" if family.type == "counter" else family.name
        provider.shutdown()
    return found
