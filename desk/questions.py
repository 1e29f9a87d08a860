"""What clients ask about their invoices and waits for our answer, on the record and in Aujourd’hui. It is answered on the page
of the invoice."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from billing.models import Invoice, Question
from crm.models import Commitment
from crm.models.timeline import Kind
from desk import phrases
from ui.templatetags import french

SHOWN = 6
WORDS = 240  # characters of a question in a list; its page has them all


@dataclass(frozen=True, slots=True)
class Waiting:
    """One question that waits for us."""

    words: str
    about: str
    who: str
    customer: str
    when: SafeString
    due: SafeString
    late: bool
    url: str


def comes_from_a_question(promise: Commitment) -> bool:
    """Whether this promise, read with its exchange, is to answer a question."""
    return promise.interaction is not None and promise.interaction.kind == Kind.QUESTION_ASKED


def waiting_of(ids: list[int], *, user: User, today: date) -> list[Waiting]:
    """The questions of one client, aliases included, that wait for us, the oldest first. One statement."""
    return _lines(_waiting(user).filter(invoice__customer_id__in=ids), today)


def answer_url(question: Question) -> str:
    """Where a question, read with its invoice, is answered."""
    return f"{reverse('invoice', args=[question.invoice.public_id])}#q-{question.public_id}"


def of_nobody(user: User, today: date) -> list[Waiting]:
    """The waiting questions that nobody has promised to answer: the others stand among each one's promises. One statement."""
    nobody = Q(commitment=None) | Q(commitment__owner=None) | Q(commitment__owner__is_active=False)
    return _lines(_waiting(user).filter(nobody), today)


def _waiting(user: User) -> QuerySet[Question]:
    seen = Invoice.objects.visible_to(user).filter(pk=OuterRef("invoice_id"))  # one by one: a list would be that of all invoices
    rows = Question.objects.visible_to(user).unanswered().filter(Exists(seen))
    return rows.select_related("invoice__customer", "line", "contact")


def _lines(rows: QuerySet[Question], today: date) -> list[Waiting]:
    return [_line(row, today) for row in rows[:SHOWN]]


def _line(row: Question, today: date) -> Waiting:
    about = f"{row.invoice.about_label}{_(', ')}{row.line.description}" if row.line else row.invoice.about_label
    return Waiting(
        words=phrases.cut(row.words, WORDS)[0],
        about=about,
        who=row.contact.full_name if row.contact else "",
        customer=row.invoice.customer.name,
        when=french.moment(row.asked_at, today),
        due=french.near_date(row.answer_by, today),
        late=row.answer_by < today,
        url=answer_url(row),
    )
