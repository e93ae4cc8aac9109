"""What make call says where something is missing, and how it reads what a provider was told."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from harness import state as state_module
from harness.__main__ import app
from harness.call import away
from harness.state import DemoState, running_demo
from harness.tenant import Addresses
from harness.walk import final_status
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.testing import verifier_of

NOBODY = "127.0.0.1:1"
ISSUER = "http://127.0.0.1:2"


@pytest.fixture
def demo_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state_module, "FILE", tmp_path / "demo.json")
    return tmp_path / "demo.json"


def of_demo(folder: Path) -> DemoState:
    addresses = Addresses({"door": f"http://{NOBODY}"}, {"door": NOBODY}, NOBODY, NOBODY, "zone", {})
    keys = str(folder / "keys")
    return DemoState(os.getppid(), "t_demo", "old", ISSUER, keys, "trk_1", "d", "+1", 5060, addresses, "")


@pytest.mark.parametrize("command", ["call", "token"])
def test_without_a_demo_one_line_says_so(demo_file: Path, command: str) -> None:
    done: Any = CliRunner().invoke(app, [command])
    assert (done.exit_code, done.stderr) == (
        1,
        "No demo is running here: type `make demo` in another terminal first.\n",
    )


def test_a_call_without_its_services_names_each_in_one_line(demo_file: Path, tmp_path: Path) -> None:
    of_demo(tmp_path).write()
    done: Any = CliRunner().invoke(app, ["call"])
    assert done.exit_code == 1
    assert done.stdout.splitlines()[:2] == [
        f"door is away: nobody answers on http://{NOBODY}.",
        f"Kafka is away: nobody answers on {NOBODY}.",
    ]


async def test_of_several_routers_one_is_enough() -> None:
    http = {"call-router-1": f"http://{NOBODY}", "call-router-2": f"http://{NOBODY}"}
    told = await away(Addresses(http, {}, NOBODY, NOBODY, "zone", {}))
    assert told[0].startswith("call-router is away")


async def test_the_token_in_the_file_is_made_anew_with_the_demos_key(demo_file: Path, tmp_path: Path) -> None:
    of_demo(tmp_path).with_new_token().write()
    found = running_demo()
    assert found is not None
    who = verifier_of(DevIssuer.create(tmp_path / "keys", ISSUER)).verify(found.token)
    assert who.tenant_id == "t_demo"
    assert oct(demo_file.stat().st_mode & 0o777) == "0o600"
    assert json.loads(demo_file.read_text())["addresses"]["http"]["door"] == f"http://{NOBODY}"


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        (
            "SIP/2.0 100 Trying\r\n\r\nSIP/2.0 404 Refused (number_unknown)\r\n",
            "404 Refused (number_unknown)",
        ),
        ("SIP/2.0 100 Trying\r\n\r\nSIP/2.0 200 OK\r\n", ""),
        ("", ""),
    ],
)
def test_a_refusal_is_found_among_the_messages(messages: str, told: str) -> None:
    assert final_status(messages) == told
