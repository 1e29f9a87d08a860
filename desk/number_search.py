"""What a number names: an invoice, a credit note, a complaint by its number or the end of it, a payment by its reference."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from billing.models import Invoice, Payment
from billing.numbering import CREDIT_NOTES, INVOICES
from complaints.models import Complaint
from complaints.states import State
from desk import phrases
from desk.complaint_board import is_red, left
from desk.invoice_list import standing
from desk.payment_list import words_of
from lib.folding import fold
from lib.money import ZERO
from lib.typography import amount, long_date

SHOWN = 8  # of each sort
YEARS = 25  # back from today: the house keeps its papers ten years, and some before
SHORTEST = 4  # signs of a reference of payment
COMPLAINTS = "R"
CLOSED = (State.CLOSED_SATISFIED, State.CLOSED_WITHOUT_FOLLOW_UP)
_LETTERS = {"F": INVOICES, "FA": INVOICES, "FAC": INVOICES, "FACT": INVOICES, "FACTURE": INVOICES,
            "A": CREDIT_NOTES, "AV": CREDIT_NOTES, "AVOIR": CREDIT_NOTES,
            "R": COMPLAINTS, "REC": COMPLAINTS, "RECLAMATION": COMPLAINTS}  # fmt: skip
_NOTHING = ("N", "NO", "NUMERO")  # «n° 123»
_NUMBER = re.compile(r"([^\W\d_]*)\s*[-n°:.]*\s*(?:((?:19|20)\d\d)[-/ ])?(\d{1,10})")
_WHOLE = re.compile(r"([FAR])((?:19|20)\d\d)-?(\d{6,9})")


@dataclass(frozen=True)
class Named:
    """One thing that a number names: its title, its page, who it is about, what it comes to and where it stands."""

    title: str
    url: str
    customer: str
    amount: str = ""
    state: str = ""
    tone: str = "plain"
    below: str = ""


@dataclass
class Numbers:
    """What was found; `whole` when a full number was typed."""

    documents: list[Named] = field(default_factory=list)
    complaints: list[Named] = field(default_factory=list)
    payments: list[Named] = field(default_factory=list)
    whole: bool = False

    def __bool__(self) -> bool:
        return bool(self.documents or self.complaints or self.payments)

    @property
    def sure(self) -> str:
        """The page of the one thing that a full number names: who types it wants the page, not a list."""
        found = [*self.documents, *self.complaints]
        return found[0].url if self.whole and len(found) == 1 else ""


def candidates(typed: str, today: date) -> tuple[list[str], bool]:
    """The numbers that `typed` may mean, and whether it is a whole one: «F2026-000123» is itself, «123» the 123rd of every
    series and year, «AV 12» a credit note, «2026-12» that year's."""
    text = typed.strip().upper()
    if whole := _WHOLE.fullmatch(text):
        letter, year, number = whole.groups()
        return [f"{letter}{year}-{int(number):06d}"], True
    found = _NUMBER.fullmatch(text)
    if found is None:
        return [], False
    word, year, number = found.groups()
    word = fold(word).upper()
    joined = re.fullmatch(r"(20\d\d)(\d{6})", number)  # «F2026000123», «2026000123»
    if joined and not year:
        year, number = joined.groups()
    if word and word not in _LETTERS and word not in _NOTHING:
        return [], False
    letters = [_LETTERS[word]] if word in _LETTERS else [INVOICES, CREDIT_NOTES, COMPLAINTS]
    years = [int(year)] if year else range(today.year, today.year - YEARS, -1)
    return [f"{letter}{one:04d}-{int(number):06d}" for letter in letters for one in years], False


def find_numbers(user: User, typed: str, *, today: date) -> Numbers:
    """What `typed` names among what `user` may read. No statement for plain words; four at most for a number."""
    if not any(sign.isdigit() for sign in typed) or len(typed.strip()) < 2:
        return Numbers()
    numbers, whole = candidates(typed, today)
    found = Numbers(whole=whole)
    documents = [number for number in numbers if not number.startswith(COMPLAINTS)]
    if documents:
        found.documents = _documents(user, documents, today)
    if len(documents) < len(numbers):
        found.complaints = _complaints(user, [number for number in numbers if number.startswith(COMPLAINTS)], today)
    if not whole and len(typed.strip()) >= SHORTEST:
        found.payments = _payments(user, typed)
    return found


def _documents(user: User, numbers: list[str], today: date) -> list[Named]:
    """Invoices and credit notes. One statement."""
    rows = Invoice.objects.visible_to(user).filter(number__in=numbers).with_balance().with_credited()
    shown = rows.select_related("customer").defer("snapshot", "note").order_by("-issued_on", "-id")[:SHOWN]
    return [_document(row, today) for row in shown]


def _document(row: Invoice, today: date) -> Named:
    balance = row.balance()
    cancelled = balance <= 0 and row.credited >= row.total_incl_tax  # type: ignore[attr-defined]
    state, tone = standing(row, today, cancelled=cancelled)
    rest = _("reste %(sum)s") % {"sum": _money(balance)} if 0 < balance < row.total_incl_tax and not row.is_credit_note else ""
    return Named(
        row.about_label, reverse("invoice", args=[row.public_id]), row.customer.name,
        _money(row.total_incl_tax), state, tone,
        ", ".join(part for part in (rest, row.subject[:120]) if part),
    )  # fmt: skip


def _complaints(user: User, references: list[str], today: date) -> list[Named]:
    """Complaints, with where they stand. Two statements."""
    rows = Complaint.objects.read_by(user).filter(reference__in=references).order_by("-id")[:SHOWN]
    return [_complaint(row, today) for row in rows]


def _complaint(row: Complaint, today: date) -> Named:
    now = row.standing_on(today)
    state, then, tone = _("close"), "", "ok"
    if now.state == State.VOID:
        state, tone = _("enregistrée par erreur"), "plain"
    elif now.state not in CLOSED:
        state, then = left(now, today)
        tone = "late" if is_red(now.next, today) else "warn"
    return Named(
        row.about_label, reverse("complaint", args=[row.public_id]), row.customer.name,
        "", state, tone, ", ".join(part for part in (row.subject, then) if part),
    )  # fmt: skip


def _payments(user: User, typed: str) -> list[Named]:
    """Payments whose reference holds what was typed, spaces or not, the newest first. One statement."""
    text = " ".join(typed.split())
    bare = text.replace(" ", "")
    grouped = " ".join(bare[place : place + 4] for place in range(0, len(bare), 4))  # «RF18 5390 0754»
    wanted = Q(external_id=text)
    for form in {text, bare, grouped}:
        wanted |= Q(reference__icontains=form)
    rows = Payment.objects.visible_to(user).with_surplus().filter(wanted).select_related("customer", "reversed_by")
    return [_payment(row) for row in rows.order_by("-paid_on", "-id")[:SHOWN]]


def _payment(row: Payment) -> Named:
    undone = hasattr(row, "reversed_by")
    rest = row.unallocated() if row.amount > 0 and not undone else ZERO
    state = _("annulé") if undone else _("reste %(sum)s") % {"sum": _money(rest)} if rest > 0 else ""
    day = long_date(row.paid_on, language=phrases.language())
    return Named(
        _("%(what)s du %(day)s") % {"what": phrases.capital(words_of(row)), "day": day}, reverse("payment", args=[row.public_id]),
        row.customer.name, _money(row.amount), state,
        "warn" if rest > 0 else "plain", row.reference,
    )  # fmt: skip


def _money(value: Decimal) -> str:
    return amount(value, language=phrases.language())
