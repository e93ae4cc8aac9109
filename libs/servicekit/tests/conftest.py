"""Logs as in production, so that a traceback in a test is told as there."""

from collections.abc import Iterator

import pytest

from servicekit.telemetry import logging


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    logging.configure("test", "info")
    yield
