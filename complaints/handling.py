"""What people do of a complaint: receive it, note what happens, close it. Letters are in `complaints.replying`.

Each gesture locks, guards, adds a dated fact with its line of history, rebuilds the dates on the record. Nothing is
ever rewritten: a date changes only because a fact was added.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from billing.models import Invoice, InvoiceLine
from complaints import projecting, states
from complaints.models import Complaint, ComplaintFact, ComplaintLetter, FactFile, FactKind
from complaints.states import CLOSINGS, MEDIATION, OPENINGS, F, State
from crm import numbering, timeline
from crm.attachments import Stored, attach
from crm.models import Company, Contact, ContactAccess, Customer
from crm.models.customers import Channel
from crm.models.timeline import Audience, Direction, Kind
from lib import clock
from lib.errors import Conflict, Refusal
from lib.french_calendar import refuse_far
from lib.plain_text import check_text, refuse_control_characters, single_line
from lib.typography import long_date

MAX_WORDS = 20_000
REGISTERED = (Channel.POST, Channel.EMAIL)  # by what a registered letter comes, on paper or electronic
EARLIEST = date(2016, 1, 1)  # our texts of law begin there

_HISTORY = {
    F.ORAL: Kind.COMPLAINT_RECEIVED,
    F.WRITTEN: Kind.COMPLAINT_RECEIVED,
    F.ACKNOWLEDGED: Kind.COMPLAINT_ACKNOWLEDGED,
    F.FAVOURABLE: Kind.COMPLAINT_ANSWERED,
    F.PARTIAL: Kind.COMPLAINT_ANSWERED,
    F.REFUSED: Kind.COMPLAINT_ANSWERED,
    F.CLOSED_SATISFIED: Kind.COMPLAINT_CLOSED,
    F.CLOSED_WITHOUT_FOLLOW_UP: Kind.COMPLAINT_CLOSED,
    F.MISTAKEN: Kind.COMPLAINT_CORRECTED,
}
# What a person notes by hand, and what each needs beside its day.
NOTED = (
    *(F.LISTENED, F.REPHRASED, F.RECOGNISED, F.OFFERED, F.CLIENT_REFUSED, F.REPAIRED, F.FOLLOWED_UP, F.COURT),
    *sorted(MEDIATION - {F.POSITION}),
)
_NEEDS_WORDS = frozenset({F.LISTENED, F.REPHRASED, F.RECOGNISED, F.OFFERED})
_NEEDS_UNTIL = frozenset({F.EXTENDED, F.PROPOSAL})
_NEEDS_PLACE = frozenset({F.COURT})


def open_complaint(
    *,
    customer: Customer,
    subject: str,
    body: str,
    channel: str,
    by: User | None,
    today: date,
    sent_on: date | None = None,
    received_on: date | None = None,
    written: bool = True,
    contact: Contact | None = None,
    invoice: Invoice | None = None,
    line: InvoiceLine | None = None,
    owner: User | None = None,
    client_type: str = "",
    audience: str = Audience.CONTACT,
    number: str = "",
    before_invoice: bool = True,
    files: Iterable[Stored] = (),
    key: str = "",
) -> Complaint:
    """Receive a complaint of `customer`; returns it with its reference.

    `sent_on` is the civil day it was sent (its reception, `received_on`, when nobody knows): it starts every legal date,
    for a written one only. `client_type` is that of this very complaint when it is not the customer's. `number` is that of
    the registered letter; `files` are its proof. The same `key` twice is once. Refuses a day to
    come or before 2016, and a document or a person of somebody else. Sent before its `invoice` was issued (about the quote, or
    the works), it is refused by a page where nobody confirmed it (`before_invoice=False`).
    """
    subject, body = _line(subject, "subject", 160), _text(body, "body")
    if not subject:
        raise Refusal(_("Dites en quelques mots de quoi le client se plaint."), field="subject")
    if not body:
        raise Refusal(_("Recopiez ce que dit le client, dans ses mots : c’est la preuve de sa demande."), field="body")
    if channel not in Channel.values or not channel:
        raise Refusal(_("Dites par quel moyen la réclamation est arrivée."), field="channel")
    number = _registered(number, channel if written else "")
    received_on = received_on or today
    sent_on = sent_on or received_on
    refuse_days(sent_on=sent_on, received_on=received_on, today=today)
    with transaction.atomic():
        customer = Customer.objects.select_for_update(of=("self",), no_key=True).select_related("merged_into").get(pk=customer.pk)
        _refuse_strangers(customer, contact, invoice, line)
        if not before_invoice:
            refuse_before_invoice(invoice, sent_on)
        numbering.hold(f"complaints-{today.year}")
        if found := _already(key, customer, subject, body):
            return found
        company = Company.objects.filter(pk=1).first() or Company()
        complaint = Complaint.objects.create(
            reference=reference(today), customer=customer, contact=contact, invoice=invoice, line=line, subject=subject,
            body=body, channel=channel, client_type=client_type or customer.head.type, zone=company.holiday_zone,
            silence_delay_months=company.mediator_silence_months, owner=owner or by, audience=audience, recorded_by=by,
            key=key or None,
        )  # fmt: skip
        kind = F.WRITTEN if written else F.ORAL
        fact = add_fact(
            complaint, kind=kind, on=sent_on, received_on=received_on, channel=channel, number=number, by=by, history=body,
            told_on=received_on,
        )  # fmt: skip
        keep_files(fact, files, by=by)
        projecting.rebuild(complaint, today=today)
    return complaint


def open_from_portal(
    *, customer: Customer, contact: Contact | None, subject: str, body: str, invoice: Invoice | None = None,
    line: InvoiceLine | None = None, files: Iterable[Stored] = (), key: str = "",
) -> Complaint:  # fmt: skip
    """Receive the complaint that a client writes in their space or from a mailed link, now: its day is that of the firm's
    clock. `contact` is who speaks for `customer`, None when the link went to the client's own address. The house did not
    write it: nobody is its author."""
    today = clock.today()
    return open_complaint(
        customer=customer, subject=subject, body=body, channel=Channel.PORTAL, by=None, today=today, sent_on=today,
        received_on=today, contact=contact, invoice=invoice, line=line, owner=customer.owner, files=files, key=key,
    )  # fmt: skip


def add_writing(
    complaint: Complaint, *, body: str, channel: str, by: User | None, today: date, sent_on: date | None = None,
    received_on: date | None = None, number: str = "", before_invoice: bool = True, files: Iterable[Stored] = (), key: str = "",
) -> ComplaintFact:  # fmt: skip
    """Another letter on the same facts: the same complaint. The first written one starts the dates, later ones change none.
    `number` is that of the registered letter; `before_invoice` as for `open_complaint`. The same `key` twice is once."""
    body = _text(body, "body")
    if not body:
        raise Refusal(_("Recopiez ce que dit le client, dans ses mots : c’est la preuve de sa demande."), field="body")
    if channel not in Channel.values or not channel:
        raise Refusal(_("Dites par quel moyen la réclamation est arrivée."), field="channel")
    number = _registered(number, channel)
    received_on = received_on or today
    sent_on = sent_on or received_on
    refuse_days(sent_on=sent_on, received_on=received_on, today=today)
    with transaction.atomic():
        current = lock(complaint, today=today)
        if found := noted_already(current, key, kind=F.WRITTEN, on=sent_on, words=body, number=number):
            return found
        if not before_invoice:
            refuse_before_invoice(current.invoice, sent_on)
        fact = add_fact(
            current, kind=F.WRITTEN, on=sent_on, received_on=received_on, channel=channel, number=number, by=by, words=body,
            history=body, told_on=received_on, key=key or None,
        )  # fmt: skip
        keep_files(fact, files, by=by)
        projecting.rebuild(current, today=today)
    return fact


def record_fact(
    complaint: Complaint, *, kind: str, on: date, by: User | None, today: date, words: str = "", until: date | None = None,
    place: str = "", number: str = "", amount: Decimal | None = None, files: Iterable[Stored] = (), key: str = "",
) -> ComplaintFact:  # fmt: skip
    """Note a dated fact of an open complaint (one of `NOTED`), with its proof. Mediation is a consumer's: refused for anybody
    else, with the reason. Refuses a day to come, or before the complaint; `until` is the date that the fact gives. The same
    `key` twice is once."""
    if kind not in NOTED:
        raise Refusal(_("Choisissez ce qui s’est passé."), field="kind")
    kind, words = F(kind), _text(words)
    place, number = _line(place, "place", 160), _line(number, "number", 80)
    _refuse_incomplete(kind, on=on, until=until, words=words, place=place, amount=amount)
    with transaction.atomic():
        current = lock(complaint, today=today, closed=True)
        if found := noted_already(current, key, kind=kind, on=on, words=words, number=number):
            return found
        refuse_closed(current, today=today)
        _refuse_out_of_course(current, kind, on=on, until=until, today=today)
        fact = add_fact(
            current, kind=kind, on=on, by=by, words=words, until=until, place=place, number=number, amount=amount,
            history="" if kind in MEDIATION else words, key=key or None,
        )  # fmt: skip
        keep_files(fact, files, by=by)
        projecting.rebuild(current, today=today)
    return fact


def close(complaint: Complaint, *, satisfied: bool, reason: str, by: User | None, today: date) -> ComplaintFact:
    """Close it, with what was done or why nothing more will be (the client's letter: `complaints.replying.send_closing`).
    Closing twice the same way is closing once."""
    reason = _text(reason)
    if not reason:
        raise Refusal(
            _("Dites ce qui a été fait, ou pourquoi rien de plus ne le sera : la clôture garde sa raison."), field="words"
        )
    kind = F.CLOSED_SATISFIED if satisfied else F.CLOSED_WITHOUT_FOLLOW_UP
    with transaction.atomic():
        current = lock(complaint, today=today, closed=True)
        standing = current.standing_on(today)
        if not standing.is_open:
            _refuse_void(current, today=today)
            return next(row for row in reversed(current.counted) if row.kind in CLOSINGS)
        if not satisfied and standing.is_written and not standing.answer:
            raise Refusal(_("Cette réclamation attend encore une réponse : répondez d’abord, puis closez-la."), field="satisfied")
        fact = add_fact(current, kind=kind, on=today, by=by, words=reason, history=reason)
        projecting.rebuild(current, today=today)
    return fact


def reopen(complaint: Complaint, *, reason: str, by: User | None, today: date) -> ComplaintFact:
    """Open again what was closed: another fact; no date starts anew. Reopening what is open does nothing more."""
    reason = _text(reason)
    if not reason:
        raise Refusal(_("Dites pourquoi elle est rouverte."), field="words")
    with transaction.atomic():
        current = lock(complaint, today=today, closed=True)
        if current.standing_on(today).is_open:
            raise Refusal(_("Cette réclamation est déjà ouverte."))
        _refuse_void(current, today=today)
        fact = add_fact(current, kind=F.REOPENED, on=today, by=by, words=reason, history=reason)
        projecting.rebuild(current, today=today)
    return fact


def entrust(complaint: Complaint, *, to: User, by: User | None, today: date) -> Complaint:
    """Give it to a colleague; the history keeps from whom to whom."""
    if not to.is_active or not to.is_house:
        raise Refusal(_("Cette personne ne travaille plus dans la maison."), field="owner")
    with transaction.atomic():
        current = lock(complaint, today=today)
        former = current.owner_id
        if former != to.pk:
            Complaint.objects.filter(pk=current.pk).update(owner=to)
            current.owner = to
            timeline.record(
                customer=current.customer.head, kind=Kind.COMPLAINT_STEP, summary=lazy("Réclamation confiée"), by=by, about=current,
                about_kind=projecting.ABOUT, data={"former": former, "to": to.pk},
            )  # fmt: skip
            projecting.rebuild(current, today=today)
    return current


def lock(complaint: Complaint, *, today: date, closed: bool = False) -> Complaint:
    """The row, locked, with its facts; refuses a closed one unless `closed`."""
    Complaint.objects.select_for_update(of=("self",)).get(pk=complaint.pk)
    current = Complaint.objects.with_facts().select_related("customer__merged_into").get(pk=complaint.pk)
    if not closed:
        refuse_closed(current, today=today)
    return current


def _refuse_void(complaint: Complaint, *, today: date) -> None:
    if complaint.standing_on(today).state == State.VOID:
        raise Refusal(_("Cette réclamation a été enregistrée par erreur. Si quelqu’un se plaint, enregistrez-en une nouvelle."))


def refuse_closed(complaint: Complaint, *, today: date) -> None:
    """Refuse what is done of an open complaint only (read `with_facts`)."""
    _refuse_void(complaint, today=today)
    if not complaint.standing_on(today).is_open:
        raise Refusal(_("Cette réclamation est close. Rouvrez-la d’abord : ses dates ne changeront pas."))


def add_fact(
    complaint: Complaint, *, kind: str, on: date, by: User | None, history: str = "", told_on: date | None = None,
    letter: ComplaintLetter | None = None, **fields: Any,
) -> ComplaintFact:  # fmt: skip
    """Write one fact and its line of history, in the caller's transaction. `told_on` is when we learnt it; a fact of the
    mediation leaves no word in the history."""
    fact = ComplaintFact(complaint=complaint, kind=kind, on=on, author=by, letter=letter, **fields)
    hidden, told = fact.is_confidential, (fact.withdraws or fact).is_told
    direction = Direction.IN if kind in OPENINGS else Direction.OUT if letter else Direction.NONE
    fact.interaction = timeline.record(
        customer=complaint.customer.head, contact=complaint.contact, kind=_HISTORY.get(F(kind), Kind.COMPLAINT_STEP),
        summary=FactKind(kind).label if not hidden else lazy("Étape d’une réclamation"), by=by,
        occurred_at=moment_of(told_on or on), channel=fields.get("channel", ""), direction=direction,
        body=history, about=complaint, about_kind=projecting.ABOUT, data=_data(fact) if not hidden else {},
        audience=complaint.audience if told and not hidden else Audience.HOUSE,
    )  # fmt: skip
    fact.save(force_insert=True)
    return fact


def _data(fact: ComplaintFact) -> dict[str, str]:
    """What the row of history keeps of a fact, and of the one it says was recorded in error."""
    wrong = fact.withdraws
    return {"fact": str(fact.kind)} | ({"of": wrong.kind, "day": wrong.on.isoformat()} if wrong is not None else {})


def keep_files(fact: ComplaintFact, files: Iterable[Stored], *, by: User | None) -> None:
    """Keep the proof of a fact, in the caller's transaction: with its row of the history, or apart when it is of the mediation."""
    if not fact.is_confidential:
        attach(files, by=by, interaction=fact.interaction)
        return
    FactFile.objects.bulk_create([FactFile(fact=fact, file=file) for file in attach(files, by=by)])


def noted_already(complaint: Complaint, key: str, *, kind: str, on: date, words: str, number: str) -> ComplaintFact | None:
    """The fact that this very request wrote before; Conflict when its key wrote another one."""
    found = ComplaintFact.objects.filter(key=key).first() if key else None
    same = (complaint.pk, kind, on, words, number)
    if found is not None and (found.complaint_id, found.kind, found.on, found.words, found.number) != same:
        raise Conflict(_("Ce formulaire a déjà servi à noter autre chose. Notez à nouveau : rien n’est perdu."))
    return found


def is_of_mediation(kind: str) -> bool:
    """Whether a fact is a paper of the mediation, read and noted by its own right."""
    return kind in MEDIATION


def moment_of(day: date) -> datetime:
    """When something of that day is said to have happened: now, or noon of a day that is past."""
    now = clock.now()
    if day >= clock.local(now).date():
        return now
    return datetime.combine(day, time(12), ZoneInfo(clock.zone()))


def reference(today: date) -> str:
    """The next reference of the year: «R2026-000007»."""
    number = numbering.next_numbers(f"complaints-{today.year}")[0]
    return f"R{today.year}-{number:06d}"


def refuse_days(*, sent_on: date, received_on: date, today: date) -> None:
    """Refuse the days of a complaint that cannot be."""
    if sent_on > today:
        raise Refusal(_("Cette réclamation serait envoyée dans le futur. Vérifiez le jour de l’envoi."), field="sent_on")
    if received_on > today:
        raise Refusal(_("Cette réclamation serait reçue dans le futur. Vérifiez le jour."), field="received_on")
    if received_on < sent_on:
        raise Refusal(_("Elle ne peut pas être reçue avant d’être envoyée. Vérifiez les deux jours."), field="received_on")
    if sent_on < EARLIEST:
        raise Refusal(
            _("L’année %(year)s surprend ici : nos textes commencent en 2016. Vérifiez le jour.") % {"year": sent_on.year},
            field="sent_on",
        )


def refuse_before_invoice(invoice: Invoice | None, sent_on: date) -> None:
    """Refuse, until it is confirmed, a complaint sent before the invoice it speaks of: one of the two days may be wrong."""
    if invoice is None or invoice.issued_on is None or sent_on >= invoice.issued_on:
        return
    language = get_language() or "fr"
    raise Refusal(
        _(
            "Cette réclamation aurait été envoyée le %(sent)s, avant la facture %(invoice)s, du %(issued)s. C’est possible : on peut se "
            "plaindre d’un devis, ou des travaux. Confirmez-le, ou corrigez le jour ou la facture. Votre saisie est gardée."
        )
        % {
            "sent": long_date(sent_on, language=language),
            "invoice": invoice.number,
            "issued": long_date(invoice.issued_on, language=language),
        },
        field="before_invoice",
    )


def _refuse_strangers(customer: Customer, contact: Contact | None, invoice: Invoice | None, line: InvoiceLine | None) -> None:
    family = customer.family_ids()
    if contact is not None and contact.customer_id not in family and not ContactAccess.objects.lets(contact, family):
        raise Refusal(_("Cette personne n’est pas un contact de ce client."), field="contact")
    if invoice is not None and (invoice.customer_id not in family or invoice.is_draft):
        raise Refusal(_("Cette facture n’est pas une facture de ce client."), field="invoice")
    if line is not None and (invoice is None or line.invoice_id != invoice.pk):
        raise Refusal(_("Cette ligne n’est pas de cette facture."), field="line")


def _already(key: str, customer: Customer, subject: str, body: str) -> Complaint | None:
    found = Complaint.objects.filter(key=key).first() if key else None
    if found is not None and (found.customer_id, found.subject, found.body) != (customer.pk, subject, body):
        raise Conflict(_("Ce formulaire a déjà servi à enregistrer une autre réclamation. Enregistrez à nouveau."))
    return found


def _refuse_incomplete(kind: F, *, on: date, until: date | None, words: str, place: str, amount: Decimal | None) -> None:
    if kind in _NEEDS_WORDS and not words:
        raise Refusal(_("Quelques mots : un collègue les lira."), field="words")
    if kind in _NEEDS_UNTIL and until is None:
        raise Refusal(_("Donnez la date que le médiateur indique."), field="until")
    if until is not None:
        refuse_far(until, "until")
    if until is not None and until < on:
        raise Refusal(_("Cette date est avant le fait lui-même."), field="until")
    if kind in _NEEDS_PLACE and not place:
        raise Refusal(_("Quel tribunal ?"), field="place")
    if amount is not None and amount <= 0:
        raise Refusal(_("Le montant est supérieur à zéro."), field="amount")


def _refuse_out_of_course(complaint: Complaint, kind: F, *, on: date, until: date | None, today: date) -> None:
    if on > today:
        raise Refusal(_("Ce fait serait dans le futur : il se note quand il a eu lieu."), field="on")
    standing = complaint.standing_on(today)
    if kind in MEDIATION and not standing.is_written:
        raise Refusal(_("Rien n’est encore écrit : le médiateur demande une réclamation écrite."), field="kind")
    if kind in MEDIATION and not standing.has_mediation:
        raise Refusal(
            _("Le médiateur de la consommation ne reçoit que les particuliers : ce client n’en est pas un."), field="kind"
        )
    started = min(fact.on for fact in complaint.known_facts if fact.kind in OPENINGS)
    if standing.dates is not None and kind in MEDIATION | {F.CLIENT_REFUSED}:
        started = standing.dates.sent_on
    if on < started:
        raise Refusal(_("Ce fait serait avant la réclamation elle-même. Vérifiez le jour."), field="on")
    _refuse_unseized(complaint.known_facts, kind)
    outcome = standing.dates.mediation_outcome_by if standing.dates is not None else None
    if kind == F.EXTENDED and until is not None and outcome is not None and until <= outcome:
        raise Refusal(
            _("Une prolongation donne une date plus tardive que le %(day)s.")
            % {"day": long_date(outcome, language=get_language() or "fr")},
            field="until",
        )
    if kind == F.CLIENT_REFUSED and not standing.answer:
        raise Refusal(_("Aucune réponse ne lui a encore été faite."), field="kind")


def _refuse_unseized(known: list[states.Fact], kind: F) -> None:
    """What a mediator does follows their seizing; an acceptance or a refusal follows their proposal."""
    kinds = {fact.kind for fact in known}
    if kind in MEDIATION - {F.REFERRED} and F.REFERRED not in kinds:
        raise Refusal(_("Notez d’abord la saisine du médiateur."), field="kind")
    if kind in (F.PROPOSAL_ACCEPTED, F.PROPOSAL_REFUSED) and F.PROPOSAL not in kinds:
        raise Refusal(_("Notez d’abord la proposition du médiateur."), field="kind")


def _registered(number: str, channel: str) -> str:
    """The number of a registered letter, posted or electronic; refused for what was said or written otherwise."""
    number = _line(number, "number", 80)
    if number and channel not in REGISTERED:
        raise Refusal(
            _("Un numéro de recommandé est celui d’une lettre : choisissez « courrier », ou « e-mail »."), field="number"
        )
    return number


def _line(text: str, field: str, most: int) -> str:
    line = refuse_control_characters(single_line(text))
    if len(line) > most:
        raise Refusal(_("Dites-le en %(most)s caractères au plus.") % {"most": most}, field=field)
    return line


def _text(text: str, field: str = "words") -> str:
    try:
        return check_text(text, most=MAX_WORDS)
    except Refusal as refusal:
        raise Refusal(refusal.message, field=field) from refusal
