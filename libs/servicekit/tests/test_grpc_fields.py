"""JSON pointers and the field paths of google.rpc.BadRequest lead to each other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepline.phone.v1 import phone_service_pb2
from keepline.sip.v1 import trunk_service_pb2
from servicekit.grpc.fields import path_of, pointer_of

UPDATE = trunk_service_pb2.UpdateTrunkRequest.DESCRIPTOR
LIST = phone_service_pb2.ListNumbersRequest.DESCRIPTOR


@pytest.mark.parametrize(
    ("pointer", "request_type", "path"),
    [
        ("", None, ""),
        ("/name", None, "name"),
        ("/endpoints/2/port", None, "endpoints[2].port"),
        ("/labels/a.b/x~1y", None, 'labels["a.b"]["x/y"]'),
        ("/name", UPDATE, "trunk.name"),
        ("/source_cidrs/0", UPDATE, "trunk.source_cidrs[0]"),
        ("/nowhere", UPDATE, "nowhere"),
        ("/trunk_id", LIST, "trunk_id"),
    ],
)
def test_a_field_is_named_as_protobuf_names_it(pointer: str, request_type: Any, path: str) -> None:
    assert path_of(pointer, request_type) == path


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_path_leads_back_to_its_pointer(names: list[str]) -> None:
    pointer = "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
    assert pointer_of(path_of(pointer)) == pointer


@given(st.text())
def test_any_path_can_be_read(path: str) -> None:
    assert pointer_of(path) == "" if path == "" else pointer_of(path).startswith("/")
