"""The API keys as the topic tells them, and the check of one that was shown.

A state counts when its seal does. The newest version of a key stays; one that was revoked does not come back,
whatever is told of it afterwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from keepline.auth.v1.api_key_pb2 import ApiKeyState
from servicekit.auth.api_keys.form import key_id_of
from servicekit.auth.api_keys.sealing import KeySealing
from servicekit.auth.principal import Principal, Role
from servicekit.clock import Clock
from servicekit.errors import Unauthenticated, Unavailable
from servicekit.telemetry.logging import logger

_log = logger(__name__)
TOPIC = "keepline.auth.keys.v1"
RECORD = "keepline.auth.key"
"""What changes, as ce_type says it."""


@dataclass(frozen=True, slots=True)
class _Known:
    version: int
    who: Principal
    digest: bytes
    value: bytes
    """As it was told."""


class KnownKeys:
    def __init__(
        self, sealing: KeySealing, clock: Clock, used: Callable[[Principal], None] | None = None
    ) -> None:
        """used: told of each key that was good."""
        self._sealing = sealing
        self._clock = clock
        self._used = used or (lambda _who: None)
        self._keys: dict[str, _Known] = {}
        self._revoked: set[str] = set()
        self._unheard: set[str] = set()
        self.whole = False
        """Whether the topic was read to its end, so that an unknown key is no key."""
        self.version = 0
        """Grows with each change."""

    def restore(self, values: Mapping[str, bytes]) -> None:
        """From disk, before the topic is read: what is not found there will be forgotten."""
        for key_id, value in values.items():
            self.heard(key_id, value)
        self._unheard = set(self._keys)

    def values(self) -> Mapping[str, bytes]:
        return {key_id: known.value for key_id, known in self._keys.items()}

    def heard(self, key_id: str, value: bytes | None) -> None:
        """Handler of the topic."""
        self._unheard.discard(key_id)
        if value is None:
            self._revoked.add(key_id)
            self.version += self._keys.pop(key_id, None) is not None
            return
        known = self._read(key_id, value)
        before = self._keys.get(key_id)
        if known is None or key_id in self._revoked or (before and before.version >= known.version):
            return
        self._keys[key_id] = known
        self.version += 1

    def caught_up(self) -> None:
        for key_id in self._unheard:
            del self._keys[key_id]
        self.version += bool(self._unheard)
        self._unheard.clear()
        self.whole = True

    def knows(self, key_id: str, version: int) -> bool:
        """Whether this version of the key was told, or a newer one, or its end."""
        known = self._keys.get(key_id)
        return key_id in self._revoked or (known is not None and known.version >= version)

    def authenticate(self, shown: str) -> Principal:
        """Raises Unauthenticated, or Unavailable while an unknown key may be a good one."""
        key_id = key_id_of(shown)
        known = self._keys.get(key_id or "")
        if key_id is None or (known is None and (self.whole or key_id in self._revoked)):
            raise _refused("the API key is not known, or was revoked")
        if known is None:
            raise Unavailable(
                "api_keys_unavailable",
                "whether this API key is good cannot be told right now",
                hint="try again in a moment",
            )
        if not self._sealing.is_of(shown, known.digest):
            raise _refused("the API key is not known, or was revoked")
        ends = known.who.expires_at
        if ends is not None and self._clock.now().timestamp() >= ends:
            raise Unauthenticated("token_expired", "the API key has expired", hint="use another one")
        self._used(known.who)
        return known.who

    def _read(self, key_id: str, value: bytes) -> _Known | None:
        try:
            state = ApiKeyState.FromString(value)
        except DecodeError:
            state = ApiKeyState()
        if state.id != key_id or not self._sealing.is_genuine(state):
            _log.error("what the topic says of an API key is not believed", key_id=key_id)
            return None
        who = Principal(
            state.tenant_id,
            state.id,
            Role(state.role),
            key_id=state.id,
            scopes=frozenset(state.scopes),
            expires_at=float(state.expires_at_seconds) or None,
        )
        return _Known(state.version, who, state.digest, value)


def _refused(detail: str) -> Unauthenticated:
    return Unauthenticated("api_key_invalid", detail, hint="ask the owner of your tenant for another key")
