"""Writes the code that waits from the code that awaits; with --check only compares them.

Word by word. Where the two differ in more than words both are written by hand, side by side
(rest/exchange.py, grpc/intercept_*.py, grpc/silence.py, credentials.py).
"""

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent / "keepline_client"
RUFF = Path(sys.executable).parent / "ruff"
WRITTEN = {
    "rest/aio/session.py": "rest/sync/session.py",
    "rest/aio/collections.py": "rest/sync/collections.py",
    "rest/aio/network.py": "rest/sync/network.py",
    "rest/aio/onboardings.py": "rest/sync/onboardings.py",
    "rest/aio/client.py": "rest/sync/client.py",
    "grpc/aio.py": "grpc/sync.py",
}
WORDS = {
    r"async (def|for|with) ": r"\1 ",
    r"await ": "",
    r"\bAwaitable\[(\w+)\]": r"\1",
    r"AsyncIterator, Awaitable, Callable, Iterable": "Callable, Iterable, Iterator",
    r"\bAsync(?=[A-Z])": "",
    r"\b(\w+)_async\b": r"\1",
    r"\basyncio\.sleep\b": "time.sleep",
    r"\bimport asyncio\b": "import time",
    r"__a(enter|exit)__": r"__\1__",
    r"\baclose\b": "close",
    r"\brest\.aio\b": "rest.sync",
    r"\bintercept_aio\b": "intercept_sync",
    r"for code that awaits \(asyncio\); .*\.": "for code that waits; written from aio.py by write_sync.py.",
    r" Of one event loop\.": " Safe to share between threads.",
}


def sync(text: str) -> str:
    for word, other in WORDS.items():
        text = re.sub(word, other, text)
    # a generator may give with one word what an asynchronous one has to give one by one
    text = ruff(text, "check", "--fix", "--unsafe-fixes", "--select", "I,UP028")
    return ruff(text, "format")


def ruff(text: str, *how: str) -> str:
    command = [RUFF, *how, "--quiet", "--stdin-filename", PACKAGE / "sync.py", "-"]
    done = subprocess.run(command, input=text, text=True, capture_output=True, check=True)  # noqa: S603
    return done.stdout


def main(*, check: bool) -> int:
    stale = []
    for source, target in WRITTEN.items():
        text = sync((PACKAGE / source).read_text())
        if not check:
            (PACKAGE / target).write_text(text)
        elif (PACKAGE / target).read_text() != text:
            stale.append(f"{target} is not {source} in the words of code that waits: make client writes it")
    sys.stderr.write("".join(f"{line}\n" for line in stale))
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
