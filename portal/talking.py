"""«Une difficulté ?»: a client asks for time, to pay in several times, says why they disagree, or leaves a word.

Each becomes a row of the history and a commitment, theirs or ours, so that reminders wait for what was said and a person
answers. The house decides; nothing here changes what is owed.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Invoice
from billing.projecting import label_of
from billing.questions import LONGEST, answer_by, house_words
from crm import commitments, timeline
from crm.company import the_company
from crm.models import Commitment, Contact, Interaction
from crm.models.customers import Channel
from crm.models.timeline import Audience, Direction, Kind, Stage
from lib import clock
from lib.errors import Refusal
from lib.plain_text import check_text
from lib.typography import long_date
from portal.days_given import DaysGiven


def promise_to_pay(invoice: Invoice, *, on: date, words: str, contact: Contact | None) -> Interaction:
    """The client gives the day they will pay what is due: that sum and no more. `DaysGiven.notes` says whether it is at once
    their promise, which reminders wait for; otherwise it is a demand (`data["asked"]`) that a person answers, and what was
    promised before still holds. Refuses a past day, a paid invoice."""
    today = clock.today()
    if on < today:
        raise Refusal(_("Choisissez aujourd’hui ou un jour à venir."), field="on")
    if on > today + timedelta(days=365):
        raise Refusal(_("Choisissez un jour dans l’année qui vient, ou parlez-nous de plusieurs paiements."), field="on")
    with transaction.atomic():
        _lock(invoice)
        due = _due(invoice)  # what came meanwhile is not promised again
        days = DaysGiven.among(_promises(invoice), invoice)
        if given := _already_given(days.own, on=on, words=_words(words), due=due):
            return given
        if not days.notes(on, today):
            asked = {"until": on.isoformat(), "asked": True}
            return _wait_for_us(invoice, contact, Kind.TIME_REQUESTED, gettext_lazy("Délai demandé"), _words(words), asked)
        row = _record(
            invoice, contact, Kind.TIME_REQUESTED, gettext_lazy("Délai demandé"), _words(words), {"until": on.isoformat()}
        )
        for former in days.open_ones:
            commitments.release(former, by=None, code=Commitment.Release.ANOTHER_DAY)
        made = commitments.promise(
            invoice.customer, owed_by=Commitment.Owed.THEM, what=house_words(gettext_lazy("Régler %(what)s"), invoice), due_on=on, by=None,
            amount=due, contact=contact, interaction=row, record=False,
        )  # fmt: skip
        Commitment.objects.filter(pk=made.pk).update(
            about_kind="invoice", about_ref=invoice.public_id, about_label=label_of(invoice)
        )
    return row


def ask_for_parts(invoice: Invoice, *, parts: int, words: str, contact: Contact | None) -> Interaction:
    """The client asks to pay in two to six times; a person answers. Refuses a paid invoice."""
    _due(invoice)
    if not 2 <= parts <= 6:
        raise Refusal(_("Choisissez entre deux et six paiements."), field="parts")
    with transaction.atomic():
        _lock(invoice)
        return _wait_for_us(
            invoice,
            contact,
            Kind.TIME_REQUESTED,
            gettext_lazy("Paiement en plusieurs fois demandé"),
            _words(words),
            {"parts": parts},
        )


def leave_word(invoice: Invoice, *, words: str, contact: Contact | None) -> Interaction:
    """A word about the invoice, which somebody reads and answers."""
    text = _words(words)
    if not text:
        raise Refusal(_("Écrivez quelques mots : nous ne pouvons pas répondre à rien."), field="words")
    with transaction.atomic():
        _lock(invoice)
        return _wait_for_us(invoice, contact, Kind.MESSAGE, gettext_lazy("Message"), text, {})


def _wait_for_us(
    invoice: Invoice, contact: Contact | None, kind: str, summary: object, words: str, data: dict[str, object]
) -> Interaction:
    """The row of history, and our commitment to answer it; the same words in the same hour are one."""
    since = clock.now() - timedelta(hours=1)
    formers = Interaction.objects.filter(
        customer=invoice.customer, contact=contact, kind=kind, about_ref=invoice.public_id, body=words, occurred_at__gte=since
    )
    if former := next((row for row in formers if row.data == data), None):
        return former
    row = _record(invoice, contact, kind, summary, words, data)
    commitments.promise(
        invoice.customer, owed_by=Commitment.Owed.US, what=_what_to_answer(invoice, data),
        due_on=answer_by(clock.today(), the_company().holiday_zone), by=None,
        owner=invoice.customer.owner, contact=contact, interaction=row, record=False,
    )  # fmt: skip
    return row


def _record(
    invoice: Invoice, contact: Contact | None, kind: str, summary: object, words: str, data: dict[str, object]
) -> Interaction:
    return timeline.record(
        customer=invoice.customer, contact=contact, kind=kind, summary=summary, by=None, channel=Channel.PORTAL,
        direction=Direction.IN, body=words, about=invoice, about_kind="invoice", audience=Audience.CONTACT, stage=Stage.PURCHASE,
        data=data,
    )  # fmt: skip


def _already_given(own: Sequence[Commitment], *, on: date, words: str, due: Decimal) -> Interaction | None:
    """The row of this very day, given before in the same words and still promised."""
    row = next((one.interaction for one in own if one.is_open and (one.due_on, one.amount) == (on, due)), None)
    return row if row is not None and row.body == words else None


def _promises(invoice: Invoice) -> list[Commitment]:
    """What the client ever promised on this invoice, the oldest first."""
    rows = Commitment.objects.filter(about_kind="invoice", about_ref=invoice.public_id, owed_by=Commitment.Owed.THEM)
    return list(rows.filter(nature=Commitment.Nature.PRIMARY).select_related("interaction").order_by("pk"))


def _what_to_answer(invoice: Invoice, data: Mapping[str, object]) -> str:
    """«Lui répondre sur la facture F2026-000023, demande jusqu’au 21 janvier 2027», in the language of the house."""
    what = house_words(gettext_lazy("Lui répondre sur %(what)s"), invoice)
    with translation.override(settings.LANGUAGE_CODE):
        if until := data.get("until"):
            day = long_date(date.fromisoformat(str(until)), language=settings.LANGUAGE_CODE)
            return _("%(what)s, demande jusqu’au %(day)s") % {"what": what, "day": day}
        if parts := data.get("parts"):
            return _("%(what)s, demande %(count)s paiements") % {"what": what, "count": parts}
    return what


def _due(invoice: Invoice) -> Decimal:
    due = invoice.balance()
    if invoice.is_draft or due <= 0:
        raise Refusal(_("Cette facture est déjà réglée : merci. Il n’y a rien à régler."))
    return due


def _lock(invoice: Invoice) -> None:
    Invoice.objects.select_for_update(of=("self",), no_key=True).get(pk=invoice.pk)


def _words(text: str) -> str:
    try:
        words = check_text(text).strip()
    except Refusal as refusal:
        raise Refusal(refusal.message, field="words") from refusal
    if len(words) > LONGEST:
        raise Refusal(_("Dites-le en %(count)s caractères au plus.") % {"count": LONGEST}, field="words")
    return words
