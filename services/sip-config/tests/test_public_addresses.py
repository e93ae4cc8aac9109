"""Our own addresses: for every role of a tenant, as JSON, as lines, and over gRPC."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from keepline.sip.v1 import network_service_pb2 as pb
from keepline.sip.v1.network_service_pb2_grpc import NetworkServiceStub
from keepline.types.v1.endpoint_pb2 import TRANSPORT_TCP, TRANSPORT_UDP
from sip_config.domain.public_addresses import MediaAddress, PublicAddresses
from sip_config.settings import PublicSettings
from siptypes.endpoints import Transport

PATH = "/api/v1/sip/network/addresses"


async def read(api: Any, role: str = "viewer", query: str = "", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.rest.get(PATH + query, headers=api.as_(role=role) | named)


@pytest.mark.parametrize("role", ["viewer", "admin", "owner", "operator"])
async def test_everybody_reads_them(api: Any, role: str) -> None:
    answer = await read(api, role)
    told = answer.json()
    assert (answer.status_code, told["domain_zone"]) == (200, "sip.example")
    assert told["sip"][0] == {"host": "198.51.100.7", "port": 5060, "transport": "udp"}
    assert told["media"] == [{"host": "198.51.100.9", "ports": "10000-20000", "transport": "udp"}]
    assert told["calls_over"] == ["udp", "tcp"]
    assert told["effective_at"] == "2026-11-01T00:00:00.000Z"
    again = await read(api, role, if_none_match=answer.headers["etag"])
    assert again.status_code == 304


async def test_a_node_and_a_stranger_do_not(api: Any) -> None:
    assert (await read(api, "node")).json()["code"] == "role_forbidden"
    assert (await api.rest.get(PATH)).status_code == 401


async def test_a_firewall_administrator_reads_lines(api: Any) -> None:
    answer = await read(api, accept="text/plain")
    assert answer.headers["content-type"].startswith("text/plain")
    assert [line for line in answer.text.splitlines() if not line.startswith("#")] == [
        "sip udp 198.51.100.7 5060",
        "sip tls edge.sip.example 5061",
        "media udp 198.51.100.9 10000-20000",
        "domain *.sip.example",
    ]
    assert (await read(api)).json()["version"] in answer.text.splitlines()[0]
    tag = answer.headers["etag"]
    assert (await read(api, accept="text/plain", if_none_match=tag)).status_code == 304
    assert (await read(api, if_none_match=tag)).status_code == 200


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/plain, application/json", "application/json"),
        ("application/json;q=0.5, text/plain", "text/plain"),
        ("text/*;q=0.9, */*;q=0.1", "text/plain"),
        ("text/plain;q=x, application/json;q=2", "application/json"),
        ("text/html", "application/json"),
    ],
)
async def test_what_is_more_welcome_is_given(api: Any, accept: str, kind: str) -> None:
    answer = await read(api, accept=accept)
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert "Accept" in answer.headers["vary"]


async def test_the_same_over_grpc(api: Any) -> None:
    stub = api.stub(role="viewer", kind=NetworkServiceStub)
    told = await stub.GetPublicAddresses(pb.GetPublicAddressesRequest())
    assert told.version == (await read(api)).json()["version"]
    assert [(one.host, one.port) for one in told.sip] == [("198.51.100.7", 5060), ("edge.sip.example", 5061)]
    assert (told.media[0].first_port, told.media[0].last_port) == (10000, 20000)
    assert list(told.calls_over) == [TRANSPORT_UDP, TRANSPORT_TCP]
    part = pb.GetPublicAddressesRequest()
    part.fields.paths.append("domain_zone")
    assert not (await stub.GetPublicAddresses(part)).sip


def test_another_content_is_another_version() -> None:
    first = PublicAddresses("sip.example", media=[MediaAddress("198.51.100.9", (10000, 20000))])
    second = replace(first, media=[MediaAddress("198.51.100.9", (10000, 20001))])
    with_tls = replace(first, calls_over=list(Transport))
    assert first.version == replace(first).version
    assert len({first.version, second.version, with_tls.version}) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"sip": [{"host": "not a host", "port": 5060, "transport": "udp"}]},
        {"sip": [{"host": "198.51.100.7", "port": 0, "transport": "udp"}]},
        {"sip": [{"host": "198.51.100.7", "port": 5060, "transport": "ws"}]},
        {"media": [{"host": "198.51.100.7", "first_port": 20000, "last_port": 10000}]},
        {"effective_at": "2026-11-01T00:00:00"},
    ],
)
def test_a_setting_that_cannot_be_right_ends_the_start(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        PublicSettings.model_validate_json(json.dumps(wrong))
