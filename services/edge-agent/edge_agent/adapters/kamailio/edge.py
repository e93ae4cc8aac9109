"""Kamailio by JSON-RPC: commands over its datagram socket, long answers over HTTP.

One writer and one command at a time, which the socket client keeps; what is long never comes by
datagram, where an answer of more than 128 KB vanishes without a word.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from edge_agent.domain.dispatcher import SET
from edge_agent.ports import EdgeAway, EdgeRefused, ReloadTooSoon
from switchlink.kamailio_rpc import KamailioHttp, KamailioSocket, RpcError, RpcInvalid, RpcUnavailable

QUICK, LOADING = 2.0, 60.0
_NO_SUCH_KEY = "doesn't exist"
_ONGOING = "ongoing reload"
_NO_LIST = "no destination sets"


class KamailioEdge:
    """`commands` is made with the longest of our deadlines."""

    def __init__(self, commands: KamailioSocket, dumps: KamailioHttp) -> None:
        self._commands = commands
        self._dumps = dumps

    async def get(self, table: str, key: str) -> str | None:
        try:
            answer = await self._command("htable.get", [table, key])
        except EdgeRefused as refused:
            if _NO_SUCH_KEY in str(refused):
                return None
            raise
        return str(answer["item"]["value"])

    async def put(self, table: str, key: str, value: str) -> None:
        await self._command("htable.sets", [table, key, value])

    async def delete(self, table: str, key: str) -> None:
        if await self.get(table, key) is not None:
            await self._command("htable.delete", [table, key])

    async def reload(self, table: str) -> None:
        await self._command("htable.reload", [table], LOADING)

    async def counts(self) -> Mapping[str, int]:
        return {table["name"]: int(table["all"]) for table in await self._command("htable.stats")}

    async def started(self) -> str:
        return str((await self._command("core.uptime"))["up_since"])

    async def rows(self) -> int:
        rows = await self.get("limits", "rows")
        return int(rows) if rows is not None and rows.isdigit() else 0

    async def states(self) -> Mapping[str, str]:
        try:
            answer = await _answered("dispatcher.list", self._dumps.call("dispatcher.list"), LOADING)
        except EdgeRefused as refused:
            if _NO_LIST in str(refused).lower():
                return {}
            raise
        return {
            str(target["DEST"]["URI"]): str(target["DEST"]["FLAGS"])
            for entry in answer.get("RECORDS") or ()
            if int(entry["SET"]["ID"]) == SET
            for target in entry["SET"]["TARGETS"]
        }

    async def reload_switches(self) -> None:
        try:
            await self._command("dispatcher.reload", [], LOADING)
        except EdgeRefused as refused:
            if _ONGOING in str(refused).lower():
                raise ReloadTooSoon(str(refused)) from refused
            raise

    async def _command(self, method: str, params: Sequence[str] = (), within: float = QUICK) -> Any:
        return await _answered(method, self._commands.call(method, params), within)


async def _answered(method: str, call: Awaitable[Any], within: float) -> Any:
    try:
        async with asyncio.timeout(within):
            return await call
    except TimeoutError as error:
        raise EdgeAway(f"no answer to {method} within {within:g} s") from error
    except RpcUnavailable as error:
        raise EdgeAway(str(error)) from error
    except (RpcError, RpcInvalid) as error:
        raise EdgeRefused(f"{method}: {error}") from error
