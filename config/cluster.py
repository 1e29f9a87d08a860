"""The watched process: django-q2's cluster, whose every process dies with its parent and marks what it does.

Marks are files in a folder the watchdog gives: `beat` holds when a task was last started or ended here,
`busy-PID` since when the worker PID has been on its task. Times are seconds of the machine's monotonic clock.
"""

import os
import signal
import time
from pathlib import Path
from typing import Any

from django_q.cluster import Cluster
from django_q.signals import post_execute_in_worker, pre_execute

from config import lifeline


def run_cluster(folder: str) -> None:
    """Run the cluster until its end, marking its life in `folder`."""
    lifeline.tie_to_parent(signal.SIGKILL)
    lifeline.tie_forks()
    marks = Path(folder)

    def begin(sender: object, **kwargs: Any) -> None:
        mark(marks / f"busy-{os.getpid()}")
        mark(marks / "beat")

    def end(sender: object, **kwargs: Any) -> None:
        (marks / f"busy-{os.getpid()}").unlink(missing_ok=True)
        mark(marks / "beat")

    pre_execute.connect(begin, weak=False)
    post_execute_in_worker.connect(end, weak=False)
    Cluster().start()


def mark(path: Path) -> None:
    """Write the instant in `path`, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(repr(time.monotonic()))
    draft.replace(path)


def read(path: Path) -> float | None:
    """The instant marked in `path`; None when there is none."""
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return None
