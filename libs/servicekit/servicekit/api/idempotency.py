"""A POST that is sent again under its Idempotency-Key makes nothing twice.

After draft-ietf-httpapi-idempotency-key-header-07.

    {_id: "tenant/key", request, object_id, owner, busy_until, made_at,
     answer: {status, headers, body} or None}

The id of the object to be made is kept with the key before the object is written. A process that dies between
its write and its answer leaves both: who comes again is given the same id, and finds what was written.
An answer of success is kept for a day; a refusal frees its key.
"""

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from servicekit.clock import Clock
from servicekit.documents import Collection, Document, DuplicateKey
from servicekit.errors import Conflict, Invalid, Problem, Unavailable, UnderWay, Violation
from servicekit.ids import new_id
from servicekit.telemetry.logging import logger

KEPT_SECONDS = 24 * 3600
BUSY_SECONDS = 10
"""How long a request is believed to be under way whose process says no more."""
_KEY = re.compile(r"[!-~]{1,255}")

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """status: of HTTP, 0 for a message of gRPC; body: as it is sent."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    replayed: bool = False


Make = Callable[[str], Awaitable[Answer]]
"""Makes the object of that id, or finds it when it is there already."""


@dataclass(frozen=True, slots=True)
class Request:
    """key: empty when none was sent; what: all that makes two requests the same one."""

    tenant_id: str
    key: str
    what: bytes

    @property
    def identity(self) -> str:
        return f"{self.tenant_id}/{self.key}"

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.what).hexdigest()


@dataclass(frozen=True, slots=True)
class _Claim:
    identity: str
    owner: str
    object_id: str

    def held(self) -> Document:
        return {"_id": self.identity, "owner": self.owner}


@dataclass(frozen=True, slots=True)
class IdempotencyKeys:
    collection: Collection
    clock: Clock

    async def prepare(self) -> None:
        await self.collection.create_index([("made_at", 1)], expire_after_seconds=KEPT_SECONDS)

    async def once(self, request: Request, prefix: str, make: Make) -> Answer:
        """prefix: of the new id. Raises Invalid, UnderWay, Unavailable, and what `make` raises."""
        if not request.key:
            return await make(new_id(prefix))
        claim = await self._claim(request, prefix)
        if isinstance(claim, Answer):
            return claim
        try:
            answer = await make(claim.object_id)
        except Unavailable:  # it may have been written all the same
            await self._quietly(self._let_go(claim))
            raise
        except Problem:
            await self._quietly(self.collection.delete_one(claim.held()))
            raise
        await self._quietly(self._keep(claim, answer))
        return answer

    async def _claim(self, request: Request, prefix: str) -> _Claim | Answer:
        check_key(request.key)
        now = self.clock.now()
        claim = _Claim(request.identity, secrets.token_hex(8), new_id(prefix))
        record = {
            **claim.held(),
            "request": request.fingerprint,
            "object_id": claim.object_id,
            "busy_until": now + timedelta(seconds=BUSY_SECONDS),
            "made_at": now,
            "answer": None,
        }
        # the database removes what is older in its own time
        await self.collection.delete_one(
            {"_id": claim.identity, "made_at": {"$lt": now - timedelta(seconds=KEPT_SECONDS)}}
        )
        try:
            await self.collection.insert_one(record)
        except DuplicateKey:
            return await self._known(request, claim.owner)
        return claim

    async def _known(self, request: Request, owner: str) -> _Claim | Answer:
        known = await self.collection.find_one({"_id": request.identity})
        if known is None:  # its first request was refused just now
            raise _under_way(1)
        if known["request"] != request.fingerprint:
            raise _reused()
        if known["answer"] is not None:
            return _again(known["answer"])
        now = self.clock.now()
        if known["busy_until"] > now:
            raise _under_way(max(1, round((known["busy_until"] - now).total_seconds() + 0.5)))
        taken = await self.collection.update_one(
            {"_id": request.identity, "owner": known["owner"], "answer": None},
            {"$set": {"owner": owner, "busy_until": now + timedelta(seconds=BUSY_SECONDS)}},
        )
        if not taken:
            raise _under_way(1)
        return _Claim(request.identity, owner, known["object_id"])

    async def _keep(self, claim: _Claim, answer: Answer) -> None:
        kept = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
        await self.collection.update_one(claim.held(), {"$set": {"answer": kept}})

    async def _let_go(self, claim: _Claim) -> None:
        await self.collection.update_one(claim.held(), {"$set": {"busy_until": self.clock.now()}})

    async def _quietly(self, write: Awaitable[object]) -> None:
        """The object is written or refused, whatever becomes of its key."""
        try:
            await write
        except Problem as problem:
            _log.warning("what became of an idempotency key is not kept", reason=problem.detail)


def check_key(key: str) -> None:
    """Raises Invalid."""
    if not _KEY.fullmatch(key):
        detail, hint = "the key is not 1 to 255 visible ASCII characters", "send a random UUID"
        where = Violation("/Idempotency-Key", "idempotency_key_invalid", detail, hint)
        raise Invalid("idempotency_key_invalid", detail, hint=hint, violations=[where])


async def refuse_spent(collection: Collection, what: str, identity: str, mark: str = "deleted") -> None:
    """Of an id that is taken: raises Conflict when the object of that id was deleted, and the topic was not
    told of it yet. what: as in "trunk"; mark: the field that says so."""
    if await collection.find_one({"_id": identity, mark: True}) is not None:
        raise Conflict(
            "idempotency_key_spent",
            f"an earlier request under this key made the {what} {identity}, which was deleted since",
            hint="send a new key to make another one",
        )


def _again(kept: Mapping[str, Any]) -> Answer:
    return Answer(int(kept["status"]), bytes(kept["body"]), dict(kept["headers"]), replayed=True)


def _reused() -> Invalid:
    return Invalid(
        "idempotency_key_reused",
        "another request was sent under this key",
        hint="send a new key with a new request, and the same request with the same key",
    )


def _under_way(seconds: int) -> UnderWay:
    return UnderWay(
        "idempotency_key_in_use",
        "the first request under this key is not answered yet",
        hint="send it again a little later, with the same key",
        retry_after=seconds,
    )
