"""Settings are told by the names that the operator typed, all of them at once."""

from pathlib import Path

import pytest

from servicekit.settings import ServiceSettings, SettingsGroup, host_port, load
from servicekit.settings.environment import unknown
from servicekit.settings.listing import help_text

GOOD = {
    "KEEPLINE_DATA_DIR": "/tmp/keepline-test",
    "KEEPLINE_MONGO__URI": "mongodb://127.0.0.1:27017",
    "KEEPLINE_KAFKA__BOOTSTRAP": "127.0.0.1:9092",
    "KEEPLINE_AUTH__JWKS_FILE": "/tmp/jwks.json",
}


class Node(SettingsGroup):
    port: int


class Switches(ServiceSettings):
    switches: tuple[int, ...] = ()
    """Numbers of switches."""
    nodes: tuple[Node, ...] = ()


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
    ("KEEPLINE_NODES", '[{"port": 1}, {"port": "x"}]', "1.port: "),
    ("KEEPLINE_MONGO", "{", "JSON"),
    ("KEEPLINE_MONGO__URL", "mongodb://127.0.0.1", "did you mean KEEPLINE_MONGO__URI?"),
    ("KEEPLINE_DRAIN_SECOND", "3", "did you mean KEEPLINE_DRAIN_SECONDS?"),
    ("KEEPLINE_SWITCH_PORT", "8021", "did you mean KEEPLINE_SWITCH__PORT?"),
    ("KEEPLINE_ALLOW_PRIVATE_SOURCES", "true", "is no setting of any component"),
    ("keepline_nonsense", "", "is no setting of any component"),
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


def test_unknown_names_wrong_values_and_broken_json_are_told_together(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {
        "KEEPLINE_NODES": "[",
        "KEEPLINE_SWITCHES": "}",
        "KEEPLINE_LOG__LEVEL": "x",
        "KEEPLINE_X": "secret",
    }
    for name, value in wrong.items():
        environment.setenv(name, value)
    environment.delenv("KEEPLINE_DATA_DIR")
    with pytest.raises(SystemExit):
        load(Switches)
    told = capsys.readouterr().err
    assert sorted(line.split(":")[0] for line in told.splitlines()) == sorted([*wrong, "KEEPLINE_DATA_DIR"])
    assert "secret" not in told


SOMEBODY_ELSES = {
    "KEEPLINE_SIP_ZONE": "sip.example.com",  # of sip-config
    "KEEPLINE_KAMAILIO__RUN_DIR": "/run/edge",  # of the edge agent
    "KEEPLINE_FREESWITCH_SIP_PORT": "5080",
    "KEEPLINE_SERVICE_HOST": "10.0.0.1",
    "KEEPLINE_SIP_CONFIG_SERVICE_HOST": "10.0.0.1",
    "KEEPLINE_SIP_CONFIG_SERVICE_PORT": "80",
    "KEEPLINE_SIP_CONFIG_SERVICE_PORT_GRPC": "8090",
    "KEEPLINE_PORT": "tcp://10.0.0.1:80",
    "KEEPLINE_EDGE_PORT": "udp://10.0.0.1:5060",
    "KEEPLINE_EDGE_PORT_5060_UDP": "udp://10.0.0.1:5060",
    "KEEPLINE_EDGE_PORT_5060_UDP_PROTO": "udp",
    "KEEPLINE_EDGE_PORT_5060_UDP_ADDR": "10.0.0.1",
    "KEEPLINEX": "1",
}


def test_other_components_settings_and_what_kubernetes_adds_are_passed_over(
    environment: pytest.MonkeyPatch,
) -> None:
    for name, value in SOMEBODY_ELSES.items():
        environment.setenv(name, value)
    assert load(ServiceSettings).mongo.database == "keepline"


def test_a_group_may_have_members_that_only_another_component_knows(environment: pytest.MonkeyPatch) -> None:
    class Short(SettingsGroup):
        id: str

    class Beside(ServiceSettings):
        switch: Short

    environment.setenv("KEEPLINE_SWITCH__ID", "sw1")
    environment.setenv("KEEPLINE_SWITCH__PORT", "8021")  # of call-router
    assert load(Beside).switch.id == "sw1"


@pytest.mark.parametrize("name", ["KEEPLINE_SIP_PORT", "KEEPLINE_X_PORT_5060_UDPX", "KEEPLINE_SERVICE_HOSTS"])
def test_what_only_looks_like_kubernetes_is_unknown(name: str) -> None:
    assert list(unknown(ServiceSettings, {name: "5060"})) == [name]


def test_help_tells_each_setting_with_its_default_and_its_meaning() -> None:
    text = help_text("switches", Switches)
    assert "KEEPLINE_DATA_DIR  (path; required)" in text
    assert "KEEPLINE_DRAIN_SECONDS  (number, from 0 to 3600; default: 30)" in text
    assert "KEEPLINE_SWITCHES  (JSON list of whole number; default: [])\n      Numbers of switches." in text


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
