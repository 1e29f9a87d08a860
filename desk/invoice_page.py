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
from billing.models import Invoice, InvoiceFile, InvoiceLine, Question
from billing.models.payments import Method
from billing.paper import unit_symbol
from billing.sums import sums_of
from crm.models import Email, Interaction
from crm.models.timeline import HUMAN_KINDS, Direction, Kind
from desk import phrases
from desk.invoice_ageing import since
from desk.invoice_pieces import Pieces, read_pieces
from desk.invoice_waits import Waits, read_waits
from desk.link_lines import LinkLine, links_of
from desk.mail_pages import STATES
from desk.thread import first_name
from lib import clock, vat
from lib.money import ZERO
from lib.typography import amount, long_date
from tact.traces import Row
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
    waits: Waits  # what weighs on it: a complaint, a promise, a transfer on its way
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


def find_invoice(ref: str, *, user: User, to_read: bool = False) -> Invoice:
    """The document of a public id as `user` may see it, with its balance when it is only `to_read`; 404 when there is none.
    One statement."""
    rows = invoices_seen(user).with_balance() if to_read else invoices_seen(user)
    found = rows.filter(public_id=ref).first()
    if found is None:
        raise Http404
    return found


def read_invoice(invoice: Invoice, *, user: User, now: datetime) -> InvoicePage:
    """The page of `invoice` as `user` may see it at `now`. Seven statements, two more when a complaint is open on it."""
    today = clock.local(now).date()
    lines = [_plain(line) for line in invoice.lines.order_by("position", "id")]
    issued = not invoice.is_draft  # a draft has neither payment, nor paper, nor link, nor question
    pieces = read_pieces(invoice, today=today)
    balance = invoice.total_incl_tax - pieces.counted + pieces.given_back
    history = _history(invoice, user)
    told = [_told(row, today) for row in history]
    return InvoicePage(
        invoice=invoice,
        url=reverse("invoice", args=[invoice.public_id]),
        title=invoice.about_label,
        answer=_answer(invoice, balance, pieces, today),
        lines=[(line, unit_symbol(line.unit, line.get_unit_display())) for line in lines],
        totals=sums_of(invoice, lines),
        balance=balance,
        moves=[_move(use, invoice) for use in pieces.uses] + [_given_back(row) for row in pieces.backs],
        papers=[_paper(file) for file in sorted(pieces.files, key=lambda file: file.kind)],
        mails=_mails(invoice, history, pieces.uses, user),
        told=told,
        questions=list(_questions(invoice, user)) if issued else [],
        links=links_of(invoice, user=user, today=today) if issued else [],
        waits=read_waits(invoice, pieces.weighing, balance=balance, lines=lines, user=user, now=now),
        opened=_opened(history, today),
        terms=_terms(invoice),
        related=[(_credit_label(row), reverse("invoice", args=[row.ref])) for row in pieces.notes],
        creditable=issued and not invoice.is_credit_note and pieces.credited < invoice.total_incl_tax,
        at_hand=max(balance, ZERO) if invoice.is_credit_note and issued else pieces.left,
    )


def _given_back(row: Row) -> Move:
    """What went back of a credit note, or came again when that was noted by mistake."""
    words = _("Remboursement annulé") if row.count else _("Rendu au client")
    return Move(row.on, words, str(Method(row.state).label), -row.amount, reverse("payment", args=[row.ref]))


def _credit_label(row: Row) -> str:
    return Invoice(kind=Invoice.Kind.CREDIT_NOTE, number=row.name).about_label


def _plain(line: InvoiceLine) -> InvoiceLine:
    """The same, its numbers without useless zeros."""
    line.quantity, line.discount = vat.plain_rate(line.quantity), vat.plain_rate(line.discount)
    line.vat_rate = vat.plain_rate(line.vat_rate)
    return line


def _paper(file: InvoiceFile) -> Paper:
    tones = {PASSED: "ok", FAILED: "late"}
    return Paper(file, [(check.name, check.words, tones.get(check.state, "plain")) for check in documents.checks_of(file)])


def _move(use: Row, invoice: Invoice) -> Move:
    if invoice.is_credit_note:
        return Move(use.on, Invoice(number=use.name).about_label, "", use.amount, reverse("invoice", args=[use.ref]))
    if not use.count:
        return Move(use.on, _credit_label(use), use.text, use.amount, reverse("invoice", args=[use.ref]))
    words = str(Method(use.state).label).capitalize()
    if use.amount < 0:  # the opposite of a payment, or a part of it that no longer counts here
        words = _("Annulation d’un paiement") if use.late else _("Somme reprise")
    return Move(use.until, words, use.text, use.amount, reverse("payment", args=[use.ref]))


def _answer(invoice: Invoice, balance: Decimal, pieces: Pieces, today: date) -> str:
    """What is left to do about it, in words a person would say."""
    if invoice.is_draft:
        return _("Un brouillon, sans numéro : rien n’est parti.")
    if invoice.is_credit_note:
        return _credit_answer(invoice, balance)
    if balance > 0:
        return _still_due(invoice, balance, today)
    if pieces.credited >= invoice.total_incl_tax:
        return _("Elle est annulée par un avoir : plus rien n’est dû.")
    if balance < 0:
        return _("Elle est réglée, avec %(sum)s de trop.") % {"sum": _money(-balance)}
    return _paid_answer(invoice, pieces.uses, today)


def _paid_answer(invoice: Invoice, uses: Sequence[Row], today: date) -> str:
    last = max((use.until or use.on for use in uses), default=None)
    if last is None:
        return _("Rien n’est dû.")
    if invoice.issued_on and last < invoice.issued_on:  # money that was there before it
        return _("Elle est réglée par une somme déjà reçue, depuis son émission.")
    return _("Elle est réglée depuis %(when)s.") % {"when": since(last, today)}


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
        (_("Émis le") if invoice.is_credit_note else _("Émise le"), french.long_date(invoice.issued_on)),
        (_("À régler le"), french.long_date(invoice.due_on)),
        (_("Livré ou réalisé le"), french.long_date(invoice.supply_on)),
        (_("Nature"), invoice.get_nature_display()),
        (_("Votre commande"), invoice.buyer_reference),
        (_("Pour"), invoice.contact.full_name if invoice.contact else ""),
        (_("Émis par") if invoice.is_credit_note else _("Émise par"), invoice.issued_by.first_name if invoice.issued_by else ""),
        (_("Corrige"), invoice.credit_of.about_label if invoice.credit_of else ""),
        (_("Motif"), invoice.credit_reason),
    ]


def _history(invoice: Invoice, user: User) -> list[Interaction]:
    """What happened about it, newest first, with its mails. One statement."""
    if not user.may(Right.SEE_RECORDS):
        return []
    rows = Interaction.objects.visible_to(user).about(invoice.public_id, *ABOUT)
    return list(rows.select_related("author", "contact", "email").newest_first()[:ROWS])


def _told(row: Interaction, today: date) -> Told:
    human = row.kind in HUMAN_KINDS
    contact = row.contact.full_name if row.contact else ""
    title = phrases.title(row.kind, row.direction, contact) if human else phrases.kind_label(row.kind, row.data)
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


def _opened(history: Sequence[Interaction], today: date) -> str:
    opened = [row for row in history if row.kind == Kind.INVOICE_OPENED]
    if not opened:
        return ""
    return _("Ouverte par le client %(when)s.") % {"when": phrases.moment(opened[0].occurred_at, today)}


def _mails(invoice: Invoice, history: Sequence[Interaction], uses: Sequence[Row], user: User) -> list[Mail]:
    """The mails that carried it, the thanks for what paid it, and those of its history, each once, newest first. One
    statement."""
    if invoice.is_draft or not user.may(Right.SEE_RECORDS):
        return []
    own, thanked = mail_key(invoice), {f"thanks:{use.ref}:" for use in uses if use.count and use.amount > 0}
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
