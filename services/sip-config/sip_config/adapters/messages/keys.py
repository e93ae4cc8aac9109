"""API keys as messages: for callers, and as the topic tells them, sealed."""

from collections.abc import Callable
from dataclasses import dataclass

from keepline.auth.v1.api_key_pb2 import ApiKey as KeyMessage
from keepline.auth.v1.api_key_pb2 import ApiKeyState
from servicekit.auth.api_keys.form import new_key, prefix_of
from servicekit.auth.api_keys.sealing import KeySealing
from servicekit.timestamps import timestamp
from sip_config.domain.api_key import ApiKey


@dataclass(frozen=True, slots=True)
class Minting:
    """Implements KeyMinting."""

    sealing: KeySealing

    def mint(self, key_id: str) -> tuple[str, bytes]:
        whole = new_key(key_id)
        return whole, self.sealing.digest(whole)


def key_message(key: ApiKey) -> KeyMessage:
    fields = key.fields
    return KeyMessage(
        id=key.id,
        tenant_id=key.tenant_id,
        version=key.version,
        name=fields.name,
        prefix=prefix_of(key.id),
        role=fields.role,
        scopes=fields.scopes,
        expires_at=timestamp(fields.expires_at),
        created_at=timestamp(key.created_at),
        updated_at=timestamp(key.updated_at),
        created_by=key.created_by,
        last_used_at=timestamp(key.last_used_at),
        changes_held_since=timestamp(key.held_since),
    )


def state_value(sealing: KeySealing) -> Callable[[ApiKey], bytes]:
    def told(key: ApiKey) -> bytes:
        fields = key.fields
        state = ApiKeyState(
            id=key.id,
            tenant_id=key.tenant_id,
            version=key.version,
            role=fields.role,
            scopes=fields.scopes,
            expires_at_seconds=0 if fields.expires_at is None else int(fields.expires_at.timestamp()),
            digest=key.digest,
        )
        state.seal = sealing.seal(state)
        return state.SerializeToString()

    return told
