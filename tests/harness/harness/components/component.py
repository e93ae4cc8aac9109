"""What the supervisor knows of a component: a process, and words for what is missing until it is ready."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import httpx

from harness.process import Process

Missing = Callable[[], Awaitable[str]]
"""What is missing, in words; empty when nothing is."""


@dataclass
class Component:
    name: str
    process: Process | None
    """None where somebody else runs it."""
    missing: Missing
    within: float = 60.0
    says: str = ""
    """What a person should know of it, in words."""

    async def start(self) -> None:
        if self.process is not None:
            await self.process.start()
        await self.ready()

    async def ready(self) -> None:
        reason = "it was not asked yet"

        async def is_ready() -> bool:
            nonlocal reason
            reason = await self.missing()
            return not reason

        if self.process is not None:
            await self.process.ready(is_ready, self.within, lambda: reason)

    async def stop(self) -> None:
        if self.process is not None:
            await self.process.stop()

    async def kill(self) -> None:
        if self.process is not None:
            await self.process.kill()


def listens(host: str, port: int, greeting: bytes = b"") -> Missing:
    """Ready when the port takes a connection, and says its greeting where it has one."""

    async def missing() -> str:
        try:
            async with asyncio.timeout(1):
                reader, writer = await asyncio.open_connection(host, port)
                try:
                    heard = await reader.readexactly(len(greeting))
                finally:
                    writer.close()
                    with suppress(OSError):
                        await writer.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return f"nobody answers on {host}:{port}"
        return "" if heard == greeting else f"another program answers on {host}:{port}"

    return missing


def answers(url: str, *, ready: bool = True) -> Missing:
    """Ready when /readyz says so (or /healthz where that is enough)."""

    async def missing() -> str:
        path = "/readyz" if ready else "/healthz"
        try:
            # over plain HTTP: reading the system's certificates would cost more than the question
            async with httpx.AsyncClient(timeout=2, verify=False) as client:
                answer = await client.get(url + path)
        except httpx.HTTPError:
            return f"nobody answers on {url}"
        return "" if answer.is_success else f"{path}: {_failed(answer)}"

    return missing


def _failed(answer: httpx.Response) -> str:
    """The checks that say no, out of {"checks": {name: reason}} or what else was said."""
    try:
        body = answer.json()
    except ValueError:
        return str(answer.status_code)
    checks = body.get("checks", body) if isinstance(body, dict) else {}
    reasons = [f"{name} ({reason})" for name, reason in checks.items() if reason and reason != "ok"]
    return ", ".join(reasons) or str(answer.status_code)
