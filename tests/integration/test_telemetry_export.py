"""Spans and metrics reach a collector when there is an endpoint; one that is away delays nothing."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

PROCESS = """
import asyncio, os, signal
from servicekit.lifecycle import run
from servicekit.settings import ProcessSettings
from servicekit.telemetry import metrics, names, tracing
from servicekit.telemetry.logging import logger

async def build(service):
    metrics.counter(names.CALLS).add(3, {"outcome": "answered"})
    metrics.gauge(names.SPOOL_DEPTH, lambda: 5.0)
    for name, lag in (("trunks", 1.0), ("numbers", 2.0)):
        metrics.gauge(names.FOLLOWER_LAG, lambda lag=lag: lag, follower=name)
    service.readiness.add_degraded("broker", lambda: "away")
    with tracing.span("route", call_id="call_1"):
        logger("test").info("routed", trace=tracing.inject().get("traceparent"))
    asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGTERM)

run("tested", ProcessSettings, build)
"""


@dataclass
class Collector:
    port: int = 0
    spans: list[Any] = field(default_factory=list)
    metrics: list[Any] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    def took_traces(self, request: Any) -> None:
        for resource in request.resource_spans:
            self.services |= {
                a.value.string_value for a in resource.resource.attributes if a.key == "service.name"
            }
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]

    def took_metrics(self, request: Any) -> None:
        for resource in request.resource_metrics:
            self.metrics += [metric for scope in resource.scope_metrics for metric in scope.metrics]


class Traces(trace_service_pb2_grpc.TraceServiceServicer):  # type: ignore[misc]
    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def Export(self, request: Any, context: object) -> Any:
        self._collector.took_traces(request)
        return trace_service_pb2.ExportTraceServiceResponse()


class Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):  # type: ignore[misc]
    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def Export(self, request: Any, context: object) -> Any:
        self._collector.took_metrics(request)
        return metrics_service_pb2.ExportMetricsServiceResponse()


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    server = grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(collector), server)
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(Metrics(collector), server)
    collector.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield collector
    server.stop(0).wait()


def run(tmp_path: Path, endpoint: str) -> tuple[subprocess.CompletedProcess[str], float]:
    environment = {
        **os.environ,
        "KEEPLINE_DATA_DIR": str(tmp_path),
        "KEEPLINE_TELEMETRY__OTLP_ENDPOINT": endpoint,
    }
    began = time.monotonic()
    command = [sys.executable, "-c", PROCESS]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return done, time.monotonic() - began


def test_spans_and_metrics_are_exported(tmp_path: Path, collector: Collector) -> None:
    done, _ = run(tmp_path, f"http://127.0.0.1:{collector.port}")
    assert collector.services == {"tested"}
    assert [span.name for span in collector.spans] == ["route"]
    metrics = {metric.name: metric for metric in collector.metrics}
    assert metrics["keepline.calls"].sum.data_points[0].as_int == 3
    assert metrics["keepline.spool.depth"].gauge.data_points[0].as_double == 5.0
    lags = metrics["keepline.kafka.follower.lag"].gauge.data_points
    assert sorted(point.as_double for point in lags) == [1.0, 2.0]
    assert [point.as_double for point in metrics["keepline.degraded"].gauge.data_points] == [1.0]
    line = next(json.loads(line) for line in done.stderr.splitlines() if '"routed"' in line)
    assert line["trace_id"] == collector.spans[0].trace_id.hex()
    assert int(line["trace"].rsplit("-", 1)[1], 16) & 1 == 1


def test_without_an_endpoint_nothing_is_sampled_and_ids_exist_all_the_same(tmp_path: Path) -> None:
    done, _ = run(tmp_path, "")
    line = next(json.loads(line) for line in done.stderr.splitlines() if '"routed"' in line)
    assert len(line["trace_id"]) == 32
    assert int(line["trace"].rsplit("-", 1)[1], 16) & 1 == 0


def test_a_collector_that_is_away_does_not_keep_the_process(tmp_path: Path) -> None:
    _, without = run(tmp_path, "")
    _, away = run(tmp_path, "http://127.0.0.1:1")
    assert away - without < 8  # one export that is waited for takes 10
