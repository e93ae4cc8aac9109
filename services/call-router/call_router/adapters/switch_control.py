"""Tells the switch where a parked channel goes, by channel variables and a transfer.

Rule: the commands of one instruction go out together, in order, on one connection; no answer is waited for
before the next is sent. No command is sent twice: what a broken connection swallowed is found again by what
the switch says afterwards (see resync.py).
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from call_router.domain.call_state import Command, Refuse, SendTo
from servicekit.telemetry import metrics, names
from servicekit.telemetry.logging import logger
from switchlink.esl import CommandRefused, EslError, EslLink

_log = logger(__name__)
_DEADLINE = 5.0


class EslControl:
    """Implements SwitchControl; `spawn` starts a task that the process owns."""

    def __init__(self, link: EslLink, spawn: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        self._link = link
        self._spawn = spawn
        self._under_way = 0
        self._seconds = metrics.histogram(names.POST_DIAL_SECONDS)

    def do(self, command: Command) -> None:
        self._under_way += 1
        self._spawn(self._do(command))

    def waiting(self) -> str | None:
        return f"{self._under_way} instructions to the switch" if self._under_way else None

    async def _do(self, command: Command) -> None:
        began = time.monotonic()
        answers = await asyncio.gather(
            *(self._link.api(*parts, timeout=_DEADLINE) for parts in _commands(command)),
            return_exceptions=True,
        )
        self._under_way -= 1
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        for failure in failures:
            if not isinstance(failure, EslError):
                raise failure
        if failures:
            _told(command, failures[0])
        elif isinstance(command, SendTo) and command.index == 0:
            self._seconds.record(time.monotonic() - began)


def _commands(command: Command) -> list[tuple[str, ...]]:
    uuid = command.channel_uuid
    if isinstance(command, Refuse):
        return [
            ("uuid_setvar", uuid, "keepline_refuse_status", str(command.status)),
            ("uuid_setvar", uuid, "keepline_refuse_code", command.code),
            ("uuid_transfer", uuid, "keepline-refuse", "XML", "keepline"),
        ]
    return [
        ("uuid_setvar", uuid, "keepline_leg_uri", command.leg.uri),
        ("uuid_setvar", uuid, "keepline_leg_timeout", str(command.leg.ring_seconds)),
        ("uuid_setvar", uuid, "keepline_call_id", command.call_id),
        ("uuid_setvar", uuid, "keepline_leg", str(command.index)),
        ("uuid_transfer", uuid, "keepline-leg", "XML", "keepline"),
    ]


def _told(command: Command, failure: BaseException) -> None:
    """A channel that is gone is no fault: its caller hung up while we decided."""
    gone = isinstance(failure, CommandRefused) and "no such channel" in failure.answer.lower()
    say = _log.info if gone else _log.warning
    say("The switch did not take an instruction.", channel=command.channel_uuid, reason=str(failure))
