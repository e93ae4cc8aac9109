import os
from pathlib import Path

import pytest

from switchlink.freeswitch import (
    Address,
    FreeSwitchSettings,
    XmlCurl,
    find_allocator,
    find_freeswitch,
    freeswitch_launch,
)

PASSWORD = "0123456789abcdef"
CONFIGURATION = Path(__file__).parents[3] / "infra" / "freeswitch"


def _settings(**changes: object) -> FreeSwitchSettings:
    fields: dict[str, object] = {
        "sip": Address("127.0.0.1", 5080),
        "esl": Address("127.0.0.1", 8021),
        "edge": Address("127.0.0.1", 5070),
        "password": PASSWORD,
    }
    return FreeSwitchSettings(**(fields | changes))  # type: ignore[arg-type]


def _program(folder: Path) -> Path:
    folder.mkdir()
    path = folder / "freeswitch"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_named_program_comes_before_the_path(tmp_path: Path) -> None:
    named, found = _program(tmp_path / "named"), _program(tmp_path / "found")
    assert find_freeswitch({"FREESWITCH_BIN": str(named), "PATH": str(found.parent)}) == named
    assert find_freeswitch({"PATH": str(found.parent)}) == found
    assert find_freeswitch({"PATH": str(tmp_path)}) is None


def test_a_named_program_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="FREESWITCH_BIN"):
        find_freeswitch({"FREESWITCH_BIN": str(tmp_path), "PATH": os.defpath})


@pytest.mark.parametrize(
    "password", ["", "short", "a" * 15, "with space 123456", "dollar$dollar$dollar", "a" * 129]
)
def test_a_password_that_the_configuration_would_misread_is_refused(password: str) -> None:
    with pytest.raises(ValueError, match="password"):
        _settings(password=password)


@pytest.mark.parametrize("address", [("", 1), ("a b", 1), ("a;b", 1), ("h", 0), ("h", 65536), ('"', 1)])
def test_an_address_that_is_none_is_refused(address: tuple[str, int]) -> None:
    with pytest.raises(ValueError, match="address"):
        Address(*address)


@pytest.mark.parametrize("url", ["", "ftp://h/x", "http://h", "http://h/x y", 'http://h/"', "http://h/$${x}"])
def test_an_address_of_sip_config_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sip-config"):
        XmlCurl(url, PASSWORD)


def test_the_password_is_in_the_environment_and_not_on_the_command_line(tmp_path: Path) -> None:
    launch = freeswitch_launch(Path("/x/freeswitch"), CONFIGURATION, tmp_path / "run", _settings())
    assert launch.environment["KEEPLINE_FREESWITCH_ESL_PASSWORD"] == PASSWORD
    assert not [part for part in launch.command if PASSWORD in part]


def test_every_folder_is_the_process_own(tmp_path: Path) -> None:
    launch = freeswitch_launch(Path("/x/freeswitch"), CONFIGURATION, tmp_path / "run", _settings())
    launch.make_folders()
    paths = [Path(part) for part in launch.command if part.startswith("/") and "x/freeswitch" not in part]
    assert [path for path in paths if not path.is_relative_to(tmp_path)] == [CONFIGURATION]
    assert all(path.is_dir() for path in paths)


def test_each_variable_of_the_environment_is_read_by_the_configuration(tmp_path: Path) -> None:
    settings = _settings(xml_curl=XmlCurl("http://127.0.0.1:1/x", PASSWORD))
    launch = freeswitch_launch(Path("/x/freeswitch"), CONFIGURATION, tmp_path, settings)
    read = (CONFIGURATION / "vars.xml").read_text()
    ours = [name for name in launch.environment if name != "LD_PRELOAD"]
    assert [name for name in ours if f'=${name}"' not in read] == []


def test_the_allocator_is_debians_where_it_is_installed(tmp_path: Path) -> None:
    assert find_allocator(tmp_path) is None
    library = tmp_path / "x86_64-linux-gnu" / "libjemalloc.so.2"
    library.parent.mkdir()
    library.touch()
    assert find_allocator(tmp_path) == library
    launch = freeswitch_launch(Path("/x/freeswitch"), CONFIGURATION, tmp_path / "run", _settings())
    assert launch.environment.get("LD_PRELOAD") == (str(find_allocator()) if find_allocator() else None)
