"""The gesture that issues: a draft gets its number, its books, its seal, its due date and its mail, or nothing happens.

Locks are always taken in this order: series, invoice, customer, chain of seals. The PDF and the XML are made after the
commit (`billing.documents`); a crash in between leaves a job to the sweep, never a number without an invoice.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_q.tasks import async_task

from accounts.models import User
from billing import invoice_mail, ledger, numbering, projecting, seals
from billing.composing import compose
from billing.document import Document, to_json
from billing.mentions import Missing, missing
from billing.models import Invoice, InvoiceLine
from billing.sums import taken_back
from crm import timeline
from crm.company import the_company
from crm.models import Company, Customer
from crm.models.timeline import Audience, Kind, Stage
from crm.turns import in_turn
from lib import clock
from lib.errors import Refusal
from lib.vat import Totals, VatGroup, line_net, totals

ABOUT = {Invoice.Kind.INVOICE: "invoice", Invoice.Kind.CREDIT_NOTE: "credit_note"}


class Incomplete(Refusal):
    """The document may not be issued yet: `missing` is the whole list, each with its words and where to fill it in."""

    def __init__(self, found: list[Missing]):
        words = list(dict.fromkeys(one.words for one in found))  # an address lacks three things in one sentence
        told = ngettext(
            "Il manque une chose avant d’émettre : %(words)s",
            "Il manque %(count)s choses avant d’émettre : %(words)s",
            len(words),
        )
        super().__init__(
            told % {"count": len(words), "words": " ".join(words)},
            errors={one.where: one.words for one in reversed(found)},
        )
        self.missing = found


def issue_invoice(draft: Invoice, *, by: User | None, on: date, key: str = "") -> Invoice:
    """Issue `draft` on the civil day `on`; returns the invoice with its number.

    Already issued, it is given back as it is: from two browsers, one number and one mail. `key` names the request: the
    same key gives the same invoice, and is refused for another draft. Refuses a draft that lacks what the law wants
    (`Incomplete`, with the whole list), one dated before the last number of its series, and one of a client whose type
    nobody has settled.
    """
    key = request_key(key)
    with in_turn():
        series = numbering.lock_series(Invoice.Kind.INVOICE, on)
        invoice = locked(draft, key=key)
        if invoice.number is not None:
            return invoice
        if invoice.is_credit_note:
            raise Refusal(_("Un avoir naît émis : il ne s’émet pas depuis un brouillon."))
        lock_customer(invoice)
        company = the_company()
        number_it(invoice, numbering.next_place(series, on), company=company, by=by, on=on, key=key)
        projecting.open_due_date(invoice)
        tell(invoice, Kind.INVOICE_ISSUED, gettext_lazy("Facture émise"), by=by)
        invoice_mail.queue(invoice, company=company, by=by)
        ring_papers(invoice)
        seals.seal_document(invoice)
    return invoice


def locked(draft: Invoice, *, key: str = "") -> Invoice:
    """The document as it is now, locked until the transaction ends. Refuses one that is gone, and a `key` that has already
    issued another one."""
    rows = Invoice.objects.select_for_update(of=("self",), no_key=True).select_related("customer", "contact", "credit_of")
    wanted = Q(pk=draft.pk) | Q(issue_key=key) if key else Q(pk=draft.pk)
    found = {row.pk: row for row in rows.filter(wanted).prefetch_related("lines").order_by("pk")}
    invoice = found.pop(draft.pk, None)
    if found:
        raise Refusal(_("Cette clé a déjà servi à émettre un autre document. Donnez-en une autre."), field="key")
    if invoice is None:
        raise Refusal(_("Ce brouillon n’existe plus : quelqu’un l’a jeté."))
    return invoice


def lock_customer(invoice: Invoice) -> None:
    """Lock the client of `invoice`, read again: what is printed is what the record says now. A record reunited with another
    since the draft was begun gives way to the one that answers for it."""
    customer = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=invoice.customer_id)
    if customer.merged_into_id:
        customer = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer.merged_into_id)
    invoice.customer = customer


def number_it(invoice: Invoice, place: numbering.Place, *, company: Company, by: User | None, on: date, key: str) -> Document:
    """Give `invoice` its number and freeze everything it says: snapshot, lines, totals, ledger. Returns the document.

    For the gestures that issue, inside their transaction: series, invoice and customer are locked. Raises Incomplete.
    """
    taken = taken_back(invoice.credit_of) if invoice.credit_of else ()
    document = compose(invoice, company=company, number=str(place), on=on, taken=taken)
    if found := missing(document):
        raise Incomplete(found)
    sums = _freeze_lines(invoice, taken)
    if (sums.excl_tax, sums.tax, sums.incl_tax) != (
        document.totals.excl_tax, document.totals.tax, document.totals.incl_tax,
    ):  # fmt: skip
        raise RuntimeError("the document and its lines do not come to the same totals")
    invoice.number, invoice.issued_on, invoice.issued_at, invoice.issued_by = str(place), on, clock.now(), by
    invoice.client_type = document.buyer.client_type
    invoice.due_on = document.payment.due_on if document.payment else None
    invoice.total_excl_tax, invoice.total_tax, invoice.total_incl_tax = sums.excl_tax, sums.tax, sums.incl_tax
    invoice.snapshot, invoice.issue_key = to_json(document), key or None
    invoice.updated_at = invoice.issued_at
    invoice.save()
    numbering.take(place, on)
    ledger.post_document(invoice, sums)
    return document


def _freeze_lines(invoice: Invoice, taken: Iterable[VatGroup]) -> Totals:
    """The net of each line, written again where it differs, and what they come to after the credit notes before."""
    lines = list(invoice.lines.all())
    changed = []
    for line in lines:
        net = line_net(line.quantity, line.unit_price, line.discount)
        if line.net != net:
            line.net = net
            changed.append(line)
    if changed:
        InvoiceLine.objects.bulk_update(changed, ["net"])
    return totals(lines, taken=taken)


def tell(invoice: Invoice, kind: str, summary: object, *, by: User | None, **data: Any) -> None:
    """The document in the history of its client, who may read it too."""
    timeline.record(**history_of(invoice, kind, summary, by=by, **data))


def history_of(invoice: Invoice, kind: str, summary: object, *, by: User | None, **data: Any) -> dict[str, Any]:
    """What the history of its client says of a document, as `timeline.record` takes it."""
    due_on = invoice.due_on.isoformat() if invoice.due_on else None
    return {
        "customer": invoice.customer, "contact": invoice.contact, "kind": kind, "summary": summary, "by": by, "about": invoice,
        "about_kind": ABOUT[Invoice.Kind(invoice.kind)], "audience": Audience.CUSTOMER, "stage": Stage.PURCHASE,
        "data": {"amount": str(invoice.total_incl_tax), "due_on": due_on, **data},
    }  # fmt: skip


def ring_papers(invoice: Invoice) -> None:
    """Have the worker make the PDF and the XML: a row of its queue in the same transaction, seen once it is committed. The rows
    are the truth, this is only a bell: `billing.documents` finds by itself the documents that lack theirs. Nobody waits for those of
    an invented past, and a hundred bells would keep the mail of a person waiting behind them."""
    if settings.PAPERS_DOORBELL and not clock.is_travelling():
        with suppress(DatabaseError), transaction.atomic():  # a broken bell keeps nothing from being issued
            async_task(settings.PAPERS_DOORBELL, invoice.pk)


def request_key(key: str) -> str:
    """The name of a request, as kept: what is long, or no database holds, by its fingerprint."""
    plain = len(key) <= 80 and key.isascii() and key.isprintable()
    return key if plain else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
