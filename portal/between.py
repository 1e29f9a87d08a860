"""What is between a client and the house, read once for a page: what is due, promised, asked, reproached, and what of it the
house leaves alone for now.

Each table is read once, whatever the number of invoices, promises and complaints (`tests/portal/test_budgets.py`). What is
left alone is the very decision of the queue of reminders (`tact.decide`), told by `portal.waiting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language

from billing.models import Invoice
from complaints.models import Complaint
from complaints.states import CLOSINGS
from crm.models import Commitment, Company, Contact, Customer
from crm.models.timeline import Audience
from lib import clock
from lib.money import ZERO
from portal.awaited import Awaited, awaited_among
from portal.waiting import told
from tact.facts import Transit
from tact.money import Family, Loaded, promised_and_asked
from tact.planning import kept_back, planning_day
from tact.traces import Asked


@dataclass(frozen=True)
class Reader:
    """Who reads, and of whom: a client (a head) with the ids of its aliases, the person when they are known, whether they
    may read what other people of that client wrote, at which house."""

    customer: Customer
    ids: list[int]
    contact: Contact | None
    company: Company
    sees_all: bool = False

    def reads(self, complaint: Complaint) -> bool:
        """Whether that complaint is theirs to read: `portal.space.Space.complaints` on a row already read."""
        own = self.sees_all or complaint.contact_id == (self.contact.pk if self.contact else None)
        return own and complaint.audience != Audience.HOUSE


@dataclass(frozen=True)
class Between:
    """What a page says of it. `waits`: by public id of an unpaid invoice, the sentence on what is not asked for; `awaited` and
    `questions`: what they wait for from us; `left`: EUR of theirs that count on nothing; `transits`: transfers they
    announced, by invoice (primary key); `said`: every promise and open request it was read from."""

    waits: dict[str, str] = field(default_factory=dict)
    awaited: list[Awaited] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    left: Decimal = ZERO
    transits: dict[int, list[Transit]] = field(default_factory=dict)
    said: list[Commitment] = field(default_factory=list)


def read_between(
    reader: Reader, debts: Sequence[Invoice], *, today: date, complaints: Sequence[Complaint] | None = None, about: str = ""
) -> Between:
    """Read it for `reader`, to whom `debts` (all that is unpaid, with their balance) are shown; `complaints` that the page read
    already, with their `door` and `begun`; requests only `about` that public id when one is given. Two statements, three without
    complaints."""
    on = planning_day(today, reader.company.holiday_zone)
    said = promised_and_asked(reader.ids)
    if complaints is None:
        complaints = list(open_complaints(reader.ids, on))
    loaded = Loaded(
        Family(reader.customer, reader.ids), {}, reader.company.holiday_zone, debts=debts, commitments=said, contacts=(),
        complaints=[row for row in complaints if row.begun and row.door not in CLOSINGS],  # type: ignore[attr-defined]  # annotated
    )  # fmt: skip
    situation, claims = kept_back(loaded, on=on, now=clock.now(), language=get_language() or "fr")
    traces = loaded.found[0]
    own = {row.public_id for row in complaints if reader.reads(row)}
    return Between(
        waits=told(claims, situation, own=own, on=on),
        awaited=awaited_among(said, reader.contact, about=about),
        questions=traces.questions,
        left=situation.kept,
        transits=traces.transits,
        said=said,
    )


def open_complaints(ids: list[int], on: date) -> Sequence[Complaint]:
    """What a decision knows of the complaints open on `on`. One statement."""
    return Complaint.objects.of_family(ids).open_on(on).select_related("invoice", "line", "owner").defer("invoice__snapshot")
