"""Logs as in production, so that a traceback in a test is told as there."""

import io
import json
import logging as standard
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from servicekit.telemetry import logging

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    logging.configure("test", "info")
    yield


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    handlers, level = standard.root.handlers[:], standard.root.level
    logging.configure("test", "info")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.reset_defaults()
    standard.root.handlers[:] = handlers
    standard.root.setLevel(level)
