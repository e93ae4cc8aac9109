"""The watcher has the switch do what sip-config orders, and leaves alone what it does not know."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio

from call_router.adapters.kafka.switch_orders import TOPIC, SwitchOrders
from call_router.adapters.switch import draining
from call_router.adapters.switch.draining import SwitchDrain
from call_router.adapters.switch.questions import Questions
from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.switch_state_pb2 import SwitchState
from servicekit.testing import FakeClock, until
from switchlink.esl import EslLink

ACTIVE, DRAINING = pb.DESTINATION_STATE_ACTIVE, pb.DESTINATION_STATE_DRAINING


class Switch(EslLink):
    """Answers `fsctl` as a switch does that is paused or not."""

    def __init__(self, paused: bool) -> None:
        super().__init__("127.0.0.1", 1, "unused")
        self.paused = paused
        self.compared = 0

    async def api(self, command: str, *args: str, timeout: float = 5.0) -> str:  # noqa: ASYNC109  as in EslLink
        assert (command, args[1]) == ("fsctl", "inbound")
        if args[0] == "pause_check":
            self.compared += 1
            return str(self.paused).lower()
        self.paused = args[0] == "pause"
        return "+OK"


class Watched:
    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.orders = SwitchOrders("sw1")
        self.drain = SwitchDrain(self.orders, Questions(switch, FakeClock()))

    def hears(self, state: int, of: str = "sw1") -> None:
        message = SwitchState(switch_id=of, state=pb.DestinationState.ValueType(state), version=1)
        self.orders.handlers()[TOPIC](of, message.SerializeToString())

    async def is_paused(self, paused: bool) -> None:
        await until(lambda: self.switch.paused == paused)

    async def is_left_alone(self) -> None:
        before = self.switch.paused
        for _ in range(10):
            await asyncio.sleep(0)
        assert (self.switch.compared, self.switch.paused) == (0, before)


@pytest_asyncio.fixture(params=[False, True], ids=["resumed", "paused"])
async def watched(request: pytest.FixtureRequest) -> AsyncIterator[Watched]:
    made = Watched(Switch(request.param))
    running = asyncio.ensure_future(made.drain.run())
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_switch_is_left_as_it_is_while_no_order_is_known(watched: Watched) -> None:
    await watched.is_left_alone()
    watched.orders.caught_up()
    watched.hears(DRAINING, of="sw2")
    await watched.is_left_alone()


async def test_an_order_counts_once_the_topic_was_read_to_its_end(watched: Watched) -> None:
    watched.hears(DRAINING)
    await watched.is_left_alone()
    watched.hears(ACTIVE)
    watched.orders.caught_up()
    await watched.is_paused(False)


async def test_a_switch_is_paused_and_resumed_as_ordered(watched: Watched) -> None:
    watched.orders.caught_up()
    for state, paused in ((DRAINING, True), (ACTIVE, False), (DRAINING, True)):
        watched.hears(state)
        await watched.is_paused(paused)


async def test_what_the_switch_does_is_compared_again_without_a_new_order(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "_COMPARE_SECONDS", 0.01)
    watched.orders.caught_up()
    watched.hears(DRAINING)
    await watched.is_paused(True)
    watched.switch.paused = False
    await watched.is_paused(True)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"\xff\xff",
        SwitchState(switch_id="sw1").SerializeToString(),
        SwitchState(switch_id="sw2", state=ACTIVE).SerializeToString(),
    ],
    ids=["a tombstone", "no message", "no state", "another switch"],
)
async def test_what_is_no_order_changes_nothing(watched: Watched, value: bytes | None) -> None:
    watched.orders.caught_up()
    watched.hears(DRAINING)
    await watched.is_paused(True)
    watched.orders.handlers()[TOPIC]("sw1", value)
    assert watched.orders.drains is True
