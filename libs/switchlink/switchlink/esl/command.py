"""Commands as text: the command is the program's own, its arguments are values.

A value may not end the command, split into two arguments or be expanded by the switch. What a
number, a name or a URI may hold is decided by its own type before it comes here.
"""

import re

from .errors import CommandInvalid

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_COMMAND = re.compile(r"[a-z][a-z0-9_]*(?: [\x21-\x7e]+)*\Z")
_FORBIDDEN_IN_ARGUMENT = re.compile(r"[\x00-\x20\x7f\u0080-\u00a0\u2028\u2029'\"\\`]|[$#]\{")


# a command that holds both is replaced by `bgapi unload mod_event_socket`, whatever it says:
# parse_command of mod_event_socket
_RELOADS = ("unload", "reload")
_MODULE = "mod_event_socket"


def command_line(command: str, args: tuple[str, ...]) -> str:
    if not _COMMAND.match(command):
        raise CommandInvalid(f"not a command: {command[:80]!r}")
    for position, argument in enumerate(args, start=1):
        if not argument or (found := _FORBIDDEN_IN_ARGUMENT.search(argument)):
            what = f"holds {found.group()!r}" if argument and found else "is empty"
            raise CommandInvalid(f"argument {position} of {command} {what}")
    line = " ".join((command, *args))
    lowered = line.lower()
    if _MODULE in lowered and any(word in lowered for word in _RELOADS):
        raise CommandInvalid(f"the switch would take {command} for an order to leave the event socket")
    return line


def single_line(text: str, what: str) -> str:
    """For the two commands whose parts are not arguments: `auth` and `event`."""
    if not text or _CONTROL.search(text):
        raise CommandInvalid(f"{what} is empty or holds a control character")
    return text
