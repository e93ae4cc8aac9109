"""What the check of an API key costs beside a bare HMAC: prints ratios of one run, judges nothing by itself.

    .venv/bin/python tests/load/key_check.py [--keys 10000] [--rounds 20000]

KnownKeys.authenticate is what each request with a key passes: the key's form, a look-up, its keyed SHA-256,
its end, and the note of its use. Beside it, in turns of the same run: one HMAC-SHA-256 of the same bytes, and
one scrypt (RFC 7914, N 16384), which is what a slow hash for passwords would cost each request.
"""

import argparse
import gc
import hashlib
import hmac
import sys
import time
from collections.abc import Callable, Sequence

from keepline.auth.v1.api_key_pb2 import ApiKeyState
from servicekit.auth.api_keys.form import new_key
from servicekit.auth.api_keys.known_keys import KnownKeys
from servicekit.auth.api_keys.sealing import KeySealing
from servicekit.clock import SystemClock
from servicekit.ids import new_id

SECRET = b"s" * 32
SLOW_ROUNDS, BATCH = 10, 500


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keys", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20_000)
    asked = parser.parse_args()
    known, shown = _known(asked.keys)
    gc.disable()
    checks: list[float] = []
    hashes: list[float] = []
    for start in range(0, asked.rounds, BATCH):
        batch = [shown[(start + place) % len(shown)] for place in range(BATCH)]
        checks += _timed(known.authenticate, batch)
        hashes += _timed(_hmac, batch)
    slow = _timed(_slow, shown[:SLOW_ROUNDS])
    say = sys.stdout.write
    say(f"{'':<28} {'p50 us':>10} {'p99 us':>10}\n")
    sides = (
        (f"check of one of {asked.keys:,} keys", checks),
        ("bare HMAC-SHA-256", hashes),
        ("scrypt", slow),
    )
    for name, times in sides:
        say(f"{name:<28} {_at(times, 0.5):>10.1f} {_at(times, 0.99):>10.1f}\n")
    ratio, gain = _at(checks, 0.5) / _at(hashes, 0.5), _at(slow, 0.5) / _at(checks, 0.5)
    say(f"a check is {ratio:.1f} times a bare HMAC; a slow hash would be {gain:,.0f} times a check\n")
    return 0


def _known(count: int) -> tuple[KnownKeys, list[str]]:
    sealing = KeySealing([SECRET])
    known, shown = KnownKeys(sealing, SystemClock()), []
    for index in range(count):
        key_id = new_id("key")
        key = new_key(key_id)
        state = ApiKeyState(
            id=key_id, tenant_id=f"t_{index}", version=1, role="viewer", scopes=["calls:read"]
        )
        state.expires_at_seconds = int(time.time()) + 86_400
        state.digest = sealing.digest(key)
        state.seal = sealing.seal(state)
        known.heard(key_id, state.SerializeToString())
        shown.append(key)
    known.caught_up()
    return known, shown


def _hmac(key: str) -> bytes:
    return hmac.digest(SECRET, key.encode(), hashlib.sha256)


def _slow(key: str) -> bytes:
    return hashlib.scrypt(key.encode(), salt=SECRET, n=16_384, r=8, p=1)


def _timed(work: Callable[[str], object], keys: Sequence[str]) -> list[float]:
    """Microseconds of each, with the clock's own cost."""
    clock, taken = time.perf_counter_ns, []
    for key in keys:
        began = clock()
        work(key)
        taken.append((clock() - began) / 1000)
    return taken


def _at(values: Sequence[float], quantile: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * quantile))]


if __name__ == "__main__":
    raise SystemExit(main())
