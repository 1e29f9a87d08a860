"""The watched process: django-q2's cluster, whose every process dies with its parent and marks what it does.

Marks are files in a folder the watchdog gives: `beat` holds when a task was last started or ended by a worker,
`noted` when the monitor last took a result, `guard` when the sentinel last went round, `busy-PID` since when the
worker PID has been on its task.
"""

import os
import signal
from pathlib import Path
from typing import Any

from django_q.cluster import Cluster
from django_q.signals import post_execute, post_execute_in_worker, pre_execute

from config import lifeline
from config.broker import Broker
from config.marks import mark


def run_cluster(folder: str) -> None:
    """Run the cluster until its end, marking its life in `folder`."""
    lifeline.tie_to_parent(signal.SIGKILL)
    lifeline.tie_forks()
    Broker.marks = marks = Path(folder)

    def begin(sender: object, **kwargs: Any) -> None:
        mark(marks / f"busy-{os.getpid()}")
        mark(marks / "beat")

    def end(sender: object, **kwargs: Any) -> None:
        (marks / f"busy-{os.getpid()}").unlink(missing_ok=True)
        mark(marks / "beat")

    def note(sender: object, **kwargs: Any) -> None:
        mark(marks / "noted")

    pre_execute.connect(begin, weak=False)
    post_execute_in_worker.connect(end, weak=False)
    post_execute.connect(note, weak=False)
    Cluster().start()
