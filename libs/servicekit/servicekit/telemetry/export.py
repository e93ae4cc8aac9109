"""Sets up logs, traces and metrics of a process, and sends the rest of them at its end.

The end of a process waits for its collector a moment and no longer.
"""

import threading
import time
from collections.abc import Callable
from typing import Self

from servicekit.settings import LogSettings, TelemetrySettings
from servicekit.telemetry import logging, metrics, tracing

_LAST_CHANCE = 2.0


class Telemetry:
    def __init__(self, closers: list[Callable[[], object]]) -> None:
        self._closers = closers

    @classmethod
    def start(cls, name: str, log: LogSettings, telemetry: TelemetrySettings) -> Self:
        """Raises WrongSetting."""
        logging.configure(name, log.level)
        traces = tracing.configure(name, telemetry.otlp_endpoint)
        closers: list[Callable[[], object]] = [traces.shutdown]
        reader = None
        if telemetry.prometheus_listen:
            from servicekit.telemetry import prometheus  # noqa: PLC0415 - costs a start that wants none of it

            reader, close = prometheus.serve(telemetry.prometheus_listen)
            closers.append(close)
        measures = metrics.configure(name, telemetry.otlp_endpoint, reader)
        if measures is not None:
            closers.append(measures.shutdown)
        return cls(closers)

    def close(self) -> None:
        """In threads that nobody waits for: the exporters' own shutdown tries for a quarter of a minute."""
        threads = [threading.Thread(target=closer, daemon=True) for closer in self._closers]
        for thread in threads:
            thread.start()
        over = time.monotonic() + _LAST_CHANCE
        for thread in threads:
            thread.join(max(0.0, over - time.monotonic()))
