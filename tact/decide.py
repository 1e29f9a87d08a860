"""Whether and how to remind a customer today, and why. Pure; the rules are those of `docs/reminders.md`, by number."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lib import clock
from lib.french_calendar import is_working_day, next_working_day, working_day_on_or_after
from lib.wording import speaking
from tact import decide_words as words
from tact import keeping
from tact.facts import Claim, Contact, Decision, MoneySituation, PastReminder, Reason
from tact.steps import INFORMATION, is_late_step, rank

BETWEEN_DAYS = 3  # two reminders to one customer
CONVERSATION = timedelta(hours=48)
MOOD_DAYS = 30
CONTACT_DAYS = 30
LOYAL_YEARS, LOYAL_INVOICES = 2, 3
LOW_SCORE = 2
TONES = {"information": "plain", "first": "delicate", "second": "helpful", "call": "spoken", "formal_notice": "formal"}
ORDER = (
    "closed_day", "complaint", "question", "kept", "promise_broken", "promise", "transit", "hold", "upset", "dissatisfied", "mood",
    "no_address", "first_delay", "public", "prefers_voice", "step", "contact", "unanswered",
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """The situation sorted by the rules' own questions, once."""

    situation: MoneySituation
    on: date
    now: datetime
    say: words.Words
    claims: Sequence[Claim]  # every unpaid invoice, with what may be asked of it

    @property
    def asked(self) -> list[Claim]:
        """Those of which something may be asked, and whose step falls today or earlier."""
        return [claim for claim in self.claims if claim.amount > 0 and self.falls(claim)]

    def falls(self, claim: Claim) -> bool:
        """Whether its step falls today, or fell and nobody did it."""
        return claim.step_on is not None and claim.step_on <= self.on

    @property
    def kept(self) -> list[Reason]:
        """Why parts or invoices are left alone, each reason once: those that a step or a due date makes current."""
        rows = [claim for claim in self.claims if self.falls(claim) or claim.debt.due_on < self.on]
        return list(dict.fromkeys(reason for claim in rows for reason in claim.reasons))

    @property
    def mood(self) -> Contact | None:
        """The last mood noted within thirty days; a reserved one counts for nothing."""
        rows = (row for row in self.situation.contacts if row.mood and not row.hidden)
        last = max(rows, key=lambda row: row.at, default=None)
        return last if last and (self.on - words.civil_day(last.at)).days <= MOOD_DAYS else None


def decide(situation: MoneySituation, *, on: date, now: datetime | None = None, language: str = "fr") -> Decision:
    """What to do on the civil day `on` about what this customer owes; `now` (aware) sharpens «spoke less than 48 hours
    ago», noon of that day by default. `language` («fr», «en») is that of the sentences, dates and amounts: they are read
    on the day of `now`, so «demain» is its tomorrow, even when a Sunday prepares the Monday."""
    now = now or datetime.combine(on, time(12), ZoneInfo(clock.zone()))
    say = words.Words(words.civil_day(now), language)
    with speaking(language):
        known = Known(situation, on, now, say, keeping.claims_of(situation, on=on, say=say))
        for rule in _RULES:
            found = rule(known)
            if found is not None:
                return replace(found, would_change=words.would_change(found, say))
    raise AssertionError("the last rule always answers")


def left_alone(situation: MoneySituation, *, on: date, now: datetime, language: str = "fr") -> list[Claim]:
    """Of what `decide` is taken on, the invoices of which a part, or the whole, is kept back, each with its reasons: what a
    client may be told without knowing how, nor by whom, they would be reminded of the rest."""
    with speaking(language):
        claims = keeping.claims_of(situation, on=on, say=words.Words(words.civil_day(now), language))
    return [claim for claim in claims if claim.kept > 0]


# --- the rules, in order (the numbers are those of docs/reminders.md)


def _closed_day(known: Known) -> Decision | None:  # 12
    if is_working_day(known.on, known.situation.zone):
        return None
    resume = next_working_day(known.on, known.situation.zone)
    return _wait(known, known.say.closed_day(known.situation), resume_on=resume)


def _held(known: Known) -> Decision | None:  # 13
    held = [row for row in known.situation.holds if known.on < row.resume_on]
    if not held or not known.claims:
        return None
    last = max(held, key=lambda row: row.resume_on)
    return _wait(known, known.say.hold(last), resume_on=last.resume_on)


def _promise_broken(known: Known) -> Decision | None:  # 14
    broken = [row for row in known.situation.promises if keeping.is_broken(row, known.situation, known.on)]
    open_claims = [claim for claim in known.claims if claim.amount > 0]
    for claim in open_claims:
        broken += [row for row in claim.debt.promises if keeping.is_broken(row, known.situation, known.on)]
    if not broken or not open_claims:
        return None
    first = min(broken, key=lambda row: (row.due_on, row.link.ref))
    return _act(known, "call", known.say.promise_broken(first))


def _nothing_falls(known: Known) -> Decision | None:  # 15
    if known.asked:
        return None
    kept = [claim for claim in known.claims if claim.kept > 0 and known.falls(claim)]
    if kept:
        return _left_alone(known, kept)
    past = _last_reminder(known)
    if past is not None and past.leaving:
        return _just_reminded(known)
    coming = [claim for claim in known.claims if claim.amount > 0 and claim.step_on is not None]
    if coming:
        first = min(coming, key=lambda claim: (claim.step_on, claim.debt.number))
        return _wait(known, known.say.not_yet(first, known.situation), resume_on=first.step_on)
    if later := [claim for claim in known.claims if claim.kept > 0 and claim.step_on is not None]:
        return _left_alone(known, later)
    return _wait(known, known.say.not_yet(None, known.situation))


def _left_alone(known: Known, kept: Sequence[Claim]) -> Decision:
    """Nothing else may be asked than what is kept back: the reasons of that, until the first of them ends."""
    reasons = [reason for claim in kept for reason in claim.reasons]
    days = [day for claim in kept if (day := keeping.end(known.situation, claim.debt, known.on)) is not None]
    return _wait(known, *dict.fromkeys(reasons), resume_on=_worked(known, min(days)) if days else None)


def _just_reminded(known: Known) -> Decision | None:  # 16
    past = _last_reminder(known)
    if past is None or (not past.leaving and (known.on - past.on).days >= BETWEEN_DAYS):
        return None
    resume = past.on + timedelta(days=BETWEEN_DAYS)
    return _wait(known, known.say.just_reminded(past), resume_on=_worked(known, resume))


def _just_spoke(known: Known) -> Decision | None:  # 17
    recent = [row for row in known.situation.contacts if known.now - CONVERSATION < row.at <= known.now]
    if not recent:
        return None
    last = max(recent, key=lambda row: row.at)
    resume = words.civil_day(last.at + CONVERSATION)
    return _wait(known, known.say.just_spoke(last), *_reasons_to_call(known, ""), resume_on=_worked(known, resume))


def _a_voice(known: Known) -> Decision | None:  # 18
    step = _step(known)
    reason = next(_reasons_to_call(known, step), None)
    if reason is None:
        return None
    return _wait(known, reason) if step == INFORMATION else _act(known, "call", reason)


def _formal_notice(known: Known) -> Decision | None:  # 19
    if _step(known) != "formal_notice":
        return None
    claims = [claim for claim in known.asked if claim.step == "formal_notice"]
    return _act(known, "send", _step_reason(known), only=claims)


def _adapted(known: Known) -> Decision | None:  # 20
    reason = next(iter(_soft_reasons(known)), None)
    return _act(known, "soften", reason) if reason else None


def _as_it_is(known: Known) -> Decision:  # 21
    return _act(known, "send", _step_reason(known))


_RULES: tuple[Callable[[Known], Decision | None], ...] = (
    _closed_day, _held, _promise_broken, _nothing_falls, _just_reminded, _just_spoke, _a_voice, _formal_notice, _adapted, _as_it_is,
)  # fmt: skip


# --- what the rules rest on


def _step(known: Known) -> str:
    """The firmest step that falls today."""
    return max((claim.step for claim in known.asked), key=lambda code: rank(known.situation.scenario, code), default="")


def _step_reason(known: Known) -> Reason:
    claim = _leading(known)
    days = next(step.days for step in known.situation.scenario.steps if step.code == claim.step)
    return known.say.step(claim, days, _late_days(known, claim), known.situation.owner)


def _leading(known: Known) -> Claim:
    """The claim that gives the step: the firmest, then the one that fell first."""
    step = _step(known)
    return min((claim for claim in known.asked if claim.step == step), key=lambda claim: (claim.step_on, claim.debt.number))


def _late_days(known: Known, claim: Claim) -> int:
    return max(0, (known.on - claim.step_on).days) if claim.step_on else 0


def _reasons_to_call(known: Known, step: str) -> Iterator[Reason]:
    situation, say = known.situation, known.say
    mood, score = known.mood, situation.satisfaction
    if mood is not None and mood.mood == "upset" and not _heard(known, mood):
        yield say.upset(mood)
    if score is not None and score.score <= LOW_SCORE and 0 <= (known.on - score.on).days <= MOOD_DAYS:
        yield say.dissatisfied(score)
    if not situation.email:
        refused = max(situation.refused, key=lambda row: row.since_on, default=None)
        yield say.no_address(refused, situation)
    if step == "call":
        yield _step_reason(known)
    if situation.preferred_channel in ("phone", "visit") and step == "second":
        yield say.prefers_voice(situation)


def _heard(known: Known, mood: Contact) -> bool:
    """Somebody spoke with them, or we wrote, after that moment."""
    return any(row.at > mood.at and (row.kind in keeping.SPOKEN or row.direction == "out") for row in known.situation.contacts)


def _soft_reasons(known: Known) -> list[Reason]:
    situation, say = known.situation, known.say
    found = list(known.kept)
    found += [say.complaint(row, None) for row in situation.complaints]
    found += [say.question(row) for row in situation.questions]
    if known.mood is not None and known.mood.mood in ("worried", "upset"):
        found.append(say.mood(known.mood))
    if is_late_step(_step(known)):
        years = _years(known)
        if situation.paid_late == 0 and situation.paid_on_time >= LOYAL_INVOICES and years >= LOYAL_YEARS:
            found.append(say.first_delay(situation, years))
        if situation.client_type == "public":
            found.append(say.public(situation))
    return found


def _years(known: Known) -> int:
    since, on = known.situation.client_since, known.on
    return 0 if since is None else on.year - since.year - ((on.month, on.day) < (since.month, since.day))


def _last_reminder(known: Known) -> PastReminder | None:
    rows = [past for claim in known.claims for past in claim.debt.reminders]
    rows += known.situation.reminders  # they were written to, whatever they have paid since
    return max(rows, key=lambda past: (past.leaving, past.on), default=None)


def _worked(known: Known, day: date) -> date:
    return working_day_on_or_after(day, known.situation.zone)


# --- the answer


def _wait(known: Known, *reasons: Reason, resume_on: date | None = None) -> Decision:
    told = _ordered([*reasons, *known.kept])
    return Decision(
        customer=known.situation.link,
        name=known.situation.name,
        decision="wait",
        tone="",
        emotion=words.emotion(""),
        deduction=words.deduction("wait", reasons[0].code, ""),
        step=_step(known),
        step_on=None,
        claims=(),
        waiting=tuple(known.claims),
        reasons=told,
        would_change=(),
        resume_on=resume_on,
        held=reasons[0].code not in ("closed_day", "not_yet", "leaving") and any(known.falls(claim) for claim in known.claims),
    )


def _act(known: Known, decision: str, reason: Reason, *, only: Sequence[Claim] | None = None) -> Decision:
    spoken = list(only) if only is not None else _spoken_of(known)
    step = _step(known)
    leading = _leading(known) if step else None
    tone = _tone(known, decision, step)
    return Decision(
        customer=known.situation.link,
        name=known.situation.name,
        decision=decision,
        tone=tone,
        emotion=words.emotion(tone),
        deduction=words.deduction(decision, reason.code, step),
        step=step,
        step_on=leading.step_on if leading else None,
        claims=tuple(spoken),
        waiting=tuple(claim for claim in known.claims if claim.kept > 0),
        reasons=_ordered([reason, *_all_reasons(known, step)]),
        would_change=(),
        late_days=_late_days(known, leading) if leading else 0,
    )


def _spoken_of(known: Known) -> list[Claim]:
    """What falls today, and what is late without a step of its own today: one message for all of it."""
    return [
        claim if known.falls(claim) else replace(claim, step="", step_on=None)
        for claim in known.claims
        if claim.amount > 0 and (known.falls(claim) or claim.debt.due_on < known.on)
    ]


def _tone(known: Known, decision: str, step: str) -> str:
    if decision == "call":
        return "spoken"
    if decision == "soften" and step != INFORMATION:
        return "factual" if known.situation.client_type == "public" else "delicate"
    return TONES[step]


def _all_reasons(known: Known, step: str) -> list[Reason]:
    """Everything that bears on it, whatever decided."""
    found = [*_soft_reasons(known), *(_reasons_to_call(known, step) if step != INFORMATION else ())]
    if step:
        found.append(_step_reason(known))
    contacts = sorted(known.situation.contacts, key=lambda row: row.at, reverse=True)
    if contacts and (known.on - words.civil_day(contacts[0].at)).days <= CONTACT_DAYS:
        found.append(known.say.contact(contacts[0]))
    mails = {
        past.link: past
        for claim in known.asked
        for past in claim.debt.reminders
        if past.how == "mail" and past.step != INFORMATION and not _answered(known, past)
    }
    if mails:
        found.append(known.say.unanswered(sorted(mails.values(), key=lambda past: past.on)))
    return found


def _answered(known: Known, past: PastReminder) -> bool:
    """They spoke with us or wrote, that day or later."""
    rows = (row for row in known.situation.contacts if words.civil_day(row.at) >= past.on)
    return any(row.kind in keeping.SPOKEN or row.direction == "in" for row in rows)


def _ordered(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """The deciding one first, then the order of the rules; each once."""
    first, *others = dict.fromkeys(reasons)
    place = {code: number for number, code in enumerate(ORDER)}
    seen = {first}
    if first.code in ("upset", "mood"):
        others = [row for row in others if not (row.code in ("upset", "mood") and row.link == first.link)]
    others = [row for row in others if row not in seen]
    return (first, *sorted(others, key=lambda row: place.get(row.code, -1)))
