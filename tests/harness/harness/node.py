"""A node as a test sees it: it takes what it is sent, checks it as an edge does, and says so."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from keepline.sip.v1 import switch_config_pb2 as pb

Update = pb.WatchResponse
HEARTBEATS = ("current", "lagging")


class Node:
    def __init__(self, stub: Any, node_id: str = "edge1") -> None:
        self.stub = stub
        self.node_id = node_id
        self.resources: dict[str, pb.Resource] = {}
        self.held = pb.Held()
        self.refused: list[str] = []
        self.heard: list[str] = []
        self._stream: Any = None

    @property
    def told(self) -> list[str]:
        """What was heard beside heartbeats."""
        return [update for update in self.heard if update not in HEARTBEATS]

    def watch(self, **more: Any) -> None:
        fields: dict[str, Any] = {
            "node_id": self.node_id,
            "kind": pb.NODE_KIND_EDGE,
            "schema": 1,
            "held": self.held if self.held.version else None,
            "refused_versions": self.refused,
        }
        self._stream = self.stub.Watch(pb.WatchRequest(**(fields | more)))

    def leave(self) -> None:
        self._stream.cancel()

    async def read(self) -> Update:
        message = await self._stream.read()
        self.heard.append(message.WhichOneof("update"))
        return message  # type: ignore[no-any-return]

    async def take(self) -> Update:
        """The next whole or change, put together and checked; answers its last chunk."""
        first = await self.read()
        while first.WhichOneof("update") in HEARTBEATS:
            first = await self.read()
        chunks = [first]
        while not _chunk(chunks[-1]).last:
            chunks.append(await self.read())
        parts = [_chunk(one) for one in chunks]
        assert [part.index for part in parts] == list(range(len(parts)))
        if chunks[0].WhichOneof("update") == "whole":
            self.resources = {r.name: r for part in parts for r in part.resources}
            assert parts[0].resource_count == len(self.resources)
        else:
            assert parts[0].from_version == self.held.version
            self.resources |= {r.name: r for part in parts for r in part.set}
            for name in (name for part in parts for name in part.removed):
                del self.resources[name]
        assert parts[-1].version == version_of(self.resources.values())
        self.held = pb.Held(version=parts[-1].version, revision=parts[-1].revision)
        return chunks[-1]

    async def acknowledge(self, aside: dict[str, str] | None = None) -> None:
        set_aside = [pb.SetAside(name=name, reason=reason) for name, reason in (aside or {}).items()]
        await self.stub.Ack(
            pb.AckRequest(
                node_id=self.node_id,
                version=self.held.version,
                revision=self.held.revision,
                set_aside=set_aside,
                set_aside_count=len(set_aside),
            )
        )

    async def refuse(self, version: str, reason: str) -> None:
        self.refused.append(version)
        request = pb.AckRequest(node_id=self.node_id, version=version, nack_reason=reason, held=self.held)
        request.revision.SetInParent()
        await self.stub.Ack(request)


def version_of(resources: Iterable[pb.Resource]) -> str:
    """As the comments of switch_config.proto say it."""
    written = (one.name.encode() + b"\0" + one.version.to_bytes(8, "big") for one in resources)
    return f"{sum(int.from_bytes(sha256(one).digest(), 'big') for one in written) % (1 << 256):064x}"


def _chunk(message: Update) -> Any:
    return getattr(message, message.WhichOneof("update") or "")
