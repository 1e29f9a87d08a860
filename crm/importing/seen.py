"""What a file has shown so far: the keys that make two lines one client, kept beside the memory so that a file of any
length costs the same. Pure Python.

A trial may stop and be taken up again: its store is then a file that also knows how far it went.
"""

import sqlite3
from collections.abc import Iterable
from types import TracebackType

Key = tuple[str, str]

_TABLES = """
    PRAGMA synchronous=OFF; PRAGMA cache_size=-4096;
    CREATE TABLE IF NOT EXISTS met (kind TEXT, key TEXT, line INTEGER, PRIMARY KEY (kind, key)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS near (key TEXT, line INTEGER, name TEXT, PRIMARY KEY (key, line)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS reached (position INTEGER);
"""


class Seen:
    """The keys of the lines read so far. Without a path the store is temporary and goes with this object."""

    def __init__(self, path: str = "") -> None:
        self._store = sqlite3.connect(path, isolation_level=None)
        self._store.executescript(_TABLES)

    def __enter__(self) -> "Seen":
        self._store.execute("BEGIN")
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._store.close()

    @property
    def position(self) -> int:
        """How many rows the store had seen when it was last kept."""
        found = self._store.execute("SELECT max(position) FROM reached").fetchone()[0]
        return found or 0

    def keep(self, position: int) -> None:
        """Make lasting what was seen up to `position`."""
        self._store.execute("INSERT INTO reached VALUES (?)", (position,))
        self._store.execute("COMMIT")
        self._store.execute("BEGIN")

    def forget(self) -> None:
        """Start again from nothing."""
        for table in ("met", "near", "reached"):
            self._store.execute(f"DELETE FROM {table}")  # noqa: S608 — three names of ours

    def first(self, keys: Iterable[Key]) -> tuple[str, int] | None:
        """The kind of the first of `keys` already met, and the line that had it."""
        for kind, key in keys:
            found = self._store.execute("SELECT line FROM met WHERE kind = ? AND key = ?", (kind, key)).fetchone()
            if found:
                return kind, found[0]
        return None

    def add(self, line: int, keys: Iterable[Key]) -> None:
        """Remember that `line` has these keys; a key already met keeps its first line."""
        self._store.executemany("INSERT OR IGNORE INTO met VALUES (?, ?, ?)", [(*key, line) for key in keys])

    def add_near(self, line: int, name: str, keys: Iterable[str]) -> None:
        """Remember what `line`, of this name, may be recognised by."""
        self._store.executemany("INSERT OR IGNORE INTO near VALUES (?, ?, ?)", [(key, line, name) for key in keys])

    def near(self, key: str, most: int) -> list[tuple[int, str]]:
        """The first `most` lines that may be recognised by `key`, with their names."""
        return self._store.execute("SELECT line, name FROM near WHERE key = ? ORDER BY line LIMIT ?", (key, most)).fetchall()
