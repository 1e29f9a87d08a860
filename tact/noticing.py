"""The formal notice: prepared as a letter, typeset, kept; then posted by a person, who gives the day and the proof.

It never leaves of itself. What it says and on which facts is frozen when it is prepared, so that what is noted later is
what was posted, whatever happened since.
"""

import hashlib
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.rights import Right
from billing.models import Invoice
from complaints.replying import printed_house
from complaints.typesetting import soon
from crm import timeline
from crm.company import the_company
from crm.models import Customer
from crm.models.customers import Channel
from crm.models.timeline import Direction, Kind
from lib.errors import Conflict, Refusal
from lib.plain_text import refuse_control_characters, single_line
from tact.models import FormalNotice, Reminder, ReminderLine
from tact.planning import Planned, plan_one
from tact.reminding import lock_head, may, notice_of
from tact.telling import reason_as_json

TEXT_VERSION = "2026-11"
LONGEST_PROOF = 200


def prepare_notice(customer: Customer, *, by: User, on: date, now: datetime) -> FormalNotice:
    """The formal notice of `customer` as it stands on the civil day `on`, ready to be typeset, printed and signed; nothing
    leaves. The same words prepared twice and not posted yet are one. Refuses who does not hold the right, a customer who is
    not at that step, and one without a postal address."""
    may(by, Right.APPROVE_FORMAL_NOTICES)
    with transaction.atomic():
        head = lock_head(customer)
        planned = plan_one(head, on=on, now=now)
        if planned is None or planned.decision.tone != "formal":
            raise Refusal(_("Ce client n’en est pas, ou n’en est plus, à la mise en demeure. Rien n’est noté."))
        made = notice_from(planned, by=by, on=on)
        if found := FormalNotice.objects.waiting().filter(customer=head, digest=made.digest).first():
            return found
        made.save(force_insert=True)
        soon()
    return made


def notice_from(planned: Planned, *, by: User, on: date) -> FormalNotice:
    """The row of a formal notice, not saved."""
    head, decision = planned.family.head, planned.decision
    company = the_company()
    subject, text = notice_of(planned, by=by, company=company)
    recipient = postal_lines(planned)
    return FormalNotice(
        customer=head, client_type=planned.situation.client_type, language=head.language, text_version=TEXT_VERSION,
        subject=subject[:200], text=text, house=printed_house(company), recipient=recipient, amount=decision.amount,
        decided=_decided(planned), digest=hashlib.sha256(f"{on}\n{recipient}\n{subject}\n{text}".encode()).hexdigest()[:32],
        written_on=on, author=by,
    )  # fmt: skip


def postal_lines(planned: Planned) -> str:
    """Name and postal address of who is asked, one line each."""
    head = planned.family.head
    main = next((person for person in planned.family.people if person.is_main), None)
    who = main.full_name if main is not None and not head.is_person and main.full_name != head.name else ""
    lines = [head.name, who, head.address, head.address_extra, f"{head.postal_code} {head.city}".strip()]
    return "\n".join(line for line in lines if line)[:400]


def post_notice(notice: FormalNotice, *, by: User, on: date, today: date, proof: str) -> Reminder:
    """Note that a person posted `notice` on the civil day `on`, with its `proof`: the number of the registered letter. Its
    step is done, its words are in the history. Noting it twice is once; another proof is a Conflict. Refuses who does not
    hold the right, a day to come or before the letter, and no proof."""
    may(by, Right.APPROVE_FORMAL_NOTICES)
    proof = _one_line(proof)
    if not proof:
        raise Refusal(_("Notez le numéro du recommandé : sans preuve, la lettre ne vaut pas mise en demeure."), field="proof")
    if on > today:
        raise Refusal(_("Cet envoi serait dans le futur : il se note quand il a eu lieu."), field="on")
    if on < notice.written_on:
        raise Refusal(_("Cet envoi serait avant la lettre elle-même. Vérifiez le jour."), field="on")
    with transaction.atomic():
        head = lock_head(notice.customer)
        if done := Reminder.objects.filter(notice=notice).first():
            if done.proof != proof:
                raise Conflict(
                    _("Cette lettre est déjà notée comme postée, sous un autre numéro : %(number)s.") % {"number": done.proof}
                )
            return done
        reminder = _reminder(notice, head, by=by, on=on, proof=proof)
        timeline.record(
            customer=head, kind=Kind.LETTER, summary=gettext_lazy("Mise en demeure envoyée"), by=by,
            body=f"{notice.subject}\n\n{notice.text}", channel=Channel.POST, direction=Direction.OUT, about=reminder,
            about_kind="reminder", data={"proof": proof, "notice": notice.public_id, "on": on.isoformat()},
        )  # fmt: skip
    return reminder


def _reminder(notice: FormalNotice, head: Customer, *, by: User, on: date, proof: str) -> Reminder:
    decided = notice.decided
    reminder = Reminder.objects.create(
        customer=head, how=Reminder.How.LETTER, decision=decided["decision"], tone=decided["tone"], step=decided["step"], on=on,
        amount=notice.amount, reasons=decided["reasons"], emotion=decided["emotion"], scenario_version=decided["scenario"],
        approved_by=by, notice=notice, proof=proof,
    )  # fmt: skip
    invoices = {
        row.public_id: row for row in Invoice.objects.filter(public_id__in=[line["invoice"] for line in decided["lines"]])
    }
    ReminderLine.objects.bulk_create(
        [
            ReminderLine(reminder=reminder, invoice=invoices[line["invoice"]], amount=line["amount"], step=line["step"])
            for line in decided["lines"]
        ]
    )
    return reminder


def _decided(planned: Planned) -> dict[str, Any]:
    decision = planned.decision
    return {
        "decision": decision.decision,
        "tone": decision.tone,
        "step": decision.step,
        "emotion": decision.emotion[:160],
        "reasons": [reason_as_json(reason) for reason in decision.reasons],
        "scenario": planned.situation.scenario.version,
        "lines": [{"invoice": one.debt.link.ref, "amount": str(one.amount), "step": one.step} for one in decision.claims],
    }


def _one_line(text: str) -> str:
    line = refuse_control_characters(single_line(text))
    if len(line) > LONGEST_PROOF:
        raise Refusal(_("Dites-le en 200 caractères au plus."), field="proof")
    return line
