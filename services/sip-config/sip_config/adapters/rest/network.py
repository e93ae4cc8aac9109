"""/api/v1/sip/network: what operators see of edges and switches, and order of them."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from servicekit.api import described, rest
from servicekit.auth import Role, require
from sip_config.adapters.network_shape import (
    SWITCH,
    WORD,
    NetworkBody,
    SwitchRead,
    WordBody,
    network_document,
    switch_change,
    switch_document,
    word_asked,
    word_document,
)
from sip_config.app.network import Network
from sip_config.app.node_feed import NodeFeed
from sip_config.app.node_reports import NodeReports

_NETWORK = tuple(NetworkBody.model_fields)
_SWITCH = tuple(SwitchRead.model_fields)


def router(feed: NodeFeed, reports: NodeReports, network: Network) -> APIRouter:
    routes = APIRouter(prefix="/api/v1/sip/network", tags=["network"])

    @routes.get(
        "",
        response_model=NetworkBody,
        summary="Edges and switches, and what is offered to them",
        openapi_extra=described.shows(_NETWORK),
    )
    async def get_network(request: Request) -> Response:
        require(Role.OPERATOR)
        fields = rest.fields_asked(request, _NETWORK)
        return rest.shown(network_document(feed, network, await reports.all()), fields)

    @routes.post(
        "/word",
        response_model=WordBody,
        summary="Say that what is missing, or older, is meant",
        openapi_extra=described.takes(WORD),
    )
    async def say_word(request: Request) -> Response:
        who = require(Role.OPERATOR)
        asked = word_asked(await rest.document(request), rest.unknown(request))
        return rest.shown(word_document(await network.say(who.subject, asked)))

    @routes.get(
        "/switches/{switch_id}",
        response_model=SwitchRead,
        summary="One switch, and whether it takes new calls",
        openapi_extra=described.reads(_SWITCH),
    )
    async def get_switch(switch_id: str, request: Request) -> Response:
        require(Role.OPERATOR)
        fields = rest.fields_asked(request, _SWITCH)
        switch = await network.switch(switch_id)
        return rest.one(request, switch_document(switch), switch.order.version, fields=fields)

    @routes.patch(
        "/switches/{switch_id}",
        response_model=SwitchRead,
        summary="Drain a switch, or take it back",
        openapi_extra=described.changes(SWITCH, SwitchRead),
    )
    async def update_switch(switch_id: str, request: Request) -> Response:
        require(Role.OPERATOR)
        expected = rest.if_match(request)
        change = switch_change(await rest.document(request), rest.unknown(request))
        switch = await network.order(switch_id, change, expected)
        return rest.changed(switch_document(switch), switch.order.version)

    return routes
