"""What clients owe, by age of the debt: the five ages, their bar, their words. Two readers: one client, the whole house."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Case, Count, DecimalField, F, IntegerField, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from accounts.models import Right, User
from billing.models import Allocation, ChainHead, Invoice, Payment
from crm.models import Commitment, CustomerMerge
from desk import phrases
from lib.money import ZERO, cents
from lib.typography import amount, long_date
from tact.money import DEBT
from tact.traces import Traces, read_left

# (most days past the due date, words); the first is what is not due yet.
AGES: tuple[tuple[int | None, str | Promise], ...] = (
    (0, lazy("pas encore échu")),
    (30, lazy("échu depuis 1 à 30 jours")),
    (60, lazy("échu depuis 31 à 60 jours")),
    (90, lazy("échu depuis 61 à 90 jours")),
    (None, lazy("échu depuis plus de 90 jours")),
)
WIDTH = 300  # of the bar, in its own units
SHOWN = 4  # unpaid invoices named on a record; the list has them all
READ = 200  # invoices of one client read at once; beyond, the sums are asked from the database
MONEY = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True)
class Age:
    """What is owed of one age: `x` and `width` place it on the bar."""

    label: str | Promise
    amount: Decimal
    count: int
    rank: int
    x: int = 0
    width: int = 0

    @property
    def css(self) -> str:
        """What the style sheet calls it."""
        return f"age-{self.rank}"


@dataclass(frozen=True)
class Ageing:
    """What is owed, in EUR, by age; `clients` only when the whole house is asked."""

    ages: list[Age]
    total: Decimal
    overdue: Decimal
    count: int
    late: int
    clients: int = 0
    late_clients: int = 0

    @property
    def bar(self) -> list[Age]:
        """The ages of which something is owed, placed side by side."""
        shown, x = [age for age in self.ages if age.amount > 0], 0
        placed = []
        for position, age in enumerate(shown):
            last = position == len(shown) - 1
            width = WIDTH - x if last else max(4, int(WIDTH * age.amount / self.total))
            placed.append(Age(age.label, age.amount, age.count, age.rank, x, max(width, 4)))
            x += width
        return placed


@dataclass(frozen=True)
class OpenLine:
    """One unpaid invoice as a record names it."""

    number: str
    ref: str
    balance: Decimal
    words: str
    late: bool


@dataclass
class Money:
    """The money of one client, as their record shows it. `known` when there is anything to show at all."""

    known: bool = False
    ageing: Ageing | None = None
    lines: list[OpenLine] = field(default_factory=list)
    more: int = 0
    drafts: list[Any] = field(default_factory=list)
    ahead: Decimal = ZERO
    says: str = ""


def rank_of(due_on: date, today: date) -> int:
    """Which of `AGES` a debt due on `due_on` is in on the civil date `today`."""
    late = (today - due_on).days
    return next(rank for rank, (most, _label) in enumerate(AGES) if most is None or late <= most)


def ageing(rows: Sequence[tuple[date, Decimal]], today: date) -> Ageing:
    """The ages of debts given as (due date, EUR still due)."""
    sums, counts = [ZERO] * len(AGES), [0] * len(AGES)
    for due_on, balance in rows:
        rank = rank_of(due_on, today)
        sums[rank] += balance
        counts[rank] += 1
    return _made(sums, counts)


def _made(sums: list[Decimal], counts: list[int], clients: int = 0, late_clients: int = 0) -> Ageing:
    ages = [Age(label, cents(sums[rank]), counts[rank], rank) for rank, (_most, label) in enumerate(AGES)]
    total = sum((age.amount for age in ages), ZERO)
    return Ageing(ages, total, total - ages[0].amount, sum(counts), sum(counts[1:]), clients, late_clients)


def read_ageing(rows: QuerySet[Any], today: date) -> Ageing:
    """The ages of `rows` (with `due_on`, `customer` and `open_balance`), added up by the database. One statement."""
    whens = [When(due_on__gte=today, then=Value(0))]
    whens += [When(due_on__gte=today - timedelta(days=most), then=Value(rank)) for rank, (most, _l) in enumerate(AGES) if most]
    ranked = rows.order_by().annotate(age=Case(*whens, default=Value(len(AGES) - 1), output_field=IntegerField()))
    head = Coalesce("customer__merged_into", "customer")  # two records reunited are one client
    asked: dict[str, Any] = {
        "clients": Count(head, distinct=True),
        "late_clients": Count(head, distinct=True, filter=Q(age__gt=0)),
    }
    for rank in range(len(AGES)):
        asked[f"sum{rank}"] = Coalesce(Sum("open_balance", filter=Q(age=rank)), ZERO, output_field=MONEY)
        asked[f"count{rank}"] = Count("pk", filter=Q(age=rank))
    found = ranked.aggregate(**asked)
    ranks = range(len(AGES))
    return _made([found[f"sum{rank}"] for rank in ranks], [found[f"count{rank}"] for rank in ranks],
                 found["clients"], found["late_clients"])  # fmt: skip


def read_house_ageing(today: date) -> Ageing:
    """The ages of everything owed to the house, from the due dates still open among the commitments: each carries what is
    left of its invoice (`billing.consequences`), and a short index holds them, however many invoices were paid since. A
    filtered list adds up its own rows; the nightly audit compares the two.

    Remembered while the books stand where they stood, to the last link of their chain: after a payment, an invoice, two
    records reunited, it is added up again. One statement, two when something changed."""
    return house_ageing(today, *where_the_books_stand())


@lru_cache(maxsize=4)
def house_ageing(today: date, *books: object) -> Ageing:
    """The same, added up: `books` says where they stood."""
    return read_ageing(Commitment.objects.open_due_dates().annotate(open_balance=F("amount")), today)


def where_the_books_stand() -> tuple[object, ...]:
    """What no document, payment or use of one leaves as it was (each is a link of the chain of seals, under its lock), nor two
    records becoming one client, or two again. One statement, by the ends of five indexes."""
    ends = [model._base_manager.order_by("-pk").values("pk")[:1] for model in (Invoice, Payment, Allocation, CustomerMerge)]
    undone = CustomerMerge.objects.filter(undone_at__isnull=False).order_by("-undone_at").values("undone_at")[:1]
    found = ChainHead.objects.annotate(
        document=Subquery(ends[0]),
        payment=Subquery(ends[1]),
        use=Subquery(ends[2]),
        merge=Subquery(ends[3]),
        undone=Subquery(undone),
    )
    return found.values_list("chain", "digest", "document", "payment", "use", "merge", "undone").first() or ()


@dataclass
class Debts:
    """What one client owes, as rows: invoices still due, the oldest first, and drafts. `all_read`: none is missing."""

    owed: list[Any] = field(default_factory=list)
    drafts: list[Any] = field(default_factory=list)
    all_read: bool = True


def read_debts(ids: list[int], *, user: User) -> Debts:
    """The unpaid invoices and the drafts of one client (aliases included) as `user` may see them. One statement, by the due
    dates still open, whatever was paid before."""
    if not user.may(Right.SEE_AMOUNTS):
        return Debts()
    due = Commitment.objects.open_due_dates().filter(customer_id__in=ids).order_by("due_on", "id").values("about_ref")
    drafts = Invoice.objects.drafts().filter(customer_id__in=ids, kind=Invoice.Kind.INVOICE).order_by()
    wanted = Invoice.objects.filter(public_id__in=due[:READ]).order_by().values("pk").union(drafts.values("pk"))
    found = list(
        Invoice.objects.filter(pk__in=wanted)  # by keys: an OR of two lists of them reads every invoice
        .with_balance()
        .order_by("due_on", "number", "id")
        .values_list(*DEBT, "updated_at", named=True)
    )
    owed = [row for row in found if row.number is not None and row.open_balance > 0]
    asked = sorted((row for row in found if row.number is None), key=lambda row: (row.updated_at, row.pk), reverse=True)
    return Debts(owed, asked[:SHOWN], len(owed) < READ)


def told_money(debts: Debts, ids: list[int], *, user: User, today: date, traces: Traces | None = None) -> Money:
    """The money of one client as their record shows it; `traces`, what was read of them. One statement when
    it was not."""
    if not user.may(Right.SEE_AMOUNTS):
        return Money()
    known, owed = traces or read_left(ids), debts.owed
    ahead = cents(sum(known.left.values(), ZERO))
    if debts.all_read:
        ages = ageing([(row.due_on, row.open_balance) for row in owed], today)
    else:
        ages = read_ageing(Invoice.objects.visible_to(user).unpaid_of(ids), today)
    billed = any(habits.first for habits in known.habits.values())
    return Money(
        known=bool(debts.owed or debts.drafts or billed) or ahead > 0,
        ageing=ages,
        lines=[_line(row, today) for row in owed[:SHOWN]],
        more=ages.count - len(owed[:SHOWN]),
        drafts=debts.drafts,
        ahead=ahead,
        says=_says(ages, owed, today),
    )


def _line(row: Any, today: date) -> OpenLine:
    late = row.due_on < today
    words = (_("échue depuis %(when)s") if late else _("à régler pour %(when)s")) % {"when": since(row.due_on, today)}
    return OpenLine(row.number, row.public_id, row.open_balance, words, late)


def since(on: date, today: date) -> str:
    """«vendredi», «le 20 octobre»: a day, close or far."""
    if abs((on - today).days) <= 6:
        return phrases.day(on, today)
    return _("le %(day)s") % {"day": long_date(on, language=phrases.language(), year=on.year != today.year)}


def _says(ages: Ageing, rows: Sequence[Any], today: date) -> str:
    if not ages.count:
        return _("Rien n’est dû.")
    told = ngettext("%(count)s facture", "%(count)s factures", ages.count) % {"count": ages.count}
    if ages.late == 0:
        return _("%(told)s, rien n’est échu.") % {"told": told}
    if ages.late == ages.count == 1:
        return _("Une facture, %(words)s.") % {"words": _line(rows[0], today).words}
    late = amount(ages.overdue, language=phrases.language())
    return _("%(told)s, dont %(late)s échus.") % {"told": told, "late": late}
