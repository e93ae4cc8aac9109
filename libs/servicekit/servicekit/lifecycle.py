"""A process from its first line to its exit code.

    load settings (or 2) > build > ready > SIGTERM > drain > stop servers > cancel tasks > close > 0

A task of the main duty that crashes ends the process with 1 and its reason in the log; a second signal ends
it at once.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

import uvloop

from servicekit.readiness import Readiness
from servicekit.service import Service
from servicekit.settings import ProcessSettings, WrongSetting, load, refuse, told_if_asked
from servicekit.telemetry.export import Telemetry
from servicekit.telemetry.logging import finish, logger

__all__ = ["Readiness", "Service", "WrongSetting", "run", "serve"]

S = TypeVar("S", bound=ProcessSettings)
Build = Callable[[Service[S]], Awaitable[None]]

EXIT_CRASHED = 1
STOP_GRACE = 5.0
_LAST_WORDS_SECONDS = 0.2

_log = logger(__name__)


def run(name: str, settings_class: type[S], build: Build[S]) -> None:
    """The whole main() of a service; leaves by SystemExit."""
    told_if_asked(name, settings_class)
    settings = load(settings_class)
    try:
        _check_folder(settings.data_dir)
        telemetry = Telemetry.start(name, settings.log, settings.telemetry)
    except WrongSetting as wrong:
        refuse(wrong)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_signal(name, settings, build))
    except ExceptionGroup as crash:
        first = _first(crash)
        if isinstance(first, WrongSetting):
            refuse(first)
        _log.critical("the process ends by an error", reason=repr(first))
        raise SystemExit(EXIT_CRASHED) from None
    finally:
        telemetry.close()
    raise SystemExit(0)


def _check_folder(folder: Path) -> None:
    """Also of a service that writes there only later. Raises WrongSetting."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting("KEEPLINE_DATA_DIR", f"cannot make {folder}: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise WrongSetting("KEEPLINE_DATA_DIR", f"cannot write to {folder}")


async def serve(name: str, settings: S, build: Build[S], stopping: asyncio.Event) -> None:
    """Builds the service, runs it until `stopping` is set and ends it well."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        service = Service(name, settings, group, stack)
        if not await _built(service, build, stopping):
            await service.stop(0)
            return
        _log.info("started")
        await stopping.wait()
        _log.info("stopping", grace=settings.drain_seconds)
        await service.drain()
        await service.stop(STOP_GRACE)
        _log.info("stopped")


async def _built(service: Service[S], build: Build[S], stopping: asyncio.Event) -> bool:
    """False when the process was told to stop before it was up."""
    async with asyncio.TaskGroup() as group:
        building = group.create_task(_awaited(build(service)))
        stopped = group.create_task(stopping.wait())
        await asyncio.wait({building, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        building.cancel()
    return not building.cancelled()


async def _awaited(awaitable: Awaitable[None]) -> None:
    try:
        await awaitable
    except WrongSetting:
        raise
    except Exception as error:
        _log.critical("the service cannot be built", reason=repr(error), exc_info=error)
        raise


async def _until_signal(name: str, settings: S, build: Build[S]) -> None:
    stopping = asyncio.Event()

    def on_signal(number: signal.Signals) -> None:
        if stopping.is_set():
            _log.warning("a second signal, ending at once", signal=number.name)
            finish(_LAST_WORDS_SECONDS)
            os._exit(128 + number)
        _log.info("told to stop", signal=number.name)
        stopping.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
    await serve(name, settings, build, stopping)


def _first(group: ExceptionGroup[Exception]) -> Exception:
    found: Exception = group
    while isinstance(found, ExceptionGroup):
        found = found.exceptions[0]
    return found
