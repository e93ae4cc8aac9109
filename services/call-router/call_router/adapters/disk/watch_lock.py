"""Which of the routers beside one switch watches it: the holder of a file lock that they share.

The kernel frees the lock with the process, however it ends (flock(2)); nobody has to notice and decide.
"""

import asyncio
import fcntl
import os
from pathlib import Path

from servicekit.settings import WrongSetting

_LOOK_SECONDS = 0.2


class WatchLock:
    """`router_id` is written into the file, for whoever wants to know who watches."""

    def __init__(self, folder: Path, router_id: str) -> None:
        self._router_id = router_id
        self.path = folder / "watching"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise WrongSetting(
                "KEEPLINE_SWITCH__WATCH_DIR", f"cannot use {folder}: {error.strerror}"
            ) from error

    async def taken(self) -> None:
        """Waits until it is ours; it stays ours until this process ends or it is closed."""
        # to wait in flock(2) itself cannot be cancelled
        while not self._take():  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)

    def close(self) -> None:
        os.close(self._file)

    def _take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        os.truncate(self._file, 0)
        os.pwrite(self._file, self._router_id.encode(), 0)
        return True
