"""A switch takes no new calls while an operator says so, by a file in the folder that its routers share.

`touch <watch dir>/drain` orders it, `rm` takes it back. The file outlives routers and switch; what the switch
does is compared with it again and again, so that neither a restart nor a crash leaves a pause behind.
Paused, FreeSWITCH answers INVITE and OPTIONS with 503, and calls in it go on (`fsctl pause inbound`).
"""

import asyncio
from pathlib import Path

from call_router.adapters.switch.questions import Questions
from servicekit.telemetry.logging import logger

_log = logger(__name__)
_LOOK_SECONDS = 0.5
_COMPARE_SECONDS = 10.0


class SwitchDrain:
    def __init__(self, folder: Path, questions: Questions) -> None:
        self.order = folder / "drain"
        self._questions = questions
        self._ordered = False

    def problem(self) -> str:
        return "the switch is being drained: it takes no new calls" if self._ordered else ""

    async def run(self) -> None:
        """Ends with the first question that the switch does not answer (EslError)."""
        loop = asyncio.get_running_loop()
        known: bool | None = None
        compare_at = loop.time()
        while True:
            self._ordered = self.order.exists()
            if self._ordered != known or loop.time() >= compare_at:
                await self._compare()
                known = self._ordered
                compare_at = loop.time() + _COMPARE_SECONDS
            await asyncio.sleep(_LOOK_SECONDS)

    async def _compare(self) -> None:
        if await self._questions.inbound_paused() == self._ordered:
            return
        await self._questions.pause_inbound(self._ordered)
        words = "takes no new calls" if self._ordered else "takes calls again"
        _log.warning(f"The switch {words}.", order=str(self.order))
