"""A thread with a gevent hub of its own, beside the asyncio loop and without monkey patching.

A process that exits while this thread still runs greenlets ends in a segmentation fault, so `close`
stops everything, joins the thread and destroys the hub's loop before it returns.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable

import gevent
from gevent.event import Event

log = logging.getLogger(__name__)

JOIN_SECONDS = 10.0


class HubThread:
    def __init__(self, name: str) -> None:
        self._calls: deque[Callable[[], None]] = deque()
        self._started = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Returns when the hub can be called; takes about a millisecond."""
        self._thread.start()
        self._started.wait()

    def spawn(self, work: Callable[[], None]) -> None:
        """From any thread: run this in a greenlet of its own, where it may wait."""
        self.call(lambda: self._greenlets.add(gevent.spawn(work)))

    def call(self, work: Callable[[], None]) -> None:
        """From any thread: run this in the hub; it must not wait. Order is kept."""
        if self._closing:
            return
        self._calls.append(work)
        self._wake.send()

    def close(self) -> None:
        """Blocks until the thread has ended: call it from a worker thread."""
        if not self._thread.is_alive():
            return
        self.call(self._stop.set)
        self._closing = True
        self._thread.join(JOIN_SECONDS)
        if self._thread.is_alive():
            log.error("the event socket's thread did not end within %.0f s", JOIN_SECONDS)

    def _run(self) -> None:
        hub = gevent.get_hub()
        self._greenlets: set[gevent.Greenlet[[], None]] = set()
        self._stop = Event()
        self._wake = hub.loop.async_()
        self._wake.start(self._run_calls)
        self._started.set()
        self._stop.wait()
        gevent.killall([greenlet for greenlet in self._greenlets if not greenlet.dead])
        self._wake.stop()
        self._wake.close()
        hub.destroy(destroy_loop=True)

    def _run_calls(self) -> None:
        self._greenlets = {greenlet for greenlet in self._greenlets if not greenlet.dead}
        while self._calls:
            self._calls.popleft()()
