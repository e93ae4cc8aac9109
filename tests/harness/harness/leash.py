"""Runs a command that ends when its parent ends, however the parent ends: python -m harness.leash CMD ...

Becomes the command (exec), in a session of its own, with SIGKILL promised by the kernel for the parent's death
(prctl(2), PR_SET_PDEATHSIG). Done here and not between fork and exec of the supervisor, where Python may not run.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    parent = int(sys.argv[1])
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # the parent died before the promise was made
        sys.exit(1)
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
