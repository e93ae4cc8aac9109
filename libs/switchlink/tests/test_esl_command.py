import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchlink.esl import CommandInvalid, EslLink
from switchlink.esl.command import command_line

LINES = [
    ("status", (), "status"),
    ("show channels as json", (), "show channels as json"),
    (
        "uuid_setvar",
        ("u-1", "keepline_leg_uri", "sip:a@b:5060;transport=udp"),
        "uuid_setvar u-1 keepline_leg_uri sip:a@b:5060;transport=udp",
    ),
    (
        "originate",
        ("{a=b,c=d}sofia/inner/sip:x@y", "&park()"),
        "originate {a=b,c=d}sofia/inner/sip:x@y &park()",
    ),
]


@pytest.mark.parametrize(("command", "args", "line"), LINES, ids=[line[0] for line in LINES])
def test_a_command_is_its_parts(command: str, args: tuple[str, ...], line: str) -> None:
    assert command_line(command, args) == line


@pytest.mark.parametrize(
    "argument",
    ["", " ", "a b", "a\tb", "a\nb", "a\rb", "a\0b", "a\x1bb", "a\x7fb", "a\x85b", "a\u2028b", "a\xa0b",
     "${x}", "a${x}", "#{x}", "a'b", 'a"b', "a\\b", "a`b"],
)  # fmt: skip
def test_an_argument_that_would_be_more_than_one_value_is_refused(argument: str) -> None:
    with pytest.raises(CommandInvalid, match="argument 2"):
        command_line("uuid_setvar", ("fine", argument))


@pytest.mark.parametrize(
    "command", ["", "Status", "status\n", "status\n\napi x", "a  b", " a", "a ", "1x", "stätus"]
)
def test_a_command_that_is_not_the_programs_own_is_refused(command: str) -> None:
    with pytest.raises(CommandInvalid, match="not a command"):
        command_line(command, ())


@given(st.lists(st.text(), max_size=4))
def test_no_argument_makes_a_second_line_or_another_argument(args: list[str]) -> None:
    try:
        line = command_line("echo", tuple(args))
    except CommandInvalid:
        return
    assert line.split(" ") == ["echo", *args]
    assert line.splitlines() == [line]


@pytest.mark.parametrize("password", ["", "a\nauth b", "a\rb", "a\0b"])
def test_a_password_that_would_be_two_commands_is_refused(password: str) -> None:
    with pytest.raises(CommandInvalid, match="password"):
        EslLink("127.0.0.1", 8021, password)


@pytest.mark.parametrize("value", ["sip:unload.mod_event_socket@a", "sip:mod_Event_Socket~reLOAD@a"])
def test_a_value_that_would_make_the_switch_leave_its_event_socket_is_refused(value: str) -> None:
    with pytest.raises(CommandInvalid, match="leave the event socket"):
        command_line("uuid_setvar", ("u-1", "keepline_leg_uri", value))
