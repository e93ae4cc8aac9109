"""Variables in an application's data, as FreeSWITCH expands them."""

import pytest

from switchlink.devswitch.dialplan.expansion import expand

VALUES = {"a": "1", "long": "0f9c", "b": "${a}2", "name": "a", "loop": "${loop}"}
CASES = [
    ("plain", "plain"),
    ("${a}", "1"),
    ("x${a}y${b}", "x1y12"),
    ("${${name}}", "1"),
    ("${missing}!", "!"),
    (r"\${a}", "${a}"),
    (r"\\${a}", r"\1"),
    (r"\\\${a}", r"\${a}"),
    ("${long:0:1} ${long:1:3} ${long:2} ${long:9}", "0 f9c 9c "),
    ("costs $5", "costs $5"),
    ("${a", "1"),
    (r"it\'s", "its"),
    (r"a\b", r"a\b"),
]


@pytest.mark.parametrize(("text", "expanded"), CASES)
def test_a_text_is_expanded_once(text: str, expanded: str) -> None:
    assert expand(text, lambda name: VALUES.get(name, "")) == expanded


def test_what_is_meant_for_the_end_survives_two_expansions() -> None:
    once = expand(r"\\\${billmsec}", lambda _: "too early")
    assert expand(once, lambda _: "too early") == "${billmsec}"


def test_a_value_that_names_itself_ends() -> None:
    assert "loop" in expand("${loop}", lambda name: VALUES.get(name, ""))
