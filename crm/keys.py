"""The keys of a customer's row that code writes from its fields: for order, and to find near duplicates by index.

One function for the gestures, the import and the bulk writers, so that all of them agree.
"""

from crm.models import Contact, Customer
from lib import folding
from lib.identifiers import email_key
from lib.person_names import phone_book


def name_key(name: str) -> str:
    """The words of a name that tell, in alphabetical order: « Lemoine Anne » is « Anne Lemoine »."""
    return " ".join(sorted(folding.name_key(name).split()))[:160]


def address_key(postal_code: str, address: str) -> str:
    """The postal code and the words of an address; empty unless both are known."""
    return " ".join(folding.words(f"{postal_code} {address}"))[:240] if address and postal_code else ""


def set_customer_keys(customer: Customer) -> Customer:
    """Write `sort_name`, `name_key`, `email_key` and `address_key` from the row's own fields; returns the row."""
    customer.sort_name = phone_book(customer.name)[:160]
    customer.name_key = name_key(customer.name)
    customer.email_key = email_key(customer.email)
    customer.address_key = address_key(customer.postal_code, customer.address)
    return customer


def set_contact_keys(contact: Contact) -> Contact:
    """Write `email_key` from the row's own field; returns the row."""
    contact.email_key = email_key(contact.email)
    return contact
