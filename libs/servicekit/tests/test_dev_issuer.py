"""The issuer of development keeps its key, and its command prints tokens."""

import json
import stat
import sys
from pathlib import Path

import pytest

from servicekit.auth import (
    Principal,
    Role,
    TokenVerifier,
    dev_issuer,
)
from servicekit.auth.dev_issuer import DevIssuer
from servicekit.settings import AuthSettings


def test_the_private_key_is_for_its_owner_only_and_is_kept(tmp_path: Path) -> None:
    first = DevIssuer.create(tmp_path)
    private = tmp_path / "dev-signing-key.json"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert "d" not in json.loads(first.jwks_file.read_text())["keys"][0]
    assert DevIssuer.create(tmp_path).key.kid == first.key.kid


def test_a_folder_keeps_the_name_of_its_issuer(tmp_path: Path) -> None:
    assert DevIssuer.create(tmp_path).issuer == dev_issuer.DEFAULT_ISSUER
    DevIssuer.create(tmp_path, "http://127.0.0.1:8400")
    assert DevIssuer.open(tmp_path).issuer == "http://127.0.0.1:8400"


def test_the_command_prints_a_token_that_is_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    DevIssuer.create(tmp_path)
    asked = ["dev_issuer", "--folder", str(tmp_path), "token", "--tenant", "t_demo", "--role", "admin"]
    monkeypatch.setattr(sys, "argv", asked)
    dev_issuer.main()
    printed = capsys.readouterr().out
    verifier = TokenVerifier.from_settings(AuthSettings(jwks_file=tmp_path / "jwks.json"))
    assert verifier.verify(printed.strip()) == Principal("t_demo", "dev", Role.ADMIN)


def test_a_folder_without_a_key_gives_no_token_and_gets_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong"
    monkeypatch.setattr(sys, "argv", ["dev_issuer", "--folder", str(wrong), "token", "--tenant", "t_demo"])
    with pytest.raises(SystemExit):
        dev_issuer.main()
    assert not wrong.exists()
    assert "holds no issuer's key" in capsys.readouterr().err
