"""gRPC does all that REST does, by the same names: operations, and the parameters of each."""

import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, MethodDescriptor

from harness.paths import REPOSITORY

PROTO = REPOSITORY / "proto"
# the service is called AuditLog, and Route is the router's own
OTHER_NAMES = {"ListAuditEntries": "ListEntries", "GetAuditEntry": "GetEntry", "RouteCall": "Simulate"}


def _methods() -> Iterator[tuple[str, MethodDescriptor]]:
    for file in sorted(PROTO.glob("keepline/*/v1/*.proto")):
        module = import_module(".".join(file.relative_to(PROTO).with_suffix("").parts) + "_pb2")
        for service in module.DESCRIPTOR.services_by_name.values():
            yield from service.methods_by_name.items()


def _operations() -> Iterator[tuple[str, Mapping[str, Any]]]:
    described = json.loads((REPOSITORY / "docs/openapi.json").read_text())
    for path in described["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "operationId" in operation:
                name = operation["operationId"]
                yield name[0].upper() + name[1:], operation


METHODS, OPERATIONS = dict(_methods()), dict(_operations())


def _request(operation: str) -> Descriptor:
    asked: Descriptor = METHODS[OTHER_NAMES.get(operation, operation)].input_type
    return asked


# event streams are for browsers: programs read the topics that they are made of, and TrunkHealth.Watch
@pytest.mark.parametrize("operation", [name for name in OPERATIONS if not name.startswith("Stream")])
def test_what_rest_does_grpc_does(operation: str) -> None:
    assert OTHER_NAMES.get(operation, operation) in METHODS


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name.startswith("List")])
def test_a_list_is_asked_by_the_same_names(operation: str) -> None:
    parameters = {one["name"] for one in OPERATIONS[operation]["parameters"] if one["in"] == "query"}
    assert parameters == set(_request(operation).fields_by_name)


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name.startswith(("Update", "Delete"))])
def test_a_change_says_which_version_it_is_meant_for(operation: str) -> None:
    assert {one["name"] for one in OPERATIONS[operation]["parameters"] if one["in"] == "header"} == {
        "If-Match"
    }
    assert {"expected_version", "any_version"} <= set(_request(operation).fields_by_name)
