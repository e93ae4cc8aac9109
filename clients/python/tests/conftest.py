"""A small Keepline of servicekit's own parts, on real sockets, that can be told to fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.small_keepline import SmallKeepline
from servicekit.testing import tokens


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallKeepline]:
    running = SmallKeepline(tokens(Path(tmp_path_factory.mktemp("auth"))))
    yield running
    running.close()


@pytest.fixture
def keepline(_running: SmallKeepline) -> SmallKeepline:
    _running.faults.clear()
    return _running
