"""Orders of operators and marks of what was known last, in the collection sip_network.

{_id: "word", shrunk, older, until, said_by}   {_id: "switch:<id>", state}   {_id: "mark:<part>", count}
"""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from servicekit.documents import Collection, Document
from servicekit.readable import Readable
from sip_config.domain.network import OperatorWord, Orders
from sip_config.domain.resources import DestinationState

_WORD = "word"
_SWITCH, _MARK = "switch:", "mark:"


class _Word(msgspec.Struct):
    shrunk: bool
    older: bool
    until: datetime
    said_by: str


def _order(found: Document) -> OperatorWord | DestinationState | int:
    if found["_id"] == _WORD:
        word = msgspec.convert(found, _Word)
        return OperatorWord(word.shrunk, word.older, word.until, word.said_by)
    if found["_id"].startswith(_SWITCH):
        return DestinationState(found["state"])
    return int(found["count"])


@dataclass(frozen=True, slots=True)
class NetworkDocuments:
    """Implements OrderStore."""

    collection: Collection
    readable: Readable[OperatorWord | DestinationState | int] = field(
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

    async def put_switch(self, switch_id: str, state: DestinationState) -> None:
        document = {"state": str(state)}
        await self.collection.replace_one({"_id": f"{_SWITCH}{switch_id}"}, document, upsert=True)

    async def mark(self, part: str) -> int:
        found = await self.collection.find_one({"_id": f"{_MARK}{part}"})
        order = self.readable.all([found] if found is not None else [])
        return order[0] if order and isinstance(order[0], int) else 0

    async def put_mark(self, part: str, count: int) -> None:
        await self.collection.replace_one({"_id": f"{_MARK}{part}"}, {"count": count}, upsert=True)
