"""Wires the edge agent: its file first, then the edge, then sip-config; each of them may be away.

Ready: its edge answers and a configuration is in force.
"""

import random
from functools import partial

from joserfc.jwk import OKPKey

from edge_agent.adapters.disk.edge_file import EdgeFile
from edge_agent.adapters.grpc.sip_config import SipConfig
from edge_agent.adapters.kafka.probe_topic import ProbeRecords
from edge_agent.adapters.kafka.rejection_events import RejectionEvents
from edge_agent.adapters.kamailio.edge import LOADING, KamailioEdge
from edge_agent.adapters.kamailio.options_probe import ASK_SECONDS, KamailioOptions
from edge_agent.adapters.kamailio.reports import EdgeReports
from edge_agent.app.endpoints import Endpoints
from edge_agent.app.enforce import Enforce
from edge_agent.app.probe_reports import WaitingReports
from edge_agent.app.probe_share import ProbeShare
from edge_agent.app.probing import Probing
from edge_agent.app.reconcile import Reconcile
from edge_agent.app.refusals import Refusals
from edge_agent.app.reports import Reports
from edge_agent.app.stream import Stream
from edge_agent.app.switches import Switches
from edge_agent.app.watching_over import WatchingOver
from edge_agent.domain.updates import Word
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
    endpoints = await _keep_configuration(service)
    producer = Producer(service.settings.kafka, f"edge-agent-{service.settings.node_id}")
    service.stack.push_async_callback(producer.stop)
    _tell_rejections(service, producer)
    _probe(service, endpoints, producer)
    # health is all that is served here, and it is open: nobody has the key that a token would need
    key = OKPKey.generate_key("Ed25519", auto_kid=True).as_dict(private=False)
    nobody = TokenVerifier({"keys": [key]}, issuer="", audience="")
    await service.serve_http(create_app("edge-agent", "Edge agent", nobody, service.readiness))


async def _keep_configuration(service: Service[Settings]) -> Endpoints:
    settings, kamailio = service.settings, service.settings.kamailio
    settings.token()
    commands = KamailioSocket(kamailio.rpc_socket, timeout=LOADING)
    dumps = KamailioHttp(kamailio.rpc_url)
    service.stack.callback(commands.close)
    service.stack.push_async_callback(dumps.aclose)
    edge, file = KamailioEdge(commands, dumps), EdgeFile(kamailio.run_dir)
    service.stack.push_async_callback(file.close)
    await file.open()
    endpoints = Endpoints()
    endpoints.know(*await file.probed())
    enforce = Enforce(edge, file, Switches(edge, file), endpoints)
    reconcile = Reconcile(file, enforce, Word(settings.accept_shrunk, settings.accept_older))
    to_sip_config = channel(settings.sip_config_target, settings.token, tls=settings.tls)
    service.stack.push_async_callback(partial(to_sip_config.close, None))
    control = SipConfig(to_sip_config, settings.node_id)
    reports = Reports(control, reconcile.set_aside)
    stream = Stream(control, reconcile, reports)
    watching_over = WatchingOver(reconcile, reports)
    service.readiness.add("edge", lambda: watching_over.trouble)
    service.readiness.add("snapshot", lambda: "" if reconcile.serving else "no configuration is in force yet")
    service.readiness.add_degraded("sip-config", lambda: stream.trouble)
    service.keep(reports.run, name="reports")
    service.spawn(watching_over.run(), name="watching over the edge")
    service.spawn(stream.run(watching_over.asked), name="following sip-config")
    return endpoints


def _tell_rejections(service: Service[Settings], producer: Producer) -> None:
    settings = service.settings
    events = SpooledProducer(Spool(settings.data_dir / "spool", settings.spool_bytes), producer)
    service.stack.callback(events.close)
    told = RejectionEvents(events, settings.node_id, service.clock, hide_numbers=settings.hide_numbers)
    refusals = Refusals(told, service.clock)
    host, port = host_port(settings.kamailio.events)
    edge_reports = EdgeReports(host, port, settings.rejections_per_second, refusals.take)
    service.keep(events.run, name="rejection spool")
    service.readiness.add_degraded("rejections", events.problem)
    service.keep(edge_reports.run, name="edge reports")
    service.on_drain("rejections", events.waiting)


def _probe(service: Service[Settings], endpoints: Endpoints, producer: Producer) -> None:
    settings, clock = service.settings, service.clock
    policy = settings.addresses.policy()
    rpc = KamailioHttp(settings.kamailio.rpc_url, ASK_SECONDS)
    service.stack.push_async_callback(rpc.aclose)
    reports = WaitingReports(settings.node_id, ProbeRecords(producer, settings.node_id, clock))
    options = KamailioOptions(
        rpc, settings.probes.from_uri, lambda address: policy.refused_host(address) is None
    )
    probing = Probing(
        settings.node_id,
        options,
        reports,
        clock,
        random.random,
        interval_seconds=settings.probes.interval_seconds,
        per_second=settings.probes.per_second,
    )
    service.readiness.add_degraded("probe reports", reports.problem)
    service.keep(reports.run, name="probe reports")
    service.keep(probing.run, name="probing")
    service.keep(ProbeShare(endpoints, probing).run, name="probe share")


def main() -> None:
    run("edge-agent", Settings, build)


if __name__ == "__main__":
    main()
