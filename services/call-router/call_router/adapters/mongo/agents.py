"""Agents in the collection voice_agents, each with its outbox.

State and outbox entry are written in one update, guarded by the version.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from call_router.adapters.messages.routing import agent_message
from call_router.adapters.mongo.outbox import AGENTS, AUDITED_AGENTS
from call_router.domain.agent import Agent, HumanAgent, Kind, SipAgent
from keepline.routing.v1.plan_pb2 import RoutingState
from servicekit.api import pages
from servicekit.api.idempotency import refuse_spent
from servicekit.api.lists import ListAsked
from servicekit.clock import Clock
from servicekit.documents import ALIVE, Collection, Document, DuplicateKey
from servicekit.paging import Page
from servicekit.readable import Readable


@dataclass(frozen=True, slots=True)
class AgentDocuments:
    """Implements AgentStore; `wrote` is told after each write."""

    collection: Collection
    clock: Clock
    wrote: Callable[[], None]
    readable: Readable[Agent] = field(default_factory=lambda: Readable("voice_agents", _agent))

    async def prepare(self) -> None:
        await self.collection.create_index([("tenant_id", 1), ("_id", 1)])
        await self.collection.create_index([("outbox.seq", 1)])

    async def add(self, agent: Agent) -> bool:
        fields = _fields(agent)
        news = [_entry(agent), AUDITED_AGENTS.change(agent.id, None, fields)]
        document = {"_id": agent.id, **fields, "deleted": False, "outbox": news}
        try:
            await self.collection.insert_one(document)
        except DuplicateKey:
            await refuse_spent(self.collection, "agent", agent.id)
            return False
        self.wrote()
        return True

    async def get(self, tenant_id: str, agent_id: str) -> Agent | None:
        found = await self.collection.find_one({"_id": agent_id, "tenant_id": tenant_id, **ALIVE})
        return None if found is None else self.readable.one(found)

    async def page(self, tenant_id: str, asked: ListAsked) -> Page[Agent]:
        query = {"tenant_id": tenant_id, **ALIVE}
        return await pages.page(self.readable, self.collection, query, asked, searched=("name",))

    async def replace(self, agent: Agent, expected_version: int, before: Agent | None = None) -> bool:
        fields = _fields(agent)
        news = [_entry(agent), AUDITED_AGENTS.change(agent.id, _fields(before or agent), fields)]
        matched = await self.collection.update_one(
            {"_id": agent.id, "tenant_id": agent.tenant_id, "version": expected_version, **ALIVE},
            {"$set": fields, "$push": {"outbox": {"$each": news}}},
        )
        self.wrote()
        return matched == 1

    def unwritten(self) -> "AgentDocuments":
        return _Unwritten(self.collection, self.clock, self.wrote, self.readable)

    async def count(self, tenant_id: str) -> int:
        return await self.collection.count_documents({"tenant_id": tenant_id, **ALIVE})

    async def assignable(self, tenant_id: str, agent_ids: Sequence[str]) -> set[str]:
        closed = {"retiring_until": {"$gt": self.clock.now()}}
        query = {"_id": {"$in": list(agent_ids)}, "tenant_id": tenant_id, "$nor": [closed], **ALIVE}
        return {str(found["_id"]) for found in await self.collection.find(query, projection={"_id": 1})}

    async def retire(self, tenant_id: str, agent_id: str, until: datetime | None) -> bool:
        query = {"_id": agent_id, "tenant_id": tenant_id, **ALIVE}
        return await self.collection.update_one(query, {"$set": {"retiring_until": until}}) == 1

    async def remove(self, tenant_id: str, agent_id: str, version: int, closed_until: datetime) -> bool:
        now = self.clock.now()
        gone = AGENTS.entry(tenant_id, agent_id, version + 1, None, now)
        news = [gone, AUDITED_AGENTS.removal(tenant_id, agent_id, version + 1, now)]
        matched = await self.collection.update_one(
            {
                "_id": agent_id,
                "tenant_id": tenant_id,
                "version": version,
                "retiring_until": {"$gte": closed_until},
                **ALIVE,
            },
            {"$set": {"deleted": True, "version": version + 1}, "$push": {"outbox": {"$each": news}}},
        )
        self.wrote()
        return matched == 1


class _Unwritten(AgentDocuments):
    async def add(self, agent: Agent) -> bool:
        return True

    async def replace(self, agent: Agent, expected_version: int, before: Agent | None = None) -> bool:
        current = await self.get(agent.tenant_id, agent.id)
        return current is not None and current.version == expected_version


def _entry(agent: Agent) -> Document:
    value = RoutingState(agent=agent_message(agent)).SerializeToString()
    return AGENTS.entry(agent.tenant_id, agent.id, agent.version, value, agent.updated_at)


def _fields(agent: Agent) -> Document:
    return {
        "tenant_id": agent.tenant_id,
        "version": agent.version,
        "name": agent.name,
        "kind": _kind_fields(agent.kind),
        "ring_seconds": agent.ring_seconds,
        "created_at": agent.created_at,
        "updated_at": agent.updated_at,
    }


def _kind_fields(kind: Kind) -> Document:
    if isinstance(kind, SipAgent):
        return {"is": "sip", "uri": kind.uri}
    return {"is": "human", "trunk_id": kind.trunk_id, "target": kind.target}


def _agent(found: Document) -> Agent:
    stored = found["kind"]
    kind: Kind = (
        HumanAgent(stored["trunk_id"], stored["target"])
        if stored["is"] == "human"
        else SipAgent(stored["uri"])
    )
    return Agent(
        found["_id"],
        found["tenant_id"],
        found["version"],
        found["name"],
        kind,
        found["ring_seconds"],
        found["created_at"],
        found["updated_at"],
    )
