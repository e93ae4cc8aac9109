"""Settings are told by the names that the operator typed, all of them at once."""

from pathlib import Path

import pytest

from servicekit.settings import ServiceSettings, host_port, load

GOOD = {
    "KEEPLINE_DATA_DIR": "/tmp/keepline-test",
    "KEEPLINE_MONGO__URI": "mongodb://127.0.0.1:27017",
    "KEEPLINE_KAFKA__BOOTSTRAP": "127.0.0.1:9092",
    "KEEPLINE_AUTH__JWKS_FILE": "/tmp/jwks.json",
}


class Switches(ServiceSettings):
    switches: tuple[int, ...] = ()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_good_environment_is_read_with_its_defaults(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("KEEPLINE_LOG__LEVEL", "INFO")
    environment.setenv("KEEPLINE_TELEMETRY__OTLP_ENDPOINT", "")
    settings = load(ServiceSettings)
    assert settings.data_dir == Path("/tmp/keepline-test")
    assert (settings.mongo.database, settings.auth.audience) == ("keepline", "keepline")
    assert (settings.http.listen, settings.log.level) == ("127.0.0.1:0", "info")
    assert settings.telemetry.otlp_endpoint is None


WRONG = [
    ("KEEPLINE_HTTP__LISTEN", "8080", "host:port"),
    ("KEEPLINE_GRPC__LISTEN", "127.0.0.1:70000", "host:port"),
    ("KEEPLINE_MONGO__URI", "http://127.0.0.1", "mongodb"),
    ("KEEPLINE_MONGO__DATABASE", "a b", "pattern"),
    ("KEEPLINE_KAFKA__BOOTSTRAP", "127.0.0.1:9092,other", "host:port"),
    ("KEEPLINE_LOG__LEVEL", "loud", "debug"),
    ("KEEPLINE_DRAIN_SECONDS", "soon", "number"),
    ("KEEPLINE_TELEMETRY__OTLP_ENDPOINT", "collector", "host:port"),
    ("KEEPLINE_SWITCHES", "[1,", "JSON"),
]


@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_a_wrong_setting_is_named_and_ends_with_2(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, said: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        load(Switches)
    assert ended.value.code == 2
    line = capsys.readouterr().err
    assert line.startswith(f"{name}: ")
    assert said in line


def test_everything_missing_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit):
        load(ServiceSettings)
    told = [line.split(":")[0] for line in capsys.readouterr().err.splitlines()]
    assert sorted(told) == sorted(GOOD)


@pytest.mark.parametrize(
    ("address", "parts"),
    [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:0", ("::1", 0)), ("a.b:1", ("a.b", 1))],
)
def test_addresses_are_split(address: str, parts: tuple[str, int]) -> None:
    assert host_port(address) == parts


@pytest.mark.parametrize("address", ["", ":80", "a", "a:", "a:-1", "a:x", "a:٣", "a:65536"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        host_port(address)
