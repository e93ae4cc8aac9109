"""What a tenant can do: its REST and gRPC calls with its token, in the words of the product."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc.aio
import httpx

from harness.until import until
from keepline.health.v1.trunk_health_pb2 import GetStatusRequest, TrunkStatus, TrunkVerdict
from keepline.health.v1.trunk_health_pb2_grpc import TrunkHealthStub
from keepline.routing.v1.call_routing_pb2 import RouteRequest
from keepline.routing.v1.call_routing_pb2_grpc import CallRoutingStub
from keepline.routing.v1.decision_pb2 import Decision
from servicekit.grpc import channel

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of a running world. http and grpc: by service name; "door" is the one that others are told."""

    http: Mapping[str, str]
    grpc: Mapping[str, str]
    kafka: str
    edge: str
    zone: str
    # by switch id: the file whose lock makes a router the one that watches the switch
    watching: Mapping[str, str]

    @property
    def watcher(self) -> str:
        """The router that watches the first switch, or did last."""
        return self.watcher_of(next(iter(self.watching)))

    def watcher_of(self, switch_id: str) -> str:
        file = Path(self.watching[switch_id])
        return file.read_text() if file.exists() else ""


class Tenant:
    def __init__(
        self, tenant_id: str, token: str, addresses: Addresses, *, through_door: bool = False
    ) -> None:
        """through_door: as a stranger reaches the services; otherwise each is asked itself."""
        self.tenant_id = tenant_id
        self.token = token
        self._addresses = addresses
        self._through_door = through_door
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._stack = AsyncExitStack()

    def rest(self, service: str) -> httpx.AsyncClient:
        if service not in self._clients:
            self._clients[service] = httpx.AsyncClient(
                base_url=self._addresses.http[self._asked(service)],
                headers={"authorization": f"Bearer {self.token}"},
                timeout=30,
            )
        return self._clients[service]

    def channel(self, service: str) -> grpc.aio.Channel:
        """Closed with the tenant."""
        if service not in self._channels:
            made = self._channels[service] = channel(
                self._addresses.grpc[self._asked(service)], lambda: self.token
            )
            self._stack.push_async_callback(made.close)
        return self._channels[service]

    def _asked(self, service: str) -> str:
        """Routers stand behind no door."""
        return "door" if self._through_door and not service.startswith("call-router") else service

    async def create_trunk(
        self, name: str, cidrs: Sequence[str] = ("127.0.1.0/24",), **fields: object
    ) -> Body:
        body = {"name": name, "source_cidrs": list(cidrs), "country": "GB", **fields}
        return await self._post("sip-config", "/api/v1/sip/trunks", body)

    async def trunk(self, trunk_id: str) -> Body:
        return await self._get("sip-config", f"/api/v1/sip/trunks/{trunk_id}")

    async def in_force(self, trunk_id: str, number_count: int = 0, within: float = 30) -> Body:
        """Waits until every edge says that it runs this trunk with that many numbers."""

        async def asked() -> Body | None:
            trunk = await self.trunk(trunk_id)
            everywhere = trunk["applied"] and all(node["in_force"] for node in trunk["applied"])
            return trunk if everywhere and trunk["number_count"] >= number_count else None

        return await until(asked, within, f"trunk {trunk_id} in force at the edge")

    async def create_number(self, number: str, trunk_id: str, label: str = "") -> Body:
        body = {"number": number, "trunk_id": trunk_id, **({"label": label} if label else {})}
        return await self._post("phone-sources", "/api/v1/phone/numbers", body)

    async def change_number(self, number_id: str, **fields: object) -> Body:
        """Whichever version it has."""
        path, headers = f"/api/v1/phone/numbers/{number_id}", {"if-match": "*"}
        return _checked(await self.rest("phone-sources").patch(path, json=fields, headers=headers))

    async def delete_number(self, number_id: str) -> httpx.Response:
        path, headers = f"/api/v1/phone/numbers/{number_id}", {"if-match": "*"}
        return await self.rest("phone-sources").delete(path, headers=headers)

    async def begun(self, **fields: object) -> Body:
        """An onboarding with all that is known of it, whose test call was left out."""
        made = await self._post("sip-config", "/api/v1/sip/onboardings", {"line": "trunk"})
        path = f"/api/v1/sip/onboardings/{made['id']}"
        headers = {"if-match": "*"}
        _checked(await self.rest("sip-config").patch(path, json=fields, headers=headers))
        return await self._post("sip-config", f"{path}:skipTest", {})

    async def create_sip_agent(self, name: str, uri: str, ring_seconds: int = 20) -> Body:
        body = {"name": name, "sip": {"uri": uri}, "ring_seconds": ring_seconds}
        return await self._post("call-control", "/api/v1/agents", body)

    async def create_human_agent(self, name: str, trunk_id: str, target: str) -> Body:
        body = {"name": name, "human": {"trunk_id": trunk_id, "target": target}, "ring_seconds": 20}
        return await self._post("call-control", "/api/v1/agents", body)

    async def create_plan(self, name: str, numbers: Sequence[str], first: str, **fields: object) -> Body:
        """A number that was brought in just now is told by a topic: on a busy machine it takes its time."""
        body = {"name": name, "numbers": list(numbers), "first_agent_id": first, **fields}

        async def written() -> httpx.Response | None:
            answer = await self.rest("call-control").post("/api/v1/routing/plans", json=body)
            return None if "number_not_held" in answer.text else answer

        return _checked(await until(written, 30, f"plan {name}"))

    async def decides(
        self, trunk_id: str, called: str, legs: int = 1, within: float = 30, code: str = ""
    ) -> None:
        """Waits until each router that is there would send such a call to that many legs, or refuse it with
        that code."""
        routers = [name for name in self._addresses.grpc if name.startswith("call-router")]

        async def asked() -> bool:
            found = [await self._decision(name, trunk_id, called) for name in routers]
            return all(one is None or (len(one.legs) == legs and code in ("", one.code)) for one in found)

        await until(asked, within, f"a decision with {legs} legs for {called}")

    async def _decision(self, router: str, trunk_id: str, called: str) -> Decision | None:
        """None: this router is away."""
        stub = CallRoutingStub(self.channel(router))
        try:
            answer = await stub.Route(RouteRequest(trunk_id=trunk_id, called=called), timeout=20)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            return None
        decision: Decision = answer.decision
        return decision

    async def calls(self, **query: str) -> list[Body]:
        """Newest first."""
        found: list[Body] = (await self._get("call-control", "/api/v1/calls", query))["calls"]
        return found

    async def all_calls(self, trunk_id: str) -> list[Body]:
        """Of all pages."""
        found: list[Body] = []
        query = {"trunk_id": trunk_id, "page_size": "500"}
        while True:
            page = await self._get("call-control", "/api/v1/calls", query)
            found += page["calls"]
            if "next_page_token" not in page:
                return found
            query["page_token"] = page["next_page_token"]

    async def call(self, call_id: str, within: float = 30) -> Body:
        """Waits until the record says that the call ended."""

        async def asked() -> Body | None:
            answer = await self.rest("call-control").get(f"/api/v1/calls/{call_id}")
            record: Body = answer.json()
            return record if answer.is_success and "ended_at" in record else None

        return await until(asked, within, f"the record of {call_id}")

    async def ended_calls(self, trunk_id: str, count: int, within: float = 30) -> list[Body]:
        """Waits for that many records of ended calls on a trunk."""

        async def asked() -> list[Body] | None:
            found = [c for c in await self.calls(trunk_id=trunk_id, page_size="500") if "ended_at" in c]
            return found if len(found) >= count else None

        return await until(asked, within, f"{count} records of calls on {trunk_id}")

    async def last_call(self, trunk_id: str, within: float = 30) -> Body:
        """The newest record of a trunk, once its call has ended."""

        async def asked() -> Body | None:
            found = await self.calls(trunk_id=trunk_id)
            return found[0] if found and "ended_at" in found[0] else None

        return await until(asked, within, f"a record of a call on {trunk_id}")

    async def status(self, trunk_id: str) -> TrunkStatus:
        """By gRPC."""
        stub = TrunkHealthStub(self.channel("health-monitor"))
        answer = await stub.GetStatus(GetStatusRequest(trunk_id=trunk_id), timeout=20)
        status: TrunkStatus = answer.status
        return status

    async def has_verdict(
        self, trunk_id: str, verdict: TrunkVerdict.ValueType, within: float = 30
    ) -> TrunkStatus:
        """Waits for the verdict; a trunk that health-monitor does not know yet has none."""

        async def asked() -> TrunkStatus | None:
            try:
                status = await self.status(trunk_id)
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.NOT_FOUND:
                    raise
                return None
            return status if status.verdict == verdict else None

        return await until(asked, within, f"verdict {TrunkVerdict.Name(verdict)} for {trunk_id}")

    async def agent_answers(self, agent_id: str, verdict: str, within: float, *, reachable: bool) -> Body:
        """Waits for this status of an agent, by REST."""

        async def asked() -> Body | None:
            answer = await self.rest("health-monitor").get(f"/api/v1/health/agents/{agent_id}")
            status: Body = {} if answer.status_code == httpx.codes.NOT_FOUND else _checked(answer)
            found = (status.get("verdict"), status.get("reachable"))
            return status if found == (verdict, reachable) else None

        return await until(asked, within, f"verdict {verdict}, reachable {reachable} for {agent_id}")

    async def change_trunk(self, trunk_id: str, **fields: object) -> Body:
        """Whichever version it has."""
        rest = self.rest("sip-config")
        return _checked(
            await rest.patch(f"/api/v1/sip/trunks/{trunk_id}", json=fields, headers={"if-match": "*"})
        )

    async def delete_trunk(self, trunk_id: str, within: float = 30) -> None:
        """Waits while numbers or agents that were deleted a moment ago still name it."""

        async def done() -> bool:
            rest = self.rest("sip-config")
            answer = await rest.delete(f"/api/v1/sip/trunks/{trunk_id}", headers={"if-match": "*"})
            if answer.status_code == 409 and answer.json()["code"] == "trunk_in_use":
                return False
            _checked(answer)
            return True

        await until(done, within, f"nothing names {trunk_id}")

    async def rejection(self, trunk_id: str, within: float = 30, **query: str) -> Body:
        """Waits for the newest that is open on a trunk."""

        async def asked() -> Body | None:
            wanted = {"trunk_id": trunk_id, "state": "open", **query}
            found = (await self._get("sip-config", "/api/v1/sip/rejections", wanted))["rejections"]
            return found[0] if found else None

        return await until(asked, within, f"a rejection on {trunk_id}")

    async def apply_fix(self, rejection_id: str, fix_id: str, **plan: str) -> Body:
        """plan: plan_id, of put_on_plan."""
        path = f"/api/v1/sip/rejections/{rejection_id}:applyFix"
        return await self._post("sip-config", path, {"fix": fix_id, **plan})

    async def order_switch(self, switch_id: str, state: str) -> None:
        """For an operator."""
        path = f"/api/v1/sip/network/switches/{switch_id}"
        headers = {"if-match": "*"}
        _checked(await self.rest("sip-config").patch(path, json={"state": state}, headers=headers))

    async def nodes_are_current(self) -> bool:
        """For an operator: whether every edge holds what is offered."""
        network = await self._get("sip-config", "/api/v1/sip/network")
        return all(node["current"] for node in network["nodes"])

    async def _post(self, service: str, path: str, body: Mapping[str, object]) -> Body:
        return _checked(await self.rest(service).post(path, json=dict(body)))

    async def _get(self, service: str, path: str, query: Mapping[str, str] | None = None) -> Body:
        return _checked(await self.rest(service).get(path, params=dict(query or {})))

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        await self._stack.aclose()


def _checked(answer: httpx.Response) -> Body:
    if not answer.is_success:
        raise RuntimeError(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}")
    body: Body = answer.json() if answer.content else {}
    return body
