"""The queue of reminders: whom to call, what to read, what is ready, what is held and why; then one customer in full.

One plan gives all of it (`tact.planning`): a constant number of statements, whatever the number of customers.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.rights import Right
from billing.accounts import moved_among
from crm.models import Company, Email
from desk import phrases
from desk.reminder_panel import Panel, read_panel
from lib import clock
from lib.typography import plural
from tact.decide_words import tone_names
from tact.facts import Decision, Link, Owed, Reason
from tact.models import Reminder
from tact.planning import Planned, plan, planning_day
from tact.reminding import Ready, claimed, prepare

SHOWN = 40  # customers of each part on one page
MANY = 500  # customers in the queue, from which what it holds is told from memory for a minute
TOLD = 3  # reasons on a line of the queue; the panel has them all
CALL, READ, READY, HELD = "call", "read", "ready", "held"


@dataclass(frozen=True)
class Piece:
    """Some words of a line, with the fact they rest on."""

    text: str
    url: str


@dataclass(slots=True)
class Row:
    """One customer in the queue."""

    ref: str
    name: str
    amount: Decimal
    url: str
    lead: str
    why: list[Piece]
    tail: str
    phone: str = ""
    seen: bool = False
    current: bool = False


@dataclass(slots=True)
class Group:
    """What is to be done in the same way."""

    key: str
    title: str
    note: str
    rows: list[Row]
    others: int = 0  # beyond those shown: the largest amounts come first, the next when these are done


@dataclass(slots=True)
class Leaving:
    """Mails approved and still here: they can be taken back together."""

    text: str
    url: str
    until: datetime
    counting: bool
    of: int


@dataclass(slots=True)
class Queue:
    """The page."""

    on: date
    is_today: bool
    title: str
    answer: str
    overdue: str
    groups: list[Group]
    panel: Panel | None
    leaving: list[Leaving]
    ready_left: int = 0  # messages of the model that were not seen yet
    ready: dict[str, str] = field(default_factory=dict)  # those seen, with what was seen
    to_do: int = 0


def read_queue(
    user: User, *, on: date, today: date, now: datetime, company: Company, chosen: str, seen: Mapping[str, str]
) -> Queue:
    """The queue prepared for the civil day `on`, as `user` would sign its messages; `chosen` is the customer shown in full,
    `seen` what this person has already seen (customer → digest)."""
    rows = plan(on=on, now=now, soon=True, language=phrases.language(), zone=company.holiday_zone)
    groups: dict[str, list[Planned]] = {CALL: [], READ: [], READY: [], HELD: []}
    for row in rows:
        if key := group_of(row.decision):
            groups[key].append(row)
    shown = _chosen(groups, rows, chosen)
    letters = _letters(groups[READ] + groups[READY], {*seen, shown.decision.customer.ref if shown else ""}, user, on, company)
    digests = {ref: ready.message.digest for ref, ready in letters.items() if ready}
    if shown is not None and (digest := digests.get(shown.decision.customer.ref)):
        seen = {**seen, shown.decision.customer.ref: digest}
    was_seen = {ref for ref, digest in digests.items() if seen.get(ref) == digest}
    current = shown.decision.customer.ref if shown else ""
    models = [row.decision.customer.ref for row in groups[READY]]
    return Queue(
        on=on,
        is_today=on == today,
        title=_("Relances du %(day)s") % {"day": phrases.exact_day(on, today)},
        answer=answer({key: len(found) for key, found in groups.items()}, on=on, today=today),
        overdue=_overdue(rows, today),
        groups=[
            Group(
                key,
                _titles()[key],
                _note(key, found, was_seen),
                [_row(row, today, was_seen, current) for row in found[:SHOWN]],
                max(0, len(found) - SHOWN),
            )
            for key, found in groups.items()
            if found
        ],
        panel=_panel(shown, letters, groups, on=on, today=today, user=user) if shown else None,
        leaving=read_leaving(user, now=clock.real_now()),
        ready_left=sum(ref not in was_seen for ref in models),
        ready={ref: digests[ref] for ref in models if ref in digests},
        to_do=sum(len(groups[key]) for key in (CALL, READ, READY)),
    )


def _letters(rows: Sequence[Planned], known: set[str], user: User, on: date, company: Company) -> dict[str, Ready | None]:
    """The messages of those of `rows` who were looked at; the others have none to compare yet."""
    wanted = [row for row in rows if row.decision.customer.ref in known]
    moved = moved_among(claimed(wanted), company)
    return {row.decision.customer.ref: prepare(row, by=user, on=on, company=company, moved=moved) for row in wanted}


def group_of(decision: Decision) -> str:
    """Where a decision stands in the queue; nothing when there is nothing to show today."""
    if decision.decision == "wait":
        return HELD if decision.held else ""
    if decision.decision == "call":
        return CALL
    return READ if decision.decision == "soften" or decision.tone == "formal" else READY


def answer(counts: Mapping[str, int], *, on: date, today: date) -> str:
    """«Deux clients à appeler, deux messages à lire avec attention, trois prêts. Trois autres attendent, chacun pour une
    bonne raison.»"""
    parts = _parts(counts)
    told = phrases.capital(", ".join(parts)) + "." if parts else _("Personne à relancer.")
    if count := counts[HELD]:
        words = ngettext(
            "%(count)s client attend, pour une bonne raison.", "%(count)s clients attendent, chacun pour une bonne raison.", count
        )
        told += " " + phrases.capital(words % {"count": _spell(count)})
    if on != today:
        told += " " + _("Aujourd’hui n’est pas un jour de travail : ce qui est approuvé partira %(day)s à 8 h.") % {
            "day": phrases.exact_day(on, today)
        }
    return told


def _parts(counts: Mapping[str, int]) -> list[str]:
    parts = []
    if count := counts[CALL]:
        parts.append(ngettext("%(count)s client à appeler", "%(count)s clients à appeler", count) % {"count": _spell(count)})
    if count := counts[READ]:
        words = ngettext("%(count)s message à lire avec attention", "%(count)s messages à lire avec attention", count)
        parts.append(words % {"count": _spell(count)})
    if count := counts[READY]:
        words = ngettext("%(count)s message prêt", "%(count)s messages prêts", count)
        parts.append(words % {"count": _spell(count)})
    return parts


def read_waiting(*, today: date, now: datetime, zone: str = "") -> tuple[list[Decision], dict[str, int]]:
    """The calls to make, the longest awaited first, and how many stand in each part of the queue. A long queue is told as it stood
    less than a minute before: the page that acts on it decides again."""
    on, language = planning_day(today, zone), phrases.language()
    newest = Reminder.objects.order_by("-pk").values_list("pk", flat=True).first()  # what was approved shows at once
    key = f"reminders-waiting-{on}-{language}-{newest}"
    if (known := cache.get(key)) is not None:
        return known  # type: ignore[no-any-return]
    rows = [row.decision for row in plan(on=on, now=now, soon=True, language=language, zone=zone)]
    counts = Counter(map(group_of, rows))
    calls = sorted((row for row in rows if group_of(row) == CALL), key=lambda row: -row.late_days)
    told = {key: counts[key] for key in (CALL, READ, READY, HELD)}
    if len(rows) >= MANY:
        cache.set(key, (calls[:MANY], told), 60)
    return calls, told


def counted(counts: Mapping[str, int], *, calls_told: int) -> str:
    """«Deux messages à lire avec attention, trois messages prêts», with the calls beyond those already told."""
    return phrases.capital(", ".join(_parts({**counts, CALL: counts[CALL] - calls_told})))


def address(decision: Decision) -> str:
    """The queue, opened on that customer."""
    return f"{reverse('reminders')}?client={decision.customer.ref}"


def read_leaving(user: User, *, now: datetime) -> list[Leaving]:
    """What `user` approved and can still take back, a batch as one. One statement."""
    rows = (
        Reminder.objects.visible_to(user)
        .filter(approved_by=user, mail__state=Email.State.QUEUED, mail__send_after__gt=now)
        .select_related("mail", "customer")
        .order_by("mail__send_after", "pk")
    )
    batches: dict[str, list[Reminder]] = {}
    for row in rows:
        batches.setdefault(row.batch or row.public_id, []).append(row)
    return [_leaving(key, found, now) for key, found in batches.items()]


def _leaving(key: str, rows: Sequence[Reminder], now: datetime) -> Leaving:
    mail = rows[0].mail
    assert mail is not None  # the filter says so
    left = (mail.send_after - now).total_seconds()
    if len(rows) == 1:
        text = _("Message à %(name)s : il est prêt à partir.") % {"name": rows[0].customer.name}
    else:
        text = _("%(count)s messages sont prêts à partir.") % {"count": len(rows)}
    if left > 900:
        text += " " + _("Départ %(when)s.") % {"when": phrases.moment(mail.send_after, clock.local(now).date())}
    return Leaving(text, reverse("reminder_take_back", args=[key]), mail.send_after, left <= 900, 60 if left <= 60 else 600)


def _chosen(groups: Mapping[str, list[Planned]], rows: Sequence[Planned], chosen: str) -> Planned | None:
    asked = next((row for row in rows if row.decision.customer.ref == chosen), None)
    if asked is not None:
        return asked
    return next((found[0] for key in (READ, READY, CALL, HELD) if (found := groups[key])), None)


def _panel(
    shown: Planned, letters: Mapping[str, Ready | None], groups: Mapping[str, list[Planned]], *, on: date, today: date, user: User
) -> Panel:
    ref = shown.decision.customer.ref
    same = [row.decision.customer.ref for row in groups.get(group_of(shown.decision), [])]
    place = (same.index(ref) + 1, len(same)) if ref in same else (1, 1)
    return read_panel(shown, letters.get(ref), on=on, today=today, place=place, user=user)


def _titles() -> dict[str, str]:
    return {CALL: _("À appeler"), READ: _("À lire"), READY: _("Prêts"), HELD: _("Retenus")}


def _note(key: str, rows: Sequence[Planned], seen: set[str]) -> str:
    count = len(rows)
    if key == CALL:
        return ngettext("%(count)s client, avant d’écrire", "%(count)s clients, avant d’écrire", count) % {"count": count}
    if key == READ:
        return ngettext("%(count)s message adapté au fil", "%(count)s messages adaptés au fil", count) % {"count": count}
    if key == HELD:
        return ngettext("%(count)s client, rien ne part", "%(count)s clients, rien ne part", count) % {"count": count}
    done = sum(row.decision.customer.ref in seen for row in rows)
    told = ngettext("%(count)s message du modèle", "%(count)s messages du modèle", count) % {"count": count}
    return told + (", " + ngettext("%(count)s déjà vu", "%(count)s déjà vus", done) % {"count": done} if done else "")


@dataclass(frozen=True)
class Verdict:
    """What becomes of the reminders of one client, as their record says it: in the words of the queue."""

    words: str
    why: list[Piece]
    tail: str
    url: str  # the queue at that client; empty for who may not open it


def verdict_of(owed: Owed | None, *, user: User, today: date) -> Verdict | None:
    """Whether the client is reminded, called or left in peace on the civil date `today`, and why; None when nothing is
    late and nothing keeps a reminder back."""
    if owed is None:
        return None
    decision = owed.decision
    late = any(debt.due_on < today for debt in owed.situation.debts)
    if decision.decision == "wait" and not (late or decision.held):
        return None
    words = {"call": _("À appeler"), "wait": _("Rien ne part")}.get(decision.decision, _("Un rappel est prêt"))
    url = f"{reverse('reminders')}?client={decision.customer.ref}#apercu" if user.may(Right.APPROVE_REMINDERS) else ""
    return Verdict(words, [piece(reason) for reason in decision.reasons[:TOLD]], _tail(decision), url)


def _row(row: Planned, today: date, seen: set[str], current: str) -> Row:
    decision = row.decision
    ref = decision.customer.ref
    waiting = decision.decision == "wait"
    reasons = list(decision.reasons) if waiting or decision.decision != "send" else [decision.reasons[0]]
    if len(reasons) > 1 and not waiting:
        reasons = [reason for reason in reasons if reason.code != "step"]
    return Row(
        ref=ref,
        name=decision.name,
        amount=decision.amount or sum((claim.debt.balance for claim in decision.waiting), Decimal(0)),
        url=f"{reverse('reminders')}?client={ref}#apercu",
        lead=lead(decision, today),
        why=[piece(reason) for reason in reasons[:TOLD]],
        tail=_tail(decision),
        phone=row.situation.phone if decision.decision == "call" else "",
        seen=ref in seen,
        current=ref == current,
    )


def lead(decision: Decision, today: date) -> str:
    """«2 factures.», «1 facture, échue de 3 jours.»"""
    claims = decision.claims or decision.waiting
    told = plural(len(claims), _("facture"), _("factures"), language=phrases.language())
    late = max(((today - claim.debt.due_on).days for claim in claims), default=0)
    if late > 0 and len(claims) == 1:
        told += ", " + ngettext("échue de %(count)s jour", "échue de %(count)s jours", late) % {"count": late}
    elif late > 0:
        told += ", " + ngettext("la plus ancienne de %(count)s jour", "la plus ancienne de %(count)s jours", late) % {
            "count": late
        }
    return told + "."


def piece(reason: Reason) -> Piece:
    """A reason and the page of its fact."""
    return Piece(reason.text, fact_url(reason.link))


def fact_url(link: Link) -> str:
    """The redirect that checks rights at the click."""
    return reverse("pointing", args=[link.kind, link.ref])


def _tail(decision: Decision) -> str:
    if decision.decision == "wait":
        return ". ".join(decision.would_change[:1])
    if decision.decision == "soften":
        return _("Ton %(tone)s") % {"tone": tone_names()[decision.tone]}
    return ""


def _overdue(rows: Sequence[Planned], today: date) -> str:
    late = [sum((debt.balance for debt in row.situation.debts if debt.due_on < today), Decimal(0)) for row in rows]
    found = [amount for amount in late if amount > 0]
    if not found:
        return ""
    words = ngettext("%(amount)s échus chez %(count)s client", "%(amount)s échus chez %(count)s clients", len(found))
    return words % {"amount": phrases.typography.amount(sum(found, Decimal(0)), language=phrases.language()), "count": len(found)}


def _spell(count: int) -> str:
    """A small number in words, masculine in French."""
    french = phrases.language()[:2] == "fr"
    words = (
        ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
        if french
        else ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
    return words[count] if count < len(words) else str(count)
