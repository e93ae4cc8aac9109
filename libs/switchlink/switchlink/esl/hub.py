"""A thread with a gevent hub of its own, beside the asyncio loop and without monkey patching.

A process that exits while this thread still runs greenlets ends in a segmentation fault, so `close`
ends every greenlet, joins the thread and destroys the hub's loop before it returns; and an exit that
forgot it is caught by atexit, which comes before the interpreter takes the thread's ground away.
"""

import atexit
import logging
import threading
from collections import deque
from collections.abc import Callable

import gevent
from gevent.event import Event
from gevent.pool import Group

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
        atexit.register(self.close)

    def call(self, work: Callable[[], None]) -> None:
        """From any thread: run this in the hub; it must not wait. Order is kept."""
        if self._closing:
            return
        self._calls.append(work)
        self._wake.send()

    def spawn(self, work: Callable[[], None]) -> None:
        """From any thread: run this in a greenlet, where it may wait. It is killed when the hub closes."""
        self.call(lambda: self.spawn_here(work))

    def spawn_here(self, work: Callable[[], None]) -> None:
        """The same, from the hub's own thread."""
        self._greenlets.spawn(work)

    def close(self) -> None:
        """Blocks until the thread has ended: call it from a worker thread."""
        if not self._thread.is_alive():
            return
        self.call(self._stop.set)
        self._closing = True
        self._thread.join(JOIN_SECONDS)
        atexit.unregister(self.close)
        if self._thread.is_alive():
            log.error("the event socket's thread did not end within %.0f s", JOIN_SECONDS)

    def _run(self) -> None:
        hub = gevent.get_hub()
        self._greenlets = Group()
        self._stop = Event()
        self._wake = hub.loop.async_()
        self._wake.start(self._run_calls)
        self._started.set()
        self._stop.wait()
        self._greenlets.kill(timeout=JOIN_SECONDS / 2)
        self._wake.stop()
        self._wake.close()
        hub.destroy(destroy_loop=True)

    def _run_calls(self) -> None:
        try:
            while self._calls:
                self._calls.popleft()()
        finally:
            # gevent reports what one of them raised; the others must not wait for the next wake-up.
            if self._calls:
                self._wake.send()
