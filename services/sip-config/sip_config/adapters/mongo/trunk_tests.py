"""The first answered call of each trunk in the collection sip_trunk_tests, apart from the trunk, whose
version stays by it.

    {_id: trunk id, tenant_id, tested_at, call_id}
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from servicekit.documents import Collection as Documents
from servicekit.documents import DuplicateKey
from sip_config.domain.onboarding.advance import AnsweredCall

COLLECTION = "sip_trunk_tests"


@dataclass(frozen=True, slots=True)
class TrunkTestDocuments:
    """Implements TrunkTestStore."""

    collection: Documents

    async def put(self, call: AnsweredCall) -> None:
        first = {"tenant_id": call.tenant_id, "tested_at": call.at, "call_id": call.call_id}
        try:
            await self.collection.insert_one({"_id": call.trunk_id, **first})
        except DuplicateKey:
            return

    async def tested_at(self, trunk_ids: Collection[str]) -> Mapping[str, datetime]:
        found = await self.collection.find({"_id": {"$in": list(trunk_ids)}})
        return {one["_id"]: one["tested_at"] for one in found}

    async def drop(self, trunk_ids: Collection[str]) -> None:
        await self.collection.delete_many({"_id": {"$in": list(trunk_ids)}})
