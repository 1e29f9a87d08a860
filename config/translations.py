"""Compile the catalogues (`locale/*/LC_MESSAGES/django.po`) in pure Python: no gettext is needed to run."""

import os
from pathlib import Path

import polib

from config import environment


def catalogues(root: Path = environment.ROOT) -> list[Path]:
    """Our own `.po` files."""
    return sorted((root / "locale").glob("*/LC_MESSAGES/*.po"))


def compile_all(root: Path = environment.ROOT) -> list[Path]:
    """Compile the catalogues whose `.mo` is missing or older than its `.po`; gives those that were compiled."""
    return [path for path in catalogues(root) if compile_one(path)]


def compile_one(source: Path) -> bool:
    """Compile `source` beside itself unless that is already done; several processes may try at once."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return False
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    polib.pofile(str(source)).save_as_mofile(str(draft))
    draft.replace(target)
    return True
