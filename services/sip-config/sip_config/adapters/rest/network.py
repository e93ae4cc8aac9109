"""/api/v1/sip/network: what operators see of edges and switches, and order of them."""

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from servicekit.auth import Role, require
from sip_config.app.network import Network
from sip_config.app.node_feed import NodeFeed
from sip_config.app.node_reports import NodeReports
from sip_config.domain.network import OperatorWord
from sip_config.domain.node_report import NodeReport
from sip_config.domain.resources import DestinationState, SwitchBody


class AsideBody(BaseModel):
    name: str
    reason: str


class WordBody(BaseModel):
    shrunk: bool = Field(description="what is missing is meant to be missing")
    older: bool = Field(description="content that is older than what nodes hold is meant")
    until: datetime
    said_by: str


class SwitchBodyOut(BaseModel):
    id: str
    host: str
    port: int
    state: Literal["active", "draining"]


class NodeBody(BaseModel):
    node_id: str
    kind: str
    version: str
    current: bool = Field(description="whether it holds what this replica offers")
    nack_reason: str
    set_aside: list[AsideBody]
    set_aside_count: int
    trunks_limit: int = Field(description="rows; 0 names no limit")
    numbers_limit: int
    reported_at: datetime


class NetworkBody(BaseModel):
    version: str
    missing: str = Field(description="why nodes are not told anything right now; empty: they are")
    trunks: int
    numbers: int
    marked: dict[str, int] = Field(description="what a next start compares with")
    set_aside: int = Field(description="records of the topics that do not fit their type")
    switches: list[SwitchBodyOut]
    nodes: list[NodeBody]
    word: WordBody | None


class WordToSay(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"shrunk": True, "older": False, "minutes": 10}}
    )
    shrunk: bool = False
    older: bool = False
    minutes: int = Field(default=10, description="for how long it is valid")


class StateToOrder(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"state": "draining"}})
    state: Literal["active", "draining"]


def router(feed: NodeFeed, reports: NodeReports, network: Network) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/sip/network", tags=["network"])

    @routes.get("", summary="Edges and switches, and what is offered to them")
    async def see() -> NetworkBody:
        require(Role.OPERATOR)
        return NetworkBody(
            version=feed.version,
            missing=feed.missing,
            trunks=feed.tables.known.trunks_known(),
            numbers=feed.tables.known.numbers_known(),
            marked=dict(network.marked),
            set_aside=feed.aside_count,
            switches=[_switch(one) for one in network.switches],
            nodes=[_node(one, feed.version) for one in await reports.all()],
            word=None if network.word is None else _word(network.word),
        )

    @routes.post("/word", summary="Say that what is missing, or older, is meant")
    async def say(asked: WordToSay) -> WordBody:
        who = require(Role.OPERATOR)
        return _word(
            await network.say(who.subject, shrunk=asked.shrunk, older=asked.older, minutes=asked.minutes)
        )

    @routes.put("/switches/{switch_id}", summary="Drain a switch, or take it back")
    async def order(switch_id: str, asked: StateToOrder) -> SwitchBodyOut:
        require(Role.OPERATOR)
        return _switch(await network.order(switch_id, DestinationState(asked.state)))

    return routes


def _switch(body: SwitchBody) -> SwitchBodyOut:
    fields: dict[str, Any] = {"id": body.id, "host": body.host, "port": body.port, "state": str(body.state)}
    return SwitchBodyOut(**fields)


def _word(word: OperatorWord) -> WordBody:
    return WordBody(shrunk=word.shrunk, older=word.older, until=word.until, said_by=word.said_by)


def _node(report: NodeReport, version: str) -> NodeBody:
    return NodeBody(
        node_id=report.node_id,
        kind=report.kind,
        version=report.held.version,
        current=report.held.version == version,
        nack_reason=report.nack_reason,
        set_aside=[AsideBody(name=name, reason=reason) for name, reason in report.set_aside.items()],
        set_aside_count=report.set_aside_count,
        trunks_limit=report.limits.trunks,
        numbers_limit=report.limits.numbers,
        reported_at=report.at,
    )
