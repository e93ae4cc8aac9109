"""How many events a second reach the program: our link against unmodified greenswitch, in one run.

    .venv/bin/python tests/load/esl_events.py [--events 20000] [--rounds 3]

One server sends the same captured events of a real call (tests/load/samples) to both, as fast as they are
taken: in the plain form to greenswitch, which cannot read JSON, and in JSON to ours. Each client is a process
of its own and they take turns, so that whatever else the machine does hits both. greenswitch ends at its own
handler; ours has then also crossed from its thread to the asyncio loop. Goal: at least 3 times.
"""

import argparse
import asyncio
import itertools
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import gevent.event
import orjson
from greenswitch import InboundESL

from switchlink.esl import EslEvent, EslLink

SAMPLES = Path(__file__).parent / "samples" / "channel_events.json"
PASSWORD = "a-password-of-the-benchmark"
GOAL = 3.0
CLIENTS = ("greenswitch", "keepline")
SECONDS = 120
PIECES = 600


@dataclass(frozen=True, slots=True)
class Result:
    events: int
    seconds: float
    cpu_seconds: float
    peak_mb: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.client is not None:
        result = _greenswitch(asked) if asked.client == "greenswitch" else asyncio.run(_keepline(asked))
        sys.stdout.write(orjson.dumps(result).decode() + "\n")
        return 0
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, asked.events), daemon=True).start()
        port = server.getsockname()[1]
        results: dict[str, list[Result]] = {client: [] for client in CLIENTS}
        for _ in range(asked.rounds):
            for client in CLIENTS:
                results[client].append(_run(client, port, asked.events))
    _print(results)
    return 0


def _run(client: str, port: int, events: int) -> Result:
    command = [sys.executable, __file__, "--client", client, "--port", str(port), "--events", str(events)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=SECONDS)
    return Result(**orjson.loads(done.stdout))


def _greenswitch(asked: argparse.Namespace) -> Result:
    """As its README has it: connect, register a handler, subscribe."""
    esl = InboundESL("127.0.0.1", asked.port, PASSWORD)
    esl.connect()
    seen, all_here = itertools.count(1), gevent.event.Event()

    def handler(_: object) -> None:
        if next(seen) == asked.events:
            all_here.set()

    esl.register_handle("*", handler)
    began, cpu = time.monotonic(), time.process_time()
    esl.send("events plain CHANNEL_PARK CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_HANGUP_COMPLETE")
    all_here.wait(SECONDS)
    return _result(asked.events, began, cpu)


async def _keepline(asked: argparse.Namespace) -> Result:
    names = ("CHANNEL_PARK", "CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_HANGUP_COMPLETE")
    seen, began, cpu = 0, time.monotonic(), time.process_time()
    link = EslLink("127.0.0.1", asked.port, PASSWORD, names, buffered_events=asked.events)
    async with link, asyncio.timeout(SECONDS):
        async for batch in link.events():
            seen += sum(isinstance(item, EslEvent) and bool(item.uuid) for item in batch)
            if seen >= asked.events:
                break
        result = _result(asked.events, began, cpu)
    assert seen == asked.events
    assert link.dropped == 0
    return result


def _result(events: int, began: float, cpu: float) -> Result:
    taken = time.monotonic() - began, time.process_time() - cpu
    # Not ru_maxrss: that of a child begins with its parent's.
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    return Result(events, *taken, int(peak.split()[1]) / 1024)


def _serve(server: socket.socket, events: int) -> None:
    pieces = {kind: list(itertools.islice(_events(kind), PIECES)) for kind in ("plain", "json")}
    while True:
        connection, _ = server.accept()
        with connection:
            _speak(connection, pieces, events)


def _speak(connection: socket.socket, pieces: Mapping[str, Sequence[bytes]], events: int) -> None:
    """Greets, lets in, and sends everything at the first subscription."""
    connection.sendall(b"Content-Type: auth/request\n\n")
    pending = b""
    while data := connection.recv(65536):
        *commands, pending = (pending + data).split(b"\n\n")
        for command in (command.lstrip() for command in commands):
            if not command:  # empty lines between commands are nothing
                continue
            connection.sendall(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
            if command.startswith(b"event"):
                wanted = pieces["json" if b" json " in command else "plain"]
                for start in range(0, events, PIECES):
                    connection.sendall(b"".join(wanted[: events - start]))


def _events(kind: str) -> Iterator[bytes]:
    samples = orjson.loads(SAMPLES.read_bytes())
    for sequence, sample in enumerate(itertools.cycle(samples), start=1):
        headers = sample | {"Event-Sequence": str(sequence)}
        body = orjson.dumps(headers) if kind == "json" else _plain(headers)
        yield b"Content-Length: %d\nContent-Type: text/event-%s\n\n%s" % (len(body), kind.encode(), body)


def _plain(headers: Mapping[str, str]) -> bytes:
    lines = (f"{name}: {quote(value, safe=' :/@.,;<>')}\n" for name, value in headers.items())
    return "".join(lines).encode() + b"\n"


def _print(results: Mapping[str, Sequence[Result]]) -> None:
    say = sys.stdout.write
    say(f"{'client':>12} {'events/s':>10} {'CPU us/event':>13} {'peak MB':>8}\n")
    rates = {}
    for client, runs in results.items():
        rates[client] = statistics.median(run.events / run.seconds for run in runs)
        cpu = statistics.median(run.cpu_seconds / run.events * 1e6 for run in runs)
        peak = max(run.peak_mb for run in runs)
        say(f"{client:>12} {rates[client]:>10,.0f} {cpu:>13.0f} {peak:>8.0f}\n")
    ratio = rates["keepline"] / rates["greenswitch"]
    say(f"ratio: {ratio:.1f} (goal {GOAL:.0f}), median of {len(results['keepline'])} rounds\n")


if __name__ == "__main__":
    raise SystemExit(main())
