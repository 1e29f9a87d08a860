"""Gestures on drafts: begin, change, discard. A draft has no number, and two people on one draft lose nothing."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.draft_checks import LINE_FIELDS, check_fields, check_lines
from billing.models import Invoice, InvoiceLine
from crm.company import the_company
from crm.models import Customer
from lib import clock
from lib.errors import Conflict, Refusal
from lib.money import LARGEST
from lib.vat import totals

Lines = Iterable[Mapping[str, Any]]


def create_draft(*, customer: Customer, lines: Lines, by: User | None, key: str = "", **fields: Any) -> Invoice:
    """Begin an invoice for `customer`, without a number; nothing is told to anyone yet. Returns it.

    Each line is a mapping of `draft_checks.LINE_FIELDS` (amounts in EUR without tax, `vat_rate` and `discount` in
    percent, as text, Decimal or int); `fields` are among `draft_checks.FIELDS`. Raises Refusal naming every wrong field
    (`lines.0.unit_price`). `key` names the request: the same one gives the same draft, or the invoice it has become.
    """
    rows, values = _checked(lines, fields)
    with transaction.atomic():
        if key and (found := Invoice.objects.filter(draft_key=key).first()):
            return found
        _refuse_contact(values, customer)
        draft = Invoice(customer=customer.head, created_by=by, draft_key=key or None, **values)
        _total(draft, rows)
        draft.save(force_insert=True)
        _write_lines(draft, rows)
    return draft


def change_draft(draft: Invoice, *, version: int, by: User | None, lines: Lines | None = None, **fields: Any) -> Invoice:
    """Change fields of a draft, and its lines when `lines` is given (all of them, in order). Returns it.

    `version` is the one the person saw: when somebody else wrote meanwhile, nothing is written and the Conflict's
    `differs` says for each field what is now stored and what was asked: both texts are there to choose from.
    """
    rows, values = _checked(lines or [], fields)
    with transaction.atomic():
        current = locked_draft(draft)
        _refuse_contact(values, current.customer)
        if changes := _differs(current, values, rows if lines is not None else None):
            if current.version != version:
                raise Conflict(
                    _(
                        "Quelqu’un a changé ce brouillon pendant votre saisie. Rien n’est perdu : comparez ce qui diffère, "
                        "puis enregistrez à nouveau."
                    ),
                    differs=changes,
                )
            for name, value in values.items():
                setattr(current, name, value)
            if lines is not None:
                _total(current, rows)
                current.lines.all().delete()
                _write_lines(current, rows)
            current.version, current.updated_at = current.version + 1, clock.now()
            current.save()
    return current


def discard_draft(draft: Invoice, *, by: User | None, version: int | None = None) -> None:
    """Throw a draft away. Twice is once. Refuses an issued document, and one that somebody changed since `version`."""
    with transaction.atomic():
        if not Invoice.objects.filter(pk=draft.pk).exists():
            return
        current = locked_draft(draft)
        if version is not None and current.version != version:
            raise Conflict(_("Quelqu’un a changé ce brouillon depuis que vous l’avez ouvert. Relisez-le avant de le jeter."))
        current.delete()


def locked_draft(draft: Invoice) -> Invoice:
    """The draft as it is now, locked until the transaction ends. Refuses one that has its number or is gone."""
    current = Invoice.objects.select_for_update(of=("self",), no_key=True).select_related("customer").filter(pk=draft.pk).first()
    if current is None:
        raise Refusal(_("Ce brouillon n’existe plus : quelqu’un l’a jeté."))
    if not current.is_draft:
        raise Refusal(
            _("Cette facture a déjà son numéro, %(number)s : elle ne change plus. Un avoir la corrige.")
            % {"number": current.number}
        )
    return current


def _checked(lines: Lines, fields: Mapping[str, Any]) -> tuple[list[InvoiceLine], dict[str, Any]]:
    """Lines and fields, tidied, every wrong one named in one Refusal."""
    rows: list[InvoiceLine] = []
    values: dict[str, Any] = {}
    errors: dict[str, object] = {}
    try:
        rows = check_lines(lines, regime=the_company().vat_regime)
    except Refusal as refusal:
        errors.update(refusal.errors)
    try:
        values = check_fields(fields)
    except Refusal as refusal:
        errors.update(refusal.errors)
    if errors:
        raise Refusal(errors=errors)
    return rows, values


def _total(draft: Invoice, rows: list[InvoiceLine]) -> None:
    """What the lines come to, on the draft's row (not saved): lists show it, issuing computes it again."""
    sums = totals(rows)
    if abs(sums.incl_tax) > LARGEST:
        raise Refusal(_("Le total dépasse 999 999 999,99 €. Vérifiez les quantités et les prix."), field="lines")
    draft.total_excl_tax, draft.total_tax, draft.total_incl_tax = sums.excl_tax, sums.tax, sums.incl_tax


def _write_lines(draft: Invoice, rows: list[InvoiceLine]) -> None:
    for row in rows:
        row.invoice = draft
    InvoiceLine.objects.bulk_create(rows)


def _refuse_contact(values: Mapping[str, Any], customer: Customer) -> None:
    contact = values.get("contact")
    if contact is not None and contact.customer_id not in customer.family_ids():
        raise Refusal(_("Cette personne n’est pas de ce client."), field="contact")


def _differs(current: Invoice, values: Mapping[str, Any], rows: list[InvoiceLine] | None) -> dict[str, tuple[Any, Any]]:
    """For each field that would change, what is stored and what is asked; lines are compared as they read."""
    found = {name: (getattr(current, name), value) for name, value in values.items() if getattr(current, name) != value}
    if rows is not None:
        stored, asked = [_as_read(row) for row in current.lines.all()], [_as_read(row) for row in rows]
        if stored != asked:
            found["lines"] = (stored, asked)
    return found


def _as_read(row: InvoiceLine) -> dict[str, Any]:
    return {name: getattr(row, name) for name in LINE_FIELDS}
