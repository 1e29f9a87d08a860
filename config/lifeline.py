"""No orphan: a process of our tree dies with the one that started it, even when that one is killed (kill -9).

Linux only (PR_SET_PDEATHSIG); elsewhere these functions do nothing and the loops that poll the parent remain.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PARENT = "EGARDS_PARENT"  # the pid of the one who started us, told to children in their environment


def environment_for_child() -> dict[str, str]:
    """Our environment, with our pid in it: the child checks that we were still there when it tied itself."""
    return {**os.environ, PARENT: str(os.getpid())}


def tie_to_parent(number: int = signal.SIGTERM) -> None:
    """Ask the kernel for signal `number` when our parent dies; leave at once if it is already dead."""
    told = os.environ.pop(PARENT, "")
    ask_kernel(number)
    if told and os.getppid() != int(told):
        sys.exit(1)


def tie_forks() -> None:
    """Every process this one forks from now on, and theirs, is killed when its own parent dies."""
    parents: list[int] = []

    def in_child() -> None:
        ask_kernel(signal.SIGKILL)
        if os.getppid() != parents[-1]:
            os._exit(1)

    os.register_at_fork(before=lambda: parents.append(os.getpid()), after_in_parent=parents.clear, after_in_child=in_child)


def ask_kernel(number: int) -> None:
    """Set the signal that the death of our parent sends us."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number)
