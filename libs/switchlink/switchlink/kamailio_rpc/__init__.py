"""Kamailio's JSON-RPC: the datagram socket for writes, loopback HTTP for what is large."""

from .datagram import KamailioSocket
from .http import KamailioHttp
from .messages import Param, RpcError, RpcInvalid, RpcUnavailable, SipHeaders

__all__ = [
    "KamailioHttp",
    "KamailioSocket",
    "Param",
    "RpcError",
    "RpcInvalid",
    "RpcUnavailable",
    "SipHeaders",
]
