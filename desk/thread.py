"""The thread of a record: one page of the history, day by day, people's words in full and the house's own lines folded.

Three statements whatever the history: the page's rows, their promises and those still open, the files.
The rows are made ready in Python: fifty template includes would cost more than the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Case, Q, Value, When
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from complaints.models import told_in_error
from crm import labels
from crm.mail_reasons import retold
from crm.models import Attachment, Commitment, Email, Interaction
from crm.models.timeline import (
    COMPLAINT_KINDS,
    CONTACT_KINDS,
    HUMAN_KINDS,
    MONEY_KINDS,
    SAID_KINDS,
    Kind,
    Mood,
    Visibility,
    may_read,
)
from desk import phrases
from desk.promises import PromiseLine, promise_line
from lib import clock
from lib.typography import long_date
from tact.money import MONEY
from ui.templatetags import french

PAGE = 50
WORDS = 600  # signs of one exchange shown in the thread; its own page has them all
MAIL_WORDS = 320
READ = 200  # commitments read at once
PEOPLE = ("", "humain")  # the filters that show what people said to each other

SHOWN_KINDS = (*HUMAN_KINDS, *SAID_KINDS)  # shown in full; the rest is folded
FILTERS = {
    "": (lazy("Tout"), ()),
    "humain": (lazy("Humain"), SHOWN_KINDS),
    "argent": (lazy("Argent"), MONEY_KINDS),
    "reclamation": (lazy("Réclamation"), COMPLAINT_KINDS),
}
MOODS_OF_HER = {
    Mood.HAPPY: lazy("contente"), Mood.CALM: lazy("sereine"), Mood.WORRIED: lazy("inquiète"), Mood.UPSET: lazy("mécontente"),
}  # fmt: skip
MOODS = frozenset(Mood.values)
ANY = "0" * 26  # stands for a public id in an address worked out once for the page
OWED = (
    "public_id", "customer", "customer__name", "customer__public_id", "owed_by", "nature", "what", "amount", "due_on", "due_at",
    "due_before", "owner", "owner__name", "owner__email", "author", "author__name", "author__email", "made_at", "kept_at", "kept_by",
    "released_at", "version", "contact", "about_kind", "about_ref", "interaction", "interaction__public_id", "interaction__kind",
    "interaction__occurred_at", "interaction__customer", "interaction__visibility", "interaction__about_kind",
    "interaction__about_ref", "interaction__author", "interaction__author__name", "interaction__author__email",
)  # fmt: skip
MOOD_TONES = {Mood.HAPPY: "ok", Mood.CALM: "plain", Mood.WORRIED: "warn", Mood.UPSET: "warn"}
MAIL_TONES = {
    Email.State.QUEUED: "info", Email.State.SENDING: "info", Email.State.HELD: "warn", Email.State.UNCERTAIN: "warn",
    Email.State.FAILED: "late", Email.State.CANCELLED: "plain",
}  # fmt: skip


# What a page of the thread reads of each row: columns, not models, whose making would cost more than the query.
COLUMNS = (
    "pk", "public_id", "kind", "direction", "occurred_at", "summary", "about_kind", "about_ref", "about_label", "data", "erased_at", "visibility",
    "words", "seen", "author__name", "author__job_title", "contact__first_name", "contact__last_name", "contact__civility", "email__pk",
    "email__subject", "email__state", "email__reason", "mail_words", "struck_on",
)  # fmt: skip


@dataclass(slots=True)
class Row:
    """One line of the thread, ready to be shown."""

    id: str
    title: str
    hour: SafeString
    who: str = ""
    url: str = ""
    words: str = ""
    longer: bool = False
    quote: bool = False
    subject: str = ""
    state: str = ""
    state_tone: str = ""
    reason: str = ""
    mood: str = ""
    mood_tone: str = ""
    readers: str = ""  # who may read it, when not everyone
    erased: str = ""
    corrected: str = ""
    former: list[str] = field(default_factory=list)
    promises: list[PromiseLine] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    reserved: bool = False
    struck: str = ""


@dataclass(slots=True)
class AutoLine:
    """A line that the house wrote of itself."""

    hour: SafeString
    text: str
    url: str = ""
    struck: str = ""  # why it counts no more, when the fact it tells was declared recorded in error


@dataclass(slots=True)
class Day:
    """The rows of one day: people's, then the house's own folded under one summary."""

    heading: SafeString
    rows: list[Row]
    auto: list[AutoLine]
    auto_text: str = ""


@dataclass(slots=True)
class Thread:
    """One page of the thread."""

    days: list[Day]
    filters: list[tuple[str, str, bool]]
    chosen: str
    older: str = ""  # the query of the next page, when there is one
    later: bool = False  # whether newer rows exist than those shown
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Place:
    """A place in the history: rows strictly older than this one follow."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{int((self.at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place that a link names; None when nobody wrote that link."""
        micros, _dash, pk = text.partition("-")
        if not (micros.isascii() and micros.isdigit() and pk.isascii() and pk.isdigit() and len(text) < 40):
            return None
        try:
            return cls(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros)), min(int(pk), 2**62))
        except OverflowError:
            return None


def page_rows(ids: list[int], *, user: User, chosen: str, before: Place | None) -> list[Any]:
    """The rows of one page of the thread, newest first, one more than shown when older ones exist. Among them, where people
    are shown, the contacts that colleagues keep to themselves: their date, direction, channel and author, never a word nor a
    name of a client's. One statement."""
    rows, seen = Interaction.objects.of_family(ids), may_read(user)
    kinds = FILTERS.get(chosen, FILTERS[""])[1]
    rows = rows.filter(seen | Q(kind__in=CONTACT_KINDS) if chosen in PEOPLE else seen)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if before is not None:
        rows = rows.filter(occurred_at__lte=before.at).filter(Q(occurred_at__lt=before.at) | Q(pk__lt=before.pk))
    words = {
        "seen": Case(When(seen, then=Value(True)), default=Value(False)),
        "words": Case(When(seen, then=Substr("body", 1, WORDS + 1)), default=Value("")),
        "mail_words": Substr("email__text", 1, MAIL_WORDS + 1),
        "struck_on": told_in_error(),
    }
    return list(rows.annotate(**words).newest_first().values_list(*COLUMNS, named=True)[: PAGE + 1])


def read_thread(
    ids: list[int],
    *,
    user: User,
    today: date,
    chosen: str = "",
    before: Place | None = None,
    base: str = "",
    now: datetime,
) -> tuple[Thread, list[Commitment]]:
    """One page of the thread as `user` may see it, and the commitments that matter to the record: the open ones and
    those born of the page's rows, but for the due dates of invoices, which stand with the money, and the promises to pay that
    are over, which took their part of what came. Each says whether `user` may see it (`seen`): the others only bear on what to
    do. Three statements."""
    chosen = chosen if FILTERS.get(chosen, ("", ()))[1] else ""
    rows = page_rows(ids, user=user, chosen=chosen, before=before)
    shown, older = rows[:PAGE], len(rows) > PAGE
    readable = [row for row in shown if row.seen]
    commitments = _commitments(ids, readable, user=user)
    parts = _Parts(today=today, now=now)
    parts.read(readable, [row for row in commitments if row.seen])
    days = [_day(on, list(group), parts) for on, group in groupby(shown, key=lambda row: clock.local(row.occurred_at).date())]
    thread = Thread(
        days=days,
        filters=pills(base, chosen, frozenset()),
        chosen=chosen,
        older=_query(chosen, str(Place(shown[-1].occurred_at, shown[-1].pk))) if older else "",
        later=before is not None,
        ids=frozenset(row.public_id for row in readable),
    )
    return thread, commitments


def _commitments(ids: list[int], rows: Sequence[Any], *, user: User) -> list[Commitment]:
    """One statement, at most `READ` of them."""
    mine, still = may_read(user) | Q(owner=user.pk), Q(kept_at=None, released_at=None)
    return list(
        Commitment.objects.without_due_dates()
        .filter(Q(interaction__in=[row.pk for row in rows]) | Q(customer_id__in=ids) & (still | MONEY))
        .annotate(seen=Case(When(mine, then=Value(True)), default=Value(False)))
        .select_related("owner", "author", "interaction__author", "customer")
        .only(*OWED)
        .order_by("due_on", "due_at", "id")[:READ]
    )


class _Parts:
    """What rows of a page need beside themselves: their files, their promises, the day."""

    def __init__(self, *, today: date, now: datetime) -> None:
        self.today, self.now = today, now
        self.exchange_url, self.pointing_url = reverse("exchange", args=[ANY]), reverse("pointing", args=["kind", ANY])
        self.files: dict[int, list[Attachment]] = {}
        self.promises: dict[int, list[PromiseLine]] = {}

    def read(self, rows: Sequence[Any], commitments: Sequence[Commitment]) -> None:
        for file in Attachment.objects.filter(interaction__in=[row.pk for row in rows], erased_at=None).order_by("id"):
            self.files.setdefault(file.interaction_id or 0, []).append(file)
        for commitment in commitments:
            if commitment.interaction_id:
                line = promise_line(commitment, today=self.today, now=self.now)
                self.promises.setdefault(commitment.interaction_id, []).append(line)


def first_name(name: str | None) -> str:
    """The word colleagues use."""
    return name.split(" ")[0] if name else ""


def pills(base: str, chosen: str, rooms: frozenset[str]) -> list[tuple[str, str, bool]]:
    """The filters worth a click: everything, people, and the rooms where this client has something."""
    return [
        (str(label), f"{base}{'?fil=' + name if name else ''}#fil", name == chosen)
        for name, (label, _kinds) in FILTERS.items()
        if name in ("", "humain", chosen) or name in rooms
    ]


def _query(chosen: str, place: str) -> str:
    return "?" + (f"fil={chosen}&" if chosen else "") + f"avant={place}"


def _day(on: date, rows: list[Any], parts: _Parts) -> Day:
    human, auto, names = [], [], []
    for row in rows:
        if not row.seen:
            human.append(_reserved(row))
        elif row.kind in SAID_KINDS:
            human.append(_said(row, parts))
        elif row.kind not in HUMAN_KINDS:
            auto.append(_auto_line(row, parts.today, parts.pointing_url))
            names.append(phrases.kind_label(row.kind, row.data) if row.kind in Kind.values else row.summary)
        else:
            human.append(_row(row, parts))
    return Day(french.thread_day(on, parts.today), human, auto, _named(names))


def _named(names: Sequence[Any]) -> str:
    once = list(dict.fromkeys(str(name)[:1].lower() + str(name)[1:] for name in names))
    return ", ".join(once[:3]) + ("…" if len(once) > 3 else "")


def _reserved(row: Any) -> Row:
    who = first_name(row.author__name)
    return Row(
        id=f"e-{row.public_id}",
        title=phrases.title(row.kind, row.direction),
        hour=french.hour(row.occurred_at),
        who=who,
        reserved=True,
    )


def _auto_line(row: Any, today: date, pointing_url: str) -> AutoLine:
    label = phrases.kind_label(row.kind, row.data) if row.kind in Kind.values else row.summary
    text = str(label)[:1].lower() + str(label)[1:]
    if row.about_label:
        text += _(" : %(what)s") % {"what": labels.retold(row.about_label)}
    if row.kind == Kind.COMMITMENT_MOVED and row.data.get("to"):
        text += _(", au %(day)s") % {"day": phrases.exact_day(date.fromisoformat(row.data["to"]), today)}
    if row.author__name:
        text += _(", par %(who)s") % {"who": first_name(row.author__name)}
    if row.words:
        text += ". " + phrases.cut(row.words, 200)[0]
    url = (
        pointing_url.replace("/kind/", f"/{row.about_kind}/").replace(ANY, row.about_ref)
        if row.about_kind and row.about_ref
        else ""
    )
    return AutoLine(french.hour(row.occurred_at), text, url, struck_words(row))


def struck_words(row: Any) -> str:
    """That what the row tells was declared recorded in error, and when; nothing for the others."""
    if row.struck_on is None:
        return ""
    return _("Enregistré par erreur, déclaré le %(day)s.") % {"day": long_date(row.struck_on, language=phrases.language())}


def _row(row: Any, parts: _Parts) -> Row:
    note = row.kind == Kind.NOTE
    author = row.author__name or ""
    if note:
        who = f"{author}, {row.author__job_title}" if row.author__job_title else author
    else:
        who = f"{row.contact__first_name or ''} {row.contact__last_name or ''}".strip()
    shown = Row(
        id=f"e-{row.public_id}",
        title=phrases.title(row.kind, row.direction, who),
        hour=french.hour(row.occurred_at),
        who="" if note else first_name(author),
        url=parts.exchange_url.replace(ANY, row.public_id),
        files=parts.files.get(row.pk, []),
        promises=parts.promises.get(row.pk, []),
    )
    if row.data.get("minutes"):
        shown.title += f", {phrases.lasting(row.data['minutes'])}"
    shown.mood, shown.mood_tone = mood_of(row.data, row.contact__civility)
    if row.visibility != Visibility.EVERYONE:
        shown.readers = str(Visibility(row.visibility).label)
    if row.erased_at is not None:
        shown.erased = erased_words(row, parts.today)
        return shown
    if row.email__pk is not None:
        _tell_mail(shown, row)
    else:
        shown.words, shown.longer = phrases.cut(row.words, WORDS)
        _tell_former(shown, row, parts.today)
    return shown


def _said(row: Any, parts: _Parts) -> Row:
    """What a client asked or complained of: their name and their words."""
    shown, who = _row(row, parts), f"{row.contact__first_name or ''} {row.contact__last_name or ''}".strip()
    shown.title = str(Kind(row.kind).label)
    if row.about_label:
        shown.title += _(" : %(what)s") % {"what": labels.retold(row.about_label)}
    shown.who = ", ".join(filter(None, [who, shown.who]))
    shown.quote, shown.struck = True, struck_words(row)
    return shown


def mood_of(data: dict[str, Any], civility: str | None) -> tuple[str, str]:
    """The mood an exchange noted, agreed with the person, and its tone; empty without one."""
    if data.get("mood") not in MOODS:
        return "", ""
    mood = Mood(data["mood"])
    return str(MOODS_OF_HER[mood] if civility == "mme" else mood.label), MOOD_TONES[mood]


def _tell_mail(shown: Row, row: Any) -> None:
    shown.subject = row.email__subject
    shown.words, shown.longer = phrases.cut(row.mail_words, MAIL_WORDS)
    shown.quote = True
    state = Email.State(row.email__state)
    if state in MAIL_TONES:
        shown.state, shown.state_tone, shown.reason = str(state.label), MAIL_TONES[state], retold(row.email__reason)


def _tell_former(shown: Row, row: Any, today: date) -> None:
    former = row.data.get("former") or []
    if former:
        shown.corrected = phrases.day(clock.local(datetime.fromisoformat(former[-1]["until"])).date(), today)
        shown.former = [phrases.cut(version["words"], MAIL_WORDS)[0] for version in former[-3:]]


def erased_words(row: Any, today: date) -> str:
    """What stands where words were: who erased them, when and why."""
    told = row.data.get("erased", {})
    when = phrases.day(clock.local(row.erased_at).date(), today) if row.erased_at else ""
    return _("Mots effacés %(when)s par %(who)s : %(reason)s") % {
        "when": when, "who": told.get("by", ""), "reason": told.get("reason", ""),
    }  # fmt: skip
