"""The list of what was received and given back, newest first, with what waits for a person at the top."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, User
from billing.models import Allocation, Invoice, Payment, StripeEvent
from billing.models.payments import PaymentQuerySet
from crm.models import Customer
from desk import phrases
from desk.invoice_ageing import where_the_books_stand
from desk.paging import Page, first_page_url, page
from desk.sorting import Column, Sorting, sorting
from lib import clock
from lib.money import ZERO
from lib.typography import amount, plural

NEWEST = "-recu"
SHOWN = 20  # messages of Stripe to look at, and invoices offered
LOOKED_AT = 200  # payments of which something is left, the oldest, added up for the sentence at the top


@dataclass(frozen=True)
class PaymentLine:
    """One row of the list."""

    payment: Payment
    words: str
    counts: list[tuple[Invoice, Any]]  # what it pays, net of what was taken back
    left: Any  # EUR that count on no invoice; nothing when undone


@dataclass(frozen=True)
class PaymentList:
    """One page of the list."""

    page: Page[Payment]
    lines: list[PaymentLine]
    kinds: list[tuple[str, str, bool]]
    troubles: list[StripeEvent]
    answer: str
    client: Customer | None
    forged: str
    sorting: Sorting
    kept: list[tuple[str, str]]  # the filters, for a form that only sorts


def columns() -> list[Column]:
    """The columns of the list."""
    return [
        Column(_("Reçu le"), "recu", ("paid_on", "id"), falling=True),
        Column(_("Client"), "client", ("customer__sort_name", "id")),
        Column(_("Moyen"), "moyen", ("method", "paid_on", "id")),
        Column(_("Compte pour")),
        Column(_("Montant"), "montant", ("amount", "id"), "num", falling=True),
    ]


def filtered(request: HttpRequest, *, user: User) -> tuple[Any, Customer | None, Sorting]:
    """Every payment that the filters leave, of whom, and how the list is sorted: `voir` is «a-affecter» or «rendus», `client` a
    public id, which gives none when it is nobody's."""
    chosen, ref = request.GET.get("voir", ""), request.GET.get("client", "")
    client = Customer.objects.visible_to(user).filter(public_id=ref).first() if ref else None
    rows = payments_seen(user)
    if ref:
        rows = rows.of_family(client.family_ids() if client else [])
    if chosen == "a-affecter":
        rows = rows.filter(Q(surplus__gt=0), amount__gt=0, reversed_by=None)
    elif chosen == "rendus":
        rows = rows.filter(amount__lt=0)
    return rows, client, sorting(request, columns(), default=NEWEST)


def payment_list(request: HttpRequest, *, user: User) -> PaymentList:
    """The page that the request asks for."""
    chosen = request.GET.get("voir", "")
    rows, client, order = filtered(request, user=user)
    found = page(rows, request, order.order)
    troubles = list(StripeEvent.objects.to_look_at().select_related("invoice").order_by("-received_at", "-id")[:SHOWN])
    kinds = [("", _("Tous")), ("a-affecter", _("À affecter")), ("rendus", _("Rendus ou annulés"))]
    return PaymentList(
        page=found,
        lines=[line_of(row) for row in found.rows],
        kinds=[(label, first_page_url(request, voir=key), key == chosen) for key, label in kinds],
        troubles=troubles,
        answer=_answer(user, client, len(troubles)),
        client=client,
        forged=_forged(),
        sorting=order,
        kept=[(name, value) for name in ("voir", "client") if (value := request.GET.get(name, ""))],
    )


def payments_seen(user: User) -> Any:
    """The payments this person may read, with all that a row shows."""
    counted = Prefetch("allocations", Allocation.objects.select_related("invoice"))
    linked = ("customer", "reverses", "refunds", "refunds_credit", "reversed_by", "recorded_by")
    return Payment.objects.visible_to(user).with_surplus().select_related(*linked).prefetch_related(counted)


def line_of(payment: Payment) -> PaymentLine:
    """A payment as a row says it."""
    undone = hasattr(payment, "reversed_by")
    left = payment.unallocated() if payment.amount > 0 and not undone else ZERO
    sums: dict[Invoice, Any] = {}
    for row in payment.allocations.all():
        sums[row.invoice] = sums.get(row.invoice, ZERO) + row.amount
    return PaymentLine(payment, words_of(payment), [(invoice, net) for invoice, net in sums.items() if net], left)


def words_of(payment: Payment) -> str:
    """What the row is: «virement», «virement, annulé depuis», «annulation d’un chèque», «remboursement par carte»."""
    method = payment.get_method_display()
    if payment.reverses_id:
        return _("annulation : %(method)s") % {"method": method}
    if payment.is_refund:
        return _("rendu : %(method)s") % {"method": method}
    return _("%(method)s, annulé depuis") % {"method": method} if hasattr(payment, "reversed_by") else str(method)


def matches(text: str, *, user: User) -> list[Invoice]:
    """The unpaid invoices whose number or client answers `text`, the oldest due first; all of them without a text."""
    rows = Invoice.objects.visible_to(user).unpaid().select_related("customer").order_by("due_on", "id")
    for word in text.split()[:6]:
        rows = rows.filter(Q(number__icontains=word) | Q(customer__name__icontains=word) | Q(customer__reference__iexact=word))
    return list(rows[:SHOWN])


def _answer(user: User, client: Customer | None, troubles: int) -> str:
    """What is left to do here, in one sentence. One statement for a client, and for the house while its books stand still."""
    seen = Payment.objects.visible_to(user)
    left = _left(seen.of_family(client.family_ids())) if client else _left_of_house(seen)
    language = phrases.language()
    if troubles:
        return _("%(count)s de Stripe à vérifier.") % {"count": plural(troubles, _("message"), _("messages"), language=language)}
    if left:
        return _("%(sum)s ne comptent encore sur aucune facture.") % {"sum": amount(left, language=language)}
    return _("Tout ce qui est reçu compte sur une facture.")


def _left(rows: PaymentQuerySet) -> Decimal:
    """EUR of the oldest two hundred of these that still count on nothing. One statement, which looks at each of them."""
    return sum((row.unallocated() for row in rows.to_use().only("pk")[:LOOKED_AT]), ZERO)


def _left_of_house(seen: PaymentQuerySet) -> Decimal:
    """The same for the house: which payments have something left is looked for among all that were ever received, so the answer
    is kept while the books stand where they stood (`desk.invoice_ageing`). Nothing for who sees none."""
    return left_of_house(*where_the_books_stand()) if not seen.query.is_empty() else ZERO


@lru_cache(maxsize=4)
def left_of_house(*books: object) -> Decimal:
    """The same, added up: `books` says where they stood."""
    return _left(Payment.objects.all())


def _forged() -> str:
    """How many false messages came lately, in words; empty when none did."""
    since = clock.now() - timedelta(days=7)
    count = AuditEntry.objects.filter(at__gte=since, event="stripe.refused").count()
    return plural(count, _("faux message refusé"), _("faux messages refusés"), language=phrases.language()) if count else ""
