"""Making, reading, changing and revoking API keys."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from servicekit.api.asked import Asked, Change
from servicekit.api.lists import ListAsked
from servicekit.api.preconditions import Expected
from servicekit.auth.scopes import SCOPES, allows
from servicekit.clock import Clock
from servicekit.errors import Unavailable
from servicekit.ids import new_id
from servicekit.paging import Page
from servicekit.quotas import TenantLocks, check_quota
from servicekit.refusals import changed_meanwhile, invalid, not_found
from sip_config.domain.api_key import ApiKey, KeyDraft, KeyFields, Maker, check_key
from sip_config.ports import KeyMinting, KeyStore

MOST = 100
"""Keys of one tenant."""
WITHIN_SECONDS = 1.0
"""What waits for less is on its way."""
_TRIES = 5  # to change or revoke whichever version a key has while others change it
Held = Callable[[], datetime | None]


@dataclass(frozen=True, slots=True)
class Made:
    """secret: the whole key, shown once; "": it was made, and shown, before."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """minting: None where API keys are not set up. held_since: since when the broker is away."""

    store: KeyStore
    minting: KeyMinting | None
    clock: Clock
    held_since: Held = lambda: None
    most: int = MOST
    counting: TenantLocks = field(default_factory=TenantLocks)

    async def create(self, tenant_id: str, maker: Maker, asked: Asked[KeyDraft], key_id: str = "") -> Made:
        """key_id: of the new one; the key that has it already was made by an earlier try of the request."""
        minting = self._minting()
        fields, now = self._checked(asked, maker), self.clock.now()
        key_id = key_id or new_id("key")
        made = await self.store.get(tenant_id, key_id)
        if made is not None:
            return Made(self._shown(made), "")
        secret, digest = minting.mint(key_id)
        key = ApiKey(key_id, tenant_id, 1, fields, digest, maker.subject, now, now)
        async with self.counting.of(tenant_id):
            check_quota("keys", await self.store.count(tenant_id), self.most)
            added = await self.store.add(key)
        # otherwise another try of the request was faster, whose secret is shown
        return Made(self._shown(key), secret) if added else Made(await self.get(tenant_id, key_id), "")

    async def get(self, tenant_id: str, key_id: str) -> ApiKey:
        key = await self.store.get(tenant_id, key_id)
        if key is None:
            raise not_found("key", key_id)
        return self._shown(key)

    async def list(self, tenant_id: str, asked: ListAsked) -> Page[ApiKey]:
        page = await self.store.page(tenant_id, asked)
        return Page([self._shown(key) for key in page.items], page.next_page_token)

    async def update(
        self,
        tenant_id: str,
        key_id: str,
        maker: Maker,
        change: Change[ApiKey, KeyDraft],
        expected: Expected,
    ) -> ApiKey:
        """Whoever changes a key gives no more than he has: he is its maker then."""
        self._minting()
        for _ in range(_TRIES):
            before = await self.get(tenant_id, key_id)
            expected.check("key", before.version)
            fields = self._checked(change(before), maker, before.fields.expires_at)
            if fields == before.fields:
                return before
            after = replace(before, version=before.version + 1, fields=fields, updated_at=self.clock.now())
            if await self.store.replace(before, after):
                return self._shown(after)
        raise changed_meanwhile("key")

    async def delete(self, tenant_id: str, key_id: str, expected: Expected) -> None:
        for _ in range(_TRIES):
            before = await self.get(tenant_id, key_id)
            expected.check("key", before.version)
            if await self.store.remove(before):
                return
        raise changed_meanwhile("key")

    def _checked(self, asked: Asked[KeyDraft], maker: Maker, end: datetime | None = None) -> KeyFields:
        checked = check_key(asked.draft, maker, self.clock.now(), known_scopes=SCOPES, allows=allows, end=end)
        faults = checked if isinstance(checked, list) else []
        if asked.faults or isinstance(checked, list):
            raise invalid("key", [*asked.faults, *faults])
        return checked

    def _shown(self, key: ApiKey) -> ApiKey:
        """With the age of what the services know: by its own waiting news, or by the broker's absence."""
        late = self.clock.now() - timedelta(seconds=WITHIN_SECONDS)
        since = [at for at in (key.held_since, self.held_since()) if at is not None and at <= late]
        return replace(key, held_since=min(since, default=None))

    def _minting(self) -> KeyMinting:
        if self.minting is None:
            raise Unavailable(
                "api_keys_off", "API keys are not set up here", hint="ask the operator: api_key_secrets_file"
            )
        return self.minting
