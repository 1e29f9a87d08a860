"""The dates of a complaint, from its dated facts. Pure: no database, no clock, no Django.

Two principles. Our own duties: never a day granted to ourselves (nothing is rolled to the next working day). Other
people's rights: never a day taken, never more promised than the text. The periods are dated data
(`lib/law/complaints.toml`); months are counted as CPC 641 says, by `lib.french_calendar`.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from lib import law
from lib.french_calendar import Zone, add_months, add_ouvrables, working_day_on_or_after, working_day_on_or_before

CLIENT_TYPES = ("consumer", "professional", "non_professional", "public", "unknown")
MEDIATION_TYPES = frozenset({"consumer", "unknown"})  # unknown takes the protective side until settled
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Deadlines:
    """The dates of one complaint; None where the regime of the client has none, or while the fact is missing.

    `roll_642` is `answer_due` under the most favourable reading of CPC 642: information only, never our due date.
    """

    sent_on: date
    client_type: str
    zone: str
    ack_due: date
    answer_due: date
    answer_warn_on: date
    roll_642: date
    mediation_open_from: date | None
    mediation_last_day: date | None
    rejection_info_by: date | None
    mediation_outcome_by: date | None
    referral_in_time: bool | None

    @property
    def has_mediation(self) -> bool:
        """Whether the consumer's mediator is open to this client."""
        return self.mediation_last_day is not None

    @property
    def answer_alerts(self) -> tuple[date, ...]:
        """The days on which the answer is called for again, J-30 first."""
        before = law.row("complaints", "answer-alerts", on=self.sent_on)["days_before"]
        return tuple(self.answer_due - timedelta(days=days) for days in before)

    def flat(self) -> dict[str, str | bool | None]:
        """One level of names and ISO dates, for the API and the command."""
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items()}


def compute(
    *,
    sent_on: date,
    client_type: str,
    zone: str = "national",
    silence_delay_months: int = 2,
    refused_on: date | None = None,
    referred_on: date | None = None,
    file_received_on: date | None = None,
    notified_on: date | None = None,
    extended_to: date | None = None,
) -> Deadlines:
    """The dates of a written complaint sent on the civil date `sent_on` (its reception when that is all we know).

    `client_type` is one of `CLIENT_TYPES`; `zone` whose holidays count; `silence_delay_months` the delay of the
    mediator's charter. `refused_on` is the day of our first answer that does not satisfy; `referred_on` that of the
    mediator's seizing; `file_received_on` when they had the file; `notified_on` their notice of R612-2; `extended_to`
    the date their extension gives. ValueError for an unknown type or zone, a delay below one month, or a fact before
    the complaint; `law.MissingLaw` for a day our data does not cover.
    """
    if client_type not in CLIENT_TYPES:
        raise ValueError(f"{client_type!r} is not a type of client")
    if silence_delay_months < 1:
        raise ValueError("the delay of silence counts at least one month")
    zone = Zone(zone).value
    _refuse_before(sent_on, refused_on, referred_on, file_received_on, notified_on)
    answer_due = add_months(sent_on, silence_delay_months)
    consumer = client_type in MEDIATION_TYPES
    last_day = add_months(sent_on, _period(sent_on, "mediation-year", "months")) if consumer else None
    silent_from = answer_due + ONE_DAY
    return Deadlines(
        sent_on=sent_on,
        client_type=client_type,
        zone=zone,
        ack_due=add_ouvrables(sent_on, _period(sent_on, "acknowledgement", "ouvrables"), zone),
        answer_due=answer_due,
        answer_warn_on=working_day_on_or_before(answer_due, zone),
        roll_642=roll_642(answer_due, zone),
        mediation_open_from=min(refused_on or silent_from, silent_from) if consumer else None,
        mediation_last_day=last_day,
        rejection_info_by=_days_after(file_received_on, "rejection-information") if consumer else None,
        mediation_outcome_by=(extended_to or _days_after(notified_on, "mediation-outcome")) if consumer else None,
        referral_in_time=referred_on <= last_day if last_day and referred_on else None,
    )


def roll_642(day: date, zone: str = "national") -> date:
    """The next day that is no Saturday, Sunday nor holiday (CPC 642): the most favourable reading, for information."""
    return working_day_on_or_after(day, zone)


def usual_silence_months(on: date) -> int:
    """The delay of mediators' charters in use on that day, when the firm's own mediator says nothing else."""
    return _period(on, "answer", "months")


def limitation_ends_on(*, would_end_on: date, referred_on: date, ended_on: date) -> date:
    """When a limitation period ends that the mediator's seizing suspended, and that runs again after `ended_on`: what
    was left of it on the day of the seizing, and six months at least (C. civ. 2238). ValueError when dates disagree."""
    if not referred_on <= ended_on or referred_on > would_end_on:
        raise ValueError("the mediation is referred before it ends, and before the limitation is reached")
    left = would_end_on - referred_on
    return max(ended_on + left, add_months(ended_on, _period(ended_on, "limitation-resumes", "months")))


def _days_after(day: date | None, key: str) -> date | None:
    return day + timedelta(days=_period(day, key, "days")) if day else None


def _period(on: date, key: str, unit: str) -> int:
    return int(law.row("complaints", key, on=on)[unit])


def _refuse_before(sent_on: date, *facts: date | None) -> None:
    if any(fact is not None and fact < sent_on for fact in facts):
        raise ValueError("a fact of a complaint cannot precede it")
