"""The network as JSON: what operators see of edges and switches, and what they may say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from servicekit.api.absent import may_be_absent
from servicekit.api.asked import Asked, Change
from servicekit.api.resource import Resource
from servicekit.timestamps import rfc3339
from sip_config.app.network import MAX_MINUTES, Network, Switch
from sip_config.app.node_feed import NodeFeed
from sip_config.domain.network import OperatorWord, OrderDraft, WordDraft
from sip_config.domain.node_report import NodeReport
from sip_config.domain.resources import DestinationState, SwitchBody

State = Literal["active", "draining"]


class SetAsideBody(BaseModel):
    name: str
    reason: str


class WordBody(BaseModel):
    shrunk: bool = Field(description="what is missing is meant to be missing")
    older: bool = Field(description="content that is older than what nodes hold is meant")
    until: datetime
    said_by: str


class SwitchInForce(BaseModel):
    id: str
    host: str
    port: int
    weight: int = Field(description="its share of the calls among the active ones")
    state: State


class SwitchRead(SwitchInForce):
    version: int
    ordered: bool = Field(description="false: the state is the one of the settings")


class NodeBody(BaseModel):
    node_id: str
    kind: str
    version: str = may_be_absent("absent: it holds nothing yet")
    current: bool = Field(description="whether it holds what this replica offers")
    nack_reason: str = may_be_absent("why it refused its last configuration; absent: it took it")
    set_aside: list[SetAsideBody]
    set_aside_count: int
    trunks_limit: int = may_be_absent("rows; absent: it names no limit")
    numbers_limit: int = may_be_absent("rows; absent: it names no limit")
    reported_at: datetime


class NetworkBody(BaseModel):
    version: str
    missing: str = may_be_absent("why nodes are not told anything right now; absent: they are")
    trunks: int
    numbers: int
    marked: dict[str, int] = Field(description="what a next start compares with")
    set_aside: int = Field(description="records of the topics that do not fit their type")
    switches: list[SwitchInForce]
    nodes: list[NodeBody]
    word: WordBody = may_be_absent("the operator's word that is valid now")


class WordToCreate(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"shrunk": True, "minutes": 10}})
    shrunk: bool = Field(default=False, description="what is missing is meant to be missing")
    older: bool = Field(default=False, description="content that is older than what nodes hold is meant")
    minutes: int = Field(
        default=10,
        description="for how long it is valid",
        json_schema_extra={"minimum": 1, "maximum": MAX_MINUTES},
    )


class SwitchToOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")
    state: State = may_be_absent("null: as the settings say")


WORD = Resource(WordToCreate, read_only=frozenset({"until", "said_by"}))
SWITCH = Resource(
    SwitchToOrder,
    read_only=frozenset({"id", "host", "port", "weight", "version"}),
    computed=frozenset({"ordered"}),
)


def word_asked(document: object, found: tuple[Any, ...] = ()) -> Asked[WordDraft]:
    read = WORD.created(document, found)
    return Asked(WordDraft(read["shrunk"], read["older"], read["minutes"]), read.faults)


def switch_change(patch: object, found: tuple[Any, ...] = ()) -> Change[Switch, OrderDraft]:
    """patch: a merge patch; a state that it does not name stays as it was ordered, or as the settings say."""

    def change(before: Switch) -> Asked[OrderDraft]:
        stored = switch_document(before)
        if before.order.state is None:
            del stored["state"]
        read = SWITCH.patched(stored, patch, found)
        state = read["state"]
        return Asked(OrderDraft(None if state is None else DestinationState(state)), read.faults)

    return change


def switch_document(switch: Switch) -> dict[str, Any]:
    """A SwitchRead."""
    ordered = switch.order.state is not None
    return {**_in_force(switch.body), "version": switch.order.version, "ordered": ordered}


def word_document(word: OperatorWord) -> dict[str, Any]:
    """A WordBody."""
    return {
        "shrunk": word.shrunk,
        "older": word.older,
        "until": rfc3339(word.until),
        "said_by": word.said_by,
    }


def network_document(feed: NodeFeed, network: Network, nodes: list[NodeReport]) -> dict[str, Any]:
    """A NetworkBody."""
    known, word = feed.tables.known, network.word
    return {
        "version": feed.version,
        **_present({"missing": feed.missing}),
        "trunks": known.trunks_known(),
        "numbers": known.numbers_known(),
        "marked": dict(network.marked),
        "set_aside": feed.aside_count,
        "switches": [_in_force(one) for one in network.switches],
        "nodes": [_node(one, feed.version) for one in nodes],
        **({} if word is None else {"word": word_document(word)}),
    }


def _in_force(body: SwitchBody) -> dict[str, Any]:
    return {
        "id": body.id,
        "host": body.host,
        "port": body.port,
        "weight": body.weight,
        "state": str(body.state),
    }


def _node(report: NodeReport, version: str) -> dict[str, Any]:
    limits = {"trunks_limit": report.limits.trunks, "numbers_limit": report.limits.numbers}
    return {
        "node_id": report.node_id,
        "kind": report.kind,
        "current": report.held.version == version,
        "set_aside": [{"name": name, "reason": reason} for name, reason in report.set_aside.items()],
        "set_aside_count": report.set_aside_count,
        "reported_at": rfc3339(report.at),
        **_present({"version": report.held.version, "nack_reason": report.nack_reason, **limits}),
    }


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
