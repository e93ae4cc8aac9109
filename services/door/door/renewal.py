"""Has nginx read its certificates again when their files change, which it does on SIGHUP only.

Files that cannot be used leave the old ones in force, and are told in the log: nginx would refuse them too,
but only after it was asked.
"""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from door.settings import Settings
from servicekit.settings import WrongSetting
from servicekit.telemetry.logging import logger
from servicekit.tls import read_authority, read_pair

LOOK_SECONDS = 1.0
_log = logger(__name__)


class Certificates:
    """Those that the door shows, to clients and to services, and those that it believes."""

    def __init__(self, settings: Settings) -> None:
        """Raises WrongSetting for one that cannot be used."""
        shown, asking = settings.http.tls, settings.tls
        self._pairs: Mapping[str, tuple[Path | None, Path | None]] = {
            "KEEPLINE_HTTP__TLS": (shown.cert_file, shown.key_file),
            "KEEPLINE_TLS": (asking.cert_file, asking.key_file) if asking.enabled else (None, None),
        }
        self._authorities: Mapping[str, Path | None] = {
            "KEEPLINE_HTTP__TLS__CLIENT_CA_FILE": shown.client_ca_file,
            "KEEPLINE_TLS__CA_FILE": asking.ca_file if asking.enabled else None,
        }
        self._seen = self._fingerprint()
        self._check()

    def renewed(self) -> bool:
        """Whether the files are others than at the last look, and can be used."""
        seen = self._fingerprint()
        if seen == self._seen:
            return False
        self._seen = seen
        try:
            self._check()
        except WrongSetting as wrong:
            _log.warning("keeping the old certificate", reason=str(wrong))
            return False
        return True

    def watch(self, tell: Callable[[], None], over: threading.Event) -> None:
        """`tell` is called after each renewal, until `over` is set."""
        while not over.wait(LOOK_SECONDS):
            if self.renewed():
                _log.info("the certificates changed, nginx reads them again")
                tell()

    def _check(self) -> None:
        for name, (cert, key) in self._pairs.items():
            if cert is not None and key is not None:
                read_pair(cert, key, name)
        for name, authority in self._authorities.items():
            if authority is not None:
                read_authority(authority, name)

    def _fingerprint(self) -> list[tuple[int, int]]:
        files = [file for pair in self._pairs.values() for file in pair]
        return [_of(file) for file in (*files, *self._authorities.values()) if file is not None]


def _of(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_ino
