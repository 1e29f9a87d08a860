"""The list of invoices: which ones, in what order, and what they come to. A constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import django_filters
from dateutil.relativedelta import relativedelta
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from billing.models import Invoice
from crm import search
from crm.models import Commitment, Customer
from desk import phrases
from desk.invoice_ageing import Ageing, read_ageing, read_house_ageing
from desk.paging import AFTER, BEFORE, SIZE, Page, page
from desk.sorting import Column, Sorting, sorting
from lib.typography import amount

COUNTED = 1000  # beyond, nobody needs the exact number
UNPAID, OVERDUE, DRAFTS, PAID, CREDITS, ALL = "a-regler", "echues", "brouillons", "reglees", "avoirs", "toutes"
STATES: dict[str, str | Promise] = {
    UNPAID: lazy("À régler"),
    OVERDUE: lazy("Échues"),
    DRAFTS: lazy("Brouillons"),
    PAID: lazy("Réglées"),
    CREDITS: lazy("Avoirs"),
    ALL: lazy("Toutes"),
}
DEFAULTS = {UNPAID: "echeance", OVERDUE: "echeance", DRAFTS: "-modif"}  # else the latest issued first
PERIODS = {
    "1": lazy("depuis un mois"),
    "3": lazy("depuis trois mois"),
    "12": lazy("depuis un an"),
    "36": lazy("depuis trois ans"),
}


class InvoiceFilter(django_filters.FilterSet):
    """Which documents a list shows: closed choices, a client, and words (a number, a name)."""

    q = django_filters.CharFilter(label=lazy("Rechercher"), method="by_words", max_length=100)
    etat = django_filters.ChoiceFilter(label=lazy("État"), method="by_state", choices=list(STATES.items()))
    client = django_filters.CharFilter(label=lazy("Client"), method="by_client", max_length=32)
    periode = django_filters.ChoiceFilter(
        label=lazy("Émises"), method="by_period", choices=list(PERIODS.items()), empty_label=lazy("n’importe quand")
    )

    class Meta:
        model = Invoice
        fields: list[str] = []

    def __init__(self, data: Any, *, user: User, today: date, default: str = UNPAID):
        self.user, self.today, self.default = user, today, default
        self.customer: Customer | None = None
        self._narrowed: QuerySet[Invoice] | None = None
        super().__init__(data, queryset=Invoice.objects.visible_to(user))

    @property
    def state(self) -> str:
        """A key of `STATES`: the one asked for, else what is to be paid."""
        return self.form.cleaned_data.get("etat") or self.default

    @property
    def faults(self) -> list[str]:
        """What could not be obeyed, one sentence each: the list is shown without it."""
        sentence = _("Le filtre « %(name)s » n’a pas cette valeur : il est ignoré.")
        return [sentence % {"name": self.form.fields[name].label} for name in self.form.errors if name in self.form.fields]

    @property
    def narrowing(self) -> bool:
        """Whether something beside the state is asked for."""
        return any(self.form.cleaned_data.get(name) for name in ("client", "periode", "q"))

    def rows(self) -> QuerySet[Invoice]:
        """The documents that answer what is valid among the filters."""
        self.form.is_valid()
        rows = self.narrowed()
        return self.by_state(rows, "etat", self.state)

    def narrowed(self) -> QuerySet[Invoice]:
        """The same whatever their state. Two statements when a client is asked for, once."""
        if self._narrowed is None:
            self.form.is_valid()
            self._narrowed = self.queryset
            for name in ("client", "periode", "q"):
                self._narrowed = self.filters[name].filter(self._narrowed, self.form.cleaned_data.get(name))
        return self._narrowed

    def by_words(self, rows: QuerySet[Invoice], name: str, value: str) -> QuerySet[Invoice]:
        """A part of a number, else the words of a client."""
        words = value.strip()
        if any(sign.isdigit() for sign in words) and " " not in words:
            return rows.filter(number__icontains=words)
        heads = search.head_ids(self.user, words)
        return rows.filter(Q(customer__in=heads) | Q(customer__merged_into__in=heads))

    def by_client(self, rows: QuerySet[Invoice], name: str, value: str) -> QuerySet[Invoice]:
        """Those of one client, aliases included; none for a client who does not exist or may not be seen."""
        self.customer = Customer.objects.visible_to(self.user).filter(public_id=value).select_related("merged_into").first()
        return rows.of_family(self.customer.head.family_ids()) if self.customer else rows.none()  # type: ignore[attr-defined]

    def by_period(self, rows: QuerySet[Invoice], name: str, value: str) -> QuerySet[Invoice]:
        """Those issued lately."""
        return rows.filter(issued_on__gte=self.today - relativedelta(months=int(value)))

    def by_state(self, rows: QuerySet[Invoice], name: str, value: str) -> QuerySet[Invoice]:
        """Those in one state, each with its balance."""
        found: Any = rows
        return {
            UNPAID: found.unpaid,
            OVERDUE: lambda: found.overdue(self.today),
            DRAFTS: lambda: found.drafts().with_balance(),
            PAID: lambda: found.invoices().with_balance().filter(open_balance__lte=0),
            CREDITS: lambda: found.issued().filter(kind=Invoice.Kind.CREDIT_NOTE).with_balance(),
            ALL: lambda: found.issued().with_balance(),
        }[value]()


@dataclass
class InvoiceList:
    """One page of the list and what stands around it."""

    filter: InvoiceFilter
    page: Page[Invoice]
    state: str
    ageing: Ageing
    answer: str
    rows: list["Row"]
    sorting: Sorting


@dataclass(frozen=True)
class Row:
    """A document as the list shows it."""

    invoice: Invoice
    says: str
    tone: str
    balance: Any


def filtered(request: HttpRequest, *, today: date) -> tuple[QuerySet[Invoice], Sorting]:
    """Every document that the filters leave, and how the list is sorted."""
    chosen = InvoiceFilter(request.GET, user=request.user, today=today)
    rows = chosen.rows()
    return rows, sorting(request, columns(chosen.state), default=DEFAULTS.get(chosen.state, "-emise"))


def invoice_list(request: HttpRequest, *, today: date) -> InvoiceList:
    """What the page shows."""
    chosen = InvoiceFilter(request.GET, user=request.user, today=today)
    rows = chosen.rows()
    ageing = read_ageing(chosen.narrowed().unpaid(), today) if chosen.narrowing else read_house_ageing(today)  # type: ignore[attr-defined]
    order = sorting(request, columns(chosen.state), default=DEFAULTS.get(chosen.state, "-emise"))
    shown = first_page(chosen, request, order) or page(_with_their_client(rows), request, order.order)
    cancelled = credited_whole(shown.rows)
    made = [Row(row, *standing(row, today, cancelled=row.pk in cancelled), row.balance()) for row in shown.rows]
    return InvoiceList(chosen, shown, chosen.state, ageing, told(ageing, narrowed=chosen.narrowing), made, order)


def first_page(chosen: InvoiceFilter, request: HttpRequest, order: Sorting) -> Page[Invoice] | None:
    """The page that nearly everyone asks for, what was due first, read from the due dates still open no further than it goes:
    the same rows as by reading all that is due, whatever their number. None for another page. Two statements."""
    asks_more = chosen.narrowing or AFTER in request.GET or BEFORE in request.GET
    if asks_more or chosen.state not in (UNPAID, OVERDUE) or order.order != ("due_on", "id"):
        return None
    dates = Commitment.objects.open_due_dates().order_by("due_on", "id").values_list("due_on", flat=True)
    until = next(iter(dates[SIZE : SIZE + 1]), None)
    if until is None:
        return None
    rows = chosen.narrowed().unpaid(until=until)  # type: ignore[attr-defined]
    if chosen.state == OVERDUE:
        rows = rows.filter(due_on__lt=chosen.today)
    shown = page(_with_their_client(rows), request, order.order)
    return shown if shown.next_url else None


def _with_their_client(rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    return rows.select_related("customer").defer("snapshot", "note")


def columns(state: str) -> list[Column]:
    """The columns of the list of one state. What is left to pay sorts only where it is read for every row anyway; a due date,
    where every row has one."""
    number = Column(_("Facture"), "numero", ("number", "id"))
    client = Column(_("Client"), "client", ("customer__sort_name", "id"))
    total = Column(_("Total TTC"), "total", ("total_incl_tax", "id"), "num", falling=True)
    if state == DRAFTS:
        changed = Column(_("Dernière modification"), "modif", ("updated_at", "id"), falling=True)
        return [Column(_("Facture")), client, changed, total]
    issued = Column(_("Émise le"), "emise", ("issued_on", "id"), falling=True)
    if state == CREDITS:
        return [number, client, issued, Column(_("Motif")), total]
    due = Column(_("À régler le"), "echeance", ("due_on", "id")) if state != ALL else Column(_("À régler le"))
    left = Column(_("Reste"), "reste", ("open_balance", "id"), "num", falling=True)
    return [number, client, issued, due, total, left if state in (UNPAID, OVERDUE) else Column(_("Reste"), css="num")]


def told(ageing: Ageing, *, narrowed: bool = False) -> str:
    """What is due, in a sentence; `narrowed` when only some documents were asked for."""
    if not ageing.count and narrowed:
        return _("Rien n’est à régler parmi les factures cherchées.")
    if not ageing.count:
        return _("Rien n’est dû : tout ce qui est émis est réglé.")
    values = {"total": _money(ageing.total), "late": _money(ageing.overdue)}
    who = _clients(ageing.clients)
    if not ageing.late:
        return _("%(total)s à régler par %(who)s, rien n’est échu.") % {**values, "who": who}
    if ageing.late == ageing.count:
        return _("%(total)s à régler par %(who)s, tout est échu.") % {**values, "who": who}
    if ageing.clients == ageing.late_clients:
        return _("%(total)s à régler par %(who)s, dont %(late)s échus.") % {**values, "who": who}
    return _("%(total)s à régler par %(who)s, dont %(late)s échus chez %(late_who)s.") % {
        **values, "who": who, "late_who": _clients(ageing.late_clients),
    }  # fmt: skip


def _clients(count: int) -> str:
    return _("un client") if count == 1 else _("%(count)s clients") % {"count": count}


def _money(value: Any) -> str:
    return amount(value, language=phrases.language())


def credited_whole(rows: Sequence[Invoice]) -> set[int]:
    """Those of which credit notes took everything back: nobody paid them. One statement, none when nothing is settled."""
    settled = {row.pk: row.total_incl_tax for row in rows if not (row.is_draft or row.is_credit_note) and row.balance() <= 0}
    if not settled:
        return set()
    notes = Invoice.objects.issued().filter(credit_of__in=settled).order_by()
    sums = notes.values_list("credit_of").annotate(sum=Sum("total_incl_tax"))
    return {pk for pk, taken in sums if pk is not None and taken >= settled[pk]}


def standing(invoice: Invoice, today: date, *, cancelled: bool = False) -> tuple[str, str]:
    """The state of a document in a word or two, and the tone of its tag. Its balance is already read; `cancelled` when
    credit notes took it back whole."""
    if invoice.is_draft:
        return _("brouillon"), "plain"
    if invoice.is_credit_note:
        return _("avoir"), "info"
    balance = invoice.balance()
    if balance <= 0:
        return (_("annulée"), "info") if cancelled else (_("réglée"), "ok")
    days = (today - invoice.due_on).days if invoice.due_on else 0
    if days <= 0:
        return (_("en partie réglée"), "info") if balance < invoice.total_incl_tax else (_("à régler"), "plain")
    return (_("échue depuis un jour") if days == 1 else _("échue depuis %(days)s jours") % {"days": days}), "late"
