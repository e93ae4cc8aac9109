"""The dialplan as mod_dialplan_xml reads it, and what it must not be silent about."""

from pathlib import Path

import pytest

from switchlink.devswitch.dialplan.plan import Action, Dialplan, DialplanUnreadable

OURS = Path(__file__).parents[3] / "infra" / "freeswitch" / "dialplan" / "keepline.xml"
GLOBALS = {
    "keepline_edge": "127.0.0.1:5070",
    "keepline_routers": "127.0.0.1:1|127.0.0.1:2",
    "keepline_codecs": "PCMU,PCMA",
}
PLAN = """<include><context name="c">
<extension name="first" continue="true">
  <condition field="${a}" expression="^(.)x$" break="never">
    <action application="set" data="got=$1"/>
    <anti-action application="set" data="got=none"/>
  </condition>
</extension>
<extension name="both">
  <condition regex="all">
    <regex field="${a}" expression="^1"/>
    <regex field="destination_number" expression="^d$"/>
    <action application="set" data="both=$${keepline_edge}"/>
  </condition>
</extension>
<extension name="last"><condition><action application="set" data="last=${a}"/></condition></extension>
</context></include>
"""
CASES = [
    ({"a": "1x"}, "d", ["got=1", "both=127.0.0.1:5070"]),
    ({"a": "1"}, "d", ["got=none", "both=127.0.0.1:5070"]),
    ({"a": "1"}, "e", ["got=none", "last=${a}"]),
    ({}, "d", ["got=none", "last=${a}"]),
]


def _plan(tmp_path: Path, text: str) -> Dialplan:
    file = tmp_path / "plan.xml"
    file.write_text(text)
    return Dialplan.read(file, GLOBALS)


@pytest.mark.parametrize(("variables", "destination", "data"), CASES)
def test_the_conditions_choose_the_actions(
    tmp_path: Path, variables: dict[str, str], destination: str, data: list[str]
) -> None:
    actions = _plan(tmp_path, PLAN).actions("c", destination, lambda name: variables.get(name, ""))
    assert actions == [Action("set", one) for one in data]


def test_a_context_that_is_not_there_has_no_actions(tmp_path: Path) -> None:
    assert _plan(tmp_path, PLAN).actions("other", "d", lambda _: "") == []


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ('application="set"', 'application="lua"'),
        ('break="never"', 'break="on-true"'),
        ('regex="all"', 'regex="any"'),
        ('<condition regex="all">', '<condition regex="all" wday="1">'),
        ("$${keepline_edge}", "$${unknown}"),
        ("</context>", ""),
        ("</context>", '</context><context name="c"/>'),
    ],
)
def test_what_devswitch_does_not_know_it_does_not_read(tmp_path: Path, ours: str, theirs: str) -> None:
    with pytest.raises(DialplanUnreadable):
        _plan(tmp_path, PLAN.replace(ours, theirs, 1))


def test_our_own_dialplan_asks_the_routers_in_their_order() -> None:
    plan = Dialplan.read(OURS, GLOBALS)
    routers = GLOBALS["keepline_routers"]
    actions = plan.actions("keepline", "+1", lambda name: routers if name == "keepline_routers" else "")
    assert Action("socket", f"{routers} full") in actions


@pytest.mark.parametrize(
    "number", ["hand-over", "asked", "leg", "refuse", "keepline_asked", "${keepline_do}"]
)
def test_a_caller_who_dials_the_name_of_an_extension_only_asks(number: str) -> None:
    plan = Dialplan.read(OURS, GLOBALS)
    asked = [plan.actions("keepline", one, lambda name: GLOBALS.get(name, "")) for one in (number, "+1")]
    assert asked[0] == asked[1]
