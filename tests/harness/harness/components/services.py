"""Our own services as child processes, and the settings that each of them gets."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.components.component import Component, answers
from harness.components.door import door_settings
from harness.components.switch import SwitchRun
from harness.process import Process
from switchlink.freeswitch import Address
from switchlink.kamailio_run import KamailioRun
from switchlink.testing.free_ports import free_port

EDGE_ID = "edge1"
ROUTERS_EACH = 2
SIP_ZONE = "sip.keepline.test"
# everything here lives on loopback, also the edge and the switch: 127.0.0.1 is both theirs and allowed
LOOPBACK = json.dumps(["127.0.0.0/8", "127.0.0.1/32", "::1/128"])


@dataclass(frozen=True, slots=True)
class Around:
    """What the services find around them."""

    folder: Path
    mongo_uri: str
    database: str
    kafka: str
    jwks_file: Path
    key_secrets_file: Path
    node_token_file: Path
    edge: KamailioRun
    switches: Sequence[SwitchRun]
    log_level: str = "info"
    # where the issuer runs as a process of its own; empty: its keys are in the file alone
    issuer_url: str = ""
    # of the door, where it is free; 0: any
    door_port: int = 0
    # seconds between two probes of an endpoint
    probes_every: int = 1

    @property
    def edges(self) -> str:
        return json.dumps([{"id": EDGE_ID, "host": self.edge.inner_host}])

    @property
    def public_sip(self) -> str:
        """Where providers of this world reach the edge."""
        where = {"host": self.edge.public_host, "port": self.edge.ports.public}
        return json.dumps([{**where, "transport": transport} for transport in ("udp", "tcp")])

    @property
    def public_media(self) -> str:
        found = {}
        for one in self.switches:
            first, last = one.rtp_ports
            at = {"host": one.sip.host, "first_port": first, "last_port": last}
            found[tuple(at.values())] = at
        return json.dumps(list(found.values()))

    @property
    def destinations(self) -> str:
        """A spare one takes no call until somebody orders it."""
        found = [
            {
                "id": one.id,
                "host": one.sip.host,
                "port": one.sip.port,
                "state": "draining" if one.spare else "active",
            }
            for one in self.switches
        ]
        return json.dumps(found)


@dataclass(frozen=True, slots=True)
class ServiceRun:
    """One service: where it is reached. grpc is empty where it has none."""

    name: str
    module: str
    http: str
    grpc: str
    settings: Mapping[str, str]
    # killed and started again when it hangs
    supervised: bool = False
    # beside a switch that is not started with the world
    spare: bool = False

    @property
    def url(self) -> str:
        return f"http://{self.http}"


def routers_of(switch: int) -> tuple[str, ...]:
    """Beside the switch of that number (1, 2, ...), in the order in which it asks them."""
    before = (switch - 1) * ROUTERS_EACH
    return tuple(f"call-router-{before + place}" for place in range(1, ROUTERS_EACH + 1))


ROUTERS = routers_of(1)


def service_runs(around: Around) -> dict[str, ServiceRun]:
    """The services in the order of their start."""
    phones, plans = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    sip_config = _with_database(
        around,
        "sip-config",
        "sip_config",
        {
            "PHONE_SOURCES_TARGET": phones,
            "CALL_CONTROL_TARGET": plans,
            "SIP_ZONE": SIP_ZONE,
            "SWITCHES": around.destinations,
            "EDGES": around.edges,
            "ADDRESSES__ALLOW": LOOPBACK,
            "PUBLIC__SIP": around.public_sip,
            "PUBLIC__MEDIA": around.public_media,
        },
    )
    control = {
        "INSTANCE_ID": "1",
        "GRPC__LISTEN": plans,
        "ADDRESSES__ALLOW": LOOPBACK,
        "ADDRESSES__OWN": json.dumps([SIP_ZONE]),
    }
    served = [
        sip_config,
        _with_database(
            around,
            "phone-sources",
            "phone_sources",
            {"SIP_CONFIG_TARGET": sip_config.grpc, "GRPC__LISTEN": phones},
        ),
        _with_database(around, "call-control", "call_router.control", control),
        _with_database(around, "health-monitor", "health_monitor", {}),
    ]
    runs = [
        *served,
        _edge_agent(around, sip_config.grpc),
        *(run for switch in around.switches for run in _routers(around, switch)),
        _door(around, served),
    ]
    return {run.name: run for run in runs}


def _door(around: Around, served: Sequence[ServiceRun]) -> ServiceRun:
    port = around.door_port
    http, grpc = f"127.0.0.1:{free_port(wanted=port)}", f"127.0.0.1:{free_port(wanted=port and port + 1)}"
    reached = {run.name: (run.http, run.grpc) for run in served}
    settings = door_settings(around.folder / "door", http, grpc, reached, issuer=around.issuer_url)
    return ServiceRun("door", "door", http, grpc, settings)


def create(run: ServiceRun, folder: Path) -> Component:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", run.module]
    if run.supervised:
        command = [
            sys.executable,
            "-m",
            "servicekit.supervise",
            "--alive",
            f"{run.url}/healthz",
            "--",
            *command,
        ]
    process = Process(
        run.name,
        command,
        folder / f"{run.name}.log",
        env=run.settings,
        grace=15,
    )
    return Component(run.name, process, answers(run.url), says=run.url)


def _edge_agent(around: Around, target: str) -> ServiceRun:
    edge = around.edge
    own = {
        "NODE_ID": EDGE_ID,
        "SIP_CONFIG_TARGET": target,
        "TOKEN_FILE": str(around.node_token_file),
        "KAMAILIO__RUN_DIR": str(edge.run_dir),
        "KAMAILIO__RPC_SOCKET": str(edge.rpc_socket),
        "KAMAILIO__RPC_URL": edge.rpc_url,
        "KAMAILIO__EVENTS": edge.events,
        "PROBES__INTERVAL_SECONDS": str(around.probes_every),
        "ADDRESSES__ALLOW": LOOPBACK,
    }
    http = f"127.0.0.1:{free_port()}"
    settings = _settings(around, "edge-agent", {**own, "HTTP__LISTEN": http})
    return ServiceRun("edge-agent", "edge_agent", http, "", settings)


def _routers(around: Around, switch: SwitchRun) -> list[ServiceRun]:
    places = zip(routers_of(switch.number), switch.routers, strict=True)
    return [_router(around, switch, name, listen) for name, listen in places]


def _router(around: Around, switch: SwitchRun, name: str, listen: Address) -> ServiceRun:
    own = {
        "ROUTER_ID": name,
        "HANDOVER__LISTEN": str(listen),
        "SWITCH__ID": switch.id,
        "SWITCH__HOST": switch.esl.host,
        "SWITCH__PORT": str(switch.esl.port),
        "SWITCH__PASSWORD_FILE": str(switch.password_file),
        "SWITCH__WATCH_DIR": str(switch.watch_dir),
    }
    return replace(_service(around, name, "call_router", own), supervised=True, spare=switch.spare)


def _with_database(around: Around, name: str, module: str, own: Mapping[str, str]) -> ServiceRun:
    database = {"MONGO__URI": around.mongo_uri, "MONGO__DATABASE": around.database}
    return _service(around, name, module, {**database, **own})


def _service(around: Around, name: str, module: str, own: Mapping[str, str]) -> ServiceRun:
    http, grpc = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    shared = {
        "HTTP__LISTEN": http,
        "GRPC__LISTEN": grpc,
        "AUTH__JWKS_FILE": str(around.jwks_file),
        "AUTH__API_KEY_SECRETS_FILE": str(around.key_secrets_file),
    }
    if around.issuer_url:
        kept = str(around.folder / name / "jwks.json")
        shared |= {"AUTH__ISSUER": around.issuer_url, "AUTH__DISCOVER": "true", "AUTH__JWKS_FILE": kept}
    grpc = own.get("GRPC__LISTEN", grpc)
    return ServiceRun(name, module, http, grpc, _settings(around, name, {**shared, **own}))


def _settings(around: Around, name: str, own: Mapping[str, str]) -> dict[str, str]:
    data = around.folder / name
    data.mkdir(parents=True, exist_ok=True)
    values = {
        "KAFKA__BOOTSTRAP": around.kafka,
        "DATA_DIR": str(data),
        "LOG__LEVEL": around.log_level,
        "DRAIN_SECONDS": "5",
        **own,
    }
    return {f"KEEPLINE_{key}": value for key, value in values.items()}
