"""Suites run side by side: a port that was given here is given nowhere else."""

import subprocess
import sys
from pathlib import Path

from switchlink.testing.free_ports import free_port

MANY = 300


def test_two_processes_are_given_ports_of_their_own_that_no_kernel_hands_out() -> None:
    told = (
        f"from switchlink.testing.free_ports import free_port; print(*(free_port() for _ in range({MANY})))"
    )
    ours = {free_port() for _ in range(MANY)}
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    theirs = {int(port) for port in done.stdout.split()}
    assert len(ours) > MANY / 2
    assert len(theirs) > MANY / 2
    assert not ours & theirs
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert max(ours | theirs) < first
