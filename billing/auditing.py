"""Whether the books are right: the ledger read again against the documents, the payments and what they pay.

Nothing is trusted twice: sums are computed from the rows one by one, never read where the product reads them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from django.db.models import Sum
from django.utils.translation import gettext as _

from billing import ledger
from billing.models import Allocation, Invoice, LedgerEntry, Payment
from crm.models import Commitment, Customer
from lib.money import ZERO, cents
from lib.vat import Totals, VatGroup, line_net, totals

_BATCH = 500


@dataclass(frozen=True)
class Problem:
    """One thing that does not add up: which row, and in words."""

    row: str
    words: str

    def __str__(self) -> str:
        return f"{self.row} : {self.words}"


def verify() -> list[Problem]:
    """Everything that does not add up; empty when the books are right. Reads each table a constant number of times."""
    checks: tuple[Callable[[], Iterator[Problem]], ...] = (_postings, _documents, _sources, _receipts, _clients, _due_dates)
    return list(chain.from_iterable(check() for check in checks))


def _postings() -> Iterator[Problem]:
    """Each posting balances."""
    sums = LedgerEntry.objects.order_by().values("posting").annotate(debit=Sum("debit"), credit=Sum("credit"))
    for row in sums.order_by("posting").iterator(_BATCH):
        if cents(row["debit"]) != cents(row["credit"]):
            yield Problem(
                _("écriture %(posting)s") % row,
                _("débit %(debit)s, crédit %(credit)s") % {"debit": cents(row["debit"]), "credit": cents(row["credit"])},
            )


def _documents() -> Iterator[Problem]:
    """Each document's lines make its totals, its ledger says the same per rate, and nothing counts beyond it."""
    booked = _booked()
    used = _sums(Allocation.objects.all(), "invoice")
    spent = _sums(Allocation.objects.filter(credit_note__isnull=False), "credit_note")
    returned = _sums(Payment.objects.filter(refunds_credit__isnull=False), "refunds_credit")
    taken: dict[int, list[VatGroup]] = defaultdict(list)  # what the credit notes met so far took back of each invoice
    for document in Invoice.objects.issued().with_balance().prefetch_related("lines").order_by("pk").iterator(_BATCH):
        sums = totals(document.lines.all(), taken=taken[document.credit_of_id] if document.credit_of_id else ())
        if document.credit_of_id:
            taken[document.credit_of_id] += sums.groups
        for words in chain(
            _totals(document, sums),
            _entries(document, sums, booked.pop((document.kind, document.public_id), {})),
            _counted(document, used[document.pk], spent[document.pk] - returned[document.pk]),
        ):
            yield Problem(document.about_label, words)
    for kind, ref in sorted(booked):
        if kind in Invoice.Kind.values:
            yield Problem(_("écriture de %(ref)s") % {"ref": ref}, _("le document qu’elle comptabilise n’est plus là"))


def _totals(document: Invoice, sums: Totals) -> Iterator[str]:
    for line in document.lines.all():
        if line.net != line_net(line.quantity, line.unit_price, line.discount):
            yield _("ligne %(position)s : son total n’est pas quantité × prix") % {"position": line.position}
    if (sums.excl_tax, sums.tax, sums.incl_tax) != (document.total_excl_tax, document.total_tax, document.total_incl_tax):
        yield _("ses totaux ne sont pas la somme de ses lignes")


def _entries(document: Invoice, sums: Totals, found: dict[str, Decimal]) -> Iterator[str]:
    """The ledger of a document, account by account: what is there (credit less debit), and what should be."""
    sign = -1 if document.is_credit_note else 1
    wanted: dict[str, Decimal] = defaultdict(lambda: ZERO)
    wanted[ledger.CLIENTS] -= sign * sums.incl_tax
    for group in sums.groups:
        wanted[ledger.sales_account(document.nature)] += sign * group.base
        wanted[ledger.tax_account(group.rate)] += sign * group.tax
    for account in sorted({*wanted, *found}):
        there, should = found.get(account, ZERO), wanted.get(account, ZERO)
        if there != should:
            yield _("compte %(account)s : %(there)s au journal, %(should)s attendus") % {
                "account": account, "there": there, "should": should,
            }  # fmt: skip


def _counted(document: Invoice, used: Decimal, spent: Decimal) -> Iterator[str]:
    """`used`: what counts on it; `spent`: what of it, a credit note, counts elsewhere or was given back."""
    total, balance = document.total_incl_tax, document.balance()
    if balance != total - used:
        yield _("solde lu %(read)s, recalculé %(computed)s") % {"read": balance, "computed": total - used}
    if not ZERO <= used <= total:
        yield _("%(used)s comptés dessus, pour un total de %(total)s") % {"used": used, "total": total}
    if not ZERO <= spent <= (total if document.is_credit_note else ZERO):
        yield _("%(spent)s employés de cet avoir de %(total)s") % {"spent": spent, "total": total}


def _sources() -> Iterator[Problem]:
    """No payment pays more than what came, less what went back."""
    used = _sums(Allocation.objects.filter(payment__isnull=False), "payment")
    returned = _sums(Payment.objects.filter(refunds__isnull=False), "refunds")
    reversed_by = set(Payment.objects.filter(reverses__isnull=False).values_list("reverses", flat=True))
    for row in Payment.objects.order_by("pk").iterator(_BATCH):
        counted, left = used[row.pk], row.amount + returned[row.pk]
        if row.reverses_id or row.pk in reversed_by:
            continue  # together, below
        if not (ZERO <= counted <= left or (row.amount < 0 and counted == 0)):
            yield Problem(
                f"{row.about_label} {row.public_id}", _("%(used)s affectés sur %(left)s") % {"used": counted, "left": left}
            )
    for row in Payment.objects.filter(reverses__isnull=False).select_related("reverses").order_by("pk").iterator(_BATCH):
        former = row.reverses
        assert former is not None  # the filter says so
        if row.amount != -former.amount or used[row.pk] != -used[former.pk]:
            yield Problem(
                f"{row.about_label} {row.public_id}",
                _("il n’annule pas exactement le paiement %(ref)s") % {"ref": former.public_id},
            )


def _receipts() -> Iterator[Problem]:
    """Each payment is in the treasury, for its amount."""
    booked = _booked()
    for row in Payment.objects.order_by("pk").iterator(_BATCH):
        accounts = booked.pop(("payment", row.public_id), {})
        there = -sum((amount for account, amount in accounts.items() if account in ledger.TREASURY), ZERO)
        if there != row.amount:
            yield Problem(
                f"{row.about_label} {row.public_id}",
                _("%(there)s en trésorerie au journal, %(should)s attendus") % {"there": there, "should": row.amount},
            )
    for kind, ref in sorted(booked):
        if kind == "payment":
            yield Problem(_("écriture de %(ref)s") % {"ref": ref}, _("le paiement qu’elle comptabilise n’est plus là"))


def _clients() -> Iterator[Problem]:
    """What each client owes (411) and is owed (4191), by the ledger and by the facts, aliases together."""
    heads = {
        row.pk: row.merged_into_id or row.pk
        for row in Customer.objects.only("pk", "merged_into_id").order_by("pk").iterator(_BATCH)
    }
    names = dict(Customer.objects.order_by("pk").values_list("pk", "reference"))
    facts: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)

    def add(account: str, rows: dict[int, Decimal], sign: int) -> None:
        for customer, amount in rows.items():
            facts[heads[customer], account] += sign * amount

    issued = Invoice.objects.issued()
    add(ledger.CLIENTS, _sums(issued.filter(kind=Invoice.Kind.INVOICE), "customer", "total_incl_tax"), 1)
    add(ledger.CLIENTS, _sums(issued.filter(kind=Invoice.Kind.CREDIT_NOTE), "customer", "total_incl_tax"), -1)
    paid = _sums(Allocation.objects.filter(payment__isnull=False), "payment__customer")
    add(ledger.CLIENTS, paid, -1)
    add(ledger.CLIENTS, _sums(Payment.objects.filter(refunds_credit__isnull=False), "customer"), -1)
    add(ledger.ADVANCES, _sums(Payment.objects.filter(refunds_credit=None), "customer"), -1)
    add(ledger.ADVANCES, paid, 1)
    for account in (ledger.CLIENTS, ledger.ADVANCES):
        rows = LedgerEntry.objects.filter(account=account)
        add(account, _sums(rows, "customer", "debit"), -1)
        add(account, _sums(rows, "customer", "credit"), 1)
    for (customer, account), gap in sorted(facts.items()):
        if gap:
            yield Problem(
                names[customer], _("compte %(account)s : écart de %(gap)s avec les faits") % {"account": account, "gap": gap}
            )


def _due_dates() -> Iterator[Problem]:
    """Each due date written as a commitment says what its invoice says."""
    rows = Commitment.objects.filter(nature=Commitment.Nature.PROJECTED, about_kind="invoice", owed_by=Commitment.Owed.THEM)
    dates = {row.about_ref: row for row in rows.order_by("pk").iterator(_BATCH)}
    for invoice in Invoice.objects.invoices().filter(total_incl_tax__gt=0).with_balance().order_by("pk").iterator(_BATCH):
        row, balance = dates.get(invoice.public_id), invoice.balance()
        if row is None:
            yield Problem(invoice.about_label, _("son échéance n’est pas parmi les engagements"))
        elif (row.due_on, row.kept_at is None) != (invoice.due_on, balance > 0) or (balance > 0 and row.amount != balance):
            yield Problem(invoice.about_label, _("l’engagement de son échéance ne dit pas ce qu’elle dit"))


def _booked() -> dict[tuple[str, str], dict[str, Decimal]]:
    """Credit less debit, by what is booked and by account, to the cent."""
    rows = LedgerEntry.objects.order_by().values_list("about_kind", "about_ref", "account")
    found: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for kind, ref, account, debit, credit in rows.annotate(debits=Sum("debit"), credits=Sum("credit")).iterator(_BATCH):
        found[kind, ref][account] = cents(credit) - cents(debit)
    return dict(found)


def _sums(rows: object, by: str, what: str = "amount") -> dict[int, Decimal]:
    """The sum of `what` by `by`, to the cent; zero for who has none."""
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in rows.order_by().values_list(by).annotate(sum=Sum(what)):  # type: ignore[attr-defined]
        found[key] = cents(amount)
    return found
