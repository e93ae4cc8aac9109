"""The switch takes no new calls while sip-config orders it to drain, as the edges do.

The router that watches it pauses it and resumes it (`fsctl`): paused, FreeSWITCH answers INVITE and OPTIONS
with 503, and calls in it go on. What it does is compared with the order again and again, so that neither a
watcher that died nor a switch that started anew leaves a pause behind, or forgets one. While the order is
not known the switch stays as it is.
"""

from contextlib import suppress

from call_router.adapters.switch.questions import Questions
from call_router.ports import SwitchOrders
from servicekit.deadlines import within
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_COMPARE_SECONDS = 10.0


class SwitchDrain:
    def __init__(self, orders: SwitchOrders, questions: Questions) -> None:
        self._orders = orders
        self._questions = questions

    async def run(self) -> None:
        """Ends with the first question that the switch does not answer (EslError)."""
        while True:
            await self._compare()
            with suppress(TimeoutError):
                await within(_COMPARE_SECONDS, self._orders.moved())

    async def _compare(self) -> None:
        drains = self._orders.drains
        if drains is None or await self._questions.inbound_paused() == drains:
            return
        await self._questions.pause_inbound(drains)
        _log.warning(f"The switch takes {'no new calls' if drains else 'calls again'}.")
