"""A person's day: one sentence, what comes first, what they promised, what was promised to them, what awaits a decision.

Bounded lists and a constant number of statements, whatever the rows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.policy import Right
from crm.mail_reasons import retold
from crm.models import Commitment, Contact, Customer, DuplicateCandidate, Email, ImportBatch, Interaction
from crm.models.timeline import CONTACT_KINDS, Kind
from desk import phrases, reminder_queue
from desk.customer_list import last_contacts
from desk.frame import address_of
from desk.promises import PromiseLine, is_call, promise_line, where
from desk.questions import of_nobody
from lib import clock
from tact.contacts import written_or_spoken

SHOWN = 8  # promises of each side on the page; the list has the others
PRESSING = timedelta(days=1)
LOOK_AHEAD = timedelta(days=7)
COUNTED = 100  # beyond, «plus de cent»
MAILS = 4
NOBODYS = 4
NOBODY_AHEAD = timedelta(days=21)  # ten working days, with the holidays of any month: a complaint is told as it arrives
CALLS = 3
QUIET_DAYS = 90
QUIET_CANDIDATES = 60
QUIET_SHOWN = 2

NUMBERS = {
    "fr": ("zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
}


@dataclass(slots=True)
class First:
    """What to do before anything else."""

    title: str
    promised: str
    last_words: str
    url: str
    customer_url: str
    phone: str
    call: str
    keep_url: str
    keep_label: str
    version: int


@dataclass(slots=True)
class Pending:
    """Something that awaits a look: how many, what, where."""

    margin: str
    title: str
    text: str
    url: str
    act: str = ""


@dataclass(slots=True)
class Today:
    """The page."""

    hello: str
    date: str
    answer: str
    first: First | None
    mine: list[PromiseLine] = field(default_factory=list)
    more_mine: str = ""
    theirs: list[PromiseLine] = field(default_factory=list)
    more_theirs: str = ""
    pending: list[Pending] = field(default_factory=list)
    quiet: list[Pending] = field(default_factory=list)
    calm: str = ""
    empty_house: bool = False  # no client yet: say where to begin


def read_today(user: User, *, now: datetime, zone: str = "", duplicates: int | None = None) -> Today:
    """The day of `user` at `now` (aware). `zone` of the firm's holidays when it is known, `duplicates`: how many wait when it is known, both
    as the frame of the page read them."""
    today = clock.local(now).date()
    mine, theirs, nobodys = _owed(user, today)
    mine.sort(key=lambda row: by_urgency(row, now))
    mails = _mails(user)
    first = most_urgent(mine, now)
    pending = [
        *_mail_lines(mails, today),
        *_question_lines(user, today),
        *_lines_of_nobody(nobodys, today),
        *_reminder_lines(user, today, now, zone),
        *_queues(user, duplicates),
    ]
    page = Today(
        hello=_("Bonjour %(name)s.") % {"name": user.first_name},
        date=phrases.capital(f"{phrases.understood(today, None, before=False)}, {phrases.hour(now)}"),
        answer=answer(mine, theirs, mails=len(mails), pending=len(pending), now=now),
        first=_first(first, user=user, now=now) if first else None,
        mine=[promise_line(row, today=today, now=now) for row in mine[:SHOWN]],
        more_mine=_more(len(mine)),
        theirs=[promise_line(row, today=today, now=now) for row in theirs[:SHOWN]],
        more_theirs=_more(len(theirs)),
        pending=pending,
        quiet=_quiet(user, now=now),
    )
    if not (page.mine or page.theirs or page.pending):
        page.empty_house = not page.quiet and not Customer.objects.visible_to(user).exists()
        page.calm = (
            _("Commencez par les clients : tout le reste s’écrit sur leur fiche.") if page.empty_house else _calm(page.quiet)
        )
    return page


def _owed(user: User, today: date) -> tuple[list[Commitment], list[Commitment], list[Commitment]]:
    """What `user` promised and what was promised to them, of the coming week; then what the house owes soon and nobody has taken
    on, but for the questions, told with their words. The first hundred of each, in one statement."""
    every = Commitment.objects.visible_to(user).open().order_by("due_on", "id")
    own = every.filter(owner=user, due_on__lte=today + LOOK_AHEAD)
    parts = [own.filter(owed_by=Commitment.Owed.US), own.filter(owed_by=Commitment.Owed.THEM)]
    if user.may(Right.LOG):
        nobodys = every.of_nobody().filter(due_on__lte=today + NOBODY_AHEAD).exclude(interaction__kind=Kind.QUESTION_ASKED)
        parts.append(nobodys if user.may(Right.HANDLE_COMPLAINTS) else nobodys.exclude(about_kind="complaint"))
    first, *others = (Commitment.objects.filter(pk__in=part.values("pk")[:COUNTED]).order_by().values("pk") for part in parts)
    rows = Commitment.objects.filter(pk__in=first.union(*others)).order_by("due_on", "id")  # by keys, as each index gives them
    found: tuple[list[Commitment], list[Commitment], list[Commitment]] = ([], [], [])
    for row in rows.select_related("customer", "owner", "author", "interaction"):
        found[2 if row.owner_id != user.pk else 0 if row.owed_by == Commitment.Owed.US else 1].append(row)
    return found


def by_urgency(row: Commitment, now: datetime) -> tuple[bool, bool, date, bool, object, int]:
    """Order of what I promised: the duties of a complaint that fall by tomorrow, what is broken, then by day, timed ones
    first, by hour."""
    return (not presses(row, now), not row.is_broken(now), row.due_on, row.due_at is None, row.due_at or 0, row.pk)


def presses(row: Commitment, now: datetime) -> bool:
    """A date of a complaint, past or of the two days to come: no promise of ours costs a client more when it is missed."""
    return row.about_kind == "complaint" and row.due_on <= clock.local(now).date() + PRESSING


def most_urgent(mine: Sequence[Commitment], now: datetime) -> Commitment | None:
    """What comes first: the next hour promised today, else a complaint whose date is here, else the oldest broken promise,
    else one of today."""
    today = clock.local(now).date()
    timed = [row for row in mine if row.due_on == today and row.due_at and not row.is_broken(now)]
    pressing = [row for row in mine if presses(row, now)]
    broken = [row for row in mine if row.is_broken(now)]
    others = [row for row in mine if row.due_on == today]
    return min(timed, key=lambda row: (row.due_at, row.pk), default=None) or next(iter([*pressing, *broken, *others]), None)


def answer(mine: Sequence[Commitment], theirs: Sequence[Commitment], *, mails: int, now: datetime, pending: int = 0) -> str:
    """The day in one sentence, from the facts: «Un appel avant 10 h, deux autres promesses dans la journée. Le reste peut
    attendre demain.»"""
    today = clock.local(now).date()
    past = [row for row in mine if row.due_on < today]
    here = [row for row in mine if row.due_on == today]
    first = most_urgent(here, now)
    timed = first if first is not None and first.due_at is not None else None
    parts = []
    if past:
        parts.append(
            ngettext("%(count)s promesse a dépassé son jour", "%(count)s promesses ont dépassé leur jour", len(past))
            % {"count": spelled(len(past))}
        )
    if timed is not None and timed.due_at is not None:
        hour = phrases.due_hour(timed.due_at, before=timed.due_before)
        parts.append((_("un appel %(hour)s") if is_call(timed) else _("une promesse %(hour)s")) % {"hour": hour})
    others = len(here) - (timed is not None)
    if others:
        words = (
            ngettext("%(count)s autre promesse dans la journée", "%(count)s autres promesses dans la journée", others)
            if parts
            else ngettext("%(count)s promesse dans la journée", "%(count)s promesses dans la journée", others)
        )
        parts.append(words % {"count": spelled(others)})
    waited = sum(row.due_on <= today for row in theirs)
    if waited:
        parts.append(
            ngettext("%(count)s promesse de client à suivre", "%(count)s promesses de clients à suivre", waited)
            % {"count": spelled(waited)}
        )
    if mails:
        parts.append(_("un e-mail à décider") if mails == 1 else _("%(count)s e-mails à décider") % {"count": spelled(mails)})
    if not parts and pending:
        return _("Rien n’est promis pour aujourd’hui ; ce qui est à décider attend plus bas.")
    if not parts:
        return _("Rien ne presse aujourd’hui.") if mine or theirs else _("Rien ne vous attend aujourd’hui.")
    sentence = phrases.capital(", ".join(parts)) + "."
    later = any(row.due_on > today for row in mine)
    return f"{sentence} {_('Le reste peut attendre demain.')}" if later else sentence


def spelled(count: int) -> str:
    """A small number in words, feminine in French: «une», «deux», «dix»; digits beyond."""
    words = NUMBERS[phrases.language()[:2]]
    return words[count] if count < len(words) else str(count)


def _more(total: int) -> str:
    left = total - SHOWN
    if left <= 0:
        return ""
    if total >= COUNTED:
        return _("et plus de %(count)s autres") % {"count": COUNTED - SHOWN}
    return ngettext("et %(count)s autre", "et %(count)s autres", left) % {"count": left}


def _first(row: Commitment, *, user: User, now: datetime) -> First:
    today = clock.local(now).date()
    customer = row.customer
    ids = customer.family_ids()
    contact = row.contact_id and Contact.objects.filter(pk=row.contact_id).first()
    main = contact or Contact.objects.present().filter(customer_id__in=ids).first()
    who = main.formal_name if main and (customer.is_person or contact) else customer.name
    what = row.told[:1].lower() + row.told[1:]
    title = _("D’abord, appelez %(who)s") % {"who": who} if is_call(row) else _("D’abord, %(what)s") % {"what": what}
    line = promise_line(row, today=today, now=now)
    when = line.margin if row.due_on == today else line.when
    promised = _("Promis %(when)s.") if row.due_at and row.due_on == today else _("Promis pour %(when)s.")
    words = promised % {"when": when}
    if not is_call(row):
        words = f"{customer.name}. {words}"
    phone = (main.mobile or main.phone if main else "") or customer.phone
    return First(
        title=title,
        promised=words,
        last_words=_last_words(ids, user=user, today=today),
        url=line.url,
        customer_url=line.customer_url,
        phone=phone,
        call=f"tel:{phone}" if phone else "",
        keep_url=line.keep_url,
        keep_label=line.keep_label,
        version=row.version,
    )


def _unquoted(sentence: str) -> str:
    """A sentence that is wholly somebody's words without its own quotation marks: the page puts them."""
    if sentence.startswith("«") and sentence.find("»") in (-1, len(sentence) - 1):
        return sentence.strip("«» \u00a0")
    return sentence


def _last_words(ids: list[int], *, user: User, today: date) -> str:
    rows = Interaction.objects.of_family(ids).visible_to(user).human().exclude(body="").select_related("author").newest_first()
    row = rows.first()
    if row is None:
        return ""
    sentence = re.split(r"(?<=[.!?])\s+", row.body.strip(), maxsplit=1)[0]
    words = phrases.cut(_unquoted(" ".join(sentence.split())), 160)[0]
    when = phrases.moment(row.occurred_at, today)
    said = _("%(who)s, %(when)s") % {"who": row.author.first_name, "when": when} if row.author else phrases.capital(when)
    return _("%(said)s : « %(words)s »") % {"said": said, "words": words}


def _mails(user: User) -> list[Email]:
    if not user.may(Right.LOG):
        return []
    rows = Email.objects.visible_to(user).to_decide().select_related("customer").defer("text", "html")
    return list(rows.order_by("-created_at", "-id")[:COUNTED])


def _mail_lines(mails: list[Email], today: date) -> list[Pending]:
    lines = [
        Pending(
            margin=str(mail.get_state_display()),
            title=mail.customer.name if mail.customer else mail.recipient_name or mail.recipient_email,
            text=f"{mail.subject}. {retold(mail.reason)}".strip(),
            url=reverse("pointing", args=["email", mail.public_id]),
        )
        for mail in mails[:MAILS]
    ]
    if len(mails) > MAILS:
        left = len(mails) - MAILS
        lines[-1].text += " " + ngettext("Et %(count)s autre e-mail.", "Et %(count)s autres e-mails.", left) % {"count": left}
    return lines


def _question_lines(user: User, today: date) -> list[Pending]:
    """The questions that nobody has promised to answer; the others stand among each one's promises."""
    waiting = of_nobody(user, today) if user.may(Right.LOG) else []
    return [Pending(_("question"), one.customer, f"{one.about}. {one.words}", one.url) for one in waiting[:MAILS]]


def _lines_of_nobody(rows: Sequence[Commitment], today: date) -> list[Pending]:
    """What the house owes soon and nobody has taken on: a client's complaint or words, the first date of each."""
    first: dict[tuple[str, str], Commitment] = {}
    for row in rows:
        first.setdefault((row.about_kind, row.about_ref) if row.about_ref else ("", row.public_id), row)
    return [
        Pending(
            phrases.due_briefly(row, today), row.customer.name, f"{row.told}. {_('Personne ne s’en charge encore.')}", where(row)
        )
        for row in list(first.values())[:NOBODYS]
    ]


def _reminder_lines(user: User, today: date, now: datetime, zone: str) -> list[Pending]:
    """The calls to make about money, late ones first, then what the queue holds: in its own words."""
    if not user.may(Right.APPROVE_REMINDERS):
        return []
    calls, counts = reminder_queue.read_waiting(today=today, now=now, zone=zone)
    lines = [Pending(_("à appeler"), row.name, f"{row.reasons[0].text}.", reminder_queue.address(row)) for row in calls[:CALLS]]
    if told := reminder_queue.counted(counts, calls_told=len(lines)):
        lines.append(Pending(_("relances"), told, _("Rien ne part sans vous."), reverse("reminders")))
    return lines


def _queues(user: User, duplicates: int | None) -> list[Pending]:
    lines = []
    if duplicates is None and user.may(Right.MERGE_CUSTOMERS):
        duplicates = DuplicateCandidate.objects.filter(decision="").count()
    if user.may(Right.MERGE_CUSTOMERS) and (pairs := min(duplicates or 0, COUNTED)):
        title = ngettext("Deux fiches pour un même client, peut-être", "Des fiches qui sont peut-être le même client", pairs)
        margin = ngettext("%(count)s doublon", "%(count)s doublons", pairs) % {"count": _counted(pairs)}
        lines.append(Pending(margin, title, _("À réunir ou à laisser distinctes."), address_of("duplicates")))
    if user.may(Right.IMPORT_CUSTOMERS):
        waiting = (ImportBatch.State.DRAFT, ImportBatch.State.FAILED, ImportBatch.State.RUNNING)
        batches = ImportBatch.objects.filter(state__in=waiting, by=user).order_by("-created_at", "-id")[:3]
        lines += [_import_line(batch) for batch in batches]
    return lines


def _import_line(batch: ImportBatch) -> Pending:
    state = phrases.capital(str(batch.get_state_display()))
    return Pending(_("import"), batch.filename, f"{state}.", reverse("pointing", args=["import", batch.public_id]))


def _counted(count: int) -> str:
    return _("plus de %(count)s") % {"count": COUNTED} if count >= COUNTED else str(count)


def _quiet(user: User, *, now: datetime) -> list[Pending]:
    """Clients nobody spoke to since a season, the most recently lost from sight first. What counts as speaking, and the day it
    was, are those of the list of clients (`desk.customer_list.last_contacts`). Three bounded statements."""
    limit, today = now - timedelta(days=QUIET_DAYS), clock.local(now).date()
    rows = list(
        written_or_spoken(Interaction.objects.visible_to(user).filter(occurred_at__lte=limit))
        .exclude(customer=None)
        .select_related("author")
        .defer("body", "data")
        .newest_first()[:QUIET_CANDIDATES]
    )
    newest: dict[int, Interaction] = {}
    for row in rows:
        newest.setdefault(row.customer_id or 0, row)
    since = Interaction.objects.filter(customer=OuterRef("pk"), occurred_at__gt=limit, kind__in=CONTACT_KINDS)
    among = Customer.objects.visible_to(user).active().filter(pk__in=newest).filter(Q(owner=user.pk) | Q(owner=None))
    found = list(among.filter(~Exists(since)))
    quiet = [one for one in found if one.owner_id == user.pk] or found
    last = last_contacts(quiet) if quiet else {}
    quiet = [one for one in quiet if one.pk in last and last[one.pk] <= limit]  # a record reunited with theirs may have spoken
    quiet.sort(key=lambda one: last[one.pk], reverse=True)
    return [_quiet_line(one, newest[one.pk], clock.local(last[one.pk]).date(), today) for one in quiet[:QUIET_SHOWN]]


def _calm(quiet: list[Pending]) -> str:
    kept = _("Toutes les promesses sont tenues.")
    if not quiet:
        return kept
    return kept + " " + _("C’est un bon jour pour prendre des nouvelles de %(name)s.") % {"name": quiet[0].title}


def _quiet_line(customer: Customer, row: Interaction, on: date, today: date) -> Pending:
    months = max((today - on).days // 30, 1)
    margin = ngettext("%(count)s mois", "%(count)s mois", months) % {"count": months}
    known = clock.local(row.occurred_at).date() == on  # else the last one is reserved, or on a record reunited with this one
    what = phrases.title(row.kind, row.direction) if known else _("Dernier échange")
    text = _("%(what)s le %(day)s.") % {"what": what, "day": phrases.typography.long_date(on, language=phrases.language())}
    act = _("Ouvrir la fiche de %(name)s") % {"name": customer.name}
    return Pending(margin, customer.name, text, reverse("customer", args=[customer.public_id]), act)
