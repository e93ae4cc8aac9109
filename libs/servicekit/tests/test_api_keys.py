"""An API key counts when sip-config made it and nobody revoked it, with what it was given and no more."""

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepline.auth.v1.api_key_pb2 import ApiKeyState
from servicekit.auth import Principal, Role, TokenVerifier
from servicekit.auth.api_keys import kept_keys
from servicekit.auth.api_keys.form import key_id_of, new_key, prefix_of
from servicekit.auth.api_keys.known_keys import KnownKeys
from servicekit.auth.api_keys.sealing import KeySealing
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.errors import Problem, Unauthenticated, Unavailable
from servicekit.ids import new_id
from servicekit.settings import WrongSetting
from servicekit.telemetry.redaction import redacted
from servicekit.testing import FakeClock, tokens

NOW = datetime(2026, 11, 25, 12, 0, 30, tzinfo=UTC)
SECRET, OLDER = b"a" * 32, b"b" * 32
SEALING = KeySealing([SECRET])


def made(sealing: KeySealing = SEALING, version: int = 1, **fields: object) -> tuple[str, ApiKeyState]:
    """A whole key, and what the topic says of it."""
    key_id = new_id("key")
    key = new_key(key_id)
    state = ApiKeyState(id=key_id, tenant_id="t_a", version=version, role="admin", scopes=["trunks:write"])
    state.MergeFrom(ApiKeyState(**fields))  # type: ignore[arg-type]
    state.digest = sealing.digest(key)
    state.seal = sealing.seal(state)
    return key, state


def known(*states: ApiKeyState, clock: FakeClock | None = None) -> KnownKeys:
    keys = KnownKeys(SEALING, clock or FakeClock(NOW))
    for state in states:
        keys.heard(state.id, state.SerializeToString())
    keys.caught_up()
    return keys


def code_of(ask: Callable[[], Principal]) -> str:
    try:
        ask()
    except Problem as problem:
        return problem.code
    return "good"


def test_a_key_gives_its_tenant_role_and_scopes() -> None:
    key, state = made()
    who = known(state).authenticate(key)
    assert who == Principal("t_a", state.id, Role.ADMIN, key_id=state.id, scopes=frozenset({"trunks:write"}))
    assert key.startswith(prefix_of(state.id) + "_")


def test_only_the_whole_key_is_good() -> None:
    key, state = made()
    keys = known(state)
    stranger, _ = made()
    wrong = key[:-1] + ("a" if key[-1] != "a" else "b")
    shown = [wrong, stranger, key + "x", key[:-1], key.upper(), prefix_of(state.id), "kl_", key + "\n"]
    assert {code_of(lambda one=one: keys.authenticate(one)) for one in shown} == {"api_key_invalid"}  # type: ignore[misc]


@given(st.text(max_size=80))
def test_what_is_no_key_has_no_id(text: str) -> None:
    assert key_id_of(text) is None
    assert key_id_of("kl_" + text) is None


def _another_tenant(state: ApiKeyState) -> None:
    state.tenant_id = "t_b"


def _another_role(state: ApiKeyState) -> None:
    state.role = "owner"


def _another_scope(state: ApiKeyState) -> None:
    state.scopes.append("keys:write")


def _no_end(state: ApiKeyState) -> None:
    state.expires_at_seconds = 0


def _by_another_secret(state: ApiKeyState) -> None:
    state.seal = KeySealing([OLDER]).seal(state)


FORGED = [_another_tenant, _another_role, _another_scope, _no_end, _by_another_secret]


@pytest.mark.parametrize("forge", FORGED)
def test_a_state_that_sip_config_did_not_seal_is_not_believed(forge: Callable[[ApiKeyState], None]) -> None:
    key, state = made(expires_at_seconds=int(NOW.timestamp()) + 60)
    keys = known(state)
    state.version = 2
    forge(state)
    keys.heard(state.id, state.SerializeToString())
    assert keys.authenticate(key).tenant_id == "t_a"
    assert keys.authenticate(key).scopes == {"trunks:write"}
    unheard = known(state)
    assert code_of(lambda: unheard.authenticate(key)) == "api_key_invalid"


def test_rubbish_on_the_topic_takes_no_key_away() -> None:
    key, state = made()
    keys = known(state)
    for value in (b"", b"\xff" * 20, made()[1].SerializeToString()):
        keys.heard(state.id, value)
    assert keys.authenticate(key)


def test_a_revoked_key_does_not_come_back() -> None:
    key, state = made()
    keys = known(state)
    keys.heard(state.id, None)
    assert code_of(lambda: keys.authenticate(key)) == "api_key_invalid"
    keys.heard(state.id, state.SerializeToString())
    assert code_of(lambda: keys.authenticate(key)) == "api_key_invalid"


def test_the_newest_version_stays() -> None:
    key, state = made(version=2)
    older = ApiKeyState.FromString(state.SerializeToString())
    older.version, older.role = 1, "viewer"
    older.seal = SEALING.seal(older)
    assert known(state, older).authenticate(key).role is Role.ADMIN
    assert known(older, state).authenticate(key).role is Role.ADMIN


def test_a_key_ends_when_it_was_said_to() -> None:
    clock = FakeClock(NOW)
    key, state = made(expires_at_seconds=int(NOW.timestamp()) + 60)
    keys = known(state, clock=clock)
    assert keys.authenticate(key).expires_at == NOW.timestamp() + 60
    clock.advance(60)
    assert code_of(lambda: keys.authenticate(key)) == "token_expired"


def test_before_the_topic_is_read_an_unknown_key_may_be_good() -> None:
    key, state = made()
    keys = KnownKeys(SEALING, FakeClock(NOW))
    with pytest.raises(Unavailable):
        keys.authenticate(key)
    keys.caught_up()
    assert code_of(lambda: keys.authenticate(key)) == "api_key_invalid"
    keys.heard(state.id, state.SerializeToString())
    assert keys.authenticate(key)


def test_keys_from_disk_hold_until_the_topic_is_read_without_them() -> None:
    (kept, kept_state), (gone, gone_state) = made(), made()
    keys = KnownKeys(SEALING, FakeClock(NOW))
    keys.restore({one.id: one.SerializeToString() for one in (kept_state, gone_state)})
    assert keys.authenticate(kept)
    assert keys.authenticate(gone)
    keys.heard(kept_state.id, kept_state.SerializeToString())
    keys.caught_up()
    assert keys.authenticate(kept)
    assert code_of(lambda: keys.authenticate(gone)) == "api_key_invalid"


def test_an_older_secret_is_accepted_beside_the_one_that_makes_keys(tmp_path: Path) -> None:
    key, state = made(KeySealing([OLDER]))
    (tmp_path / "secrets").write_bytes(SECRET + b"\n" + OLDER + b"\n")
    both = KnownKeys(KeySealing.read(tmp_path / "secrets"), FakeClock(NOW))
    both.heard(state.id, state.SerializeToString())
    assert both.authenticate(key)


@pytest.mark.parametrize("content", [None, "", "short", f"{'a' * 32}\nshort"])
def test_a_bad_file_of_secrets_is_a_wrong_setting(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "secrets"
    if content is not None:
        path.write_text(content)
    with pytest.raises(WrongSetting, match="KEEPLINE_AUTH__API_KEY_SECRETS_FILE"):
        KeySealing.read(path)


def test_what_is_on_disk_is_for_its_owner_and_damage_is_no_end(tmp_path: Path) -> None:
    path = tmp_path / "api-keys.json"
    assert kept_keys.read(path) == ({}, None)
    kept_keys.write(path, {"key_1": b"\x00\xff"}, NOW)
    assert kept_keys.read(path) == ({"key_1": b"\x00\xff"}, NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for damaged in (
        "{",
        "[]",
        json.dumps({"as_of": "x", "keys": {}}),
        json.dumps({"as_of": 1, "keys": {"a": 1}}),
    ):
        path.write_text(damaged)
        assert kept_keys.read(path) == ({}, None)


async def test_a_verifier_takes_keys_where_they_are_set_up(tmp_path: Path) -> None:
    issuer, (key, state) = tokens(tmp_path), made()
    with_keys = TokenVerifier(_jwks(issuer), issuer.issuer, issuer.audience, api_keys=known(state))
    who = await with_keys.authenticate(key)
    assert (who.key_id, who.token) == (state.id, key)
    assert (await with_keys.authenticate(issuer.token("t_b"))).key_id == ""
    without = TokenVerifier(_jwks(issuer), issuer.issuer, issuer.audience)
    with pytest.raises(Unauthenticated, match="api_key_invalid"):
        await without.authenticate(key)


def _jwks(issuer: DevIssuer) -> dict[str, object]:
    found: dict[str, object] = json.loads(issuer.jwks_file.read_bytes())
    return found


def test_a_key_in_a_text_is_cut_out_of_it() -> None:
    key, state = made()
    assert redacted(f"the key {key} was sent") == f"the key {prefix_of(state.id)}_*** was sent"
