"""One invoice as its client reads it, by a link or in their space: what is due and why, how to pay, whom to tell."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import get_language, npgettext

from billing import transfer
from billing.document import Document, from_json
from billing.models import Invoice, InvoiceFile, InvoiceLine, Question, TransferNotice
from billing.paper import unit_after
from billing.questions import answer_by
from billing.thanks import receipts
from crm.company import the_company
from crm.models import Company
from lib.typography import NBSP, number


@dataclass(frozen=True)
class PrintedLine:
    """A line as issued, with what was asked about it."""

    line: InvoiceLine
    printed: Any
    questions: list[Question]

    @property
    def quantity(self) -> str:
        """«3 h», «2 unités»: as on the paper, pieces by their name."""
        count, language = self.printed.quantity, get_language() or "fr"
        unit = unit_after(self.printed) or npgettext("sur une ligne", "unité", "unités", int(count))
        return f"{number(count, language=language)}{NBSP}{unit}"


class Paper:
    """What the page of one issued document shows on `today`; each part is read once, when the page asks."""

    def __init__(self, invoice: Invoice, *, today: date, company: Company | None = None):
        self.invoice, self.today = invoice, today
        self.company = company or the_company()  # whom to call today

    @cached_property
    def document(self) -> Document:
        """What was issued, frozen."""
        assert self.invoice.snapshot is not None  # a draft never comes here
        return from_json(self.invoice.snapshot)

    @cached_property
    def due(self) -> Decimal:
        """EUR still due; nothing on a credit note."""
        return Decimal(0) if self.invoice.is_credit_note else self.invoice.balance()

    @property
    def is_late(self) -> bool:
        """Due before today."""
        return self.due > 0 and self.invoice.due_on is not None and self.invoice.due_on < self.today

    @cached_property
    def questions(self) -> list[Question]:
        """What was asked and answered, by whoever it was: the next reader is spared the same question."""
        return list(self.invoice.questions.select_related("answered_by"))

    @cached_property
    def lines(self) -> list[PrintedLine]:
        """The lines, each with its questions."""
        printed = {line.position: line for line in self.document.lines}
        return [
            PrintedLine(line, printed[line.position], [one for one in self.questions if one.line_id == line.pk])
            for line in self.invoice.lines.all()
            if line.position in printed
        ]

    @cached_property
    def general_questions(self) -> list[Question]:
        """Those about the whole invoice."""
        return [one for one in self.questions if one.line_id is None]

    @cached_property
    def counted(self) -> list[str]:
        """What was counted on it, a line each, as on the receipt."""
        if self.invoice.is_credit_note or self.due == self.invoice.total_incl_tax:
            return []
        return receipts([self.invoice], get_language() or "fr")[0][1:]

    @cached_property
    def notice(self) -> TransferNotice | None:
        """The transfer that is on its way, when the client said so."""
        return self.invoice.transfer_notices.in_transit(self.today).first()

    @cached_property
    def files(self) -> set[str]:
        """The kinds of files that are ready."""
        return set(self.invoice.files.values_list("kind", flat=True))

    @property
    def has_pdf(self) -> bool:
        """Whether the PDF is ready; it follows the issue by a few seconds."""
        return InvoiceFile.Kind.PDF in self.files

    @property
    def reference(self) -> str:
        """The reference to copy, in groups of four."""
        payment = self.document.payment
        return transfer.format_rf(payment.reference) if payment and payment.reference else ""

    @cached_property
    def qr(self) -> str:
        """The QR code of a transfer of what is due, as SVG; "" when a bank's details are missing."""
        payment = self.document.payment
        if payment is None or self.due <= 0 or not (payment.iban and payment.holder and payment.reference):
            return ""
        return transfer.qr_svg(
            transfer.epc_payload(
                holder=payment.holder, iban=payment.iban, bic=payment.bic, amount=self.due, reference=payment.reference
            )
        )

    @property
    def answer_by(self) -> date:
        """The day by which a word of today is answered."""
        return answer_by(self.today, self.company.holiday_zone)

    @property
    def latest_day(self) -> date:
        """The last day one may ask for."""
        return self.today + timedelta(days=365)
