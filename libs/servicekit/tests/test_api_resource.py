"""What may be written of a resource: every fault at once, and PATCH as RFC 7396 has it."""

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from servicekit.api.absent import documented, may_be_absent
from servicekit.api.merge_patch import merged
from servicekit.api.resource import Resource
from servicekit.api.strict_json import MalformedJson, read_json


class Sip(BaseModel):
    model_config = ConfigDict(extra="forbid")
    uri: str
    port: int = 5060


class AgentToCreate(BaseModel):
    name: str = documented("what it is called")
    slug: str = may_be_absent("chosen once")
    sip: Sip = may_be_absent("one of the two")
    kind: Literal["a", "b"] = "a"
    tags: list[str] = []
    ring_seconds: int = 20


AGENT = Resource(
    AgentToCreate,
    read_only=frozenset({"id", "version"}),
    computed=frozenset({"calls_now"}),
    only_in_post=frozenset({"slug"}),
)
STORED = {
    "id": "agt_1",
    "version": 3,
    "name": "Night",
    "sip": {"uri": "sip:a@b", "port": 5070},
    "kind": "b",
    "tags": ["x"],
    "ring_seconds": 30,
}


def told(faults: Any) -> set[tuple[str, str]]:
    return {(fault.pointer, fault.code) for fault in faults}


def test_what_is_left_out_has_its_default_and_what_has_none_is_missing() -> None:
    read = AGENT.created({"name": "Night"})
    assert read.faults == ()
    assert dict(read.values) == {
        "name": "Night",
        "slug": None,
        "sip": None,
        "kind": "a",
        "tags": [],
        "ring_seconds": 20,
    }
    assert told(AGENT.created({}).faults) == {("/name", "field_missing")}
    assert told(AGENT.created([]).faults) == {("", "field_type")}


WRONG = [
    ("name", 5, "/name", "field_type"),
    ("name", None, "/name", "field_type"),
    ("ring_seconds", "20", "/ring_seconds", "field_type"),
    ("ring_seconds", True, "/ring_seconds", "field_type"),
    ("ring_seconds", 1.5, "/ring_seconds", "field_type"),
    ("tags", "x", "/tags", "field_type"),
    ("tags", ["x", 1], "/tags/1", "field_type"),
    ("kind", "c", "/kind", "field_invalid"),
    ("sip", "sip:a@b", "/sip", "field_type"),
    ("sip", {}, "/sip/uri", "field_missing"),
    ("sip", {"uri": "sip:a@b", "prot": 1}, "/sip/prot", "field_unknown"),
    ("a/b~", 1, "/a~1b~0", "field_unknown"),
    ("id", "agt_2", "/id", "field_read_only"),
]


@pytest.mark.parametrize(("name", "value", "pointer", "code"), WRONG)
def test_each_fault_has_its_place_a_code_and_a_hint(name: str, value: Any, pointer: str, code: str) -> None:
    faults = AGENT.created({"name": "Night", name: value}).faults
    assert told(faults) == {(pointer, code)}
    assert all(fault.hint and fault.detail for fault in faults)
    assert "Input should" not in faults[0].detail + faults[0].hint


def test_all_faults_come_together_and_the_other_fields_can_be_read() -> None:
    whole = {name: value for name, value, *_ in WRONG if name not in ("name", "id")}
    read = AGENT.created({**whole, "name": "Night"})
    assert len(read.faults) == len(whole)
    assert read["name"] == "Night"
    assert read["ring_seconds"] is None


PATCHES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"name": "Day"}, {"name": "Day"}),
    ({"ring_seconds": None}, {"ring_seconds": 20}),
    ({"tags": None}, {"tags": []}),
    ({"sip": None}, {"sip": None}),
    ({"sip": {"uri": "sip:c@d"}}, {"sip": Sip(uri="sip:c@d", port=5070)}),
    ({"sip": {"port": None}}, {"sip": Sip(uri="sip:a@b", port=5060)}),
    (STORED, {}),
    ({"calls_now": 99}, {}),
]


@pytest.mark.parametrize(("patch", "changed"), PATCHES)
def test_a_patch_changes_what_it_names_and_null_resets(
    patch: dict[str, Any], changed: dict[str, Any]
) -> None:
    before = AGENT.patched(STORED, {})
    after = AGENT.patched(STORED, patch)
    assert (before.faults, after.faults) == ((), ())
    assert dict(after.values) == {**before.values, **changed}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"name": None}, "/name", "field_not_resettable"),
    ({"sip": {"uri": None}}, "/sip/uri", "field_not_resettable"),
    ({"id": "agt_2"}, "/id", "field_read_only"),
    ({"id": None}, "/id", "field_read_only"),
    ({"version": 4}, "/version", "field_read_only"),
    ({"slug": "x"}, "/slug", "field_read_only"),
    ({"colour": None}, "/colour", "field_unknown"),
    ({"rings_second": 3}, "/rings_second", "field_unknown"),
]


@pytest.mark.parametrize(("patch", "pointer", "code"), REFUSED)
def test_what_a_patch_cannot_do_is_said(patch: dict[str, Any], pointer: str, code: str) -> None:
    faults = AGENT.patched(STORED, patch).faults
    assert told(faults) == {(pointer, code)}
    assert all(fault.hint for fault in faults)


# RFC 7396, appendix A
EXAMPLES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), EXAMPLES)
def test_a_merge_patch_does_what_the_rfc_shows(target: Any, patch: Any, result: Any) -> None:
    assert merged(target, patch) == result


BODIES = [
    (b'{"a": 1, "a": 2}', "json_key_repeated"),
    (b'{"x": {"a": 1, "a": 1}}', "json_key_repeated"),
    (b'{"b": 1, ' + b'"a": 1, ' * 60_000 + b'"c": 1}', "json_malformed"),
    (b"[" + b'{"a": 1},' * 2_100 + b'{"a": 1}]', "json_malformed"),
    (b"", "json_malformed"),
    (b"  ", "json_malformed"),
    (b"{", "json_malformed"),
    (b'{"a": NaN}', "json_malformed"),
    (b'{"a": -Infinity}', "json_malformed"),
    (b'{"a": 1e999}', "json_malformed"),
    (b'{"a": "\xe9"}', "json_malformed"),
    (b'{"a": "\\ud800"}', "json_malformed"),
    (b"[" * 100_000, "json_malformed"),
    (b"1" * 5000, "json_malformed"),
    ("\ufeff{}".encode(), "json_malformed"),
    ('{"a": 1}'.encode("utf-16"), "json_malformed"),
]


@pytest.mark.parametrize(("raw", "code"), BODIES)
def test_a_body_that_is_no_plain_json_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(MalformedJson) as refused:
        read_json(raw)
    assert refused.value.code == code
    assert refused.value.hint


def test_a_number_is_what_it_is_worth() -> None:
    assert read_json(b"[5060.0, 1e2, 0.5, -0.0, 9007199254740993.0]") == [
        5060,
        100,
        0.5,
        0,
        9007199254740992.0,
    ]
    assert [type(one) for one in read_json(b"[5060.0, 1e2, 0.5]")] == [int, int, float]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10**6) | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_NAMES = st.sampled_from([*STORED, "slug", "colour", "calls_now"])


@given(st.dictionaries(_NAMES | st.text(max_size=4), _VALUES, max_size=5))
def test_whatever_is_sent_is_read_or_told(document: dict[str, Any]) -> None:
    for read in (AGENT.created(document), AGENT.patched(STORED, document)):
        for fault in read.faults:
            assert fault.pointer.startswith("/") and fault.code and fault.detail and fault.hint
        unread = {name for name in AgentToCreate.model_fields if name not in read.values}
        told_of = {fault.pointer.split("/")[1] for fault in read.faults}
        assert unread - {"slug"} <= told_of
