"""Writing a world of facts in bulk: the rows that the gestures would have written one by one, in few statements.

`tests/demo/test_world.py` has both write the same facts and compares every column.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from crm import search, timeline
from crm.contacts import main_contact_of
from crm.customers import find_tag
from crm.exchanges import exchange_fields
from crm.keys import set_contact_keys, set_customer_keys
from crm.mail_message import house_address, letter_html, message_id
from crm.models import Commitment, Company, Contact, Customer, Email, Interaction
from crm.models.customers import Channel
from crm.models.timeline import Audience, Direction, Kind
from crm.numbering import CUSTOMERS, customer_reference, next_numbers
from demo.world import ClientFact, MailFact, SaidFact, World, in_batches
from lib import clock
from lib.public_ids import drawn_from

BATCH = 2000
TAG = "fidèle"


def write_world(world: World, *, house: Sequence[User]) -> list[Customer]:
    """Write `world`, whose people are `house`; returns the customers in the order of their facts. The public
    identifiers are drawn from the number of customers: the same world has the same addresses."""
    with drawn_from(f"world of {len(world.clients)}"):
        return _write(world, house)


def _write(world: World, house: Sequence[User]) -> list[Customer]:
    customers: list[Customer] = []
    for facts in in_batches(world.clients, BATCH):
        with transaction.atomic():
            customers += _write_clients(facts, house)
    for facts in in_batches(world.said, BATCH):
        with transaction.atomic():
            _write_said(facts, customers, house)
    company = Company.objects.first()
    for facts in in_batches(world.mails, BATCH):
        with transaction.atomic():
            _write_mails(facts, customers, house, company)
    return customers


def _write_clients(facts: Sequence[ClientFact], house: Sequence[User]) -> list[Customer]:
    customers = []
    for fact, number in zip(facts, next_numbers(CUSTOMERS, len(facts)), strict=True):
        with clock.travelling(fact.at):
            customers.append(set_customer_keys(Customer(reference=customer_reference(number), **fact.fields)))
    Customer.objects.bulk_create(customers)
    search.index_customers(customers)
    contacts = []
    for fact, customer in zip(facts, customers, strict=True):
        with clock.travelling(fact.at):
            if fact.contact:
                contacts.append(set_contact_keys(Contact(customer=customer, is_main=True, **fact.contact)))
            elif contact := main_contact_of(customer):
                contacts.append(contact)
    Contact.objects.bulk_create(contacts)
    search.index_contacts(contacts)
    of_customer = {contact.customer_id: contact for contact in contacts}
    timeline.record_many(_births(facts, customers, of_customer, house))
    link, tag = Customer.tags.through, find_tag(TAG)
    link.objects.bulk_create([link(customer=row, tag=tag) for fact, row in zip(facts, customers, strict=True) if fact.tagged])
    return customers


def _births(
    facts: Sequence[ClientFact], customers: Sequence[Customer], contacts: dict[int, Contact], house: Sequence[User]
) -> Iterator[dict[str, Any]]:
    """The rows of the opening, each told at its own instant: the clock is stopped while the row is built."""
    for fact, customer in zip(facts, customers, strict=True):
        with clock.travelling(fact.at):
            by = house[fact.by]
            yield {"customer": customer, "kind": Kind.CUSTOMER_CREATED, "summary": _("Fiche créée"), "by": by}
            if fact.contact:
                contact = contacts[customer.pk]
                data = {"contact": contact.public_id, "fields": sorted(fact.contact)}
                yield {
                    "customer": customer, "kind": Kind.CUSTOMER_CHANGED, "summary": _("Contact ajouté"), "by": by, "contact": contact,
                    "data": data,
                }  # fmt: skip
            if fact.tagged:
                yield {
                    "customer": customer, "kind": Kind.CUSTOMER_CHANGED, "summary": _("Étiquettes changées"), "by": by,
                    "data": {"fields": ["tags"]},
                }  # fmt: skip


def _write_said(facts: Sequence[SaidFact], customers: Sequence[Customer], house: Sequence[User]) -> None:
    rows = timeline.record_many(_exchanges(facts, customers, house))
    owed = []
    for fact, row in zip(facts, rows, strict=True):
        if fact.promise is not None:
            owed.append((fact, _commitment(fact, row, house)))
    Commitment.objects.bulk_create([commitment for _fact, commitment in owed])
    kept = [(fact, commitment) for fact, commitment in owed if commitment.kept_at is not None]
    timeline.record_many(_keepings(kept))


def _exchanges(facts: Sequence[SaidFact], customers: Sequence[Customer], house: Sequence[User]) -> Iterator[dict[str, Any]]:
    for fact in facts:
        fields = exchange_fields(
            by=house[fact.by], kind=fact.kind, direction=fact.direction, body=fact.body, minutes=fact.minutes, mood=fact.mood,
            visibility="everyone",
        )  # fmt: skip
        with clock.travelling(fact.at):
            yield {"customer": customers[fact.client], "by": house[fact.by], **fields}


def _commitment(fact: SaidFact, row: Interaction, house: Sequence[User]) -> Commitment:
    promise, by = fact.promise, house[fact.by]
    assert promise is not None
    made = Commitment(
        customer=row.customer, interaction=row, owed_by=promise.owed_by, what=promise.what, owner=by, author=by, made_at=fact.at,
        due_on=(clock.local(fact.at) + timedelta(days=promise.days)).date(), visibility=row.visibility,
    )  # fmt: skip
    if promise.kept_at is not None:
        made.kept_at, made.kept_by, made.version = promise.kept_at, by, 2
    return made


def _keepings(kept: Sequence[tuple[SaidFact, Commitment]]) -> Iterator[dict[str, Any]]:
    for _fact, commitment in kept:
        assert commitment.kept_at is not None
        with clock.travelling(commitment.kept_at):
            yield {
                "customer": commitment.customer, "kind": Kind.COMMITMENT_KEPT, "summary": _("Engagement tenu"), "by": commitment.kept_by,
                "about": commitment, "about_kind": "commitment", "data": {"owed_by": commitment.owed_by},
            }  # fmt: skip


def _write_mails(
    facts: Sequence[MailFact], customers: Sequence[Customer], house: Sequence[User], company: Company | None
) -> None:
    rows = timeline.record_many(_mail_rows(facts, customers, house))
    emails = [_email(fact, row, house[fact.by], company) for fact, row in zip(facts, rows, strict=True)]
    Email.objects.bulk_create(emails)
    search.index_emails(emails)


def _mail_rows(facts: Sequence[MailFact], customers: Sequence[Customer], house: Sequence[User]) -> Iterator[dict[str, Any]]:
    for fact in facts:
        with clock.travelling(fact.at):
            yield {
                "customer": customers[fact.client], "kind": Kind.EMAIL, "summary": _("E-mail"), "by": house[fact.by],
                "channel": Channel.EMAIL, "direction": Direction.OUT, "audience": Audience.CONTACT,
            }  # fmt: skip


def _email(fact: MailFact, row: Interaction, by: User, company: Company | None) -> Email:
    """A mail as it is once it has left (`crm.outbox.queue_mail`, then `drain`)."""
    assert row.customer is not None
    name, sender = house_address(company)
    key = f"world:{fact.client}:{fact.at.isoformat()}"
    return Email(
        key=key, customer=row.customer, interaction=row, direction=Direction.OUT, state=Email.State.SENT, purpose=Email.LETTER,
        sender_name=name, sender_email=sender, recipient_name=row.customer.name, recipient_email=row.customer.email,
        reply_to=company.email if company else "", subject=fact.subject, text=fact.text, author=by, created_at=fact.at,
        html=letter_html(fact.text, language="fr", company=company), message_id=message_id(key, sender), send_after=fact.at,
        claimed_at=fact.at, attempts=1, sent_at=fact.at, claim=key[:32],
    )  # fmt: skip
