"""The gesture that corrects: a credit note, whole or in part, in its own series. Nothing issued is ever changed."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from billing import consequences, invoice_mail, numbering, seals
from billing.draft_checks import positive
from billing.issuing import lock_customer, locked, number_it, request_key, ring_papers, tell
from billing.models import Allocation, Invoice, InvoiceLine
from billing.models.invoices import Unit
from crm.checks import clean_text
from crm.company import the_company
from crm.models.timeline import Kind
from crm.turns import in_turn
from lib.errors import Refusal
from lib.money import ZERO, cents
from lib.typography import amount, long_date
from lib.vat import line_net

CreditLines = Iterable[Mapping[str, Any]]


def credit_invoice(
    invoice: Invoice, *, reason: str, by: User | None, on: date, lines: CreditLines | None = None, key: str = ""
) -> Invoice:
    """Issue a credit note on `invoice`, on the civil day `on`; returns it, with its number `A2026-000001`.

    Without `lines`, all that is left to credit. Else each names a line by its `position` and says what of it: a `quantity`,
    or an `amount` in EUR without tax. Never more than what is left of a line after the credit notes before. It counts on
    the invoice up to what is still due; the rest stays to the client's credit. `key` names the request: the same one gives
    the same credit note. Refuses an invoice without number, a credit note, a day before the invoice's, and no reason.
    """
    key, reason = request_key(key), clean_text(reason, limit=240)
    if not reason:
        raise Refusal(_("Dites pourquoi cet avoir : le client le lira."), field="reason")
    with in_turn():
        series = numbering.lock_series(Invoice.Kind.CREDIT_NOTE, on)
        corrected = locked(invoice)
        if found := _already(corrected, key):
            return found
        _refuse_unfit(corrected, on)
        lock_customer(corrected)
        note = Invoice(
            kind=Invoice.Kind.CREDIT_NOTE, customer=corrected.customer, contact=corrected.contact, nature=corrected.nature,
            client_type=corrected.client_type, subject=corrected.subject, buyer_reference=corrected.buyer_reference,
            credit_of=corrected, credit_reason=reason, created_by=by, vat_exemption=corrected.vat_exemption,
        )  # fmt: skip
        rows = _credited(corrected, lines)
        note.save(force_insert=True)
        for row in rows:
            row.invoice = note
        InvoiceLine.objects.bulk_create(rows)
        company = the_company()
        number_it(note, numbering.next_place(series, on), company=company, by=by, on=on, key=key)
        used = _use(note, corrected, by=by, on=on)
        tell(note, Kind.CREDIT_NOTE_ISSUED, gettext_lazy("Avoir émis"), by=by, corrected=corrected.number, used=str(used))
        invoice_mail.queue(note, company=company, by=by)
        ring_papers(note)
        seals.seal_document(note)
        for allocation in note.uses.all():
            seals.seal_allocation(allocation)
    return note


def left_to_credit(invoice: Invoice) -> dict[int, Decimal]:
    """For each line of an issued invoice, by position, EUR without tax that no credit note has taken back. Two statements."""
    taken = dict(
        InvoiceLine.objects.filter(credited_line__invoice=invoice, invoice__number__isnull=False)
        .order_by()
        .values_list("credited_line")
        .annotate(sum=Sum("net"))
    )
    return {line.position: cents(line.net - taken.get(line.pk, ZERO)) for line in invoice.lines.all()}


def _already(corrected: Invoice, key: str) -> Invoice | None:
    """The credit note of the same request, when it has been made."""
    found = Invoice.objects.filter(issue_key=key).select_related("customer").first() if key else None
    if found is not None and (found.credit_of_id != corrected.pk or not found.is_credit_note):
        raise Refusal(_("Cette clé a déjà servi à émettre un autre document. Donnez-en une autre."), field="key")
    return found


def _refuse_unfit(corrected: Invoice, on: date) -> None:
    if corrected.is_credit_note:
        raise Refusal(_("Un avoir ne se corrige pas par un avoir : émettez une nouvelle facture."))
    if corrected.is_draft or corrected.issued_on is None:
        raise Refusal(_("Ce brouillon n’a pas de numéro : changez-le, il n’a pas besoin d’avoir."))
    if on < corrected.issued_on:
        raise Refusal(
            _("La facture est du %(day)s : un avoir ne peut pas la précéder.") % {"day": long_date(corrected.issued_on)},
            field="on",
        )


def _credited(corrected: Invoice, lines: CreditLines | None) -> list[InvoiceLine]:
    """The lines of the credit note (not saved), none more than what is left of the line it takes back."""
    left = left_to_credit(corrected)
    own = {line.position: line for line in corrected.lines.all()}
    if lines is None:
        rows = [_rest_of(own[position], rest) for position, rest in left.items() if rest]
        if not rows:
            raise Refusal(_("Il ne reste rien à créditer sur cette facture."))
    else:
        rows = _asked(lines, own, left, _pieces(corrected, own.values()))
    for place, row in enumerate(rows, 1):
        row.position = place
    return rows


def _asked(
    lines: CreditLines, own: dict[int, InvoiceLine], left: dict[int, Decimal], pieces: dict[int, Decimal]
) -> list[InvoiceLine]:
    rows: list[InvoiceLine] = []
    errors: dict[str, object] = {}
    rest = dict(left)
    for place, asked in enumerate(lines):
        try:
            line = own.get(int(asked.get("position") or 0))
            if line is None:
                raise Refusal(_("Cette facture n’a pas de telle ligne."))
            row = _part_of(line, asked)
            if _is_piece(row, line) and row.quantity == pieces.get(line.position) and row.net != rest[line.position]:
                row = _amount_of(line, rest[line.position])  # the last piece: what is left, to the cent
            if not ZERO < row.net <= rest[line.position]:
                raise Refusal(
                    _("Il reste %(left)s à créditer sur cette ligne, hors taxe.") % {"left": amount(rest[line.position])}
                )
            rest[line.position] -= row.net
            pieces = _less(pieces, row, line)
            rows.append(row)
        except Refusal as refusal:
            errors[f"lines.{place}"] = refusal.message
    if errors or not rows:
        raise Refusal(
            "" if errors else _("Dites ce que l’avoir reprend : au moins une ligne."), field="lines", errors=errors or None
        )
    return rows


def _pieces(corrected: Invoice, own: Iterable[InvoiceLine]) -> dict[int, Decimal]:
    """By position, the quantity that is left of each line of which only pieces were taken back. One statement."""
    left, by_key = {line.position: line.quantity for line in own}, {line.pk: line for line in own}
    taken = InvoiceLine.objects.filter(credited_line__invoice=corrected, invoice__number__isnull=False)
    for row in taken.order_by("pk"):
        left = _less(left, row, by_key[row.credited_line_id or 0])
    return left


def _less(left: dict[int, Decimal], row: InvoiceLine, line: InvoiceLine) -> dict[int, Decimal]:
    """Once `row` has taken its part of `line`; the line is no more among them when the part is an amount."""
    place = line.position
    if place in left and _is_piece(row, line):
        return {**left, place: left[place] - row.quantity}
    return {other: quantity for other, quantity in left.items() if other != place}


def _is_piece(row: InvoiceLine, line: InvoiceLine) -> bool:
    return (row.unit, row.unit_price, row.discount) == (line.unit, line.unit_price, line.discount)


def _rest_of(line: InvoiceLine, rest: Decimal) -> InvoiceLine:
    """All of a line as it was sold; what is left of it as one amount, once a part has been taken back."""
    return _copy(line, line.quantity, line.unit_price, line.discount) if rest == line.net else _amount_of(line, rest)


def _part_of(line: InvoiceLine, asked: Mapping[str, Any]) -> InvoiceLine:
    if asked.get("quantity") not in (None, ""):
        return _copy(line, positive(asked["quantity"], places=4), line.unit_price, line.discount)
    return _amount_of(line, positive(asked.get("amount"), places=2))


def _amount_of(line: InvoiceLine, net: Decimal) -> InvoiceLine:
    row = _copy(line, Decimal(1), net, ZERO)
    row.unit = Unit.LUMP_SUM
    return row


def _copy(line: InvoiceLine, quantity: Decimal, unit_price: Decimal, discount: Decimal) -> InvoiceLine:
    return InvoiceLine(
        description=line.description, plain_words=line.plain_words, quantity=quantity, unit=line.unit, unit_price=unit_price,
        discount=discount, vat_rate=line.vat_rate, vat_category=line.vat_category, credited_line=line,
        net=line_net(quantity, unit_price, discount),
    )  # fmt: skip


def _use(note: Invoice, corrected: Invoice, *, by: User | None, on: date) -> Decimal:
    """Count the credit note on its invoice, up to what is still due. Returns how much, in EUR."""
    used = min(note.total_incl_tax, max(corrected.balance(), ZERO))
    if used > 0:
        Allocation.objects.create(credit_note=note, invoice=corrected, amount=used, made_on=on, made_by=by)
    consequences.follow(corrected.customer, [corrected], by=by)
    return used
