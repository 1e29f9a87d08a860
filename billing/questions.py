"""Questions of clients about their invoices: asked from the portal or noted by staff, answered by a person."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from billing import invoice_mail
from billing.models import Invoice, InvoiceLine, Question
from crm import commitments, timeline
from crm.addresses import bad_among
from crm.company import the_company
from crm.mail_words import closing, salutation
from crm.models import Commitment, Contact
from crm.models.customers import Channel
from crm.models.timeline import Audience, Direction, Kind, Stage
from crm.outbox import queue_mail
from lib import clock
from lib.errors import Refusal
from lib.french_calendar import add_working_days
from lib.plain_text import check_text

LONGEST = 2000  # characters of a question
LONGEST_ANSWER = 4000
ANSWER_WITHIN = 2  # working days: what the page promises, docs/decisions.md


def answer_by(today: date, zone: str) -> date:
    """The day by which a question asked on `today` is answered: two working days of the firm's `zone` of holidays."""
    return add_working_days(today, ANSWER_WITHIN, zone)


def ask(
    invoice: Invoice, *, words: str, contact: Contact | None, line: InvoiceLine | None = None, by: User | None = None,
    channel: str = Channel.NONE,
) -> Question:  # fmt: skip
    """A client asks about `invoice`, or one of its lines; our answer becomes a commitment with its day. Returns it.

    `by` is the colleague who notes it for them, heard by `channel`; none when the client wrote it. Nothing is sent.
    Refuses empty or endless words, a draft, and a line of another document. The same words asked again while they wait are
    one question.
    """
    words = _words(words, LONGEST, "words")
    if invoice.is_draft or (line is not None and line.invoice_id != invoice.pk):
        raise Refusal(_("Cette question porte sur un document qui n’existe pas."))
    with transaction.atomic():
        Invoice.objects.select_for_update(of=("self",), no_key=True).get(pk=invoice.pk)
        if found := Question.objects.unanswered().filter(invoice=invoice, line=line, words=words).first():
            return found
        row = timeline.record(
            customer=invoice.customer, contact=contact, kind=Kind.QUESTION_ASKED, summary=gettext_lazy("Question sur une facture"),
            by=by, channel=channel if by else Channel.PORTAL, direction=Direction.IN, body=words, about=invoice,
            about_kind="invoice", audience=Audience.CONTACT, stage=Stage.PURCHASE, data={"line": line.description} if line else {},
        )  # fmt: skip
        due = answer_by(clock.today(), the_company().holiday_zone)
        owed = commitments.promise(
            invoice.customer, owed_by=Commitment.Owed.US, what=house_words(gettext_lazy("Répondre à sa question sur %(what)s"), invoice),
            due_on=due, by=by, owner=invoice.customer.owner, contact=contact, interaction=row, record=False,
        )  # fmt: skip
        return Question.objects.create(invoice=invoice, line=line, contact=contact, words=words, answer_by=due, commitment=owed)


def answer(question: Question, *, words: str, by: User) -> Question:
    """Answer a question: the client is written to, the commitment is kept, and the answer stands under the line for whoever
    opens the invoice next. A second answer is refused: the first one was sent."""
    words = _words(words, LONGEST_ANSWER, "answer")
    with transaction.atomic():
        current = Question.objects.select_for_update(of=("self",)).select_related("invoice__customer").get(pk=question.pk)
        if current.answered_at is not None:
            raise Refusal(_("Quelqu’un a déjà répondu à cette question. Écrivez un message si quelque chose manque."))
        current.answer, current.answered_at, current.answered_by = words, clock.now(), by
        current.save(update_fields=["answer", "answered_at", "answered_by"])
        timeline.record(
            customer=current.invoice.customer, contact=current.contact, kind=Kind.QUESTION_ANSWERED,
            summary=gettext_lazy("Réponse à une question"), by=by, channel=Channel.PORTAL, direction=Direction.OUT, body=words,
            about=current.invoice, about_kind="invoice", audience=Audience.CONTACT, stage=Stage.PURCHASE,
        )  # fmt: skip
        if current.commitment is not None and current.commitment.is_open:
            commitments.keep(current.commitment, by=by)
        _write_back(current, by=by)
    return current


def house_words(words: object, invoice: Invoice) -> str:
    """«Répondre à sa question sur la facture F2026-000123»: `words` around the document, in the house's language whoever asks."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(words) % {"what": invoice.in_a_sentence}


def _write_back(question: Question, *, by: User) -> None:
    """The answer by mail, with its own link to the invoice; when nobody has an address, the page alone tells it."""
    invoice = question.invoice
    to = invoice_mail.recipient_of(invoice)
    if question.contact is not None and question.contact.email:
        to = invoice_mail.Recipient(question.contact, question.contact.full_name, question.contact.email)
    if to is None or bad_among([to.address]):
        return
    tone = the_company().tone
    language = (to.contact.language if to.contact else "") or invoice.customer.language
    with translation.override(language):
        parts = [
            salutation(invoice.customer, to.contact, tone),
            _("Vous nous demandiez : « %(words)s »") % {"words": question.words},
            question.answer,
            _("Votre facture, avec cette réponse : %(link)s") % {"link": invoice_mail.link_for(invoice, to, by=by)},
            closing(to.contact, tone),
            by.mail_signature.strip() or by.name,
        ]
        subject = _("Votre question sur %(what)s") % {"what": invoice.in_a_sentence}
    queue_mail(
        key=f"answer:{question.public_id}", to=to.address, to_name=to.name, by=by, customer=invoice.customer, contact=to.contact,
        subject=subject, text="\n\n".join(parts), language=language,
    )  # fmt: skip


def _words(text: str, longest: int, field: str) -> str:
    try:
        words = check_text(text).strip()
    except Refusal as refusal:
        raise Refusal(refusal.message, field=field) from refusal
    if not words:
        raise Refusal(_("Écrivez quelques mots : nous ne pouvons pas répondre à rien."), field=field)
    if len(words) > longest:
        raise Refusal(_("Dites-le en %(count)s caractères au plus.") % {"count": longest}, field=field)
    return words
