"""A call asks, the router answers: the server side of FreeSWITCH's outbound event socket."""

from .server import Channel, Decide, HandOverServer
from .values import ValueUnfit, multiset

__all__ = ["Channel", "Decide", "HandOverServer", "ValueUnfit", "multiset"]
