"""Only our own, current, well-formed tokens tell who is asking."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import OctKey, OKPKey, RSAKey

from servicekit.auth import (
    Principal,
    Role,
    TokenVerifier,
)
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.auth.tokens import bearer
from servicekit.errors import Unauthenticated
from servicekit.settings import AuthSettings, WrongSetting
from servicekit.testing import tokens, verifier_of


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevIssuer:
    return tokens(tmp_path_factory.mktemp("auth"))


@pytest.fixture(scope="module")
def verifier(issuer: DevIssuer) -> TokenVerifier:
    return verifier_of(issuer)


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {
        "iss": "https://keepline.dev",
        "aud": "keepline",
        "sub": "dev",
        "tenant_id": "t_demo",
        "role": "owner",
        "iat": now,
        "nbf": now,
        "exp": now + 60,
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


def signed(issuer: DevIssuer, content: dict[str, Any]) -> str:
    return jwt.encode({"alg": "Ed25519", "kid": issuer.key.kid}, content, issuer.key, algorithms=["Ed25519"])


def test_a_good_token_tells_tenant_subject_and_role(issuer: DevIssuer, verifier: TokenVerifier) -> None:
    assert verifier.verify(issuer.token("t_demo", "viewer", "ann")) == Principal("t_demo", "ann", Role.VIEWER)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_the_older_name_of_the_algorithm_is_the_same_algorithm(
    issuer: DevIssuer, verifier: TokenVerifier
) -> None:
    token = jwt.encode({"alg": "EdDSA", "kid": issuer.key.kid}, claims(), issuer.key, algorithms=["EdDSA"])
    assert verifier.verify(token).tenant_id == "t_demo"


now = int(time.time())
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("expired", {"exp": now - 61}, "token_expired"),
    ("no exp", {"exp": None}, "token_invalid"),
    ("no iat", {"iat": None}, "token_invalid"),
    ("exp is text", {"exp": "tomorrow"}, "token_invalid"),
    ("exp is true", {"exp": True}, "token_invalid"),
    ("exp is infinite", {"exp": float("inf")}, "token_invalid"),
    ("from the future", {"iat": now + 3000}, "token_invalid"),
    ("not yet", {"nbf": now + 3000}, "token_invalid"),
    ("another audience", {"aud": "other"}, "token_invalid"),
    ("no audience", {"aud": None}, "token_invalid"),
    ("another issuer", {"iss": "https://evil.example"}, "token_invalid"),
    ("no tenant", {"tenant_id": None}, "token_invalid"),
    ("a tenant with a slash", {"tenant_id": "a/b"}, "token_invalid"),
    ("a tenant that is a list", {"tenant_id": ["t_demo"]}, "token_invalid"),
    ("no subject", {"sub": None}, "token_invalid"),
    ("a subject with a line feed", {"sub": "a\nb"}, "token_invalid"),
    ("no role", {"role": None}, "token_invalid"),
    ("an unknown role", {"role": "root"}, "token_invalid"),
]


@pytest.mark.parametrize(("name", "changed", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_wrong_claim_refuses_the_token(
    issuer: DevIssuer, verifier: TokenVerifier, name: str, changed: dict[str, Any], code: str
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        verifier.verify(signed(issuer, claims(**changed)))
    assert refused.value.code == code


def test_an_issuer_need_not_say_from_when_a_token_is_good(issuer: DevIssuer, verifier: TokenVerifier) -> None:
    assert verifier.verify(signed(issuer, claims(nbf=None))).tenant_id == "t_demo"


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
def test_access_tokens_of_issuers_are_known_by_either_type(
    issuer: DevIssuer, verifier: TokenVerifier, kind: str
) -> None:
    header = {"alg": "Ed25519", "kid": issuer.key.kid, "typ": kind}
    assert verifier.verify(jwt.encode(header, claims(), issuer.key, algorithms=["Ed25519"]))


def test_a_minute_of_leeway_is_given(issuer: DevIssuer, verifier: TokenVerifier) -> None:
    assert verifier.verify(signed(issuer, claims(exp=int(time.time()) - 30, aud=["a", "keepline"])))


def _unsigned(_: DevIssuer) -> str:
    return jwt.encode({"alg": "none"}, claims(), OctKey.generate_key(), algorithms=["none"])


def _by_shared_secret(issuer: DevIssuer) -> str:
    # the public key as an HMAC secret: the classic confusion of algorithms
    public = json.dumps(issuer.key.as_dict(private=False)).encode()
    return jwt.encode({"alg": "HS256", "kid": issuer.key.kid}, claims(), OctKey.import_key(public), ["HS256"])


def _by_a_strange_key(issuer: DevIssuer) -> str:
    key = OKPKey.generate_key("Ed25519")
    return jwt.encode({"alg": "Ed25519", "kid": issuer.key.kid}, claims(), key, algorithms=["Ed25519"])


def _by_a_key_of_its_own(_: DevIssuer) -> str:
    key = OKPKey.generate_key("Ed25519")
    header = {"alg": "Ed25519", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims(), key, algorithms=["Ed25519"])


def _by_rsa(_: DevIssuer) -> str:
    return jwt.encode({"alg": "RS256"}, claims(), RSAKey.generate_key(2048), algorithms=["RS256"])


def _cut(issuer: DevIssuer) -> str:
    return issuer.token("t_demo")[:-5]


def _changed(issuer: DevIssuer) -> str:
    header, _, signature = issuer.token("t_demo").split(".")
    _, payload, _ = signed(issuer, claims(tenant_id="t_other")).split(".")
    return f"{header}.{payload}.{signature}"


def _huge(issuer: DevIssuer) -> str:
    return signed(issuer, claims(padding="x" * 5000))


def _of_another_type(issuer: DevIssuer) -> str:
    header = {"alg": "Ed25519", "kid": issuer.key.kid, "typ": "logout+jwt"}
    return jwt.encode(header, claims(), issuer.key, algorithms=["Ed25519"])


def _by_an_algorithm_of_another_key(issuer: DevIssuer) -> str:
    key = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": issuer.key.kid}, claims(), key, algorithms=["RS256"])


def _with_a_header_nested_deeply(_: DevIssuer) -> str:
    header = base64.urlsafe_b64encode(b"[" * 2000).rstrip(b"=").decode()
    return f"{header}.e30.AA"


def _with_claims_nested_deeply(issuer: DevIssuer) -> str:
    header = {"alg": "Ed25519", "kid": issuer.key.kid}
    return jws.serialize_compact(header, b"[" * 2500, issuer.key, algorithms=["Ed25519"])


FORGED = [
    _of_another_type,
    _by_an_algorithm_of_another_key,
    _with_a_header_nested_deeply,
    _with_claims_nested_deeply,
    _unsigned,
    _by_shared_secret,
    _by_a_strange_key,
    _by_a_key_of_its_own,
    _by_rsa,
    _cut,
    _changed,
    _huge,
]


@pytest.mark.filterwarnings("ignore:JWS algorithm")
@pytest.mark.parametrize("forge", FORGED)
def test_a_forged_token_is_refused(
    issuer: DevIssuer, verifier: TokenVerifier, forge: Callable[[DevIssuer], str]
) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(forge(issuer))


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é.é.é", "eyJ", "null", "\x00" * 10, "=.=.="])
def test_rubbish_is_refused(verifier: TokenVerifier, token: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier.verify(token)


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer  ", "bearer"])
def test_only_bearer_headers_hold_a_token(header: str) -> None:
    with pytest.raises(Unauthenticated):
        bearer(header)
    assert bearer("bearer abc") == "abc"


def test_a_token_ends_when_its_claim_says(issuer: DevIssuer, verifier: TokenVerifier) -> None:
    assert verifier.verify(signed(issuer, claims(exp=now + 3600))).expires_at == now + 3600


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "[]",
        "{}",
        '{"keys": 1}',
        '{"keys": [1]}',
        '{"keys": []}',
        '{"keys": [{"kty": "oct"}]}',
        "\xff",
    ],
)
def test_a_bad_key_file_is_a_wrong_setting(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "jwks.json"
    if content is not None:
        path.write_text(content, encoding="latin-1")
    with pytest.raises(WrongSetting) as wrong:
        TokenVerifier.from_settings(AuthSettings(jwks_file=path))
    assert wrong.value.name == "KEEPLINE_AUTH__JWKS_FILE"


def test_the_token_can_be_shown_on_and_is_in_no_text(issuer: DevIssuer, verifier: TokenVerifier) -> None:
    token = issuer.token("t_demo")
    who = verifier.verify(token)
    assert who.token == token
    assert token not in repr(who)
