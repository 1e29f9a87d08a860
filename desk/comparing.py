"""Two records side by side: what they share, what differs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.duplicates import REASONS
from crm.models import Customer, DuplicateCandidate
from desk.customer_list import last_contacts
from lib.identifiers import format_phone, format_siret

_LINES: tuple[tuple[Any, Any], ...] = (
    (_("Type"), lambda row: row.get_type_display()),
    ("SIREN", lambda row: format_siret(row.siren or row.siret[:9])),
    ("SIRET", lambda row: format_siret(row.siret)),
    (_("E-mail"), lambda row: row.email),
    (_("Téléphone"), lambda row: format_phone(row.phone)),
    (_("Adresse"), lambda row: row.address),
    (_("Ville"), lambda row: f"{row.postal_code} {row.city}".strip()),
    (_("Suivi par"), lambda row: row.owner.name if row.owner else ""),
    (_("Origine"), lambda row: row.source),
    (_("À savoir"), lambda row: row.note),
)


@dataclass(frozen=True)
class Line:
    """One thing to compare."""

    label: Any
    first: str
    second: str

    @property
    def same(self) -> bool:
        """Known of both and alike."""
        return bool(self.first) and self.first.casefold() == self.second.casefold()


@dataclass(frozen=True)
class Pair:
    """Two records that may be one client, ready to be judged."""

    first: Customer
    second: Customer
    reasons: list[Any]
    lines: list[Line]
    first_contact: datetime | None
    second_contact: datetime | None
    candidate: DuplicateCandidate | None = None

    @property
    def sides(self) -> tuple[Customer, Customer]:
        """The two records, in the order of the columns."""
        return self.first, self.second

    @property
    def why(self) -> str:
        """The reasons in a sentence's end: what a merge proposes to write."""
        return ", ".join(str(reason) for reason in self.reasons)


def compare(pairs: Iterable[tuple[Customer, Customer, list[str], DuplicateCandidate | None]]) -> list[Pair]:
    """Each pair of heads with what to judge by. One statement for all of them; owners are already loaded."""
    asked = list(pairs)
    spoken = last_contacts([customer for first, second, *_rest in asked for customer in (first, second)])
    return [
        Pair(
            first, second, [REASONS[reason] for reason in reasons if reason in REASONS], _lines(first, second),
            spoken.get(first.pk), spoken.get(second.pk), candidate,
        )
        for first, second, reasons, candidate in asked
    ]  # fmt: skip


def _lines(first: Customer, second: Customer) -> list[Line]:
    lines = [Line(label, str(read(first)), str(read(second))) for label, read in _LINES]
    return [line for line in lines if line.first or line.second]
