"""Orders of operators and marks of what was known last, in the collection sip_network.

{_id: "word", shrunk, older, until, said_by}   {_id: "switch:<id>", state}   {_id: "mark:<part>", count}
"""

from dataclasses import dataclass

from servicekit.documents import Collection
from sip_config.domain.network import OperatorWord, Orders
from sip_config.domain.resources import DestinationState

_WORD = "word"
_SWITCH, _MARK = "switch:", "mark:"


@dataclass(frozen=True, slots=True)
class NetworkDocuments:
    """Implements OrderStore."""

    collection: Collection

    async def orders(self) -> Orders:
        word, switches = None, {}
        for found in await self.collection.find({}):
            if found["_id"] == _WORD:
                word = OperatorWord(found["shrunk"], found["older"], found["until"], found["said_by"])
            elif found["_id"].startswith(_SWITCH):
                switches[found["_id"].removeprefix(_SWITCH)] = DestinationState(found["state"])
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
        return 0 if found is None else int(found["count"])

    async def put_mark(self, part: str, count: int) -> None:
        await self.collection.replace_one({"_id": f"{_MARK}{part}"}, {"count": count}, upsert=True)
