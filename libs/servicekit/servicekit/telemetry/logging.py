"""Logs as JSON lines on stderr: one sentence a decision, with `call_id`, `request_id` and `trace_id` where
there are any.

Libraries' own log lines go the same way, and every line passes the redaction. Nobody waits for whoever reads
them (line_writer).
"""

import atexit
import json
import logging
import sys
import time
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, TextIO, cast

import orjson
import structlog
from opentelemetry import trace

from servicekit.telemetry import metrics, names
from servicekit.telemetry.line_writer import LineWriter
from servicekit.telemetry.redaction import redacted
from servicekit.telemetry.request_id import request_id

Event = MutableMapping[str, Any]
Logger = structlog.stdlib.BoundLogger
_CALL_ID = "call_id"
# each would tell at level info what is told better elsewhere
_LOUD = ("httpx", "httpcore", "uvicorn", "pymongo", "asyncio", "opentelemetry")
# tells every retry as an error, ten a second while the broker is away; servicekit.kafka tells it once
_DEAFENING = "aiokafka"
_FINISH_SECONDS = 1.0
_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning"}
_writer: LineWriter | None = None
# of `configure`: the service's name, the least level and where lines go
_straight: tuple[str, int, TextIO] | None = None
# the second of the last such line, since the epoch, and as it is written
_second = (0, "")


def logger(name: str) -> Logger:
    return cast(Logger, structlog.get_logger(module=name))


def configure(name: str, level: str = "info") -> None:
    """Sets up structlog and the standard library's logging for the whole process."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(name),
        _with_request,
        _with_trace,
        structlog.processors.format_exc_info,
        _without_secrets,
    ]
    global _straight  # noqa: PLW0603 - a process has one log
    stderr = _stderr(name)
    _straight = (name, number, stderr)
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_json)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_of_library, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_json),
            ],
        )
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(number)
    for loud in _LOUD:
        logging.getLogger(loud).setLevel(max(number, logging.WARNING))
    logging.getLogger(_DEAFENING).setLevel(logging.CRITICAL if number > logging.DEBUG else number)


def answered(module: str, level: int, **told: str | float) -> None:
    """The line of a request that was answered, in the shape of all others.

    There is one for each, so it goes past structlog, whose way is six times as long. Nothing in it is a
    caller's own words: the caller must not pass any.
    """
    if _straight is None or level < _straight[1]:
        return
    name, _, stderr = _straight
    event = {
        "module": module,
        **told,
        "event": "answered",
        "level": _LEVELS[level],
        "timestamp": _now(),
        "service": name,
    }
    stderr.write(_json(_with_trace(None, "", _with_request(None, "", event))) + "\n")


def _now() -> str:
    """As structlog's TimeStamper writes it, with a date that is written once a second."""
    global _second  # noqa: PLW0603 - a memory of the last answer
    seconds, micros = divmod(time.time_ns() // 1000, 1_000_000)
    second = _second
    if second[0] != seconds:
        second = _second = seconds, datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{second[1]}.{micros:06d}Z"


def finish(within_seconds: float = _FINISH_SECONDS) -> None:
    """Before the process ends: lines that wait for whoever reads them are written, or the time is over."""
    if _writer is not None:
        _writer.finish(within_seconds)


def _stderr(name: str) -> TextIO:
    """The process's own, or what a test put in its place."""
    global _writer  # noqa: PLW0603 - a process has one stderr
    if sys.stderr is not sys.__stderr__ or sys.stderr is None:
        return sys.stderr
    if _writer is None:
        _writer = LineWriter(sys.stderr.fileno(), partial(_told_dropped, name))
        atexit.register(finish)
    return cast(TextIO, _writer)


def _told_dropped(name: str, count: int) -> str:
    metrics.counter(names.LOG_DROPPED).add(count)
    event = "log lines were dropped, nobody read them"
    line = {"event": event, "dropped": count, "level": "warning", "service": name}
    return _json(structlog.processors.TimeStamper(fmt="iso", utc=True)(None, "", line)) + "\n"


class bind_call:
    """Puts `call_id` on every later line of this task; as a context manager, only within the block."""

    def __init__(self, call_id: str) -> None:
        self._tokens: Mapping[str, Any] = structlog.contextvars.bind_contextvars(**{_CALL_ID: call_id})

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        structlog.contextvars.reset_contextvars(**self._tokens)


def _of_library(_logger: object, _method: str, event: Event) -> Event:
    """A library's own logger is what a module of ours is, and has the same key."""
    event["module"] = event["_record"].name
    return event


def _named(name: str) -> structlog.typing.Processor:
    def add(_logger: object, _method: str, event: Event) -> Event:
        event["service"] = name
        return event

    return add


def _with_request(_logger: object, _method: str, event: Event) -> Event:
    if (served := request_id()) != "":
        event["request_id"] = served
    return event


def _with_trace(_logger: object, _method: str, event: Event) -> Event:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format(context.trace_id, "032x")
    return event


def _without_secrets(_logger: object, _method: str, event: Event) -> Event:
    return cast(Event, redacted(event))


def _json(value: object, **_options: object) -> str:
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except (
        TypeError
    ):  # text that has no UTF-8, such as a lone surrogate: the line is worth more than the text
        return json.dumps(value, default=str)
