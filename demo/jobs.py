"""What the queue calls for the demonstration."""

from demo.building import build
from lib import clock


def rebuild() -> None:
    """Build the demonstration again, dated from now; safe to run twice."""
    build(clock.now())
