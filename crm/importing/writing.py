"""Writing the rows of one chunk: the same rows as the gestures would write one by one, in a constant number of
statements (a test compares them)."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from crm import search, timeline
from crm.contacts import main_contact_of
from crm.importing.rows import Row
from crm.keys import set_contact_keys, set_customer_keys
from crm.models import Contact, Customer, ImportBatch, Tag
from crm.models.customers import CustomerType
from crm.models.timeline import Kind
from crm.numbering import CUSTOMERS, customer_reference, next_numbers
from lib.folding import fold


def write_rows(batch: ImportBatch, rows: Sequence[Row]) -> list[Customer]:
    """Create the customers of `rows`, in their order, with contacts, tags, history and search entries. Inside the
    chunk's transaction."""
    if not rows:
        return []
    numbers = next_numbers(CUSTOMERS, len(rows))
    customers = [
        set_customer_keys(Customer(reference=customer_reference(number), import_batch=batch, **row.customer))
        for number, row in zip(numbers, rows, strict=True)
    ]
    Customer.objects.bulk_create(customers)
    search.index_customers(customers)
    _write_contacts(batch, customers, rows)
    _write_tags(customers, rows)
    summary = timeline.frozen(_("Fiche créée"))
    timeline.record_many(
        {
            "customer": customer,
            "kind": Kind.CUSTOMER_CREATED,
            "summary": summary,
            "by": batch.by,
            "import_batch": batch,
        }
        for customer in customers
    )
    return customers


def contact_of(customer: Customer, row: Row) -> Contact | None:
    """The person that the line names; a consumer has one anyway, with every role, as `create_customer` gives them."""
    contact = main_contact_of(customer)
    if not row.contact:
        return contact
    contact = contact or Contact(customer=customer)
    if customer.type == CustomerType.CONSUMER:
        contact.first_name = contact.last_name = contact.civility = ""
    for name, value in row.contact.items():
        setattr(contact, name, value)
    return set_contact_keys(contact)


def _write_contacts(batch: ImportBatch, customers: Sequence[Customer], rows: Sequence[Row]) -> None:
    found = [contact_of(customer, row) for customer, row in zip(customers, rows, strict=True)]
    contacts = [contact for contact in found if contact is not None]
    for contact in contacts:
        contact.import_batch = batch
    Contact.objects.bulk_create(contacts)
    search.index_contacts(contacts)


def _write_tags(customers: Sequence[Customer], rows: Sequence[Row]) -> None:
    tags = _tags({name for row in rows for name in row.tags})
    link = Customer.tags.through
    link.objects.bulk_create(
        [
            link(customer=customer, tag=tags[name])
            for customer, row in zip(customers, rows, strict=True)
            for name in {tags[name].name: name for name in row.tags}.values()
        ]
    )


def _tags(names: Iterable[str]) -> dict[str, Tag]:
    """The tags of these names, made when they are new; «Fidèle» and «fidele» are one, as in `crm.customers.find_tag`."""
    wanted = sorted(names)
    if not wanted:
        return {}
    known = {fold(tag.name): tag for tag in Tag.objects.order_by("pk")}
    missing = {fold(name): name for name in reversed(wanted) if fold(name) not in known}
    Tag.objects.bulk_create([Tag(name=name) for name in sorted(missing.values())], ignore_conflicts=True)
    if missing:
        known |= {fold(tag.name): tag for tag in Tag.objects.filter(name__in=missing.values()).order_by("pk")}
    return {name: known[fold(name)] for name in wanted}
