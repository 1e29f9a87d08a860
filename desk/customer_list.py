"""The list of customers as its page shows it: a constant number of statements, whatever the customers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from crm.models import BulkChange, Customer, Interaction
from desk.filters import ORDERS, CustomerFilter, chosen_order
from desk.forms.customers import tags_offered
from desk.paging import Page, page
from lib import clock, csv_out
from lib.identifiers import format_phone
from lib.public_ids import PATTERN
from tact.contacts import written_or_spoken

COUNTED = 1000  # beyond, nobody needs the exact number and the database should not look for it


@dataclass
class CustomerList:
    """One page of the list and what stands around it."""

    filter: CustomerFilter
    page: Page[Customer]
    count: int
    many: bool
    order: str
    change: BulkChange | None


def customer_filter(request: HttpRequest) -> CustomerFilter:
    """The filters of this request; two statements, for the closed lists of tags and colleagues."""
    return CustomerFilter(request.GET, user=request.user, tags=tags_offered(), staff=list(User.objects.staff()))


def customer_list(request: HttpRequest) -> CustomerList:
    """What the page shows."""
    chosen, order = customer_filter(request), chosen_order(request)
    rows = chosen.rows()
    count = rows.order_by()[: COUNTED + 1].count()
    shown = page(rows.select_related("owner").prefetch_related("tags"), request, ORDERS[order][1])
    _tell_last_contacts(shown.rows)
    return CustomerList(chosen, shown, min(count, COUNTED), count > COUNTED, order, _change_done(request))


def last_contacts(customers: Iterable[Customer]) -> dict[int, datetime]:
    """When anyone last spoke or wrote with each customer, aliases included. One statement that reads one row of the
    history per customer, however long it is."""
    ids = [customer.pk for customer in customers]
    last = written_or_spoken(Interaction.objects.filter(customer=OuterRef("pk"))).order_by("-occurred_at", "-id")
    family = Customer.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids)).order_by("pk")
    found: dict[int, datetime] = {}
    for pk, head, at in family.values_list("pk", "merged_into_id", Subquery(last.values("occurred_at")[:1])):
        if at is not None:
            key = head or pk
            found[key] = max(at, found.get(key, at))
    return found


def export_lines(rows: QuerySet[Customer]) -> Iterator[str]:
    """The list as CSV, line by line, read from the database little by little."""
    yield csv_out.BOM + csv_out.line(str(label) for label, _value in _columns())
    values = [value for _label, value in _columns()]
    for row in rows.select_related("owner").prefetch_related("tags").order_by("sort_name", "id").iterator(500):
        yield csv_out.line(value(row) for value in values)


def _columns() -> list[tuple[str, Any]]:
    return [
        (_("Référence"), lambda row: row.reference),
        (_("Code dans l’ancien logiciel"), lambda row: row.external_reference),
        (_("Nom"), lambda row: row.name),
        (_("Type"), lambda row: row.get_type_display()),
        (_("E-mail"), lambda row: row.email),
        (_("Téléphone"), lambda row: format_phone(row.phone)),
        (_("Adresse"), lambda row: row.address),
        (_("Complément d’adresse"), lambda row: row.address_extra),
        (_("Code postal"), lambda row: row.postal_code),
        (_("Ville"), lambda row: row.city),
        (_("Pays"), lambda row: row.country),
        ("SIREN", lambda row: row.siren),
        ("SIRET", lambda row: row.siret),
        (_("Numéro de TVA"), lambda row: row.vat_number),
        (_("Suivi par"), lambda row: row.owner.name if row.owner else ""),
        (_("Origine"), lambda row: row.source),
        (_("Étiquettes"), lambda row: ", ".join(tag.name for tag in row.tags.all())),
        (_("À savoir"), lambda row: row.note),
        (_("Fiche créée le"), lambda row: clock.local(row.created_at).date()),
    ]


def _tell_last_contacts(rows: list[Customer]) -> None:
    found = last_contacts(rows)
    for row in rows:
        row.last_contact_at = found.get(row.pk)  # type: ignore[attr-defined]


def _change_done(request: HttpRequest) -> BulkChange | None:
    """The change of many customers that this person has just asked for, to tell of it and offer its undo."""
    ref = request.GET.get("fait", "")
    if not re.fullmatch(PATTERN, ref):
        return None
    return (
        BulkChange.objects.visible_to(request.user)
        .defer("ids", "former")
        .select_related("tag", "owner")
        .filter(public_id=ref)
        .first()
    )
