"""Who showed a token a moment ago is not asked for it again, and never longer than is right."""

from datetime import timedelta

import pytest

from servicekit.auth import Principal, Role, TokenVerifier
from servicekit.auth import remembered as module
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.auth.keys import FixedKeys, PublicKeys
from servicekit.auth.remembered import Remembered
from servicekit.clock import FakeClock, SystemClock
from servicekit.errors import Unauthenticated
from servicekit.testing import tokens


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    return tokens(tmp_path_factory.mktemp("auth"))


class Counting(TokenVerifier):
    looked = 0

    def verify(self, token: str) -> Principal:
        self.looked += 1
        return super().verify(token)


def clock_now() -> FakeClock:
    """At which the issuer's tokens are good."""
    return FakeClock(SystemClock().now())


def keys_of(issuer: DevIssuer) -> PublicKeys:
    return PublicKeys.read({"keys": [issuer.key.as_dict(private=False)]})


def verifier(issuer: DevIssuer, clock: FakeClock) -> tuple[Counting, FixedKeys]:
    source = FixedKeys(keys_of(issuer))
    return Counting(source, issuer.issuer, issuer.audience, clock), source


async def test_a_signature_is_looked_at_once_a_second(issuer: DevIssuer) -> None:
    clock = clock_now()
    judge, _ = verifier(issuer, clock)
    token = issuer.token("t_demo")
    for _ in range(5):
        assert (await judge.authenticate(token)).tenant_id == "t_demo"
    assert judge.looked == 1
    clock.advance(1.0)
    await judge.authenticate(token)
    assert judge.looked == 2


async def test_a_remembered_token_ends_when_it_ends(issuer: DevIssuer) -> None:
    clock = clock_now()
    judge, _ = verifier(issuer, clock)
    token = issuer.token("t_demo", ttl=0.5)
    await judge.authenticate(token)
    clock.advance(61.6)
    with pytest.raises(Unauthenticated, match="expired"):
        await judge.authenticate(token)


async def test_a_key_that_is_withdrawn_takes_its_tokens_with_it(
    issuer: DevIssuer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    judge, source = verifier(issuer, clock_now())
    token = issuer.token("t_demo")
    await judge.authenticate(token)
    source.keys = keys_of(tokens(tmp_path_factory.mktemp("other")))
    with pytest.raises(Unauthenticated, match="not known"):
        await judge.authenticate(token)


async def test_what_was_refused_is_not_remembered(issuer: DevIssuer) -> None:
    judge, _ = verifier(issuer, clock_now())
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await judge.authenticate("nonsense")
    assert judge.looked == 2


def test_so_many_are_remembered_and_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    kept, keys = Remembered(FakeClock()), object()
    for name in ("a", "b", "c"):
        kept.keep(name, keys, Principal(name, name, Role.OWNER))
    assert [kept.find(name, keys) is not None for name in ("a", "b", "c")] == [False, True, True]


@pytest.mark.parametrize(
    ("opened_after", "asked_after", "good"),
    [(0, 59, True), (0, 60, False), (61, 62, True), (61, 119, True), (61, 120, False)],
)
def test_what_stays_open_ends_with_the_token_or_with_the_leeway_it_was_opened_in(
    issuer: DevIssuer, opened_after: float, asked_after: float, good: bool
) -> None:
    clock = FakeClock()
    judge, _ = verifier(issuer, clock)
    began = clock.now()
    who = Principal("t_demo", "x", Role.OWNER, expires_at=(began + timedelta(seconds=60)).timestamp())
    clock.advance(asked_after)
    assert judge.holds(who, began.timestamp() + opened_after) is good
