"""What operators see of the network and order in it, and which edges there are.

Each replica reads the orders, and who was heard, every two seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from servicekit.api.asked import Asked, Change
from servicekit.api.preconditions import Expected
from servicekit.clock import Clock
from servicekit.errors import NotFound, Unavailable, Violation
from servicekit.refusals import changed_meanwhile, invalid
from servicekit.telemetry.logging import logger
from sip_config.app.node_feed import NodeFeed
from sip_config.domain.believing import implausible
from sip_config.domain.network import OperatorWord, OrderDraft, Orders, SwitchOrder, WordDraft
from sip_config.domain.resources import Body, DestinationState, EdgeBody, SwitchBody
from sip_config.ports import OrderStore

READ_EVERY = 2.0  # seconds
MARK_EVERY = 10.0  # seconds
MAX_MINUTES = 24 * 60
_TRIES = 5  # to order a switch while replicas tell its setting

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """What settings name."""

    edges: Sequence[EdgeBody]
    switches: Sequence[SwitchBody]

    def bodies(self, orders: Orders, heard: Sequence[str] = ()) -> list[Body]:
        """An order of a state takes the place of the setting's. heard: edges that were heard lately; they
        are told beside those that settings name."""
        ordered = orders.switches
        switches = [replace(one, state=ordered.get(one.id, one.state)) for one in self.switches]
        named = {edge.id for edge in self.edges}
        return [*self.edges, *(EdgeBody(edge) for edge in heard if edge not in named), *switches]


@dataclass(frozen=True, slots=True)
class Switch:
    """body: as it is in force; by_setting: the state where nobody orders one."""

    body: SwitchBody
    by_setting: DestinationState
    order: SwitchOrder


class Network:
    def __init__(
        self,
        feed: NodeFeed,
        store: OrderStore,
        clock: Clock,
        site: Site,
        heard: Callable[[], Awaitable[Sequence[str]]],
    ) -> None:
        """heard: which edges were heard lately. Raises Unavailable."""
        self._feed = feed
        self._store = store
        self._clock = clock
        self._site = site
        self._heard = heard
        self._orders = Orders()
        self._offered = site.bodies(self._orders)
        self._marked: dict[str, int] = {}
        # whether the switches' routers were told what they should do, since this process started
        self._told = False

    # -- orders

    async def say(self, subject: str, asked: Asked[WordDraft]) -> OperatorWord:
        """Raises Invalid."""
        draft, faults = asked.draft, list(asked.faults)
        minutes = draft.minutes
        if minutes is not None and not 1 <= minutes <= MAX_MINUTES:
            detail = f"not between 1 and {MAX_MINUTES}"
            faults.append(Violation("/minutes", "minutes_invalid", detail, "leave it out for 10"))
        if faults or minutes is None:
            raise invalid("word", faults)
        until = self._clock.now() + timedelta(minutes=minutes)
        word = OperatorWord(bool(draft.shrunk), bool(draft.older), until, subject)
        await self._store.put_word(word)
        _log.warning("an operator's word", shrunk=word.shrunk, older=word.older, minutes=minutes, by=subject)
        await self.read()
        return word

    async def switch(self, switch_id: str) -> Switch:
        """As it is stored now. Raises NotFound."""
        known = next((one for one in self._site.switches if one.id == switch_id), None)
        if known is None:
            raise NotFound("switch_not_found", f"no switch {switch_id}", hint="see KEEPLINE_SWITCHES")
        order = await self._store.switch(switch_id)
        return Switch(replace(known, state=order.state or known.state), known.state, order)

    async def order(self, switch_id: str, change: Change[Switch, OrderDraft], expected: Expected) -> Switch:
        """Draining: in-dialog requests go on, new calls go elsewhere, and its routers have the switch take
        none. Raises NotFound, VersionMismatch, Invalid."""
        for _ in range(_TRIES):
            before = await self.switch(switch_id)
            expected.check("switch", before.order.version)
            asked = change(before)
            if asked.faults:
                raise invalid("switch", asked.faults)
            state = asked.draft.state
            if state == before.order.state:
                return before
            after = SwitchOrder(before.order.version + 1, state)
            if await self._store.put_switch(switch_id, before.order, after, before.by_setting):
                _log.warning("a switch was ordered to be", switch=switch_id, state=str(state or "as set"))
                await self.read()
                return await self.switch(switch_id)
        raise changed_meanwhile("switch")

    # -- what is known

    @property
    def word(self) -> OperatorWord | None:
        """The one that is valid now."""
        word = self._orders.word
        return word if word is not None and word.until > self._clock.now() else None

    @property
    def switches(self) -> list[SwitchBody]:
        return [body for body in self._site.bodies(self._orders) if isinstance(body, SwitchBody)]

    @property
    def marked(self) -> Mapping[str, int]:
        """How many trunks and numbers this replica noted for the next start."""
        return self._marked

    async def read(self) -> None:
        """Raises Unavailable."""
        self._orders = await self._store.orders()
        offered = self._site.bodies(self._orders, await self._heard())
        if offered != self._offered:
            self._offered = offered
            self._feed.fixed(offered)

    async def run(self) -> None:
        since_mark = MARK_EVERY
        while True:
            try:
                await self.read()
                await self._tell()
                if since_mark >= MARK_EVERY:
                    await self._mark()
                    since_mark = 0.0
            except Unavailable as away:
                _log.debug("orders cannot be read right now", reason=away.detail)
            await asyncio.sleep(READ_EVERY)
            since_mark += READ_EVERY

    async def _tell(self) -> None:
        """What settings say is told once a start, after everything was read; an order when it is given."""
        if self._told or not self._feed.ready:
            return
        for one in self._site.switches:
            await self._store.tell_switch(one.id, one.state)
        self._told = True

    # -- what was read at a start

    async def believe(self, part: str, count: Callable[[], int]) -> None:
        """Returns once what was read of a part may be believed. count: of what was read so far."""
        doubt = ""
        while True:
            try:
                before = await self._store.mark(part)
                await self.read()
            except Unavailable:
                await asyncio.sleep(1)
                continue
            doubt_now = (
                "" if self.word is not None and self.word.shrunk else implausible(part, count(), before)
            )
            if not doubt_now:
                return
            if doubt_now != doubt:
                _log.error("what was read is not believed", part=part, reason=doubt_now)
            doubt = doubt_now
            self._feed.doubt(part, doubt)
            await asyncio.sleep(1)

    async def _mark(self) -> None:
        """How many there are, for the next start."""
        if not self._feed.ready:
            return
        known = self._feed.tables.known
        for part, count in (
            ("trunks", known.trunks_known()),
            ("numbers", known.numbers_known()),
        ):
            if self._marked.get(part) != count:
                await self._store.put_mark(part, count)
                self._marked[part] = count
