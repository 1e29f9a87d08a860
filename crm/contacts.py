"""Gestures on the people to speak to at a customer's: add, change, archive."""

from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm import search, timeline
from crm.keys import set_contact_keys
from crm.models import Contact, Customer
from crm.models.customers import CustomerType
from crm.models.timeline import Kind
from lib import clock
from lib.errors import Conflict
from lib.person_names import person_of

# What a form, the API and an import may write; the rest is the gestures' own.
EDITABLE = (
    "civility first_name last_name job_title email phone mobile decides receives_invoices receives_reminders is_main language note"
).split()


def add_contact(customer: Customer, *, by: User | None, **fields: Any) -> Contact:
    """Add a person to a customer; `fields` are among `EDITABLE`, normalised by `crm.checks.check_contact`. The first
    one becomes the main one. Returns the contact."""
    with transaction.atomic():
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        contact = Contact(customer=customer, **_only_editable(fields))
        contact.is_main = contact.is_main or not Contact.objects.present().filter(customer=customer).exists()
        set_contact_keys(contact).save(force_insert=True)
        _only_one_main(contact)
        _trace(contact, gettext_lazy("Contact ajouté"), by=by, changed=sorted(fields))
    return contact


def edit_contact(contact: Contact, *, by: User | None, version: int | None = None, **fields: Any) -> Contact:
    """Change fields of a contact; the history keeps which. `version` is the one the person saw: when somebody else
    wrote meanwhile, raises `Conflict` and writes nothing."""
    with transaction.atomic():
        current = Contact.objects.select_for_update(of=("self",)).select_related("customer").get(pk=contact.pk)
        changed = [name for name, value in _only_editable(fields).items() if getattr(current, name) != value]
        if not changed:
            return current
        if version is not None and current.version != version:
            raise Conflict(
                _("Quelqu’un a modifié ce contact pendant votre saisie. Rien n’est perdu : relisez, puis enregistrez à nouveau.")
            )
        for name in changed:
            setattr(current, name, fields[name])
        current.version += 1
        set_contact_keys(current).save()
        _only_one_main(current)
        _trace(current, gettext_lazy("Contact modifié"), by=by, changed=changed)
    return current


def archive_contact(contact: Contact, *, by: User | None) -> Contact:
    """Put aside a person who left; their exchanges stay. Archiving twice is archiving once."""
    return _archive(contact, gettext_lazy("Contact archivé"), archived=True, by=by)


def restore_contact(contact: Contact, *, by: User | None) -> Contact:
    """Bring back a person who had been put aside."""
    return _archive(contact, gettext_lazy("Contact rétabli"), archived=False, by=by)


def main_contact_of(customer: Customer) -> Contact | None:
    """The main contact that a consumer named like a person is born with, not yet saved; nothing for anyone else.

    Their addresses stay on the customer: one place to correct. Gestures and bulk writers share this rule.
    """
    if customer.type != CustomerType.CONSUMER:
        return None
    civility, first_name, last_name = person_of(customer.name)
    contact = Contact(customer=customer, civility=civility, first_name=first_name[:80], last_name=last_name[:80])
    contact.is_main = contact.decides = contact.receives_invoices = contact.receives_reminders = True
    return set_contact_keys(contact)


def _archive(contact: Contact, summary: Promise, *, archived: bool, by: User | None) -> Contact:
    with transaction.atomic():
        current = Contact.objects.select_for_update(of=("self",)).select_related("customer").get(pk=contact.pk)
        if bool(current.archived_at) == archived:
            return current
        current.archived_at = clock.now() if archived else None
        current.is_main = current.is_main and not archived
        current.version += 1
        current.save()
        _trace(current, summary, by=by, changed=["archived_at"])
    return current


def _only_one_main(contact: Contact) -> None:
    if contact.is_main:
        Contact.objects.filter(customer_id=contact.customer_id, is_main=True).exclude(pk=contact.pk).update(is_main=False)


def _trace(contact: Contact, summary: Promise, *, by: User | None, changed: list[str]) -> None:
    search.index_contacts([contact])
    data = {"contact": contact.public_id, "fields": changed}
    timeline.record(customer=contact.customer, kind=Kind.CUSTOMER_CHANGED, summary=summary, by=by, contact=contact, data=data)


def _only_editable(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    return fields
