"""What is read out of sources as a code, and what must not pass for one."""

import ast
from pathlib import Path

import pytest

from harness.codes import edge, pages, python
from harness.codes.sources import Source
from harness.paths import REPOSITORY

KIT = """
class Problem(Exception):
    title = "On our side"
    http_status = 500
    grpc_status = "INTERNAL"
    def __init__(self, code, detail, *, hint="", violations=()): ...
class NotFound(Problem):
    title = "There is no such thing"
    http_status = 404
    grpc_status = "NOT_FOUND"
class Broken(Problem):
    def __init__(self, why):
        super().__init__("broken", f"it is broken: {why}")
class Fault:
    pointer: str
    code: str
    detail: str
    hint: str = ""
class Refusal:
    status: int
    code: str
def not_found(what, sought):
    return NotFound(f"{what}_not_found", f"no {what} {sought}", hint=f"list your {what}s")
"""
# behind the text, so that lines are counted as they stand
_IMPORT = "\nfrom servicekit.errors import Broken, Fault, NotFound, Refusal\n"


def found_in(text: str) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Of a service: code, status and detail, and what could not be read."""
    kit = Source(REPOSITORY / "libs/servicekit/servicekit/errors.py", "every service", ast.parse(KIT))
    module = ast.parse(text + _IMPORT)
    own = Source(REPOSITORY / "services/sip-config/sip_config/app.py", "sip-config", module)
    unclear: list[str] = []
    found = [one for one in python.find([kit, own], unclear) if one.by == "sip-config"]
    return [(one.code, one.status, one.detail) for one in found], unclear


RAISED = [
    ("a literal", 'raise NotFound("a", "b")', [("a", "HTTP 404, gRPC NOT_FOUND", "b")]),
    (
        "through a maker",
        'not_found("trunk", 3)',
        [("trunk_not_found", "HTTP 404, gRPC NOT_FOUND", "no trunk {sought}")],
    ),
    ("a field", 'Fault("/x", "x_wrong", f"{x} is wrong")', [("x_wrong", "", "{x} is wrong")]),
    ("by name", 'Fault(pointer="/x", code="x_wrong", detail="d")', [("x_wrong", "", "d")]),
    ("a refused call", 'Refusal(404, "unknown")', [("unknown", "SIP 404", "")]),
    ("one of two", 'Fault("", "a" if x else "b", "d")', [("a", "", "d"), ("b", "", "d")]),
    ("named before", 'def f():\n    code = "a"\n    return Fault("", code, "d")', [("a", "", "d")]),
    (
        "from a table",
        'T = {1: ("a", "x"), 2: ("b", "y")}\ndef f(n):\n    code, d = T[n]\n    return Fault("", code, "d")',
        [("a", "", "d"), ("b", "", "d")],
    ),
    (
        "the last of two names",
        'def f():\n    d = "one"\n    Fault("", "a", d)\n    d = "two"\n    Fault("", "b", d)',
        [("a", "", "one"), ("b", "", "two")],
    ),
    ("what is handed on", 'def f(error):\n    return Fault("", error.code, "d")', []),
    ("a class that names its own", 'raise Broken("x")', []),
    ("a class of the same name", 'class Fault(Exception): ...\nraise Fault("a", "b", "c")', []),
]


@pytest.mark.parametrize(("name", "text", "codes"), RAISED, ids=[row[0] for row in RAISED])
def test_a_code_is_found_where_it_is_raised(name: str, text: str, codes: list[tuple[str, str, str]]) -> None:
    assert found_in(text) == (codes, [])


def test_a_code_that_is_put_together_is_refused() -> None:
    codes, unclear = found_in('def f():\n    for x in "ab":\n        Fault("", f"{x}_wrong", "d")')
    assert codes == []
    assert unclear == ["services/sip-config/sip_config/app.py:3: the code is made of f'{x}_wrong'"]


def test_the_edge_says_status_reason_and_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "infra" / "kamailio"
    configuration.mkdir(parents=True)
    (configuration / "x.cfg").write_text(
        'route[A] {\n    $var(status) = 403;\n    $var(reason) = "No";\n    $var(code) = "not_you";\n}\n'
        'route[B] {\n    $var(status) = 0;\n    $var(reason) = "";\n    $var(code) = "nobody";\n'
        '    t_reply("480", "Not there (leg_away)");\n}\n'
    )
    monkeypatch.setattr(edge, "REPOSITORY", tmp_path)
    assert [(one.code, one.status, one.detail) for one in edge.find()] == [
        ("not_you", "SIP 403", "No"),
        ("nobody", "not answered", ""),
        ("leg_away", "SIP 480", "Not there"),
    ]


def test_everybody_is_heard() -> None:
    """One code of each part that speaks, so that none is forgotten to be read."""
    found = pages.read().pages
    for code, by in (
        ("token_missing", "every service"),
        ("domain_taken", "sip-config"),
        ("number_taken", "phone-sources"),
        ("agent_in_use", "call-router"),
        ("plan_missing", "call-router"),
        ("source_not_allowed", "the edge"),
        ("no_router", "the switch"),
        ("trunk_not_found", "health-monitor"),
        ("streams_too_many", "every service"),
        ("address_own", "every service"),
    ):
        assert by in found[code].by, code
