"""Reads, from the real tables, what judgement needs. A constant number of statements; nothing is copied down."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from accounts.models import User
from crm.mail_reasons import retold
from crm.models import BadAddress, Commitment, Contact, Customer, Email, Interaction
from crm.models.timeline import CONTACT_KINDS, Visibility
from lib import clock
from lib.plain_text import first_sentence
from tact import facts

LAST_CONTACTS = 12  # enough to find the mood of the last months without reading a whole history
MOOD_DAYS = 90
LOST_MAIL_DAYS = 30
_CONTACT_COLUMNS = (  # four whole models a row would cost more than the query
    "public_id", "occurred_at", "kind", "direction", "body", "data", "visibility", "team", "author__name", "author__email",
    "contact__first_name", "contact__last_name", "email__interaction", "email__subject", "email__text", "email__erased_at",
)  # fmt: skip
# A mail that never reached anybody is no contact: «last contact» must not count it.
NOT_WRITTEN = (Email.State.QUEUED, Email.State.SENDING, Email.State.HELD, Email.State.FAILED, Email.State.CANCELLED)


def read(
    customer: Customer,
    *,
    user: User,
    now: datetime,
    ids: list[int] | None = None,
    contacts: Iterable[Contact] | None = None,
    commitments: Iterable[Commitment] | None = None,
) -> facts.Situation:
    """What is known of `customer` that matters before speaking, as `user` may know it at `now`.

    A page that already loaded the family's ids, the present contacts or the open commitments (with owner and
    author) passes them. At most six statements otherwise.
    """
    ids = ids if ids is not None else customer.family_ids()
    people = list(contacts if contacts is not None else Contact.objects.present().filter(customer_id__in=ids))
    if commitments is None:
        commitments = Commitment.objects.visible_to(user).open().of_family(ids).select_related("owner", "author")
    past = _last_contacts(ids, user=user)
    addresses = _addresses(customer, people)
    refused = list(BadAddress.objects.filter(address__in=addresses)) if addresses else []
    bad = {row.address for row in refused}
    since = now - timedelta(days=MOOD_DAYS)
    return facts.Situation(
        link=facts.Link("customer", customer.public_id),
        name=_spoken_name(customer, people),
        since_on=customer.since_on,
        phone=customer.phone or next((person.mobile or person.phone for person in people if person.mobile or person.phone), ""),
        promises=tuple(_promise(row) for row in commitments),
        contacts=past,
        moods=tuple(moment for moment in past if moment.mood and moment.at >= since),
        lost_mails=_lost_mails(ids, user=user, now=now),
        refused=tuple(_refused(row, addresses[row.address]) for row in refused),
        has_usable_email=any(address not in bad for address in addresses),
        preferred_channel=customer.preferred_channel,
        preferred_moment=customer.preferred_moment,
    )


def _last_contacts(ids: list[int], *, user: User) -> tuple[facts.Contact, ...]:
    # Every row is read, whoever may see it: a private exchange still happened. Its words stay out.
    rows = (
        Interaction.objects.of_family(ids)
        .filter(kind__in=CONTACT_KINDS, erased_at=None)
        .exclude(email__state__in=NOT_WRITTEN)
        .select_related("author", "contact", "email")
        .only(*_CONTACT_COLUMNS)
        .newest_first()[:LAST_CONTACTS]
    )
    return tuple(_moment(row, hidden=not _may_read(row, user)) for row in rows)


def _may_read(row: Interaction | Email, user: User) -> bool:
    """The rule of `may_read`, on a row already loaded (a test holds the two together)."""
    if row.visibility == Visibility.EVERYONE or row.author_id == user.pk:
        return True
    return row.visibility == Visibility.TEAM and row.team_id is not None and row.team_id == user.team_id


def _moment(row: Interaction, *, hidden: bool) -> facts.Contact:
    mail = getattr(row, "email", None)
    # A letter begins with «Bonjour Madame,»: its subject says more than its first sentence.
    words = row.body or (mail.subject or mail.text if mail is not None and not mail.erased_at else "")
    return facts.Contact(
        link=facts.Link("interaction", row.public_id),
        at=row.occurred_at,
        kind=row.kind,
        direction=row.direction,
        colleague=row.author.first_name if row.author else "",
        person="" if hidden or row.contact is None else row.contact.full_name,
        words="" if hidden else first_sentence(words),
        mood="" if hidden else row.mood,
        hidden=hidden,
    )


def _promise(row: Commitment) -> facts.Promise:
    return facts.Promise(
        link=facts.Link("commitment", row.public_id),
        ours=row.owed_by == Commitment.Owed.US,
        what=row.what,
        due_on=row.due_on,
        due_at=row.due_at,
        due_before=row.due_before,
        amount=row.amount,
        owner=row.owner.first_name if row.owner else "",
        promised_by=row.author.first_name if row.author else "",
        promised_on=clock.local(row.made_at).date(),
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
