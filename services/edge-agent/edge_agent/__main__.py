"""Wires the edge agent: files first, then the edge, then sip-config; each of them may be away.

Ready: its edge answers and a configuration is in force.
"""

from functools import partial

from joserfc.jwk import OKPKey

from edge_agent.adapters.control import SipConfig
from edge_agent.adapters.edge_files import EdgeFiles
from edge_agent.adapters.edge_reports import EdgeReports
from edge_agent.adapters.kamailio import LOADING, KamailioEdge
from edge_agent.adapters.rejection_events import RejectionEvents
from edge_agent.app.acknowledging import Acknowledgements
from edge_agent.app.bringing import Bringing
from edge_agent.app.destinations import Destinations
from edge_agent.app.following import Following
from edge_agent.app.keeper import Keeper
from edge_agent.app.reporting import Reporting
from edge_agent.app.watching_over import WatchingOver
from edge_agent.domain.dispatcher import Sockets
from edge_agent.settings import Settings
from servicekit.auth import TokenVerifier
from servicekit.grpc import channel
from servicekit.http import create_app
from servicekit.kafka import Producer
from servicekit.lifecycle import Service, run
from servicekit.settings import host_port
from servicekit.spool import Spool, SpooledProducer
from switchlink.kamailio_rpc import KamailioHttp, KamailioSocket


async def build(service: Service[Settings]) -> None:
    await _keep_configuration(service)
    _tell_rejections(service)
    # health is all that is served here, and it is open: nobody has the key that a token would need
    key = OKPKey.generate_key("Ed25519", auto_kid=True).as_dict(private=False)
    nobody = TokenVerifier({"keys": [key]}, issuer="", audience="")
    await service.serve_http(create_app("edge-agent", "Edge agent", nobody, service.readiness))


async def _keep_configuration(service: Service[Settings]) -> None:
    settings, kamailio = service.settings, service.settings.kamailio
    settings.token()
    commands = KamailioSocket(kamailio.rpc_socket, timeout=LOADING)
    dumps = KamailioHttp(kamailio.rpc_url)
    service.stack.callback(commands.close)
    service.stack.push_async_callback(dumps.aclose)
    edge, files = KamailioEdge(commands, dumps), EdgeFiles(kamailio.run_dir)
    service.stack.push_async_callback(files.close)
    destinations = Destinations(edge, files, Sockets(ipv6=kamailio.ipv6, tls=kamailio.tls))
    bringing = Bringing(edge, files, destinations)
    keeper = Keeper(bringing, files, accept_empty=settings.accept_empty)
    to_sip_config = channel(settings.sip_config_target, settings.token)
    service.stack.push_async_callback(partial(to_sip_config.close, None))
    control = SipConfig(to_sip_config, settings.node_id)
    acknowledgements = Acknowledgements(control)
    following = Following(control, keeper, acknowledgements)
    watching_over = WatchingOver(keeper, acknowledgements)
    await keeper.restore()
    service.readiness.add("edge", lambda: watching_over.trouble)
    service.readiness.add("snapshot", lambda: "" if keeper.serving else "no configuration is in force yet")
    service.readiness.add_degraded("sip-config", lambda: following.trouble)
    service.spawn(destinations.run(), name="destinations")
    service.keep(acknowledgements.run, name="acknowledgements")
    service.spawn(watching_over.run(), name="watching over the edge")
    service.spawn(following.run(), name="following sip-config")


def _tell_rejections(service: Service[Settings]) -> None:
    settings = service.settings
    producer = Producer(settings.kafka.bootstrap, f"edge-agent-{settings.node_id}")
    service.stack.push_async_callback(producer.stop)
    events = SpooledProducer(Spool(settings.data_dir / "spool", settings.spool_bytes), producer)
    reporting = Reporting(RejectionEvents(events, settings.node_id, service.clock), service.clock)
    host, port = host_port(settings.kamailio.events)
    reports = EdgeReports(host, port, settings.rejections_per_second, reporting.take)
    service.keep(events.run, name="rejection spool")
    service.readiness.add_degraded("rejections", events.problem)
    service.keep(reports.run, name="edge reports")
    service.on_drain("rejections", events.waiting)


def main() -> None:
    run("edge-agent", Settings, build)


if __name__ == "__main__":
    main()
