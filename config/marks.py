"""An instant in a file, by which one process tells another that it moves: seconds of the machine's monotonic clock."""

import os
import time
from pathlib import Path


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
