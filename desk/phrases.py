"""Sentences that the pages of desk compose from facts: titles of lines, dates of promises, who a client is.

Pure of database; every word goes through gettext, dates and elisions through lib.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from crm.models import Commitment, Contact, Customer
from crm.models.customers import Channel, CustomerType
from crm.models.timeline import Kind
from lib import clock, typography
from lib.wording import NBSP

# Without a person's name, then with it. `from_who` is «d’Anne», «de Paul».
TITLES = {
    ("call", "in"): (lazy("Appel reçu"), lazy("Appel reçu %(from_who)s")),
    ("call", "out"): (lazy("Appel passé"), lazy("Appel passé à %(who)s")),
    ("email", "in"): (lazy("E-mail reçu"), lazy("E-mail reçu %(from_who)s")),
    ("email", "out"): (lazy("E-mail envoyé"), lazy("E-mail envoyé à %(who)s")),
    ("message", "in"): (lazy("Message reçu"), lazy("Message reçu %(from_who)s")),
    ("message", "out"): (lazy("Message envoyé"), lazy("Message envoyé à %(who)s")),
    ("letter", "in"): (lazy("Courrier reçu"), lazy("Courrier reçu %(from_who)s")),
    ("letter", "out"): (lazy("Courrier envoyé"), lazy("Courrier envoyé à %(who)s")),
}
UNDIRECTED = {
    "visit": (lazy("Visite"), lazy("Visite avec %(who)s")),
    "meeting": (lazy("Rendez-vous"), lazy("Rendez-vous avec %(who)s")),
    "note": (pgettext_lazy("échange", "Note"), lazy("Note %(from_who)s")),
}
PREFERENCES = {
    Channel.PHONE: lazy("le téléphone"),
    Channel.EMAIL: lazy("l’e-mail"),
    Channel.VISIT: lazy("la visite"),
    Channel.POST: lazy("le courrier"),
    Channel.MESSAGE: lazy("le message"),
    Channel.PORTAL: lazy("son espace client"),
}


def language() -> str:
    """The language of this request, as lib names it."""
    return get_language() or "fr"


def title(kind: str, direction: str, who: str = "") -> str:
    """«Appel reçu d’Anne Lemoine»; of a note, `who` is its author."""
    bare, named = TITLES.get((kind, direction)) or UNDIRECTED.get(kind) or (Kind(kind).label, None)
    if not who or named is None:
        return str(bare)
    return str(named) % {"who": who, "from_who": typography.elide(_("de"), who)}


def kind_label(kind: str, data: Mapping[str, Any]) -> str:
    """What a line written by the house is: money that moved back was refunded, taken back from an invoice, or undone."""
    if kind == Kind.PAYMENT_REVERSED:
        for key, words in (
            ("refund", lazy("Remboursement")),
            ("refund_undone", lazy("Remboursement annulé")),
            ("from", lazy("Somme reprise")),
        ):
            if data.get(key):
                return str(words)
    return str(Kind(kind).label)


def lasting(minutes: int) -> str:
    """«6 min», «1 h 30»."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes}{NBSP}min"
    return f"{hours}{NBSP}h" + (f"{NBSP}{rest:02}" if rest else "")


def day(on: date, today: date) -> str:
    """«aujourd’hui», «demain», «vendredi», «vendredi 20 novembre»."""
    return typography.relative_day(on, today, language=language())


def exact_day(on: date, today: date) -> str:
    """«jeudi 26 novembre», with its year when it is another."""
    return typography.weekday_date(on, language=language(), year=on.year != today.year)


def hour(at: time | datetime) -> str:
    """«16 h 42», on the firm's clock."""
    return typography.hour(clock.local(at).time() if isinstance(at, datetime) else at, language=language())


def moment(at: datetime, today: date) -> str:
    """«vendredi à 16 h 42»."""
    return _("%(day)s à %(hour)s") % {"day": day(clock.local(at).date(), today), "hour": hour(at)}


def due_hour(at: time, *, before: bool) -> str:
    """«avant 10 h», «à 10 h»."""
    return (_("avant %(hour)s") if before else _("à %(hour)s")) % {"hour": hour(at)}


def due(commitment: Commitment, today: date) -> str:
    """For when, on a record: «aujourd’hui avant 10 h», «jeudi 26 novembre»."""
    on = commitment.due_on
    return _at(commitment, day(on, today) if abs((on - today).days) <= 1 else exact_day(on, today))


def _at(commitment: Commitment, words: str) -> str:
    return f"{words} {due_hour(commitment.due_at, before=commitment.due_before)}" if commitment.due_at else words


def due_briefly(commitment: Commitment, today: date) -> str:
    """For when, in the margin of a list: «avant 10 h» today, «demain à 10 h», «mercredi», «vendredi 27», «20 octobre»."""
    on = commitment.due_on
    if on == today:
        return due_hour(commitment.due_at, before=commitment.due_before) if commitment.due_at else _("aujourd’hui")
    distance = (on - today).days
    if abs(distance) <= 6:
        return _at(commitment, day(on, today))
    if on.year != today.year:
        return typography.long_date(on, language=language())
    if 0 < distance < 14:
        return f"{typography.WEEKDAYS[language()[:2]][on.weekday()]}{NBSP}{on.day}"
    return typography.long_date(on, language=language(), year=False)


def understood(on: date, at: time | None, *, before: bool) -> str:
    """A date as it will be kept, shown before saving: «lundi 23 novembre 2026 à 10 h»."""
    words = typography.weekday_date(on, language=language())
    return f"{words} {due_hour(at, before=before)}" if at else words


def said(commitment: Commitment, today: date) -> str:
    """Where a promise comes from: «Dit vendredi à 16 h 42», «Noté hier par Karim»; a date of a document or of the law, from
    what it is about."""
    if commitment.nature == Commitment.Nature.PROJECTED and commitment.about_label:
        return commitment.about_told
    source = commitment.interaction
    if source is not None and source.kind != Kind.NOTE:
        return _("Dit %(when)s") % {"when": moment(source.occurred_at, today)}
    when = day(clock.local(commitment.made_at).date(), today)
    if commitment.author is None or commitment.author_id == commitment.owner_id:
        return _("Noté %(when)s") % {"when": when}
    return _("Noté %(when)s par %(who)s") % {"when": when, "who": commitment.author.first_name}


def presentation(customer: Customer, main: Contact | None) -> str:
    """Who this is, in one line: «Particulière à Nantes, cliente depuis mars 2021. Préfère le téléphone, le matin.»"""
    woman = customer.is_person and main is not None and main.civility == "mme"
    kind = _("Particulière") if woman else customer.get_type_display()
    if customer.type == CustomerType.UNKNOWN:
        kind = _("Type à préciser")
    words = _("%(kind)s à %(city)s") % {"kind": kind, "city": customer.city} if customer.city else str(kind)
    if customer.since_on:
        month = f"{typography.MONTHS[language()[:2]][customer.since_on.month - 1]} {customer.since_on.year}"
        words += ", " + (_("cliente depuis %(month)s") if woman else _("client depuis %(month)s")) % {"month": month}
    return ". ".join(part for part in (words, preference(customer)) if part) + "."


def preference(customer: Customer) -> str:
    """«Préfère le téléphone, le matin», or nothing."""
    channel = str(PREFERENCES.get(Channel(customer.preferred_channel), ""))
    wanted = [part for part in (channel, customer.preferred_moment.strip(" .")) if part]
    return _("Préfère %(what)s") % {"what": ", ".join(wanted)} if wanted else ""


def capital(words: str) -> str:
    """`words` with a capital at the first letter."""
    return words[:1].upper() + words[1:]


def cut(words: str, limit: int) -> tuple[str, bool]:
    """`words` up to about `limit` signs, at a space, and whether something is left out."""
    if len(words) <= limit:
        return words, False
    short = words[:limit]
    return (short.rsplit(maxsplit=1)[0] if " " in short else short) + "…", True
