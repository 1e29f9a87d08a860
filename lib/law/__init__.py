"""The law as dated data: one TOML file per subject beside this module, read without any framework.

Each `[[row]]` has a `key`, `valid_from`, perhaps `valid_to` (the last day it holds), a `source`, a `certainty`
(A official text read, B quoted in a dated public reference, C secondary source, M from memory), and its own values.
A missing row raises: a rule of law is never guessed, extended or taken from another year.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

CERTAINTIES = frozenset("ABCM")


class MissingLaw(LookupError):
    """No row of law answers for this key on this day: the data must be completed, nothing may be computed."""


@dataclass(frozen=True)
class Row:
    """One rule between two days. `values` holds what is particular to its subject; `row["name"]` reads one."""

    key: str
    valid_from: date
    valid_to: date | None
    source: str
    certainty: str
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on `day`, both ends included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@cache
def table(subject: str) -> tuple[Row, ...]:
    """All rows of `lib/law/<subject>.toml`, in the order of the file. MissingLaw when there is no such file."""
    file = files(__name__) / f"{subject}.toml"
    if not file.is_file():
        raise MissingLaw(f"no table of law named {subject!r}")
    return tuple(_row(raw) for raw in tomllib.loads(file.read_text(encoding="utf-8"))["row"])


def row(subject: str, key: str, *, on: date) -> Row:
    """The one row of `subject` named `key` in force on that day. MissingLaw when none is, or more than one."""
    found = [candidate for candidate in table(subject) if candidate.key == key and candidate.holds_on(on)]
    if len(found) != 1:
        raise MissingLaw(f"{len(found)} rows for {subject} {key!r} on {on:%Y-%m-%d}; exactly one is wanted")
    return found[0]


def _row(raw: dict[str, Any]) -> Row:
    common = {name: raw.pop(name, None) for name in ("key", "valid_from", "valid_to", "source", "certainty")}
    if not (common["key"] and common["valid_from"] and common["source"] and common["certainty"] in CERTAINTIES):
        raise MissingLaw(f"a row of law lacks its key, date, source or certainty: {common}")
    return Row(**common, values=raw)
