"""One authority for the certificates of this folder's tests."""

from pathlib import Path

import pytest

from servicekit.testing.certificates import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Another authority, which nobody here trusts."""
    return Authority(Path(tmp_path_factory.mktemp("stranger")))
