"""Where a complaint stands on a day: the answer of its dated facts, never stored. Pure, as `complaints.deadlines`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from complaints import deadlines
from complaints.deadlines import MEDIATION_TYPES, Deadlines
from lib import law
from lib.french_calendar import add_ouvrables


class F(StrEnum):
    """What may happen to a complaint. A fact is dated, added, never changed."""

    ORAL = "oral"
    WRITTEN = "written"  # the first one starts every legal date; a second letter changes none
    ACKNOWLEDGED = "acknowledged"
    INVITED = "invited"  # after an oral complaint: how to write
    HOLDING = "holding"
    LISTENED = "listened"
    REPHRASED = "rephrased"
    RECOGNISED = "recognised"
    OFFERED = "offered"
    FAVOURABLE = "favourable"
    PARTIAL = "partial"
    REFUSED = "refused"
    CLIENT_REFUSED = "client_refused"
    REPAIRED = "repaired"
    FOLLOWED_UP = "followed_up"
    REFERRED = "referred"
    FILE_RECEIVED = "file_received"
    INADMISSIBLE = "inadmissible"
    NOTIFIED = "notified"
    EXTENDED = "extended"
    POSITION = "position"  # our answer to the mediator
    PROPOSAL = "proposal"
    PROPOSAL_ACCEPTED = "proposal_accepted"
    PROPOSAL_REFUSED = "proposal_refused"
    WITHDRAWN = "withdrawn"
    COURT = "court"
    CLOSED_SATISFIED = "closed_satisfied"
    CLOSED_WITHOUT_FOLLOW_UP = "closed_without_follow_up"
    POSTED = "posted"  # the proof that a letter of ours was sent; no date comes from it
    REOPENED = "reopened"
    MISTAKEN = "mistaken"  # another fact was recorded in error: that one counts no more, nor does this one
    CONSUMER_RIGHTS = "consumer_rights"  # the client's record was put right: a consumer's rights from then on


ANSWERS = frozenset({F.FAVOURABLE, F.PARTIAL, F.REFUSED})
UNSATISFACTORY = frozenset({F.PARTIAL, F.REFUSED, F.CLIENT_REFUSED})
REFUSALS = frozenset({F.PARTIAL, F.REFUSED})  # what must name the mediator
MEDIATION = frozenset(
    {
        F.REFERRED, F.FILE_RECEIVED, F.INADMISSIBLE, F.NOTIFIED, F.EXTENDED, F.POSITION, F.PROPOSAL, F.PROPOSAL_ACCEPTED,
        F.PROPOSAL_REFUSED, F.WITHDRAWN,
    }
)  # fmt: skip
CLOSINGS = frozenset({F.CLOSED_SATISFIED, F.CLOSED_WITHOUT_FOLLOW_UP})
OPENINGS = frozenset({F.ORAL, F.WRITTEN})


class State(StrEnum):
    """The states of a complaint; the mediator's are only a consumer's."""

    ORAL = "oral"
    WRITTEN = "written"
    ACKNOWLEDGED = "acknowledged"
    STUDIED = "studied"
    FAVOURABLE = "favourable"
    PARTIAL = "partial"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    CLIENT_REFUSED = "client_refused"
    MEDIATION_OPEN = "mediation_open"
    MEDIATION_TOO_LATE = "mediation_too_late"
    REFERRED = "referred"
    NOTIFIED = "notified"
    EXTENDED = "extended"
    PROPOSAL = "proposal"
    INADMISSIBLE = "inadmissible"
    ACCEPTED = "accepted"
    PROPOSAL_REFUSED = "proposal_refused"
    WITHDRAWN = "withdrawn"
    COURT = "court"
    CLOSED_SATISFIED = "closed_satisfied"
    CLOSED_WITHOUT_FOLLOW_UP = "closed_without_follow_up"
    VOID = "void"  # its only letter or call was recorded in error: nobody complained


CLOSED = frozenset({State.CLOSED_SATISFIED, State.CLOSED_WITHOUT_FOLLOW_UP, State.VOID})
_OF_MEDIATOR = {
    F.REFERRED: State.REFERRED,
    F.FILE_RECEIVED: State.REFERRED,
    F.INADMISSIBLE: State.INADMISSIBLE,
    F.NOTIFIED: State.NOTIFIED,
    F.POSITION: State.NOTIFIED,
    F.EXTENDED: State.EXTENDED,
    F.PROPOSAL: State.PROPOSAL,
    F.PROPOSAL_ACCEPTED: State.ACCEPTED,
    F.PROPOSAL_REFUSED: State.PROPOSAL_REFUSED,
    F.WITHDRAWN: State.WITHDRAWN,
}
_BY_ANSWER = {F.FAVOURABLE: State.FAVOURABLE, F.PARTIAL: State.PARTIAL, F.REFUSED: State.REFUSED}
_METHOD = frozenset({F.LISTENED, F.REPHRASED, F.RECOGNISED, F.OFFERED, F.HOLDING})


@dataclass(frozen=True)
class Fact:
    """One dated fact, none recorded in error (`Complaint.known_facts` leaves those out). `until` is the
    date it gives (an extension, a promise, the time to accept); `stands` is false for a letter whose mail was taken back or
    refused: it never reached anybody."""

    kind: str
    on: date
    until: date | None = None
    stands: bool = True


@dataclass(frozen=True)
class Next:
    """The date that falls next. `ours`: a duty of the house (late once past); `nature`: law, usage or house."""

    on: date
    code: str  # invite, acknowledge, answer, promised, mediation_last_day, rejection_info, outcome, proposal, execution
    nature: str
    ours: bool

    def is_late(self, today: date) -> bool:
        """A duty of ours whose day is past."""
        return self.ours and today > self.on


@dataclass(frozen=True)
class Standing:
    """Where a complaint stands on a day. `dates` is None while nothing is written: no legal clock runs."""

    state: State
    answer: str  # the last answer given, one of ANSWERS, or nothing
    acknowledged: bool
    dates: Deadlines | None
    next: Next | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do or to wait for."""
        return self.state not in CLOSED

    @property
    def is_written(self) -> bool:
        """Whether the legal dates run."""
        return self.dates is not None

    @property
    def has_mediation(self) -> bool:
        """Whether this client may go to the consumer's mediator."""
        return self.dates is not None and self.dates.has_mediation


def known_on(facts: Iterable[Fact], today: date) -> list[Fact]:
    """The facts that stand on `today`, in the order of their days."""
    return sorted((fact for fact in facts if fact.stands and fact.on <= today), key=lambda fact: fact.on)


def regime(facts: Iterable[Fact], client_type: str) -> str:
    """The type of client that decides: the one of the day it was received, a consumer once the record was put right. Protection
    is only ever added."""
    protected = client_type in MEDIATION_TYPES or not any(fact.kind == F.CONSUMER_RIGHTS for fact in facts)
    return client_type if protected else "consumer"


def dates_of(facts: Iterable[Fact], *, client_type: str, zone: str, silence_delay_months: int) -> Deadlines | None:
    """The legal dates that the facts give; None while nothing is written (an oral complaint starts no legal clock)."""
    known = [fact for fact in facts if fact.stands]
    written = [fact.on for fact in known if fact.kind == F.WRITTEN]
    if not written:
        return None
    sent_on = min(written)

    def first(kinds: Iterable[str]) -> date | None:
        return min((fact.on for fact in known if fact.kind in kinds and fact.on >= sent_on), default=None)

    extensions = [fact.until for fact in sorted(known, key=lambda fact: fact.on) if fact.kind == F.EXTENDED and fact.until]
    return deadlines.compute(
        sent_on=sent_on,
        client_type=client_type,
        zone=zone,
        silence_delay_months=silence_delay_months,
        refused_on=first(UNSATISFACTORY),
        referred_on=first({F.REFERRED}),
        file_received_on=first({F.FILE_RECEIVED}),
        notified_on=first({F.NOTIFIED}),
        extended_to=extensions[-1] if extensions else None,
    )


def standing(
    facts: Iterable[Fact], *, client_type: str, zone: str = "national", silence_delay_months: int = 2, today: date
) -> Standing:
    """Where the complaint stands at the end of `today`, from the facts known that day; void when nobody ever complained."""
    facts = list(facts)
    known = known_on(facts, today)
    client_type = regime(known, client_type)
    dates = dates_of(known, client_type=client_type, zone=zone, silence_delay_months=silence_delay_months)
    last_answer = next((fact.kind for fact in reversed(known) if fact.kind in ANSWERS), "")
    acknowledged = any(fact.kind == F.ACKNOWLEDGED for fact in known)
    begun = any(fact.kind in OPENINGS for fact in facts)
    state = _state(known, dates, last_answer, consumer=client_type in MEDIATION_TYPES, today=today) if begun else State.VOID
    falls = None if state in CLOSED else _next(known, dates, state, last_answer, zone=zone, today=today)
    return Standing(state, last_answer, acknowledged, dates, falls)


def _state(known: Sequence[Fact], dates: Deadlines | None, answer: str, *, consumer: bool, today: date) -> State:
    door = next((fact.kind for fact in reversed(known) if fact.kind in CLOSINGS or fact.kind == F.REOPENED), "")
    if door in CLOSINGS:
        return State(door)
    if any(fact.kind == F.COURT for fact in known):
        return State.COURT
    step = next((fact.kind for fact in reversed(known) if fact.kind in MEDIATION), "")
    if step and consumer:
        return _OF_MEDIATOR[F(step)]
    if dates is None:
        return State.ORAL
    return _own_state(known, dates, answer, consumer=consumer, today=today)


def _own_state(known: Sequence[Fact], dates: Deadlines, answer: str, *, consumer: bool, today: date) -> State:
    """Between us and the client, nobody else having been asked."""
    last = next((fact.kind for fact in reversed(known) if fact.kind in ANSWERS | {F.CLIENT_REFUSED}), "")
    unsatisfied = last in UNSATISFACTORY or (not answer and today > dates.answer_due)
    if unsatisfied and consumer and dates.mediation_last_day is not None:
        return State.MEDIATION_OPEN if today <= dates.mediation_last_day else State.MEDIATION_TOO_LATE
    if last == F.CLIENT_REFUSED:
        return State.CLIENT_REFUSED
    if answer:
        return _BY_ANSWER[F(answer)]
    if unsatisfied:
        return State.UNANSWERED
    kinds = {fact.kind for fact in known}
    if kinds & _METHOD:
        return State.STUDIED
    return State.ACKNOWLEDGED if F.ACKNOWLEDGED in kinds else State.WRITTEN


def _next(known: Sequence[Fact], dates: Deadlines | None, state: State, answer: str, *, zone: str, today: date) -> Next | None:
    if dates is None:
        return _next_oral(known, zone)
    if not answer and state not in _OF_MEDIATOR.values() and state != State.COURT:
        return _next_of_answer(known, dates, today)
    if state in (State.REFERRED, State.NOTIFIED, State.EXTENDED, State.PROPOSAL):
        return _next_of_mediator(known, dates, state)
    if state == State.MEDIATION_OPEN and dates.mediation_last_day is not None:
        return Next(dates.mediation_last_day, "mediation_last_day", "law", ours=False)
    kept = any(fact.kind == F.REPAIRED for fact in known)
    promised = [fact.until for fact in known if fact.kind in ANSWERS | {F.PROPOSAL_ACCEPTED} and fact.until]
    return Next(promised[-1], "execution", "house", ours=True) if promised and not kept else None


def _next_oral(known: Sequence[Fact], zone: str) -> Next | None:
    said = [fact.on for fact in known if fact.kind == F.ORAL]
    if not said or any(fact.kind == F.INVITED for fact in known):
        return None
    return Next(invitation_due(min(said), zone), "invite", "house", ours=True)


def invitation_due(said_on: date, zone: str = "national") -> date:
    """By when who complained aloud is told how to write: a commitment of the house, as for the acknowledgement."""
    return add_ouvrables(said_on, int(law.row("complaints", "acknowledgement", on=said_on)["ouvrables"]), zone)


def _next_of_answer(known: Sequence[Fact], dates: Deadlines, today: date) -> Next:
    """While no answer is given: what we promised, the acknowledgement, then the answer, which hides the rest once late.
    An acknowledgement that is late never hides the answer from its first alert on: the date of law is the one to see."""
    due = Next(dates.answer_due, "answer", "usage" if dates.has_mediation else "house", ours=True)
    if today > dates.answer_due:
        return due
    promised = [fact.until for fact in known if fact.kind == F.HOLDING and fact.until]
    if promised:
        return Next(min(promised[-1], dates.answer_due), "promised", "house", ours=True)
    acknowledged = any(fact.kind == F.ACKNOWLEDGED for fact in known)
    awaited = today <= dates.ack_due or today < min(dates.answer_alerts, default=dates.answer_due)
    if not acknowledged and dates.ack_due < dates.answer_due and awaited:
        return Next(dates.ack_due, "acknowledge", "house", ours=True)
    return due


def _next_of_mediator(known: Sequence[Fact], dates: Deadlines, state: State) -> Next | None:
    if state == State.PROPOSAL:
        until = next((fact.until for fact in reversed(known) if fact.kind == F.PROPOSAL), None)
        return Next(until, "proposal", "law", ours=True) if until else None
    if dates.mediation_outcome_by is not None:
        return Next(dates.mediation_outcome_by, "outcome", "law", ours=False)
    if dates.rejection_info_by is not None:
        return Next(dates.rejection_info_by, "rejection_info", "law", ours=False)
    return None
