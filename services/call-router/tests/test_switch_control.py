"""What the switch is sent: all of an instruction at once, in order."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from call_router.adapters.switch_control import EslControl
from call_router.domain.call_state import Command, Refuse, SendTo
from call_router.domain.leg import Leg
from switchlink.esl import CommandRefused, NotConnected

LEG = Leg("agt_1", "First", "sip:first@127.0.2.1:5060;transport=udp", 20)


class Link:
    """Records commands; answers none before all that are expected have come."""

    def __init__(self, expected: int, failure: Exception | None = None) -> None:
        self.sent: list[str] = []
        self._expected = expected
        self._failure = failure
        self._all = asyncio.Event()

    async def api(self, command: str, *args: str, timeout: float = 5.0) -> str:  # noqa: ASYNC109
        self.sent.append(" ".join((command, *args)))
        if len(self.sent) == self._expected:
            self._all.set()
        await asyncio.wait_for(self._all.wait(), 2)
        if self._failure is not None:
            raise self._failure
        return "+OK"


async def _do(link: Any, command: Command) -> EslControl:
    async with asyncio.TaskGroup() as tasks:

        def spawn(work: Coroutine[Any, Any, None]) -> object:
            return tasks.create_task(work)

        control = EslControl(link, spawn)
        control.do(command)
        assert control.waiting() == "1 instructions to the switch"
    return control


async def test_a_leg_is_five_commands_that_wait_for_no_answer_in_between() -> None:
    link = Link(5)
    control = await _do(link, SendTo("uuid-1", "call_1", 1, LEG))
    assert link.sent == [
        "uuid_setvar uuid-1 keepline_leg_uri sip:first@127.0.2.1:5060;transport=udp",
        "uuid_setvar uuid-1 keepline_leg_timeout 20",
        "uuid_setvar uuid-1 keepline_call_id call_1",
        "uuid_setvar uuid-1 keepline_leg 1",
        "uuid_transfer uuid-1 keepline-leg XML keepline",
    ]
    assert control.waiting() is None


async def test_a_refusal_is_three() -> None:
    link = Link(3)
    await _do(link, Refuse("uuid-1", 404, "number_unknown"))
    assert link.sent == [
        "uuid_setvar uuid-1 keepline_refuse_status 404",
        "uuid_setvar uuid-1 keepline_refuse_code number_unknown",
        "uuid_transfer uuid-1 keepline-refuse XML keepline",
    ]


async def test_a_switch_that_is_away_or_refuses_breaks_nothing() -> None:
    for failure in (NotConnected("gone"), CommandRefused("uuid_setvar", "-ERR No such channel!")):
        link = Link(3, failure)
        control = await _do(link, Refuse("uuid-1", 404, "number_unknown"))
        assert control.waiting() is None
        assert len(link.sent) == 3
