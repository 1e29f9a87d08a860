"""One invoice as its client reads it, by a link or in their space: what is due and why, how to pay, whom to tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import cached_property
from django.utils.translation import get_language, npgettext

from billing import transfer
from billing.accounts import has_moved
from billing.document import Document, Line, from_json
from billing.models import Invoice, Question
from billing.paper import unit_after
from billing.questions import answer_by
from billing.thanks import receipts
from crm.models import Company
from lib.typography import NBSP, number
from tact.facts import Transit


@dataclass(frozen=True)
class PrintedLine:
    """A line as issued, with what was asked about it."""

    printed: Line
    questions: list[Question]

    @property
    def quantity(self) -> str:
        """«3 h», «2 unités»: as on the paper, pieces by their name."""
        count, language = self.printed.quantity, get_language() or "fr"
        unit = unit_after(self.printed) or npgettext("sur une ligne", "unité", "unités", int(count))
        return f"{number(count, language=language)}{NBSP}{unit}"


class Paper:
    """What the page of one issued document (`Invoice.objects.one_and_unpaid_of`) shows on `today`; each part is read once,
    when the page asks. `company`: whom to call today; `transits`: what they said is on its way."""

    def __init__(self, invoice: Invoice, *, today: date, company: Company, transits: Sequence[Transit] = ()):
        self.invoice, self.today, self.company = invoice, today, company
        self.notice = next(iter(transits), None)

    @cached_property
    def document(self) -> Document:
        """What was issued, frozen."""
        return from_json(self.invoice.snapshot_read)  # type: ignore[attr-defined]  # annotated

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
        return list(self.invoice.questions.select_related("answered_by", "line"))

    @cached_property
    def lines(self) -> list[PrintedLine]:
        """The lines as issued, each with its questions."""
        asked = [(one.line.position, one) for one in self.questions if one.line is not None]
        return [PrintedLine(line, [one for place, one in asked if place == line.position]) for line in self.document.lines]

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

    @property
    def has_pdf(self) -> bool:
        """Whether the PDF is ready; it follows the issue by a few seconds."""
        return bool(self.invoice.has_pdf)  # type: ignore[attr-defined]  # annotated

    @property
    def reference(self) -> str:
        """The reference to copy, in groups of four."""
        payment = self.document.payment
        return transfer.format_rf(payment.reference) if payment and payment.reference else ""

    @cached_property
    def qr(self) -> str:
        """The QR code of a transfer of what is due to the account of today, as SVG; "" when a bank's details are missing."""
        payment, company = self.document.payment, self.company
        if payment is None or self.due <= 0 or not (company.iban and self.holder and payment.reference):
            return ""
        return transfer.qr_svg(
            transfer.epc_payload(
                holder=self.holder, iban=company.iban, bic=company.bic, amount=self.due, reference=payment.reference
            )
        )

    @property
    def holder(self) -> str:
        """In whose name the account of today is."""
        return self.company.account_holder or self.company.name

    @property
    def printed_end(self) -> str:
        """The last four digits of the account printed on the paper, when it is no longer the firm's; else ""."""
        payment = self.document.payment
        return payment.iban[-4:] if payment and has_moved(payment.iban, self.company) else ""

    @property
    def answer_by(self) -> date:
        """The day by which a word of today is answered."""
        return answer_by(self.today, self.company.holiday_zone)
