"""Orders of operators and marks of what was known last, in the collection sip_network.

{_id: "word", shrunk, older, until, said_by}   {_id: "mark:<part>", count}
{_id: "switch:<id>", state, told, version, outbox}
    state: of the order; missing where nobody ordered one; told: the one that was told last

What is told of a switch stands in its outbox, written with the order. Only the newest counts: it takes the
place of one that is still waiting. There are a few documents and no index.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.switch_state_pb2 import SwitchState
from servicekit.clock import Clock
from servicekit.documents import Collection, Document, DuplicateKey, Update
from servicekit.outbox import StateTopic
from servicekit.readable import Readable
from servicekit.timestamps import timestamp
from sip_config.domain.network import OperatorWord, Orders, SwitchOrder
from sip_config.domain.resources import DestinationState

TOPIC = "keepline.sip.switch.state.v1"
_STATE = StateTopic(TOPIC, "sip-config", "keepline.sip.v1.SwitchState", "keepline.sip.switch")
_WORD = "word"
_SWITCH, _MARK = "switch:", "mark:"
_STATES = {
    DestinationState.ACTIVE: pb.DESTINATION_STATE_ACTIVE,
    DestinationState.DRAINING: pb.DESTINATION_STATE_DRAINING,
}


class _Word(msgspec.Struct):
    shrunk: bool
    older: bool
    until: datetime
    said_by: str


def _order(found: Document) -> OperatorWord | DestinationState | int | None:
    if found["_id"] == _WORD:
        word = msgspec.convert(found, _Word)
        return OperatorWord(word.shrunk, word.older, word.until, word.said_by)
    if found["_id"].startswith(_SWITCH):
        return DestinationState(found["state"]) if "state" in found else None
    return int(found["count"])


@dataclass(frozen=True, slots=True)
class NetworkDocuments:
    """Implements OrderStore; `wrote` is told when something waits in an outbox."""

    collection: Collection
    clock: Clock
    wrote: Callable[[], None]
    readable: Readable[OperatorWord | DestinationState | int | None] = field(
        default_factory=lambda: Readable("sip_network", _order)
    )

    async def orders(self) -> Orders:
        word, switches = None, {}
        for found, order in self.readable.pairs(await self.collection.find({})):
            if isinstance(order, OperatorWord):
                word = order
            elif isinstance(order, DestinationState):
                switches[found["_id"].removeprefix(_SWITCH)] = order
        return Orders(word, switches)

    async def put_word(self, word: OperatorWord) -> None:
        document = {
            "shrunk": word.shrunk,
            "older": word.older,
            "until": word.until,
            "said_by": word.said_by,
        }
        await self.collection.replace_one({"_id": _WORD}, document, upsert=True)

    async def switch(self, switch_id: str) -> SwitchOrder:
        found = await self.collection.find_one({"_id": f"{_SWITCH}{switch_id}"})
        return SwitchOrder() if found is None else self._order_of(found)

    async def put_switch(self, switch_id: str, order: SwitchOrder, by_setting: DestinationState) -> bool:
        kept: Update = (
            {"$unset": {"state": ""}} if order.state is None else {"$set": {"state": str(order.state)}}
        )
        return await self._told(switch_id, order.state or by_setting, order.version, kept)

    async def tell_switch(self, switch_id: str, by_setting: DestinationState) -> None:
        while True:
            found = await self.collection.find_one({"_id": f"{_SWITCH}{switch_id}"})
            order = SwitchOrder() if found is None else self._order_of(found)
            state = order.state or by_setting
            if found is not None and found.get("told") == str(state):
                return
            if await self._told(switch_id, state, order.version + 1, {}):
                return

    def _order_of(self, found: Document) -> SwitchOrder:
        state = next(iter(self.readable.all([found])), None)
        version = found.get("version")
        ordered = state if isinstance(state, DestinationState) else None
        return SwitchOrder(version if isinstance(version, int) else 0, ordered)

    async def _told(self, switch_id: str, state: DestinationState, version: int, kept: Update) -> bool:
        """False when another replica wrote meanwhile."""
        identity = f"{_SWITCH}{switch_id}"
        entry = self._entry(switch_id, state, version)
        told = {"told": str(state), "version": version, "outbox": [entry]}
        change = {**kept, "$set": {**kept.get("$set", {}), **told}}
        if version == 1:
            try:
                await self.collection.insert_one({"_id": identity, **change["$set"]})
            except DuplicateKey:
                return await self._repaired(identity, change)
        elif not await self.collection.update_one({"_id": identity, "version": version - 1}, change):
            return False
        self.wrote()
        return True

    async def _repaired(self, identity: str, change: Update) -> bool:
        """Of a document without a version, which cannot be read."""
        if not await self.collection.update_one({"_id": identity, "version": {"$exists": False}}, change):
            return False
        self.wrote()
        return True

    def _entry(self, switch_id: str, state: DestinationState, version: int) -> Document:
        now = self.clock.now()
        message = SwitchState(
            switch_id=switch_id, state=_STATES[state], version=version, ordered_at=timestamp(now)
        )
        return _STATE.entry("", switch_id, version, message.SerializeToString(), now)

    async def mark(self, part: str) -> int:
        found = await self.collection.find_one({"_id": f"{_MARK}{part}"})
        order = self.readable.all([found] if found is not None else [])
        return order[0] if order and isinstance(order[0], int) else 0

    async def put_mark(self, part: str, count: int) -> None:
        await self.collection.replace_one({"_id": f"{_MARK}{part}"}, {"count": count}, upsert=True)
