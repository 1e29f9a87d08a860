"""What was billed and received, as a French spreadsheet reads it: line by line, whatever the length."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from billing.models import Invoice, Payment
from crm.models.customers import CustomerType
from desk.invoice_list import standing
from desk.payment_list import line_of
from lib import clock, csv_out
from lib.money import cents

BATCH = 500
Told = list[tuple[str, Callable[[Any], object]]]


def invoice_lines(rows: QuerySet[Invoice], order: Iterable[str]) -> Iterator[str]:
    """The documents that a list shows, all pages together. One statement."""
    today = clock.today()
    found: Any = rows.with_credited()  # type: ignore[attr-defined]
    found = found.select_related("customer", "credit_of").defer("snapshot", "note", "credit_of__snapshot", "credit_of__note")
    return _lines(found.order_by(*order), _of_invoice(today))


def payment_lines(rows: QuerySet[Payment], order: Iterable[str]) -> Iterator[str]:
    """The payments that a list shows, all pages together. Two statements for each five hundred of them."""
    return _lines(rows.order_by(*order), _of_payment(clock.zone()))


def _lines(rows: QuerySet[Any], columns: Told) -> Iterator[str]:
    """The rows leave after the request is answered: what a column needs of it (language, zone, day) is taken before."""
    yield csv_out.BOM + csv_out.line(label for label, _value in columns)
    for row in rows.iterator(BATCH):
        yield csv_out.line(value(row) for _label, value in columns)


def _of_invoice(today: date) -> Told:
    return [
        (_("Numéro"), lambda row: row.number or ""),
        (_("Document"), lambda row: row.get_kind_display()),
        (_("État"), lambda row: _state(row, today)),
        (_("Client"), lambda row: row.customer.name),
        (_("Référence du client"), lambda row: row.customer.reference),
        (_("Type de client"), lambda row: CustomerType(row.client_type or row.customer.type).label),
        (_("Émise le"), lambda row: row.issued_on),
        (_("À régler le"), lambda row: row.due_on),
        (_("Total HT"), lambda row: row.total_excl_tax),
        (_("TVA"), lambda row: row.total_tax),
        (_("Total TTC"), lambda row: row.total_incl_tax),
        (_("Reste"), lambda row: None if row.is_credit_note or row.is_draft else row.balance()),
        (_("En clair"), lambda row: row.subject),
        (_("Votre commande"), lambda row: row.buyer_reference),
        (_("Corrige"), lambda row: row.credit_of.number if row.credit_of else ""),
        (_("Motif de l’avoir"), lambda row: row.credit_reason),
    ]


def _state(row: Invoice, today: date) -> str:
    cancelled = not row.is_draft and row.balance() <= 0 and row.credited >= row.total_incl_tax  # type: ignore[attr-defined]
    return standing(row, today, cancelled=cancelled)[0]


def _of_payment(zone: str) -> Told:
    return [
        (_("Reçu le"), lambda row: row.paid_on),
        (_("Client"), lambda row: row.customer.name),
        (_("Référence du client"), lambda row: row.customer.reference),
        (_("Moyen"), lambda row: line_of(row).words),
        (_("Montant"), lambda row: row.amount),
        (_("Compte pour"), lambda row: ", ".join(invoice.number or "" for invoice, _net in line_of(row).counts)),
        (_("Reste à affecter"), lambda row: cents(line_of(row).left)),
        (_("Référence"), lambda row: row.reference),
        (_("Motif"), lambda row: row.reason),
        (_("Enregistré par"), lambda row: row.recorded_by.name if row.recorded_by else ""),
        (_("Enregistré le"), lambda row: clock.local(row.recorded_at, zone).date()),
    ]
