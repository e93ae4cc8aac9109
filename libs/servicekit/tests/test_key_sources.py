"""The issuer's keys: which kinds, and that new ones are found while old ones stay in force."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from servicekit.auth import TokenVerifier
from servicekit.auth.discovered_keys import DiscoveredKeys
from servicekit.auth.key_sources import FileKeys
from servicekit.auth.keys import PublicKeys
from servicekit.auth.keys_at_url import UrlKeys
from servicekit.auth.tokens import ClaimNames
from servicekit.errors import Unauthenticated
from servicekit.settings import AuthSettings, WrongSetting
from servicekit.testing import FakeClock, until

ISSUER, AUDIENCE = "https://login.example", "keepline"


def public(*keys: Key, **members: str) -> dict[str, Any]:
    return {"keys": [{**key.as_dict(private=False), **members} for key in keys]}


def token(key: Key, algorithm: str, claims: dict[str, Any] | None = None, **header: Any) -> str:
    now = int(time.time())
    told = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "tenant_id": "t_a", "role": "owner"}
    told |= {"iat": now, "exp": now + 60, **(claims or {})}  # type: ignore[dict-item]
    return jwt.encode({"alg": algorithm, "kid": key.kid, **header}, told, key, algorithms=[algorithm])


def ed25519() -> OKPKey:
    return OKPKey.generate_key("Ed25519", auto_kid=True)


ISSUERS: list[tuple[str, Callable[[], Key], str]] = [
    ("RS256", lambda: RSAKey.generate_key(2048, auto_kid=True), "RS256"),
    ("ES256", lambda: ECKey.generate_key("P-256", auto_kid=True), "ES256"),
    ("Ed25519", ed25519, "Ed25519"),
    ("Ed25519 whose key says EdDSA", ed25519, "EdDSA"),
]


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(("name", "make", "algorithm"), ISSUERS, ids=[row[0] for row in ISSUERS])
def test_tokens_of_usual_issuers_are_good(name: str, make: Callable[[], Key], algorithm: str) -> None:
    key = make()
    for jwks in (public(key), public(key, use="sig", alg=algorithm)):
        verifier = TokenVerifier(jwks, ISSUER, AUDIENCE)
        assert verifier.verify(token(key, algorithm)).tenant_id == "t_a"


UNUSABLE: list[tuple[str, Callable[[], dict[str, Any]]]] = [
    ("a key for encryption", lambda: public(ed25519(), use="enc")),
    ("a key for an algorithm that is not accepted", lambda: public(RSAKey.generate_key(2048), alg="PS256")),
    ("a short RSA key", lambda: public(RSAKey.generate_key(1024))),
    ("another curve", lambda: public(ECKey.generate_key("P-384"))),
    ("a private key", lambda: {"keys": [ed25519().as_dict(private=True)]}),
    ("a shared secret", lambda: {"keys": [OctKey.generate_key().as_dict(private=True)]}),
    ("half a key", lambda: {"keys": [{"kty": "OKP", "crv": "Ed25519"}]}),
    ("more keys than an issuer has", lambda: {"keys": [{}] * 65}),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "jwks"), UNUSABLE, ids=[row[0] for row in UNUSABLE])
def test_a_set_without_a_usable_key_is_refused(name: str, jwks: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match=r"JWKS|private or secret"):
        PublicKeys.read(jwks())


def test_a_key_of_an_unknown_kind_is_passed_over() -> None:
    key = ed25519()
    jwks = {"keys": [{"kty": "AKP", "kid": "pq"}, *public(key)["keys"]]}
    assert TokenVerifier(jwks, ISSUER, AUDIENCE).verify(token(key, "Ed25519"))


def test_a_key_says_which_algorithm_it_is_for() -> None:
    key = RSAKey.generate_key(2048, auto_kid=True)
    with pytest.raises(Unauthenticated):
        TokenVerifier(public(key, alg="ES256"), ISSUER, AUDIENCE).verify(token(key, "RS256"))


async def test_a_new_key_in_the_file_is_found_and_a_withdrawn_one_is_forgotten(tmp_path: Path) -> None:
    old, new, path, clock = ed25519(), ed25519(), tmp_path / "jwks.json", FakeClock()
    path.write_text(json.dumps(public(old)))
    verifier = TokenVerifier(FileKeys(path, clock), ISSUER, AUDIENCE)
    assert await verifier.authenticate(token(old, "Ed25519"))
    with pytest.raises(Unauthenticated):
        await verifier.authenticate(token(new, "Ed25519"))
    path.write_text(json.dumps({"keys": [*public(new)["keys"], *public(ed25519())["keys"]]}))
    assert await verifier.authenticate(token(new, "Ed25519"))
    with pytest.raises(Unauthenticated):
        await verifier.authenticate(token(old, "Ed25519"))


async def test_a_withdrawn_key_is_forgotten_without_any_unknown_one(tmp_path: Path) -> None:
    old, path, clock = ed25519(), tmp_path / "jwks.json", FakeClock()
    path.write_text(json.dumps(public(old)))
    verifier = TokenVerifier(FileKeys(path, clock), ISSUER, AUDIENCE)
    path.write_text(json.dumps({"keys": [*public(ed25519())["keys"], *public(ed25519())["keys"]]}))
    clock.advance(5)
    with pytest.raises(Unauthenticated):
        await verifier.authenticate(token(old, "Ed25519"))


async def test_a_broken_file_leaves_the_last_good_keys_and_is_told(tmp_path: Path) -> None:
    key, path, clock = ed25519(), tmp_path / "jwks.json", FakeClock()
    path.write_text(json.dumps(public(key)))
    verifier = TokenVerifier(FileKeys(path, clock), ISSUER, AUDIENCE)
    path.write_text("{")
    clock.advance(5)
    assert await verifier.authenticate(token(key, "Ed25519"))
    assert "is not a JWKS" in verifier.problem()
    path.write_text(json.dumps(public(key)))
    clock.advance(5)
    assert await verifier.authenticate(token(key, "Ed25519"))
    assert verifier.problem() == ""


class Issuer:
    """Publishes keys over HTTP; counts how often it was asked."""

    def __init__(self) -> None:
        self.jwks: Any = {"keys": []}
        self.status = 200
        self.asked = 0
        self.url = ""
        self.document: Any = None

    @property
    def address(self) -> str:
        return self.url.removesuffix("/jwks")

    async def about(self, _request: Request) -> Response:
        return Response(json.dumps(self.document), media_type="application/json")

    async def answer(self, _request: Request) -> Response:
        self.asked += 1
        return Response(json.dumps(self.jwks), self.status, media_type="application/json")


@asynccontextmanager
async def publishing() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    about = Route("/.well-known/openid-configuration", issuer.about)
    app = Starlette(routes=[Route("/jwks", issuer.answer), about])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    server.install_signal_handlers = lambda: None  # type: ignore[method-assign]
    task = asyncio.ensure_future(server.serve())
    await until(lambda: server.started)
    issuer.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/jwks"
    try:
        yield issuer
    finally:
        server.should_exit = True
        await task


async def test_an_unknown_key_is_fetched_at_once_and_strangers_cause_no_more_requests(tmp_path: Path) -> None:
    clock, old, new = FakeClock(), ed25519(), ed25519()
    async with publishing() as issuer:
        issuer.jwks = public(old)
        verifier = TokenVerifier(UrlKeys(issuer.url, tmp_path / "jwks.json", clock), ISSUER, AUDIENCE)
        assert await verifier.authenticate(token(old, "Ed25519"))
        clock.advance(11)
        issuer.jwks = public(old, new)
        assert await verifier.authenticate(token(new, "Ed25519"))
        assert issuer.asked == 2
        for _ in range(20):
            with pytest.raises(Unauthenticated):
                await verifier.authenticate(token(ed25519(), "Ed25519"))
        assert issuer.asked == 2


async def test_many_requests_at_once_share_one_fetch(tmp_path: Path) -> None:
    key, clock = ed25519(), FakeClock()
    async with publishing() as issuer:
        issuer.jwks = public(key)
        verifier = TokenVerifier(UrlKeys(issuer.url, tmp_path / "jwks.json", clock), ISSUER, AUDIENCE)
        shown = token(key, "Ed25519")
        answers = await asyncio.gather(*(verifier.authenticate(shown) for _ in range(20)))
        assert {answer.subject for answer in answers} == {"ann"}
        assert issuer.asked == 1


@pytest.mark.parametrize("failure", ["status", "content", "size"])
async def test_an_issuer_that_fails_leaves_the_last_good_keys_and_is_told(
    tmp_path: Path, failure: str
) -> None:
    key, clock = ed25519(), FakeClock()
    async with publishing() as issuer:
        issuer.jwks = public(key)
        verifier = TokenVerifier(UrlKeys(issuer.url, tmp_path / "jwks.json", clock), ISSUER, AUDIENCE)
        assert await verifier.authenticate(token(key, "Ed25519"))
        issuer.status = 500 if failure == "status" else 200
        issuer.jwks = {"content": [], "size": "x" * 300_000}.get(failure, issuer.jwks)
        clock.advance(301)
        assert await verifier.authenticate(token(key, "Ed25519"))
        assert "cannot be fetched" in verifier.problem()
        assert issuer.asked == 2


async def test_keys_that_were_fetched_once_serve_the_next_start_without_the_issuer(tmp_path: Path) -> None:
    key, clock, kept = ed25519(), FakeClock(), tmp_path / "jwks.json"
    async with publishing() as issuer:
        issuer.jwks = public(key)
        verifier = TokenVerifier(UrlKeys(issuer.url, kept, clock), ISSUER, AUDIENCE)
        assert await verifier.authenticate(token(key, "Ed25519"))
    again = TokenVerifier(UrlKeys(issuer.url, kept, clock), ISSUER, AUDIENCE)
    assert await again.authenticate(token(key, "Ed25519"))
    assert "cannot be fetched" in again.problem()


async def test_an_issuer_says_itself_where_its_keys_are(tmp_path: Path) -> None:
    key, clock = ed25519(), FakeClock()
    async with publishing() as issuer:
        issuer.jwks = public(key)
        issuer.document = {"issuer": issuer.address, "jwks_uri": issuer.url}
        source = DiscoveredKeys(issuer.address, tmp_path / "jwks.json", clock)
        assert await source.look_again()
        assert source.keys.find(key.kid, "Ed25519") is not None
    again = DiscoveredKeys(issuer.address, tmp_path / "jwks.json", clock)
    assert not await again.look_again()
    assert again.keys.find(key.kid, "Ed25519") is not None


DOCUMENTS: list[tuple[str, Any, str]] = [
    ("another issuer", {"issuer": "https://evil.example"}, "does not name the issuer"),
    ("no address", {"jwks_uri": None}, "names no jwks_uri"),
    ("an address in clear", {"jwks_uri": "http://login.example/keys"}, "names no jwks_uri"),
    ("a file", {"jwks_uri": "file:///etc/passwd"}, "names no jwks_uri"),
    ("a list", [], "does not name the issuer"),
]


@pytest.mark.parametrize(("name", "changed", "told"), DOCUMENTS, ids=[row[0] for row in DOCUMENTS])
async def test_a_wrong_document_of_the_issuer_leaves_the_keys_as_they_are(
    tmp_path: Path, name: str, changed: Any, told: str
) -> None:
    async with publishing() as issuer:
        issuer.jwks = public(ed25519())
        good = {"issuer": issuer.address, "jwks_uri": issuer.url}
        issuer.document = {**good, **changed} if isinstance(changed, dict) else changed
        source = DiscoveredKeys(issuer.address, tmp_path / "jwks.json", FakeClock())
        assert not await source.look_again()
        assert told in source.problem()
        assert issuer.asked == 0


def test_an_issuer_is_discovered_at_its_address_and_its_claims_have_names_of_their_own(
    tmp_path: Path,
) -> None:
    with pytest.raises(ValueError, match="discover needs an issuer at https"):
        AuthSettings(jwks_file=tmp_path, discover=True, issuer="keepline")
    key = ed25519()
    names = ClaimNames("https://acme.example/tenant", "keepline_role")
    claims = {"https://acme.example/tenant": "t_x", "keepline_role": "viewer"}
    shown = token(key, "Ed25519", claims=claims)
    who = TokenVerifier(public(key), ISSUER, AUDIENCE, claims=names).verify(shown)
    assert (who.tenant_id, who.role) == ("t_x", "viewer")


def test_only_https_or_loopback_is_asked_for_keys(tmp_path: Path) -> None:
    good = {"jwks_file": tmp_path / "jwks.json"}
    for url in ("https://login.example/keys", "http://127.0.0.1:8080/keys", "http://[::1]/keys"):
        assert AuthSettings(jwks_url=url, **good)
    for url in (
        "http://login.example/keys",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "file:///etc",
    ):
        with pytest.raises(ValueError, match="pattern"):
            AuthSettings(jwks_url=url, **good)


def test_an_address_needs_no_file_at_the_start_and_an_unreadable_one_is_named(tmp_path: Path) -> None:
    missing = AuthSettings(jwks_url="https://login.example/keys", jwks_file=tmp_path / "jwks.json")
    assert TokenVerifier.from_settings(missing).problem() == ""
    (tmp_path / "jwks.json").write_text("{")
    with pytest.raises(WrongSetting, match=r"KEEPLINE_AUTH__JWKS_FILE: .* is not a JWKS"):
        TokenVerifier.from_settings(missing)
