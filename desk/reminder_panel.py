"""One customer of the queue in full: where they stand in the scenario, what the thread says, what would be sent."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.policy import Right
from desk import phrases
from lib.french_calendar import working_day_on_or_after
from lib.typography import list_of
from tact.decide_words import j, step_names
from tact.facts import Claim, Debt, Decision, MoneySituation, Step
from tact.message import DOORS
from tact.planning import Planned
from tact.reminding import Ready
from tact.steps import day_of, is_rolled, ordered


@dataclass(frozen=True)
class Mark:
    """One step on the line of the scenario."""

    name: str  # «J+3»
    text: str
    state: str  # done, now, todo


@dataclass(frozen=True)
class Told:
    """A reason, in full, with its fact."""

    text: str
    url: str


@dataclass(frozen=True)
class Invoice:
    """One invoice of the decision."""

    number: str
    url: str
    amount: Decimal
    due_on: date
    kept: Decimal
    why: list[Told]


@dataclass(slots=True)
class Letter:
    """The message as it would be on their telephone."""

    model: str
    subject: str
    to: str
    paragraphs: list[list[tuple[str, bool]]]
    digest: str
    language: str
    doors: tuple[str, ...] = (DOORS,)


@dataclass(slots=True)
class Panel:
    """The right half of the page."""

    ref: str
    name: str
    decision: Decision
    record_url: str
    line_label: str
    line: list[Mark]
    counted: str
    told: list[Told]
    spoken: list[Invoice]
    waiting: list[Invoice]
    phone: str
    letter: Letter | None
    place: tuple[int, int]
    formal_url: str = ""
    holds: list[tuple[str, str]] = field(default_factory=list)  # words, address to release it
    amount: Decimal = Decimal(0)


def read_panel(
    row: Planned, ready: Ready | None, *, on: date, today: date, place: tuple[int, int] = (1, 1), user: User | None = None
) -> Panel:
    """What there is to know and do about one customer, on the civil day `on`. No statement."""
    decision, situation = row.decision, row.situation
    leading = _leading(decision)
    ref = decision.customer.ref
    formal = decision.tone == "formal" and user is not None and user.may(Right.APPROVE_FORMAL_NOTICES)
    return Panel(
        ref=ref,
        name=decision.name,
        decision=decision,
        record_url=reverse("customer", args=[ref]),
        line_label=_line_label(leading),
        line=_line(leading, situation, on=on, today=today) if leading else [],
        counted=_counted(leading.debt, situation, today) if leading else "",
        told=_told(decision, situation),
        spoken=[_invoice(claim) for claim in decision.claims],
        waiting=[_invoice(claim) for claim in decision.waiting],
        phone=situation.phone,
        letter=_letter(ready) if ready else None,
        place=place,
        formal_url=reverse("formal_notice", args=[ref]) if formal else "",
        holds=_holds(situation, on),
        amount=decision.amount,
    )


def _leading(decision: Decision) -> Claim | None:
    claims = [*decision.claims, *decision.waiting]
    same = [claim for claim in claims if claim.step == decision.step and claim.step]
    return next(iter(same or claims), None)


def _line_label(leading: Claim | None) -> str:
    if leading is None:
        return ""
    return _("Scénario de la facture %(number)s") % {"number": leading.debt.number}


def _line(leading: Claim, situation: MoneySituation, *, on: date, today: date) -> list[Mark]:
    names = {**step_names(), "information": _("information"), "call": _("appel")}
    return [
        Mark(
            j(step.days), f"{_when(step, leading, situation, on=on, today=today)}, {names[step.code]}", _state(step, leading, on)
        )
        for step in ordered(situation.scenario)
    ]


def _when(step: Step, leading: Claim, situation: MoneySituation, *, on: date, today: date) -> str:
    done = _done(step, leading.debt)
    if done is not None:
        return phrases.exact_day(done, today)
    day = leading.step_on if leading.step == step.code and leading.step_on else _day(step, leading, situation, on)
    return _("aujourd’hui") if day == on == today else phrases.exact_day(day, today)


def _day(step: Step, leading: Claim, situation: MoneySituation, on: date) -> date:
    """When a step to come falls: after a step done late, it keeps its distance."""
    day = day_of(step, leading.debt.due_on, situation.zone)
    before = next((one for one in situation.scenario.steps if one.code == leading.step), None)
    if before is None or leading.step_on is None or step.days <= before.days or leading.step_on >= on:
        return day
    return max(day, working_day_on_or_after(on + timedelta(days=step.days - before.days), situation.zone))


def _state(step: Step, leading: Claim, on: date) -> str:
    if _done(step, leading.debt) is not None:
        return "done"
    falls = leading.step == step.code and leading.step_on is not None and leading.step_on <= on
    return "now" if falls else "todo"


def _done(step: Step, debt: Debt) -> date | None:
    return max((past.on for past in debt.reminders if past.step == step.code), default=None)


def _counted(debt: Debt, situation: MoneySituation, today: date) -> str:
    told = _("Compté depuis l’échéance du %(day)s.") % {"day": phrases.exact_day(debt.due_on, today)}
    rolled = [j(step.days) for step in ordered(situation.scenario) if is_rolled(step, debt.due_on, situation.zone)]
    if not rolled:
        return told
    words = ngettext(
        "Jours de travail seulement : %(steps)s tomberait un jour non travaillé et passe au suivant.",
        "Jours de travail seulement : %(steps)s tomberaient un jour non travaillé et passent au suivant.",
        len(rolled),
    )
    return f"{told} {words % {'steps': list_of(rolled, language=phrases.language())}}"


def _told(decision: Decision, situation: MoneySituation) -> list[Told]:
    told = [Told(reason.text, _url(reason.link.kind, reason.link.ref)) for reason in decision.reasons if reason.code != "step"]
    paid = situation.paid_on_time
    if paid and all(reason.code != "first_delay" for reason in decision.reasons):
        words = ngettext("%(count)s facture réglée à l’heure", "%(count)s factures réglées à l’heure", paid) % {"count": paid}
        late = situation.paid_late
        words += ", " + ngettext("%(count)s en retard", "%(count)s en retard", late) % {"count": late} if late else ""
        told.append(Told(words, _url("customer", decision.customer.ref)))
    return told


def _invoice(claim: Claim) -> Invoice:
    why = [Told(reason.text, _url(reason.link.kind, reason.link.ref)) for reason in claim.reasons]
    debt = claim.debt
    return Invoice(debt.number, _url("invoice", debt.link.ref), claim.amount, debt.due_on, claim.kept, why)


def _letter(ready: Ready) -> Letter:
    message = ready.message
    to = f"{ready.to.name}, {ready.to.address}"
    return Letter(message.model_name, message.subject, to, message.paragraphs, message.digest, message.language)


def _holds(situation: MoneySituation, on: date) -> list[tuple[str, str]]:
    rows = [*situation.holds, *(hold for debt in situation.debts for hold in debt.holds)]
    return [(row.reason, reverse("reminder_release", args=[row.link.ref])) for row in rows if on < row.resume_on]


def _url(kind: str, ref: str) -> str:
    return reverse("pointing", args=[kind, ref])
