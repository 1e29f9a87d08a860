"""Reads, from the real tables, what judgement needs. A constant number of statements; nothing is copied down."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models.functions import Substr
from django.utils import translation

from accounts.models import User
from accounts.rights import Right
from billing.models import Invoice
from complaints.models import Complaint
from complaints.states import Standing
from crm.addresses import bad_among
from crm.mail_reasons import retold
from crm.models import BadAddress, Commitment, Contact, Customer, Email, Interaction
from crm.models.timeline import Kind, Visibility
from lib import clock
from lib.plain_text import first_sentence
from tact import facts
from tact.contacts import as_contact, written_or_spoken
from tact.money import PAST_DAYS, Loaded, contact_of
from tact.planning import plan_one, planning_day
from tact.traces import first_name

LAST_CONTACTS = 12  # enough to find the mood of the last months without reading a whole history
MOOD_DAYS = 90
LOST_MAIL_DAYS = 30
WORDS = 2000  # signs of an exchange among which its first sentence is looked for
_CONTACT_COLUMNS = (
    "public_id", "occurred_at", "kind", "channel", "direction", "data", "visibility", "team_id", "author_id", "words", "mail_words",
    "author__name", "author__email", "contact__first_name", "contact__last_name", "email__subject", "email__erased_at",
)  # fmt: skip
NOTE_DAYS = 7


def read(
    customer: Customer,
    *,
    user: User,
    now: datetime,
    ids: list[int] | None = None,
    contacts: Iterable[Contact] | None = None,
    commitments: Iterable[Commitment] | None = None,
    complaints: Iterable[tuple[Complaint, Standing]] | None = None,
    owes: bool | None = None,
    loaded: Loaded | None = None,
) -> facts.Situation:
    """What is known of `customer` that matters before speaking, as `user` may know it at `now`.

    A page that already loaded the family's ids, the present contacts, the open commitments (with owner and
    author), the open complaints with their standing, knows whether something is due, or which addresses answer no more and
    what else bears on money (`loaded`), passes them. At most eight statements otherwise, and a constant number more for a
    customer who owes something.
    """
    today = clock.local(now).date()
    ids = ids if ids is not None else customer.family_ids()
    people = list(contacts if contacts is not None else Contact.objects.present().filter(customer_id__in=ids))
    commitments = commitments if commitments is not None else _open_commitments(ids, user=user)
    complaints = complaints if complaints is not None else _open_complaints(ids, user=user, today=today)
    owes = owes if owes is not None else user.may(Right.SEE_AMOUNTS) and Invoice.objects.unpaid_of(ids).exists()
    past, note, lately = _last_words(ids, user=user, now=now, lately=bool(owes))
    addresses = _addresses(customer, people)
    bad = loaded.bad if loaded else bad_among(addresses)
    loaded = replace(loaded, contacts=lately) if loaded is not None else None
    return facts.Situation(
        link=facts.Link("customer", customer.public_id),
        name=_spoken_name(customer, people),
        since_on=customer.since_on,
        phone=_phone(customer, people),
        # what a document or the law asks for stands with its document
        promises=tuple(_promise(row) for row in commitments if row.nature == Commitment.Nature.PRIMARY),
        contacts=past,
        moods=tuple(moment for moment in past if moment.mood and moment.at >= now - timedelta(days=MOOD_DAYS)),
        lost_mails=_lost_mails(ids, user=user, now=now),
        refused=tuple(_refused(bad[address], addresses[address]) for address in sorted(bad) if address in addresses),
        has_usable_email=any(address not in bad for address in addresses),
        preferred_channel=customer.preferred_channel,
        preferred_moment=customer.preferred_moment,
        note=note,
        complaints=tuple(sorted((_complaint(*pair) for pair in complaints), key=_nearest)),
        owed=_owed(customer, today=today, now=now, loaded=loaded) if owes else None,
    )


def _open_commitments(ids: list[int], *, user: User) -> Iterable[Commitment]:
    return Commitment.objects.visible_to(user).open().of_family(ids).select_related("owner", "author", "interaction")


def _open_complaints(ids: list[int], *, user: User, today: date) -> list[tuple[Complaint, Standing]]:
    rows = Complaint.objects.read_by(user).of_family(ids).open_on(today).order_by("id")
    return [(row, row.standing_on(today)) for row in rows]


def _phone(customer: Customer, people: list[Contact]) -> str:
    return customer.phone or next((person.mobile or person.phone for person in people if person.mobile or person.phone), "")


def _owed(customer: Customer, *, today: date, now: datetime, loaded: Loaded | None) -> facts.Owed | None:
    """What is due and what the queue would do, in its very words."""
    on = planning_day(today, loaded.zone if loaded else "")
    planned = plan_one(customer, on=on, now=now, language=translation.get_language() or "fr", loaded=loaded)
    return facts.Owed(planned.situation, planned.decision) if planned else None


def _complaint(row: Complaint, standing: Standing) -> facts.ComplaintNow:
    falls = standing.next
    return facts.ComplaintNow(
        link=facts.Link("complaint", row.public_id),
        label=row.about_label,
        since_on=standing.dates.sent_on if standing.dates else min(fact.on for fact in row.known_facts),
        falls_on=falls.on if falls else None,
        code=falls.code if falls else "",
        ours=bool(falls and falls.ours),
        owner=row.owner.first_name if row.owner else "",
    )


def _nearest(row: facts.ComplaintNow) -> tuple[bool, date, str]:
    return (not row.ours, row.falls_on or date.max, row.label)


def _last_words(
    ids: list[int], *, user: User, now: datetime, lately: bool
) -> tuple[tuple[facts.Contact, ...], facts.Contact | None, list[facts.Contact]]:
    """The last human contacts, newest first, the last note of the last days and, when asked for (`lately`), every contact of
    the last months as reminders know them: one statement."""
    # Every contact is read, whoever may see it: a private exchange still happened. Its words stay out. A note is only
    # words: a reserved one is not told at all.
    contacts = written_or_spoken(Interaction.objects.of_family(ids)).order_by("-occurred_at", "-id")
    notes = Interaction.objects.of_family(ids).filter(erased_at=None).newest_first().visible_to(user)
    notes = notes.filter(kind=Kind.NOTE, occurred_at__gte=now - timedelta(days=NOTE_DAYS)).exclude(body="")
    since = now - timedelta(days=PAST_DAYS)
    parts = [contacts.values("pk")[:LAST_CONTACTS], notes.values("pk")[:1]]
    if lately:
        parts.append(contacts.filter(occurred_at__gte=since, occurred_at__lte=now).order_by().values("pk"))
    some, *others = (Interaction.objects.filter(pk__in=part).order_by().values("pk") for part in parts)
    rows = list(
        Interaction.objects.filter(pk__in=some.union(*others))  # by keys: an OR of lists of them reads every row
        .annotate(words=Substr("body", 1, WORDS), mail_words=Substr("email__text", 1, WORDS))
        .newest_first()
        .values_list(*_CONTACT_COLUMNS, named=True)
    )
    spoken = [row for row in rows if row.kind != Kind.NOTE]
    note = next((_moment(row, hidden=not _may_read(row, user)) for row in rows if row.kind == Kind.NOTE), None)
    last = tuple(_moment(row, hidden=not _may_read(row, user)) for row in spoken[:LAST_CONTACTS])
    return last, note, [contact_of(row) for row in spoken if since <= row.occurred_at <= now]


def _may_read(row: Any, user: User) -> bool:
    """The rule of `may_read`, on a row already loaded (a test holds the two together)."""
    if row.visibility == Visibility.EVERYONE or row.author_id == user.pk:
        return True
    return row.visibility == Visibility.TEAM and row.team_id is not None and row.team_id == user.team_id


def _moment(row: Any, *, hidden: bool) -> facts.Contact:
    # A letter begins with «Bonjour Madame,»: its subject says more than its first sentence.
    written = row.email__subject is not None and not row.email__erased_at
    words = row.words or ((row.email__subject or row.mail_words or "") if written else "")
    who = "" if row.author_id is None else first_name(row.author__name) or row.author__email
    return facts.Contact(
        link=facts.Link("interaction", row.public_id),
        at=row.occurred_at,
        kind=row.kind if row.kind == Kind.NOTE else as_contact(row.kind, row.channel),
        direction=row.direction,
        colleague=who,
        person="" if hidden else f"{row.contact__first_name or ''} {row.contact__last_name or ''}".strip(),
        words="" if hidden else first_sentence(words),
        mood="" if hidden else row.data.get("mood", ""),
        hidden=hidden,
    )


def _promise(row: Commitment) -> facts.Promise:
    return facts.Promise(
        link=facts.Link("commitment", row.public_id),
        ours=row.owed_by == Commitment.Owed.US,
        what=row.told,
        due_on=row.due_on,
        due_at=row.due_at,
        due_before=row.due_before,
        amount=row.amount,
        owner=row.owner.first_name if row.owner else "",
        promised_by=row.author.first_name if row.author else "",
        promised_on=clock.local(row.made_at).date(),
        source=row.interaction.public_id if row.interaction else "",
    )


def _addresses(customer: Customer, people: Sequence[Contact]) -> dict[str, str]:
    """Each address of the customer with the name of whose it is."""
    held = {customer.email_key: customer.name} if customer.email_key else {}
    return held | {person.email_key: person.full_name for person in people if person.email_key}


def _refused(row: BadAddress, holder: str) -> facts.RefusedAddress:
    return facts.RefusedAddress(
        link=facts.Link("address", row.address),
        address=row.address,
        holder=holder,
        since_on=clock.local(row.since_at).date(),
        reason=retold(row.reason),
    )


def _lost_mails(ids: list[int], *, user: User, now: datetime) -> tuple[facts.LostMail, ...]:
    rows = Email.objects.to_decide().filter(customer_id__in=ids, created_at__gte=now - timedelta(days=LOST_MAIL_DAYS))
    return tuple(
        facts.LostMail(
            link=facts.Link("email", row.public_id),
            on=clock.local(row.created_at).date(),
            state=row.state,
            subject=row.subject if _may_read(row, user) else "",
            hidden=not _may_read(row, user),
        )
        for row in rows.order_by("-created_at", "-id")[:5]
    )


def _spoken_name(customer: Customer, people: Sequence[Contact]) -> str:
    """«Mme Lemoine» for a person whose contact says so, else the name of the record."""
    if customer.is_person:
        main = next((person for person in people if person.is_main), people[0] if people else None)
        if main is not None and main.civility and main.last_name.lower() in customer.name.lower():
            return main.formal_name
    return customer.name
