"""What can go wrong on the event socket.

EslError
├── NotConnected          there is no connection, or it ended before the answer came
├── AuthenticationFailed  the switch refused the password
├── ProtocolViolation     what came is not the event socket's protocol
├── CommandTimeout        no answer in time; an api command takes its connection with it
├── CommandRefused        the switch answered -ERR or -USAGE
└── CommandInvalid        refused here: a part would change the meaning of the command
"""


class EslError(Exception):
    """The family; catch this where every failure means the same."""


class NotConnected(EslError):
    """There is no connection, or it ended before the answer came."""


class AuthenticationFailed(EslError):
    """The switch refused the password."""


class ProtocolViolation(EslError):
    """What came is not the event socket's protocol."""


class CommandTimeout(EslError):
    """No answer in time.

    Answers come in the order of commands, so an `api` without one takes the connection with it.
    """


class CommandRefused(EslError):
    """The switch answered -ERR or -USAGE."""

    def __init__(self, command: str, answer: str) -> None:
        super().__init__(f"{command}: {answer}")
        self.command = command
        self.answer = answer


class CommandInvalid(EslError, ValueError):
    """A part of the command would change its meaning."""
