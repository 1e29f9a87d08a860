"""The brief: what to know before speaking. Pure; the rules are those of `docs/brief.md`, in their order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lib import clock
from lib.moments import is_past
from lib.wording import speaking
from tact import brief_words as words
from tact.facts import Brief, Contact, Line, LostMail, Promise, RefusedAddress, Situation

MOST_LINES = 6
MOST_OF_A_KIND = 2  # lines for our broken promises, and for those of today
MOOD_DAYS = 90
UPSET_DAYS = 30
LOST_MAIL_DAYS = 30
SOON_DAYS = 7
NEXT_DAYS = 14
SILENCE_DAYS = 180
SPOKEN = ("call", "visit", "meeting")  # either way, someone listened


@dataclass(frozen=True)
class Known:
    """The situation sorted by the rules' own questions, once."""

    situation: Situation
    today: date
    now: datetime
    ours_late: Sequence[Promise]
    ours_today: Sequence[Promise]
    ours_next: Sequence[Promise]
    theirs_late: Sequence[Promise]
    theirs_next: Sequence[Promise]
    contacts: Sequence[Contact]
    mood: Contact | None  # the last one of the last 90 days
    lost_mails: Sequence[LostMail]
    refused: Sequence[RefusedAddress]

    def day_of(self, instant: datetime) -> date:
        """The civil day of an instant at the firm's."""
        return clock.local(instant).date()

    def days_since(self, instant: datetime) -> int:
        """How many civil days ago."""
        return (self.today - self.day_of(instant)).days


def compose(situation: Situation, *, today: date, now: datetime, language: str = "fr") -> Brief:
    """The headline, the advice and at most six lines for `situation`, on the civil date `today` at `now`.

    `language` («fr», «en») is that of the sentences, the dates and the amounts.
    """
    known = _sort(situation, today=today, now=now)
    say = words.Words(today, language)
    with speaking(language):
        rule, headline, advice, link, call = _headline(known, say)
        lines = tuple(_lines(known, say, rule))[:MOST_LINES]
    return Brief(rule, headline, advice, link, situation.phone if call else "", lines)


def _sort(situation: Situation, *, today: date, now: datetime) -> Known:
    promises = sorted(situation.promises, key=lambda row: (row.due_on, row.due_at or time.max, row.what))
    local = clock.local(now)
    late = [row for row in promises if is_past(row.due_on, row.due_at, before=row.due_before, local=local)]
    still = [row for row in promises if row not in late]
    contacts = sorted(situation.contacts, key=lambda row: row.at, reverse=True)
    moods = [
        row for row in situation.moods if not row.hidden and row.mood and (today - clock.local(row.at).date()).days <= MOOD_DAYS
    ]
    near = today + timedelta(days=NEXT_DAYS)
    oldest = today - timedelta(days=LOST_MAIL_DAYS)
    return Known(
        situation,
        today,
        now,
        ours_late=[row for row in late if row.ours],
        ours_today=[row for row in still if row.ours and row.due_on == today],
        ours_next=[row for row in still if row.ours and today < row.due_on <= near],
        theirs_late=[row for row in late if not row.ours],
        theirs_next=[row for row in still if not row.ours and row.due_on <= near],
        contacts=contacts,
        mood=max(moods, key=lambda row: row.at, default=None),
        lost_mails=sorted((row for row in situation.lost_mails if row.on >= oldest), key=lambda row: row.on, reverse=True),
        refused=sorted(situation.refused, key=lambda row: (row.since_on, row.address), reverse=True),
    )


# --- the headline: the first rule that applies

Answer = tuple[int, str, str, "words.Link", bool]


def _headline(known: Known, say: words.Words) -> Answer:
    for rule in _RULES:
        answer = rule(known, say)
        if answer is not None:
            return answer
    raise AssertionError("the last rule always answers")


def _keep_it_first(known: Known, say: words.Words) -> Answer | None:
    if not known.ours_late:
        return None
    first = known.ours_late[0]
    upset = any(row.mood == "upset" and known.day_of(row.at) >= first.due_on for row in known.situation.moods if not row.hidden)
    return 1, say.keep_first(), say.broken(first, known.situation, apologise=upset), first.link, _by_phone(known)


def _today(known: Known, say: words.Words) -> Answer | None:
    if not known.ours_today:
        return None
    first = known.ours_today[0]
    return 2, say.due_today(first), say.who_promised(first, known.situation), first.link, _by_phone(known)


def _complaint_first(known: Known, say: words.Words) -> Answer | None:
    first = next((row for row in known.situation.complaints if row.ours), None)
    if first is None:
        return None
    return 11, say.complaint_first(), say.complaint_advice(first), first.link, False


def _call_about_money(known: Known, say: words.Words) -> Answer | None:
    owed = known.situation.owed
    if owed is None or owed.decision.decision != "call":
        return None
    reason = owed.decision.reasons[0]
    return 12, say.call_about_money(), say.reason(reason, known.situation), reason.link, True


def _reminder_ready(known: Known, say: words.Words) -> Answer | None:
    owed = known.situation.owed
    if owed is None or owed.decision.decision not in ("send", "soften"):
        return None
    return 13, say.reminder_ready(), say.reminder_advice(owed.decision), owed.decision.reasons[0].link, False


def _call_rather(known: Known, say: words.Words) -> Answer | None:
    mood = known.mood
    if mood is None or mood.mood != "upset" or known.days_since(mood.at) > UPSET_DAYS or _heard_since(known, mood):
        return None
    return 3, say.call_rather(), say.upset_and_alone(mood, known.day_of(mood.at), known.situation), mood.link, True


def _heard_since(known: Known, mood: Contact) -> bool:
    """Somebody spoke with them, or we wrote, after that moment; another message of theirs is no answer of ours."""
    return any(row.at > mood.at and (row.kind in SPOKEN or row.direction == "out") for row in known.contacts)


def _where_is_it(known: Known, say: words.Words) -> Answer | None:
    if not known.theirs_late:
        return None
    first = known.theirs_late[0]
    return 4, say.where_is_it(), say.expected(first, known.situation), first.link, _by_phone(known)


def _new_address(known: Known, say: words.Words) -> Answer | None:
    if not known.refused or known.situation.has_usable_email:
        return None
    first = known.refused[0]
    return 5, say.new_address(), say.refused_since(first), first.link, True


def _mail_lost(known: Known, say: words.Words) -> Answer | None:
    if not known.lost_mails:
        return None
    first = known.lost_mails[0]
    return 6, say.mail_lost(), say.lost(first), first.link, False


def _nothing_urgent(known: Known, say: words.Words) -> Answer | None:
    soon = [row for row in known.ours_next if row.due_on <= known.today + timedelta(days=SOON_DAYS)]
    return (7, say.nothing_urgent(), say.planned(soon[0]), soon[0].link, False) if soon else None


def _meet(known: Known, say: words.Words) -> Answer | None:
    if known.contacts:
        return None
    return 8, say.meet(), say.never_spoke(known.situation.since_on), known.situation.link, False


def _news(known: Known, say: words.Words) -> Answer | None:
    last = known.contacts[0]
    if known.days_since(last.at) < SILENCE_DAYS:
        return None
    return 9, say.news(), say.silent_since(known.day_of(last.at)), last.link, True


def _nothing(known: Known, say: words.Words) -> Answer:
    last = known.contacts[0]
    due = known.ours_next or known.theirs_next or _of_rooms(known, say) or _of_money(known, say)
    return 10, say.nothing_urgent() if due else say.nothing(), say.last_words(last, known.day_of(last.at)), last.link, False


_RULES: tuple[Callable[[Known, words.Words], Answer | None], ...] = (
    _keep_it_first,
    _today,
    _complaint_first,
    _call_rather,
    _call_about_money,
    _where_is_it,
    _reminder_ready,
    _new_address,
    _mail_lost,
    _nothing_urgent,
    _meet,
    _news,
    _nothing,
)


def _by_phone(known: Known) -> bool:
    """To offer the number: they prefer the telephone, or said nothing of it."""
    return known.situation.preferred_channel in ("", "phone")


# --- the lines


def _lines(known: Known, say: words.Words, rule: int) -> list[Line]:
    found = _some("ours_late", known.ours_late, say.line_late, say, late=True)
    found += _some("ours_today", known.ours_today, say.line_today, say)
    found += _of_rooms(known, say)
    found += _some("theirs_late", known.theirs_late, say.line_expected, say, most=1, late=True)
    found += _of_money(known, say)
    if known.contacts:
        last = known.contacts[0]
        found.append(Line("last_contact", say.line_contact(last, known.day_of(last.at)), last.link))
    note = known.situation.note
    if note is not None:
        found.append(Line("note", say.line_note(note, known.day_of(note.at)), note.link))
    if known.mood is not None and known.mood.mood in ("worried", "upset"):
        found.append(Line("mood", say.line_mood(known.mood, known.day_of(known.mood.at)), known.mood.link))
    found += _some("lost_mail", known.lost_mails, say.lost, say, most=1)
    found += _some("refused_address", known.refused, say.refused_since, say, most=1)
    for code, rows in (("ours_next", known.ours_next), ("theirs_next", known.theirs_next)):
        found += [Line(code, say.line_next(row), row.link) for row in rows[:1]]
    if rule > 4 and (text := say.preference(known.situation)):
        found.append(Line("preference", text, known.situation.link))
    return found


def _of_rooms(known: Known, say: words.Words) -> list[Line]:
    """Open complaints with their dates, then what waits for an answer of ours, unless a promise of ours already says it."""
    found = [
        Line("complaint", say.line_complaint(row), row.link, row.ours and row.falls_on is not None and row.falls_on < known.today)
        for row in known.situation.complaints[:MOST_OF_A_KIND]
    ]
    promised = {row.source for row in (*known.ours_late, *known.ours_today)}
    owed = known.situation.owed
    if owed is None:
        return found
    asked = [*(row for debt in owed.situation.debts for row in debt.questions), *owed.situation.questions]
    waiting = [say.queue.question(row) for row in asked if row.link.ref not in promised]
    return [*found, *(Line(row.code, row.text, row.link) for row in waiting[:1])]


def _of_money(known: Known, say: words.Words) -> list[Line]:
    """What is overdue or falls soon, then what the queue of reminders does of it, in its words."""
    owed = known.situation.owed
    if owed is None:
        return []
    found = []
    late = [debt for debt in owed.situation.debts if debt.due_on < known.today]
    soon = [debt for debt in owed.situation.debts if known.today <= debt.due_on <= known.today + timedelta(days=SOON_DAYS)]
    if late:
        found.append(Line("overdue", say.line_overdue(late), late[0].link, late=True))
    elif soon:
        found.append(Line("due_soon", say.line_due_soon(soon), soon[0].link))
    first = owed.decision.reasons[0]
    if (owed.decision.decision != "wait" or owed.decision.held) and first.code not in ("complaint", "question"):
        found.append(Line("reminder", say.line_reminder(owed.decision), first.link))
    return found


def _some(
    code: str,
    rows: Sequence[object],
    tell: Callable[..., str],
    say: words.Words,
    *,
    most: int = MOST_OF_A_KIND,
    late: bool = False,
) -> list[Line]:
    """The first `most` rows, the rest counted in the last line: nothing is dropped in silence."""
    texts = [tell(row) for row in rows[:most]]
    if len(rows) > most:
        texts[-1] += say.and_others(len(rows) - most)
    return [Line(code, text, row.link, late) for text, row in zip(texts, rows, strict=False)]  # type: ignore[attr-defined]
