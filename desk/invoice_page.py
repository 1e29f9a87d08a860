"""The page of one invoice or credit note: what is left to pay and why, its lines, what was received, its files and the
rules that ran on them, what was said about it. A constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Right, User
from billing import documents
from billing.checks_of_papers import FAILED, PASSED
from billing.invoice_mail import mail_key
from billing.leftovers import left_of_client
from billing.models import Allocation, Invoice, InvoiceFile, InvoiceLine, Payment, Question
from billing.models.payments import Method
from billing.paper import unit_symbol
from billing.sums import sums_of
from crm.models import Customer, Email, Interaction
from crm.models.timeline import HUMAN_KINDS, Direction, Kind
from desk import phrases
from desk.invoice_ageing import since
from desk.link_lines import LinkLine, links_of
from desk.mail_pages import STATES
from desk.thread import first_name
from lib import vat
from lib.money import ZERO
from lib.typography import amount, long_date
from ui.templatetags import french

ROWS = 60  # of the history of one document
ABOUT = ("invoice", "credit_note")


@dataclass(frozen=True)
class Move:
    """Money that came or went on this document, or a credit that counts on it."""

    on: date
    words: str
    detail: str
    amount: Decimal
    url: str = ""


@dataclass(frozen=True)
class Told:
    """One thing that happened about this document."""

    at: datetime
    when: SafeString
    title: str
    who: str
    body: str
    url: str
    tone: str = "auto"


@dataclass(frozen=True)
class Mail:
    """A mail about this document and where it is."""

    to: str
    subject: str
    url: str
    state: Any
    tone: str
    at: datetime | None


@dataclass(frozen=True)
class Paper:
    """A kept file, and the rules that ran on it or did not: name, what came of them, tone."""

    file: InvoiceFile
    checks: list[tuple[str, str, str]]


@dataclass
class InvoicePage:
    """Everything the page shows."""

    invoice: Invoice
    url: str
    title: str
    answer: str
    lines: list[tuple[InvoiceLine, str]]  # with the symbol of its unit
    totals: vat.Totals
    balance: Decimal
    moves: list[Move]
    papers: list[Paper]
    mails: list[Mail]
    told: list[Told]
    questions: list[Question]
    links: list[LinkLine]
    coming: str  # a transfer that the client says has left
    opened: str
    terms: list[tuple[str, Any]] = field(default_factory=list)
    related: list[tuple[str, str]] = field(default_factory=list)
    creditable: bool = False  # whether a credit note may still take something back
    at_hand: Decimal = ZERO  # on an invoice to pay, what its client has left elsewhere; on a credit note, what is left of it

    @property
    def waiting(self) -> int:
        """How many questions wait for our answer."""
        return sum(1 for question in self.questions if question.answered_at is None)

    @property
    def pdf_ready(self) -> bool:
        """Whether the document's PDF is kept already."""
        return any(paper.file.kind == InvoiceFile.Kind.PDF for paper in self.papers)


def invoices_seen(user: User) -> QuerySet[Invoice]:
    """The documents this person may read, with who they are for."""
    return Invoice.objects.visible_to(user).select_related("customer", "contact", "credit_of", "issued_by")


def find_invoice(ref: str, *, user: User) -> Invoice:
    """The document of a public id as `user` may see it; 404 when there is none. One statement."""
    found = invoices_seen(user).filter(public_id=ref).first()
    if found is None:
        raise Http404
    return found


def read_invoice(invoice: Invoice, *, user: User, today: date) -> InvoicePage:
    """The page of `invoice` as `user` may see it on the civil date `today`."""
    lines = [_plain(line) for line in invoice.lines.order_by("position", "id")]
    issued = not invoice.is_draft  # a draft has neither payment, nor paper, nor link, nor question
    uses = list(_uses(invoice)) if issued else []
    backs = list(invoice.refunded_by.order_by("paid_on", "id")) if invoice.is_credit_note else []
    moves = [_move(use, invoice) for use in uses] + [_given_back(row) for row in backs]
    counted = sum((use.amount for use in uses), ZERO)
    balance = invoice.total_incl_tax - counted + sum((row.amount for row in backs), ZERO)
    notes = list(invoice.credit_notes.exclude(number=None).order_by("id")) if issued and not invoice.is_credit_note else []
    history = _history(invoice, user)
    told = [_told(row, today) for row in history]
    return InvoicePage(
        invoice=invoice,
        url=reverse("invoice", args=[invoice.public_id]),
        title=invoice.about_label,
        answer=_answer(invoice, balance, uses, notes, today),
        lines=[(line, unit_symbol(line.unit, line.get_unit_display())) for line in lines],
        totals=sums_of(invoice, lines),
        balance=balance,
        moves=moves,
        papers=[_paper(file) for file in invoice.files.all()] if issued else [],
        mails=_mails(invoice, history, uses, user),
        told=told,
        questions=list(_questions(invoice, user)) if issued else [],
        links=links_of(invoice, user=user, today=today) if issued else [],
        coming=_coming(invoice, today) if balance > 0 else "",
        opened=_opened(history, today),
        terms=_terms(invoice),
        related=[(credit.about_label, reverse("invoice", args=[credit.public_id])) for credit in notes],
        creditable=issued and not invoice.is_credit_note and _credited(notes) < invoice.total_incl_tax,
        at_hand=_at_hand(invoice, balance) if issued else ZERO,
    )


def _at_hand(invoice: Invoice, balance: Decimal) -> Decimal:
    """EUR that can be used: of a credit note, what is left; for an invoice to pay, what its client has elsewhere. One
    statement for the latter."""
    if invoice.is_credit_note or balance <= 0:
        return max(balance, ZERO) if invoice.is_credit_note else ZERO
    head = invoice.customer.merged_into_id or invoice.customer_id
    return left_of_client(Customer.objects.filter(Q(pk=head) | Q(merged_into=head)).values("pk"))


def _given_back(row: Payment) -> Move:
    """What went back of a credit note, or came again when that was noted by mistake."""
    words = _("Remboursement annulé") if row.reverses_id else _("Rendu au client")
    return Move(row.paid_on, words, str(Method(row.method).label), -row.amount, reverse("payment", args=[row.public_id]))


def _plain(line: InvoiceLine) -> InvoiceLine:
    """The same, its numbers without useless zeros."""
    line.quantity, line.discount = vat.plain_rate(line.quantity), vat.plain_rate(line.discount)
    line.vat_rate = vat.plain_rate(line.vat_rate)
    return line


def _paper(file: InvoiceFile) -> Paper:
    tones = {PASSED: "ok", FAILED: "late"}
    return Paper(file, [(check.name, check.words, tones.get(check.state, "plain")) for check in documents.checks_of(file)])


def _uses(invoice: Invoice) -> QuerySet[Allocation]:
    """What counts on an invoice, or what a credit note is used for. One statement."""
    rows = invoice.uses if invoice.is_credit_note else invoice.allocations
    return rows.select_related("payment", "credit_note", "invoice").order_by("made_on", "id")


def _move(use: Allocation, invoice: Invoice) -> Move:
    if invoice.is_credit_note:
        url = reverse("invoice", args=[use.invoice.public_id])
        return Move(use.made_on, use.invoice.about_label, "", use.amount, url)
    if use.credit_note is not None:
        return Move(
            use.made_on, use.credit_note.about_label, use.credit_note.credit_reason, use.amount,
            reverse("invoice", args=[use.credit_note.public_id]),
        )  # fmt: skip
    payment = use.payment
    if payment is None:
        return Move(use.made_on, "", "", use.amount)
    words = _("Annulation d’un paiement") if use.amount < 0 else str(Method(payment.method).label).capitalize()
    url = reverse("payment", args=[payment.public_id])
    return Move(payment.paid_on, words, payment.reference or payment.reason, use.amount, url)


def _answer(invoice: Invoice, balance: Decimal, uses: Sequence[Allocation], notes: Sequence[Invoice], today: date) -> str:
    """What is left to do about it, in words a person would say."""
    if invoice.is_draft:
        return _("Un brouillon, sans numéro : rien n’est parti.")
    if invoice.is_credit_note:
        return _credit_answer(invoice, balance)
    credited = _credited(notes)
    if balance > 0:
        return _still_due(invoice, balance, today)
    if credited >= invoice.total_incl_tax:
        return _("Elle est annulée par un avoir : plus rien n’est dû.")
    if balance < 0:
        return _("Elle est réglée, avec %(sum)s de trop.") % {"sum": _money(-balance)}
    return _paid_answer(invoice, uses, today)


def _paid_answer(invoice: Invoice, uses: Sequence[Allocation], today: date) -> str:
    last = max((use.payment.paid_on if use.payment else use.made_on for use in uses), default=None)
    if last is None:
        return _("Rien n’est dû.")
    if invoice.issued_on and last < invoice.issued_on:  # money that was there before it
        return _("Elle est réglée par une somme déjà reçue, depuis son émission.")
    return _("Elle est réglée depuis %(when)s.") % {"when": since(last, today)}


def _credited(notes: Sequence[Invoice]) -> Decimal:
    return sum((credit.total_incl_tax for credit in notes), ZERO)


def _still_due(invoice: Invoice, balance: Decimal, today: date) -> str:
    due_on = invoice.due_on or today
    values = {"left": _money(balance), "total": _money(invoice.total_incl_tax), "when": since(due_on, today)}
    if due_on < today:
        return _("Il reste %(left)s à régler ; la date prévue est passée depuis %(when)s.") % values
    values["day"] = long_date(due_on, language=phrases.language())
    if balance < invoice.total_incl_tax:
        return _("Il reste %(left)s à régler sur %(total)s, au plus tard le %(day)s.") % values
    return _("%(left)s à régler au plus tard le %(day)s.") % values


def _credit_answer(credit: Invoice, left: Decimal) -> str:
    of = credit.credit_of.number if credit.credit_of else ""
    if left > 0:
        return _("Il corrige la facture %(number)s ; %(left)s restent à rendre ou à compter sur une autre facture.") % {
            "number": of, "left": _money(left),
        }  # fmt: skip
    return _("Il corrige la facture %(number)s et compte en entier.") % {"number": of}


def _money(value: Decimal) -> str:
    return amount(value, language=phrases.language())


def _terms(invoice: Invoice) -> list[tuple[str, Any]]:
    """What the document says beside its lines."""
    return [
        (_("Émise le"), french.long_date(invoice.issued_on)),
        (_("À régler le"), french.long_date(invoice.due_on)),
        (_("Livré ou réalisé le"), french.long_date(invoice.supply_on)),
        (_("Nature"), invoice.get_nature_display()),
        (_("Votre commande"), invoice.buyer_reference),
        (_("Pour"), invoice.contact.full_name if invoice.contact else ""),
        (_("Émise par"), invoice.issued_by.first_name if invoice.issued_by else ""),
        (_("Corrige"), invoice.credit_of.about_label if invoice.credit_of else ""),
        (_("Motif"), invoice.credit_reason),
    ]


def _history(invoice: Invoice, user: User) -> list[Interaction]:
    """What happened about it, newest first, with its mails. One statement."""
    if not user.may(Right.SEE_RECORDS):
        return []
    rows = Interaction.objects.visible_to(user).filter(about_kind__in=ABOUT, about_ref=invoice.public_id)
    return list(rows.select_related("author", "contact", "email").newest_first()[:ROWS])


def _told(row: Interaction, today: date) -> Told:
    human = row.kind in HUMAN_KINDS
    contact = row.contact.full_name if row.contact else ""
    title = phrases.title(row.kind, row.direction, contact) if human else row.get_kind_display()
    who = first_name(row.author.name) if row.author else ("" if human else contact)
    return Told(
        at=row.occurred_at,
        when=french.moment(row.occurred_at, today),
        title=title,
        who=who,
        body="" if row.erased_at else phrases.cut(row.body, 400)[0],
        url=reverse("exchange", args=[row.public_id]) if human or row.body else "",
        tone="warn" if row.kind == Kind.QUESTION_ASKED else ("human" if human else "auto"),
    )


def _questions(invoice: Invoice, user: User) -> QuerySet[Question]:
    """What the client asked, what waits for us first. One statement."""
    rows = Question.objects.visible_to(user).filter(invoice=invoice).select_related("line", "contact", "answered_by")
    return rows.order_by(F("answered_at").desc(nulls_first=True), "asked_at", "id")


def _coming(invoice: Invoice, today: date) -> str:
    """A transfer on its way, in words; nothing when none is expected any more. One statement."""
    notice = invoice.transfer_notices.in_transit(today).order_by("-announced_on", "-id").first()
    if notice is None:
        return ""
    return _("Un virement est annoncé depuis %(when)s ; il peut arriver jusqu’au %(day)s, les rappels attendent.") % {
        "when": since(notice.announced_on, today), "day": long_date(notice.expected_by, language=phrases.language()),
    }  # fmt: skip


def _opened(history: Sequence[Interaction], today: date) -> str:
    opened = [row for row in history if row.kind == Kind.INVOICE_OPENED]
    if not opened:
        return ""
    return _("Ouverte par le client %(when)s.") % {"when": phrases.moment(opened[0].occurred_at, today)}


def _mails(invoice: Invoice, history: Sequence[Interaction], uses: Sequence[Allocation], user: User) -> list[Mail]:
    """The mails that carried it, the thanks for what paid it, and those of its history, each once, newest first. One
    statement."""
    if invoice.is_draft or not user.may(Right.SEE_RECORDS):
        return []
    own, thanked = mail_key(invoice), {f"thanks:{use.payment.public_id}:" for use in uses if use.payment and use.amount > 0}
    wanted = Q(key=own)
    for begins in (f"{own}:", *sorted(thanked)):
        wanted |= Q(key__startswith=begins)
    told = [row.email for row in history if isinstance(getattr(row, "email", None), Email)]
    carried = Email.objects.visible_to(user).filter(wanted).defer("html", "text")
    once = {email.pk: email for email in (*carried, *told)}
    return [_mail(email) for email in sorted(once.values(), key=lambda email: email.created_at, reverse=True)]


def _mail(email: Email) -> Mail:
    words, tone = STATES[email.state]
    received = email.direction == Direction.IN
    return Mail(
        to=pgettext("un e-mail reçu", "reçu") if received else email.recipient_email,
        subject=email.subject,
        url=reverse("mail", args=[email.public_id]),
        state=words,
        tone=tone,
        at=email.sent_at or email.created_at,
    )
