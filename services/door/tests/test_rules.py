"""What the door is told: which paths lead where, what it says itself, and settings that it will not take."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from pydantic import ValidationError

from door.problems import SAID
from door.routes import GRPC, REST, SERVICES
from door.rules import rendered
from door.settings import Settings, WebSettings
from door.web import write_page
from servicekit.settings import WrongSetting

REPOSITORY = Path(__file__).resolve().parents[3]
TEMPLATE = (REPOSITORY / "infra" / "nginx" / "nginx.conf").read_text()
# asked of its own service only: see routes.py
INNER = {"keepline.sip.v1.SwitchConfig", "keepline.routing.v1.CallRouting"}


def settings(folder: Path, **more: Any) -> Settings:
    reached = {name: {"http": "127.0.0.1:1", "grpc": "127.0.0.1:2"} for name in SERVICES}
    least = {"data_dir": folder, "services": reached, "door": {"rules": "nginx.conf"}}
    return Settings.model_validate({**least, **more})


def test_each_grpc_service_is_reached_through_the_door_or_known_as_an_inner_one() -> None:
    found = set()
    for file in (REPOSITORY / "proto").rglob("*.proto"):
        text = file.read_text()
        package = re.search(r"^package ([\w.]+);", text, re.MULTILINE)
        found |= {
            f"{package[1]}.{name}" for name in re.findall(r"^service (\w+)", text, re.MULTILINE) if package
        }
    assert found == set(GRPC) | INNER


def test_each_path_leads_to_a_service_that_the_settings_name() -> None:
    assert {*REST.values(), *GRPC.values()} == set(SERVICES)


def test_nothing_of_the_template_is_left_open(tmp_path: Path) -> None:
    text = rendered(TEMPLATE, settings(tmp_path))
    assert re.findall(r"@[A-Z_]+@", text) == []


def test_each_status_of_nginx_is_said_once() -> None:
    statuses = [status for one in SAID for status in one.statuses]
    assert len(statuses) == len(set(statuses))


@pytest.mark.parametrize("said", SAID, ids=lambda said: said.problem.code)
def test_what_the_door_says_is_a_problem_and_a_status_of_one_code(said: Any) -> None:
    document = json.loads(said.document("/problems/"))
    assert (document["code"], document["status"]) == (said.problem.code, said.problem.http_status)
    assert document["request_id"] == "$door_request_id"
    assert not re.search(r"['\\\n]", said.document("/problems/"))
    padded = said.grpc_details + "=" * (-len(said.grpc_details) % 4)
    status = Status.FromString(base64.b64decode(padded))
    info = ErrorInfo()
    assert status.details[0].Unpack(info)
    assert (status.code, info.reason) == (said.grpc_status, said.problem.code)


def test_a_service_that_is_away_is_worth_another_try() -> None:
    away = next(said for said in SAID if 502 in said.statuses)
    status = Status.FromString(base64.b64decode(away.grpc_details + "=="))
    assert any(detail.Is(RetryInfo.DESCRIPTOR) for detail in status.details)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"cors": {"origins": ["https://app.example.org/"]}}, "without a path"),
        ({"cors": {"origins": ["*"]}}, "must be an origin"),
        ({"cors": {"origins": ['https://a";evil']}}, "must be an origin"),
        ({"http": {"listen": "127.0.0.1;deny:80"}}, "must be host:port"),
        ({"http": {"tls": {"cert_file": "/a;b", "key_file": "/k"}}}, "cannot be a path"),
        ({"data_dir": "/tmp/a b"}, "cannot be a path"),
        ({"proxies": ["10.0.0.0/8; x"]}, "valid IPv4 or IPv6 network"),
    ],
)
def test_what_nginx_would_read_otherwise_is_refused(wrong: Any, told: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=told):
        settings(tmp_path, **wrong)


def test_cors_is_off_unless_origins_are_set(tmp_path: Path) -> None:
    origin = "https://app.example.org:8443"
    assert "Vary Origin" not in rendered(TEMPLATE, settings(tmp_path))
    text = rendered(TEMPLATE, settings(tmp_path, cors={"origins": [origin]}))
    assert f'"{origin}" $http_origin;' in text
    assert "Vary Origin" in text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"folder": "/web"}, "needs an issuer"),
        ({"folder": "/web", "issuer": "http://issuer.example.org"}, "should match pattern"),
        ({"folder": "/web", "issuer": "https://issuer.example.org;x/"}, "must be an origin"),
        ({"origins": ["https://a b"]}, "must be an origin"),
        ({"scope": "profile"}, "should match pattern"),
    ],
)
def test_a_web_application_that_nobody_could_use_is_refused(wrong: Any, told: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=told):
        settings(tmp_path, web=wrong)


def test_a_folder_that_holds_another_application_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>KEEPLINE_ISSUER</p>")
    web = WebSettings(folder=tmp_path, issuer="https://issuer.example.org")
    with pytest.raises(WrongSetting, match="no place for KEEPLINE_CLIENT_ID"):
        write_page(tmp_path, web)
