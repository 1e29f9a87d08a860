"""The keys of a customer's row that code writes from its fields: for order, and to find near duplicates by index.

One function for the gestures, the import and the bulk writers, so that all of them agree.
"""

from crm.models import Contact, Customer
from lib import folding


def set_customer_keys(customer: Customer) -> Customer:
    """Write `sort_name`, `name_key`, `email_key` and `address_key` from the row's own fields; returns the row."""
    customer.sort_name = folding.sort_key(customer.name)[:160]
    customer.name_key = folding.name_key(customer.name)[:160]
    customer.email_key = customer.email.strip().lower()
    address = folding.fold(f"{customer.postal_code} {customer.address}") if customer.address and customer.postal_code else ""
    customer.address_key = " ".join(address.split())[:240]
    return customer


def set_contact_keys(contact: Contact) -> Contact:
    """Write `email_key` from the row's own field; returns the row."""
    contact.email_key = contact.email.strip().lower()
    return contact
