"""gRPC for code that waits; written from aio.py by write_sync.py."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, TypeVar

import grpc
from google.protobuf.message import Message

from keepline.audit.v1.audit_log_pb2_grpc import AuditLogStub
from keepline.auth.v1.api_key_service_pb2_grpc import ApiKeyServiceStub
from keepline.health.v1.agent_health_pb2_grpc import AgentHealthStub
from keepline.health.v1.trunk_health_pb2 import TrunkStatus, WatchRequest
from keepline.health.v1.trunk_health_pb2_grpc import TrunkHealthStub
from keepline.phone.v1.phone_service_pb2_grpc import PhoneServiceStub
from keepline.routing.v1.call_log_pb2_grpc import CallLogStub
from keepline.routing.v1.routing_service_pb2_grpc import CallRoutingManagerStub
from keepline.sip.v1.network_service_pb2_grpc import NetworkServiceStub
from keepline.sip.v1.onboarding_service_pb2_grpc import OnboardingServiceStub
from keepline.sip.v1.rejection_service_pb2_grpc import SipRejectionServiceStub
from keepline.sip.v1.trunk_service_pb2_grpc import SipTrunkServiceStub
from keepline_client.credentials import Credential
from keepline_client.errors import KeeplineError
from keepline_client.grpc import calls
from keepline_client.grpc.intercept_sync import channel
from keepline_client.grpc.silence import heard
from keepline_client.grpc.watched import Removed, Watched
from keepline_client.retrying import Retries

_Q = TypeVar("_Q", bound=Message)
_A = TypeVar("_A", bound=Message)
_I = TypeVar("_I")


class KeeplineGrpc:
    """The services' stubs, over one channel. target: host:port. Safe to share between threads.

    Calls raise `KeeplineError`; `timeout` of a call is its deadline with all its tries, in seconds.
    credentials: of the channel; None trusts the authorities that gRPC comes with. insecure: no TLS, so that
    the token can be read on the way.
    """

    def __init__(
        self,
        target: str,
        token: Credential,
        *,
        insecure: bool = False,
        credentials: grpc.ChannelCredentials | None = None,
        deadline_seconds: float = calls.DEADLINE_SECONDS,
        retries: Retries | None = None,
    ) -> None:
        trusted = None if insecure else credentials or grpc.ssl_channel_credentials()
        self.channel = channel(target, token, trusted, deadline_seconds, retries or Retries())
        self.trunks = SipTrunkServiceStub(self.channel)
        self.rejections = SipRejectionServiceStub(self.channel)
        self.onboardings = OnboardingServiceStub(self.channel)
        self.numbers = PhoneServiceStub(self.channel)
        self.routing = CallRoutingManagerStub(self.channel)
        self.calls = CallLogStub(self.channel)
        self.health = TrunkHealthStub(self.channel)
        self.agent_health = AgentHealthStub(self.channel)
        self.api_keys = ApiKeyServiceStub(self.channel)
        self.audit = AuditLogStub(self.channel)
        self.network = NetworkServiceStub(self.channel)

    def watch_trunks(self, trunk_ids: Iterable[str] = ()) -> Iterator[TrunkStatus | Removed]:
        """The status of each trunk, then each change, for ever; () watches all of the tenant's. A stream that
        breaks or is silent is opened again."""
        watched, request = Watched(), WatchRequest(trunk_ids=trunk_ids)
        while True:
            failure: KeeplineError | None = None
            stream = self.health.Watch(request)
            try:
                for told in heard(stream):
                    yield from watched.take(told)
            except KeeplineError as error:
                failure = error
            finally:
                stream.cancel()
            time.sleep(watched.pause_seconds(failure))

    def close(self) -> None:
        self.channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def every(call: Callable[[_Q], _A], request: _Q, items: Callable[[_A], Iterable[_I]]) -> Iterator[_I]:
    """All items of a list, page by page.

    every(keepline.trunks.ListTrunks, ListTrunksRequest(), lambda answer: answer.trunks)
    """
    asked: Any = type(request)()
    asked.CopyFrom(request)
    while True:
        answer: Any = call(asked)
        yield from items(answer)
        if not answer.next_page_token:
            return
        if answer.next_page_token == asked.page_token:
            raise KeeplineError("answer_not_understood", "the next page is the same page")
        asked.page_token = answer.next_page_token
