"""The keys met so far while reading a file, kept beside the memory so that a file of any length costs the same.
Pure Python."""

import sqlite3
from collections.abc import Iterable
from types import TracebackType


class Seen:
    """Which line first had each key. Lives in a private temporary database that goes when this object does."""

    def __init__(self) -> None:
        self._store = sqlite3.connect("", isolation_level=None)  # the empty name: temporary, on disk when it grows
        self._store.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-4096;")
        self._store.execute("CREATE TABLE met (kind TEXT, key TEXT, line INTEGER, PRIMARY KEY (kind, key)) WITHOUT ROWID")

    def __enter__(self) -> "Seen":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._store.close()

    def first(self, keys: Iterable[tuple[str, str]]) -> tuple[str, int] | None:
        """The kind of the first of `keys` already met, and the line that had it."""
        for kind, key in keys:
            found = self._store.execute("SELECT line FROM met WHERE kind = ? AND key = ?", (kind, key)).fetchone()
            if found:
                return kind, found[0]
        return None

    def add(self, line: int, keys: Iterable[tuple[str, str]]) -> None:
        """Remember that `line` has these keys; a key already met keeps its first line."""
        self._store.executemany("INSERT OR IGNORE INTO met VALUES (?, ?, ?)", [(*key, line) for key in keys])
