"""python -m edge_agent.start: runs the Kamailio of this edge, by settings that its agent has too.

It becomes `servicekit.foreign`, which passes signals on and tells Kamailio's lines in the shape of ours.
"""

import os
import shutil
from typing import NoReturn
from urllib.parse import urlsplit

from edge_agent.settings import StartSettings
from servicekit.foreign import command_line
from servicekit.settings import WrongSetting, host_port, load, refuse, told_if_asked
from switchlink.kamailio_run import KamailioPorts, KamailioRun


def kamailio_run(settings: StartSettings) -> KamailioRun:
    """No leg goes into networks that are our own, and into local ones only where tenants may name them.
    Raises WrongSetting."""
    edge, kamailio, policy = settings.edge, settings.kamailio, settings.addresses.policy()
    rpc = urlsplit(kamailio.rpc_url).port
    if rpc is None:
        raise WrongSetting("KEEPLINE_KAMAILIO__RPC_URL", "has no port")
    public_host, public_port = host_port(edge.public)
    inner_host, inner_port = host_port(edge.inner)
    run = KamailioRun(
        edge.config,
        kamailio.run_dir,
        KamailioPorts(public_port, inner_port, rpc, host_port(kamailio.events)[1]),
        public_host=public_host,
        public_host6=edge.public_host6,
        advertise=edge.advertise,
        inner_host=inner_host,
        binary=edge.binary,
        rows=edge.rows,
        workers=edge.workers,
        edge_id=settings.node_id,
        outside_also=[str(network) for network in policy.allow],
        public_names=edge.public_names,
        own_networks=[str(network) for network in policy.own],
    )
    if kamailio.rpc_socket.absolute() != run.rpc_socket.absolute():
        raise WrongSetting(
            "KEEPLINE_KAMAILIO__RPC_SOCKET", f"is not {run.rpc_socket}, where Kamailio makes it"
        )
    return run


def main() -> NoReturn:
    told_if_asked("edge_agent.start", StartSettings)
    settings = load(StartSettings)
    try:
        run = kamailio_run(settings)
        run.prepare()
    except WrongSetting as wrong:
        refuse(wrong)
    except (OSError, ValueError) as error:
        refuse(WrongSetting("KEEPLINE_KAMAILIO__RUN_DIR", str(error)))
    argv = run.argv()
    if shutil.which(argv[0]) is None:
        refuse(WrongSetting("KEEPLINE_EDGE__BINARY", f"{argv[0]} is not installed"))
    told = command_line("kamailio", "edge", argv)
    os.execv(told[0], told)  # noqa: S606 - the operator's own


if __name__ == "__main__":
    main()
