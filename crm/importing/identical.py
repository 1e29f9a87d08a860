"""Which lines are already there: same code, same SIRET, same name and mail, or the very same line.

Only these are left out of an import; whatever merely looks alike goes in and waits for a person (`crm.duplicates`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.importing.rows import Row
from crm.importing.seen import Key, Seen
from crm.models import Customer, ImportLine
from lib.folding import name_key
from lib.identifiers import email_key
from lib.person_names import phone_book

_OURS = re.compile(r"C[0-9]{5,}")


@dataclass(frozen=True)
class Match:
    """The record a line is already, and by what (a key of `why`); without a record, the line of the same file."""

    why: str
    customer: Customer | None = None
    line: int = 0

    @property
    def sentence(self) -> str:
        """What the report says."""
        reason = _why(self.why)
        if self.customer is None:
            return _("Même client que la ligne %(line)s (%(why)s)") % {"line": self.line, "why": reason}
        told = {"reference": self.customer.reference, "name": self.customer.name[:80], "why": reason}
        return _("Déjà présent\u00a0: %(reference)s %(name)s (%(why)s)") % told


def _why(kind: str) -> str:
    return {
        "code": _("même code client"),
        "ours": _("même référence"),
        "siret": _("même SIRET"),
        "mail": _("même nom et même e-mail"),
        "row": _("même ligne déjà importée"),
    }[kind]


def keys_of(row: Row) -> list[Key]:
    """What makes a line the same client as another, surest first."""
    found = [("code", row.customer.get("external_reference", "")), ("siret", row.customer.get("siret", ""))]
    if email := row.customer.get("email"):
        found.append(("mail", f"{phone_book(row.customer['name'])[:160]}\n{email_key(email)}"))
    return [*((kind, key) for kind, key in found if key), ("row", row.row_hash)]


class Known:
    """What the base already holds of the rows of one chunk. Five statements, whatever the chunk."""

    def __init__(self, rows: Iterable[Row]):
        self.found: dict[Key, Customer] = {}
        rows = [row for row in rows if not row.errors]
        self._by_code([row.customer["external_reference"] for row in rows if row.customer.get("external_reference")])
        self._by_siret([row.customer["siret"] for row in rows if row.customer.get("siret")])
        self._by_mail([email_key(row.customer["email"]) for row in rows if row.customer.get("email")])
        self._by_line([row.row_hash for row in rows])

    def match(self, row: Row, seen: Seen) -> Match | None:
        """The record that `row` already is, or the line of the file, or nothing."""
        keys = keys_of(row)
        for key in keys:
            if customer := self.found.get(key):
                return Match(key[0], customer)
        code = row.customer.get("external_reference", "").upper()
        ours = self.found.get(("ours", code))
        if ours and _is_the_same(ours, row):
            return Match("ours", ours)
        if met := seen.first(keys):
            return Match(met[0], line=met[1])
        return None

    def _keep(self, kind: str, rows: Iterable[tuple[str, Customer]]) -> None:
        for key, customer in rows:
            self.found.setdefault((kind, key), customer)

    def _by_code(self, codes: Sequence[str]) -> None:
        if codes:
            # every condition repeats its partial index's own, or SQLite would not use the index
            rows = Customer.objects.filter(~Q(external_reference=""), external_reference__in=codes).order_by("pk")
            self._keep("code", ((row.external_reference, row) for row in rows))
            ours = [code.upper() for code in codes if _OURS.fullmatch(code.upper())]
            if ours:
                self._keep("ours", ((row.reference, row) for row in Customer.objects.filter(reference__in=ours).order_by("pk")))

    def _by_siret(self, numbers: Sequence[str]) -> None:
        if numbers:
            rows = Customer.objects.filter(~Q(siren=""), siren__in={number[:9] for number in numbers}, siret__in=numbers)
            self._keep("siret", ((row.siret, row) for row in rows.order_by("pk")))

    def _by_mail(self, mails: Sequence[str]) -> None:
        if mails:
            rows = Customer.objects.filter(~Q(email_key=""), email_key__in=mails).order_by("pk")
            self._keep("mail", ((f"{row.sort_name}\n{row.email_key}", row) for row in rows))

    def _by_line(self, hashes: Sequence[str]) -> None:
        lines = (
            ImportLine.objects.filter(~Q(row_hash=""), row_hash__in=hashes, customer__isnull=False)
            .select_related("customer")
            .order_by("pk")
        )
        self._keep("row", ((line.row_hash, line.customer) for line in lines if line.customer))


def _is_the_same(customer: Customer, row: Row) -> bool:
    """Our own reference in a foreign file may be another firm's numbering: something else must agree."""
    fields = row.customer
    return (
        name_key(customer.name) == name_key(fields["name"])
        or bool(customer.siren and customer.siren == fields.get("siren"))
        or bool(customer.email_key and customer.email_key == email_key(fields.get("email", "")))
    )
