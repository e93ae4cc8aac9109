"""What a watcher asks after a connection: lives of the switch, and what the ledger keeps."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from call_router.adapters.disk.open_calls import OpenCalls
from call_router.adapters.disk.watch_lock import WatchLock
from call_router.adapters.kafka.switch_orders import SwitchOrders
from call_router.adapters.switch import watching
from call_router.adapters.switch.ledger import Ledger
from call_router.adapters.switch.questions import Core, Questions
from call_router.adapters.switch.resync import Resyncing
from call_router.adapters.switch.watching import SwitchWatch, WatchParts
from call_router.app.watched_calls import WatchedCalls
from call_router.domain.call_event import CallEnded, CallEvent
from call_router.domain.explain import explain
from call_router.domain.journey import Journey
from call_router.domain.live_call import Channel, LiveCall, Seen
from servicekit.testing import FakeClock, until
from switchlink.devswitch.esl.ledger import Hashes
from switchlink.esl import CommandRefused, EslLink

START = datetime.fromisoformat("2026-11-23T09:00:00+00:00")


class Switch(EslLink):
    """Answers as a switch with these channels and this ledger."""

    def __init__(self, channels: Sequence[str], ledger: Mapping[str, str]) -> None:
        super().__init__("127.0.0.1", 1, "unused")
        self.channels = channels
        self.hashes = Hashes()
        for uuid, text in ledger.items():
            self.hashes.hash(f"insert/keepline/{uuid}/{text}")

    async def api(self, command: str, *args: str, timeout: float = 5.0) -> str:  # noqa: ASYNC109  as in EslLink
        answer = self._answer(command, *args) or "-ERR no reply\n"
        if answer.startswith("-ERR"):
            raise CommandRefused(command, answer)
        return answer

    def _answer(self, command: str, *args: str) -> str:
        match command, args:
            case "show channels as json", ():
                rows = ",".join(f'{{"uuid":"{uuid}","direction":"inbound"}}' for uuid in self.channels)
                return f'{{"row_count":{len(self.channels)},"rows":[{rows}]}}'
            case "global_getvar", _:
                return "core-2"
            case "uuid_exists", (uuid,):
                return "true" if uuid in self.channels else "false"
            case "hash_dump", _:
                return self.hashes.dump(" ".join(args))
            case "hash", (order,):
                return self.hashes.hash(order)
        return "-ERR no such channel\n"


class Sink:
    def __init__(self) -> None:
        self.events: list[CallEvent] = []

    def put(self, event: CallEvent) -> None:
        self.events.append(event)


def around(lock: WatchLock, link: Switch, kept: Callable[[], Awaitable[None]]) -> WatchParts:
    folder, orders = lock.path.parent, SwitchOrders("sw1")
    return WatchParts(folder, lock, lambda _: link, Sink(), kept, FakeClock(), orders)


@pytest.fixture
def channel(still_world: Any) -> Channel:
    decision = still_world.route()
    journey = Journey(decision.call, explain(decision), False, START, "r1")
    return Channel("uuid-old", decision.call, START, journey, leg=0)


async def test_a_call_of_the_switchs_new_life_does_not_end_with_those_of_the_old(channel: Channel) -> None:
    sink, clock = Sink(), FakeClock()
    calls = WatchedCalls(sink, lambda _: None)
    for uuid in ("uuid-old", "uuid-new"):
        calls.happened(Seen(Channel(uuid, channel.call, START, channel.journey)))
    link = Switch(["uuid-new"], {})
    core = Core("core-2", START + timedelta(seconds=30))
    resyncing = Resyncing(calls, Questions(link, clock), Ledger(link), clock)
    await resyncing.new_life(core, START, {"uuid-new": "core-2"})
    await resyncing.run(START)
    ended = [event.fact.hangup_cause for event in sink.events if isinstance(event.fact, CallEnded)]
    assert ended == ["node_lost"]
    assert list(calls.calls) == ["uuid-new"]


async def test_a_watching_that_crashed_goes_on_with_what_it_knew(tmp_path: Path, channel: Channel) -> None:
    async def kept() -> None: ...

    await OpenCalls(tmp_path).save("core-1", START, [LiveCall(channel)])
    lock = WatchLock(tmp_path, "r1")
    watch = SwitchWatch(around(lock, Switch([], {}), kept))
    watch._restore()
    assert (watch._core, list(watch.calls.calls)) == ("core-1", ["uuid-old"])
    watch._core = "core-2"
    watch._restore()
    assert watch._core == "core-2"
    lock.close()


async def test_a_call_of_the_new_life_is_never_written_down_as_one_of_the_old(
    tmp_path: Path, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch is asked for its channels, sees them one after the other, and this router may die then."""
    monkeypatch.setattr(watching, "_KEEP_SECONDS", 0.01)
    link = Switch(["uuid-new"], {})

    async def api(command: str, *args: str, **_: object) -> str:
        if command == "uuid_dump":
            await asyncio.Event().wait()
        return link._answer(command, *args)

    async def kept() -> None: ...

    monkeypatch.setattr(link, "api", api)
    monkeypatch.setattr(link, "wait_connected", kept)
    lock = WatchLock(tmp_path, "r1")
    watch = SwitchWatch(around(lock, link, kept))
    watch._links, watch._core = [link], "core-1"
    watch.calls.happened(Seen(channel))
    ledger = Ledger(link)
    tasks = [asyncio.create_task(watch._resync(Questions(link, FakeClock()), ledger))]
    watch._asked.set()
    await until(lambda: not watch.calls.calls)
    # seen by a dump of this resync
    watch.calls.happened(Seen(replace(channel, uuid="uuid-new")))
    tasks.append(asyncio.create_task(watch._keep(ledger)))
    await until(lambda: OpenCalls(tmp_path).load() is not None)
    known = OpenCalls(tmp_path).load()
    assert known is not None
    assert (known.core, [call.channel.uuid for call in known.calls]) == ("core-2", ["uuid-new"])
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    lock.close()


async def test_what_is_written_down_was_kept_before(
    tmp_path: Path, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk is waited for the switch starts anew, and a call comes."""
    monkeypatch.setattr(watching, "_KEEP_SECONDS", 0.01)

    async def kept() -> None:
        watch.calls.happened(Seen(replace(channel, uuid="uuid-new")))
        await asyncio.sleep(0)

    link, lock = Switch([], {}), WatchLock(tmp_path, "r1")
    watch = SwitchWatch(around(lock, link, kept))
    watch._core = "core-1"
    watch.calls.happened(Seen(channel))
    saved: list[list[str]] = []

    async def save(_core: str, _at: datetime, calls: Iterable[LiveCall]) -> None:
        saved.append([call.channel.uuid for call in calls])

    monkeypatch.setattr(watch._open_calls, "save", save)
    keeping = asyncio.create_task(watch._keep(Ledger(link)))
    await until(lambda: bool(saved))
    assert saved[0] == ["uuid-old"]
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    lock.close()


async def test_an_entry_whose_decision_another_version_of_us_can_read_stays_in_the_switch() -> None:
    times = "call=;attempt=1;start=1795424400000000;end=1795424400100000"
    link = Switch([], {"uuid-2": f"uuid=uuid-2;{times};decision=9AAAA"})
    assert await Ledger(link).read() == []
    assert [line.split("/")[1] for line in link.hashes.dump("db").splitlines()] == ["keepline_uuid-2"]


def insert(uuid: str) -> str:
    marks = "attempt=1;tenant=t_a;trunk=trk_a;source=;edge=;called=1;caller=2"
    times = "start=1795424400000000;end=1795424400100000"
    end = f"{times};cause=NORMAL_TEMPORARY_FAILURE;sip=;by="
    return f"insert/undecided-{uuid[0]}/{uuid[1:4]}/uuid={uuid};call=call_1;{marks};{end}"


async def test_the_end_of_a_call_that_nobody_decided_is_told_and_forgotten_while_it_is_the_same() -> None:
    link, sink, told = Switch([], {}), Sink(), list[str]()
    mine, later = "0f9c0000-aaaa", "0f9cffff-bbbb"
    link.hashes.hash(insert(mine))
    ledger = Ledger(link)
    calls = WatchedCalls(sink, told.append)
    await Resyncing(calls, Questions(link, FakeClock()), ledger, FakeClock()).run(START)
    assert [event.seq for event in sink.events] == [1, 1_000_000]
    assert isinstance(ended := sink.events[-1].fact, CallEnded)
    assert ended.sip_status == 503
    link.hashes.hash(insert(later))
    await ledger.forget(told)
    assert later in link.hashes.dump("db")
    await ledger.forget([later])
    assert link.hashes.dump("db") == ""
