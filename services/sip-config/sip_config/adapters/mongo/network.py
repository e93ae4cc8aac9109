"""Orders of operators and marks of what was known last, in the collection sip_network.

{_id: "word", shrunk, older, until, said_by, version, outbox}   {_id: "mark:<part>", count}
{_id: "switch:<id>", state, told, version, outbox}
    state: of the order; missing where nobody ordered one; told: the one that was told last

What is told of a switch, and who ordered or said it, stands in the outbox, written with the order or the
word. There are a few documents and no index.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from keepline.sip.v1 import switch_config_pb2 as pb
from keepline.sip.v1.switch_state_pb2 import SwitchState
from servicekit.audit import Audited
from servicekit.clock import Clock
from servicekit.documents import Collection, Document, DuplicateKey, Update
from servicekit.kafka.headers import PLATFORM
from servicekit.outbox import StateTopic
from servicekit.readable import Readable
from servicekit.timestamps import timestamp
from sip_config.domain.network import OperatorWord, Orders, SwitchOrder
from sip_config.domain.resources import DestinationState

TOPIC = "keepline.sip.switch.state.v1"
# a setting is told too, and nobody asked for that
_STATE = StateTopic(TOPIC, "sip-config", "keepline.sip.v1.SwitchState", "keepline.sip.switch", traced=False)
_AUDITED_WORD, _AUDITED_SWITCH = Audited("word", "sip-config"), Audited("switch", "sip-config")
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


def _version_of(found: Document | None) -> int:
    """0 of none, and of one that cannot be read."""
    version = found.get("version") if found is not None else None
    return version if isinstance(version, int) else 0


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
        while True:
            found = await self.collection.find_one({"_id": _WORD})
            if await self._said(word, found):
                self.wrote()
                return

    async def _said(self, word: OperatorWord, found: Document | None) -> bool:
        """False when another replica wrote meanwhile."""
        fields: Document = {
            "shrunk": word.shrunk,
            "older": word.older,
            "until": word.until,
            "said_by": word.said_by,
        }
        version = _version_of(found) + 1
        before = None if found is None else {name: found.get(name) for name in fields}
        entry = _AUDITED_WORD.change(_WORD, before, self._audited(fields, version))
        if found is None:
            try:
                await self.collection.insert_one(
                    {"_id": _WORD, **fields, "version": version, "outbox": [entry]}
                )
            except DuplicateKey:
                return False
            return True
        update = {"$set": {**fields, "version": version}, "$push": {"outbox": entry}}
        # without a version: None is what a field has that is not there
        same = {"_id": _WORD, "version": found.get("version")}
        return await self.collection.update_one(same, update) == 1

    async def switch(self, switch_id: str) -> SwitchOrder:
        found = await self.collection.find_one({"_id": f"{_SWITCH}{switch_id}"})
        return SwitchOrder() if found is None else self._order_of(found)

    async def put_switch(
        self, switch_id: str, before: SwitchOrder, order: SwitchOrder, by_setting: DestinationState
    ) -> bool:
        kept: Update = (
            {"$unset": {"state": ""}} if order.state is None else {"$set": {"state": str(order.state)}}
        )
        after = self._audited({"state": order.state}, order.version)
        audit = _AUDITED_SWITCH.change(switch_id, {"state": before.state}, after)
        return await self._told(switch_id, order.state or by_setting, order.version, kept, [audit])

    async def tell_switch(self, switch_id: str, by_setting: DestinationState) -> None:
        while True:
            found = await self.collection.find_one({"_id": f"{_SWITCH}{switch_id}"})
            order = SwitchOrder() if found is None else self._order_of(found)
            state = order.state or by_setting
            if found is not None and found.get("told") == str(state):
                return
            if await self._told(switch_id, state, order.version + 1, {}, []):
                return

    def _order_of(self, found: Document) -> SwitchOrder:
        state = next(iter(self.readable.all([found])), None)
        ordered = state if isinstance(state, DestinationState) else None
        return SwitchOrder(_version_of(found), ordered)

    async def _told(
        self,
        switch_id: str,
        state: DestinationState,
        version: int,
        kept: Update,
        besides: Sequence[Document],
    ) -> bool:
        """False when another replica wrote meanwhile."""
        identity = f"{_SWITCH}{switch_id}"
        news = [self._entry(switch_id, state, version), *besides]
        values = {**kept.get("$set", {}), "told": str(state), "version": version}
        if version == 1:
            try:
                await self.collection.insert_one({"_id": identity, **values, "outbox": news})
            except DuplicateKey:  # one without a version, which cannot be read, is repaired
                before: Document = {"_id": identity, "version": {"$exists": False}}
                update = {**kept, "$set": {**values, "outbox": news}}
                if not await self.collection.update_one(before, update):
                    return False
        else:
            before = {"_id": identity, "version": version - 1}
            update = {**kept, "$set": values, "$push": {"outbox": {"$each": news}}}
            if not await self.collection.update_one(before, update):
                return False
        self.wrote()
        return True

    def _audited(self, fields: Document, version: int) -> Document:
        return {**fields, "tenant_id": PLATFORM, "version": version, "updated_at": self.clock.now()}

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
