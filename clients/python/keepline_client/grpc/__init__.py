"""gRPC: the generated stubs over a channel that adds the token, the deadline, the key of a create and the
tries, and raises `KeeplineError`."""

from keepline_client.grpc.aio import AsyncKeeplineGrpc, every_async
from keepline_client.grpc.sync import KeeplineGrpc, every
from keepline_client.grpc.watched import Removed

__all__ = ["AsyncKeeplineGrpc", "KeeplineGrpc", "Removed", "every", "every_async"]
