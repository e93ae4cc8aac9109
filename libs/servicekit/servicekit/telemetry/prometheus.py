"""What Prometheus fetches: GET /metrics on a port of its own, where no token is asked for.

Imported only by a process whose settings say so.
"""

import errno
import os
from collections.abc import Callable

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server

from servicekit.settings import WrongSetting, host_port

SETTING = "KEEPLINE_TELEMETRY__PROMETHEUS_LISTEN"


def reader_of(registry: CollectorRegistry) -> PrometheusMetricReader:
    """Beside our own metrics, those of the process: memory, processor time, descriptors."""
    ProcessCollector(registry=registry)
    return PrometheusMetricReader(registry=registry)


def serve(listen: str) -> tuple[PrometheusMetricReader, Callable[[], None]]:
    """Serves in a thread; answers the reader, and what ends it. Raises WrongSetting."""
    registry = CollectorRegistry()
    reader = reader_of(registry)
    host, port = host_port(listen)
    try:
        server, _ = start_http_server(port, host, registry)
    except OSError as error:
        why = os.strerror(error.errno or errno.EINVAL)
        raise WrongSetting(SETTING, f"cannot listen on {listen}: {why}") from error
    return reader, server.shutdown
