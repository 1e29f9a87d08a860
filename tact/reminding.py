"""Gestures on reminders: approve one or a batch, put off, hold and release, note the call, send the formal notice.

Nothing leaves without a person's approval, and each mail's facts are read again as it leaves (`tact.rereading`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.rights import Right
from billing.accounts import moved_among
from billing.models import Invoice
from crm import timeline
from crm.commitments import promise
from crm.company import the_company
from crm.exchanges import log_interaction
from crm.mail_words import values_for
from crm.models import Commitment, Company, Customer, Email
from crm.models.timeline import Direction, Kind
from crm.outbox import BATCH_COUNTDOWN, COUNTDOWN, cancel, queue_mail
from crm.writing import Recipient, language_for
from lib import clock
from lib.errors import Conflict, Refusal
from lib.french_calendar import next_working_day, refuse_far
from lib.plain_text import check_text, normal_lines, refuse_control_characters, single_line
from lib.public_ids import public_id
from tact import message
from tact.doors import doors_of
from tact.facts import Claim, Decision
from tact.message import Message
from tact.models import Hold, Reminder, ReminderLine
from tact.money import zone_of_firm
from tact.planning import Planned, plan_one
from tact.telling import reason_as_json

PURPOSE = GUARD = "reminder"
OPENING = time(8)  # what is approved on a day nobody works leaves at that hour of the next one
FEW = 200


@dataclass(frozen=True)
class Ready:
    """A reminder ready to be seen: the decision, to whom, and the exact words."""

    planned: Planned
    to: Recipient
    message: Message
    phone: str  # the firm's, as printed

    @property
    def decision(self) -> Decision:
        """What was decided."""
        return self.planned.decision


def prepare(planned: Planned, *, by: User, on: date, company: Company, moved: Collection[str] | None = None) -> Ready | None:
    """The message of a decision that is a mail, as it would leave, signed by `by`; None for the others. `moved` are the public
    ids of invoices that bear another bank account than today's (one statement when it is not given, else none)."""
    decision, to = planned.decision, planned.to
    if decision.decision not in ("send", "soften") or decision.step not in message.MODEL_TONES or to is None:
        return None
    language = language_for(planned.family.head, to)
    values = _letter_values(planned, by, company, language)
    refs = claimed([planned])
    other = bool(refs & set(moved_among(refs, company) if moved is None else moved))
    made = message.compose(decision, planned.situation, values, on=on, language=language, moved=other)
    return Ready(planned, to, made, values["téléphone"])


def claimed(rows: Iterable[Planned]) -> set[str]:
    """The public ids of the invoices that the messages of these decisions speak of."""
    return {claim.debt.link.ref for row in rows for claim in row.decision.claims}


def _letter_values(planned: Planned, by: User, company: Company, language: str) -> dict[str, str]:
    """Salutation, closing, signature and telephone for this person and this sender."""
    contact = planned.to.contact if planned.to else None
    values = values_for(customer=planned.family.head, contact=contact, by=by, company=company, language=language)
    return {word: values[word] for word in ("salutation", "formule", "signature", "téléphone")}


def approve(
    customer: Customer, *, by: User, on: date, now: datetime, seen: str, subject: str = "", body: str = "", batch: str = ""
) -> Reminder:
    """Queue the reminder of `customer` for the civil day `on`, as a person saw it; returns it, its mail waiting for its
    countdown (60 s, ten minutes in a `batch`, the opening of the next working day when `on` is later than today).

    `seen` is the digest of the message they saw: when a fact has changed it since, raises Conflict and nothing leaves.
    `subject` and `body` are their own words, when they changed them. Approving twice is approving once. Refuses a
    decision that is not a mail, with its reason.
    """
    may(by, Right.APPROVE_REMINDERS)
    with transaction.atomic():
        head = lock_head(customer)
        done = Reminder.objects.filter(customer=head, on=on, digest=seen, how=Reminder.How.MAIL).done().first()
        if done is not None:
            return done
        ready = _ready(head, by=by, on=on, now=now)
        if ready.message.digest != seen:
            raise Conflict(_("Quelque chose a changé depuis que vous avez lu ce message. Relisez-le : rien n’est parti."))
        reminder = _written(head, ready.planned, how=Reminder.How.MAIL, by=by, on=on, digest=seen, batch=batch)
        reminder.edited = _is_edited(ready.message, subject, body)
        reminder.mail = _queue(reminder, ready, by=by, subject=subject, body=body, delay=_delay(on, now, batch))
        _save(reminder, ready.decision)
        _tell(reminder, Kind.REMINDER_SENT, gettext_lazy("Rappel approuvé"), by=by)
    return reminder


def approve_batch(seen: Mapping[str, str], *, by: User, on: date, now: datetime) -> tuple[list[Reminder], list[str]]:
    """Approve the messages of several customers, each as it was seen (public id → digest); they leave after ten minutes.
    Returns what was queued, and the names of those put aside because something changed since."""
    batch, made, aside = public_id(), [], []
    rows = {row.public_id: row for row in Customer.objects.filter(public_id__in=list(seen))}
    for ref, digest in seen.items():
        if ref not in rows:
            continue
        try:
            made.append(approve(rows[ref], by=by, on=on, now=now, seen=digest, batch=batch))
        except Refusal:
            aside.append(rows[ref].name)
    return made, aside


def take_back(reminders: Sequence[Reminder], *, by: User) -> int:
    """Take back the mails of `reminders` that have not left; returns how many. Refuses when none can be any more."""
    may(by, Right.APPROVE_REMINDERS)
    taken = 0
    for reminder in reminders:
        if reminder.mail is not None and reminder.mail.is_cancellable:
            taken += cancel(reminder.mail, by=by).state == Email.State.CANCELLED
    if not taken:
        raise Refusal(_("Il n’est plus temps : le message est parti, ou déjà repris."))
    return taken


def put_off(customer: Customer, *, by: User, on: date) -> Hold:
    """«À demain»: nothing to this customer before the working day after `on`. Twice is once."""
    resume = next_working_day(on, zone_of_firm())
    with transaction.atomic():
        head = lock_head(customer)
        found = Hold.objects.in_force(on).filter(customer=head, tomorrow=True, resume_on=resume).first()
        if found is not None:
            return found
        return _held(head, None, resume, str(_("À demain")), by=by, tomorrow=True)


def hold(customer: Customer, *, resume_on: date, reason: str, by: User, today: date, invoice: Invoice | None = None) -> Hold:
    """Nothing to this customer (or about `invoice`) before the civil day `resume_on`, with the reason, which colleagues read.
    Refuses a day that is not in the future, and an invoice of another client."""
    may(by, Right.APPROVE_REMINDERS)
    reason = _one_line(reason)
    if not reason:
        raise Refusal(_("Dites pourquoi : un collègue le lira avant d’écrire."), field="reason")
    if resume_on <= today:
        raise Refusal(_("Choisissez un jour à venir : c’est ce jour-là que les relances reprendront."), field="resume_on")
    refuse_far(resume_on, "resume_on")
    with transaction.atomic():
        head = lock_head(customer)
        if invoice is not None and invoice.customer_id not in head.family_ids():
            raise Refusal(_("Cette facture est celle d’un autre client."), field="invoice")
        return _held(head, invoice, resume_on, reason, by=by)


def release(held: Hold, *, by: User, reason: str = "") -> Hold:
    """Say that nothing keeps it back any more. Releasing twice is releasing once."""
    may(by, Right.APPROVE_REMINDERS)
    with transaction.atomic():
        head = lock_head(held.customer)
        current = Hold.objects.select_for_update().get(pk=held.pk)
        if current.released_at is not None:
            return current
        current.released_at, current.released_by, current.release_reason = clock.now(), by, _one_line(reason)
        current.save()
        timeline.record(
            customer=head, kind=Kind.REMINDER_HELD, summary=gettext_lazy("Relances reprises"), by=by, body=current.release_reason,
            about=current, about_kind="hold",
        )  # fmt: skip
    return current


@dataclass(frozen=True)
class Said:
    """What a call gave: what was said, how they seemed, what they promised to pay and for when."""

    words: str = ""
    mood: str = ""
    pays_on: date | None = None
    amount: Decimal | None = None  # EUR; None: all that was asked


def note_call(customer: Customer, *, by: User, on: date, now: datetime, said: Said) -> Reminder:
    """Note that this customer was called about what they owe: the call in the history, the step done, their promise of money
    when they gave one. Refuses a promise for a past day."""
    may(by, Right.APPROVE_REMINDERS)
    if said.pays_on is not None and said.pays_on < on:
        raise Refusal(_("Ce jour est passé : notez celui pour lequel ils promettent."), field="pays_on")
    with transaction.atomic():
        head = lock_head(customer)
        planned = plan_one(head, on=on, now=now)
        if planned is None:
            raise Refusal(_("Plus rien n’est dû par ce client : il n’y a pas lieu de l’appeler pour cela."))
        row = log_interaction(head, by=by, kind=Kind.CALL, direction=Direction.OUT, body=said.words, mood=said.mood)
        reminder = _written(head, planned, how=Reminder.How.CALL, by=by, on=on)
        _save(reminder, planned.decision)
        if said.pays_on is not None:
            promise(
                head, owed_by=Commitment.Owed.THEM, what=timeline.frozen(gettext_lazy("Régler ce qui est dû")), due_on=said.pays_on, by=by,
                amount=said.amount or reminder.amount or None, interaction=row,
            )  # fmt: skip
        _tell(reminder, Kind.REMINDER_SENT, gettext_lazy("Appel passé au sujet de factures"), by=by)
    return reminder


def notice_of(planned: Planned, *, by: User, company: Company | None = None) -> tuple[str, str]:
    """Subject and words of the formal notice, ready to print and sign."""
    language = planned.family.head.language
    values = _letter_values(planned, by, company or the_company(), language)
    return message.formal_notice(planned.decision, _types(planned), values, language=language)


def _types(planned: Planned) -> set[str]:
    """What the client is on each invoice that the notice speaks of, as it was issued."""
    rows = _invoices(planned.decision.claims).values()
    return {row.client_type or planned.situation.client_type for row in rows}


# --- pieces


def may(by: User, right: str) -> None:
    """Refuse who does not hold the right."""
    if not by.may(right):
        raise Refusal(_("Vous n’avez pas le droit de décider de cette relance. Demandez à un responsable."))


def lock_head(customer: Customer) -> Customer:
    """The head of the record, locked until the transaction ends."""
    return Customer.objects.select_for_update(no_key=True).get(pk=customer.merged_into_id or customer.pk)


def _ready(head: Customer, *, by: User, on: date, now: datetime) -> Ready:
    planned = plan_one(head, on=on, now=now)
    if planned is None:
        raise Refusal(_("Plus rien n’est dû par ce client : ce rappel n’a plus lieu d’être."))
    ready = prepare(planned, by=by, on=on, company=the_company())
    if ready is None:
        why = planned.decision.reasons[0].text
        raise Conflict(_("On n’écrit pas à ce client aujourd’hui : %(why)s. Rien n’est parti.") % {"why": why})
    return ready


def _written(head: Customer, planned: Planned, *, how: str, by: User, on: date, digest: str = "", batch: str = "") -> Reminder:
    decision = planned.decision
    return Reminder(
        customer=head,
        how=how, decision=decision.decision, tone=decision.tone, step=decision.step, on=on, amount=decision.amount,
        reasons=[reason_as_json(reason) for reason in decision.reasons], emotion=decision.emotion[:160],
        scenario_version=planned.situation.scenario.version, digest=digest, batch=batch, approved_by=by,
    )  # fmt: skip


def _save(reminder: Reminder, decision: Decision) -> None:
    reminder.save()
    claims = decision.claims or decision.waiting
    invoices = _invoices(claims)
    ReminderLine.objects.bulk_create(
        [
            ReminderLine(
                reminder=reminder, invoice=invoices[claim.debt.link.ref], amount=claim.amount, step=_step_done(claim, reminder)
            )
            for claim in claims
        ]
    )


def _step_done(claim: Claim, reminder: Reminder) -> str:
    """The step that this does for the invoice: its own, when it falls that day or fell before."""
    return claim.step if claim.step_on is not None and claim.step_on <= reminder.on else ""


def _invoices(claims: tuple[Claim, ...]) -> dict[str, Invoice]:
    refs = [claim.debt.link.ref for claim in claims]
    return {row.public_id: row for row in Invoice.objects.filter(public_id__in=refs)}


def _is_edited(prepared: Message, subject: str, body: str) -> bool:
    return bool(subject and subject != prepared.subject) or bool(body and normal_lines(body) != normal_lines(prepared.body))


def _queue(reminder: Reminder, ready: Ready, *, by: User, subject: str, body: str, delay: timedelta) -> Email:
    to, language = ready.to, ready.message.language
    body = check_text(body) if body else ready.message.body
    claims = ready.decision.claims
    doors = doors_of(claims, _invoices(claims), to.contact, address=to.address, language=language, by=by, on=reminder.on)
    text = message.with_doors(body, doors, phone=ready.phone, language=language)
    return queue_mail(
        key=f"{PURPOSE}:{reminder.public_id}", to=to.address, to_name=to.name, subject=subject or ready.message.subject, text=text,
        by=by, customer=ready.planned.family.head, contact=to.contact, purpose=PURPOSE, guard=GUARD, delay=delay, batch=reminder.batch,
        template=f"{ready.decision.step}-{ready.decision.tone}", language=language,
    )  # fmt: skip


def _delay(on: date, now: datetime, batch: str) -> timedelta:
    if on <= clock.local(now).date():
        return BATCH_COUNTDOWN if batch else COUNTDOWN
    opening = datetime.combine(on, OPENING, clock.local(now).tzinfo)
    return opening - now


def _held(head: Customer, invoice: Invoice | None, resume_on: date, reason: str, *, by: User, tomorrow: bool = False) -> Hold:
    may(by, Right.APPROVE_REMINDERS)
    made = Hold.objects.create(customer=head, invoice=invoice, resume_on=resume_on, reason=reason, tomorrow=tomorrow, by=by)
    timeline.record(
        customer=head, kind=Kind.REMINDER_HELD, summary=gettext_lazy("Relances retenues"), by=by, body=reason, about=made,
        about_kind="hold", data={"resume_on": resume_on.isoformat()},
    )  # fmt: skip
    return made


def _tell(reminder: Reminder, kind: str, summary: object, *, by: User) -> None:
    timeline.record(
        customer=reminder.customer, kind=kind, summary=summary, by=by, about=reminder, about_kind="reminder",
        data={"amount": str(reminder.amount), "step": reminder.step, "tone": reminder.tone},
    )  # fmt: skip


def _one_line(text: str) -> str:
    line = refuse_control_characters(single_line(text))
    if len(line) > FEW:
        raise Refusal(_("Dites-le en 200 caractères au plus ; le détail va dans un échange."), field="reason")
    return line
