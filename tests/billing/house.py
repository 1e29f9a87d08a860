"""A firm and clients whose documents may be issued, and drafts to issue."""

from datetime import date
from typing import Any

from billing.drafting import create_draft
from billing.issuing import issue_invoice
from billing.models import Invoice
from crm.models import Company, Customer
from lib import clock

FIRM = {
    "name": "MENUISERIE DUVAL", "legal_form": "SARL", "capital": "20000.00", "rcs": "Nantes", "siren": "732829320",
    "siret": "73282932000074", "vat_number": "FR44732829320", "address": "12 rue des Carmes", "postal_code": "44000",
    "city": "Nantes", "email": "bonjour@duval.example", "phone": "+33240000000", "iban": "FR7630006000011234567890189",
    "account_holder": "MENUISERIE DUVAL SARL", "mediator_name": "Médiation Artisanat",
    "mediator_postal_address": "1 place du Commerce, 44000 Nantes", "mediator_website": "https://mediation.example",
}  # fmt: skip
PLACE = {"address": "3 quai de la Fosse", "postal_code": "44000", "city": "Nantes"}
SHELF = {"description": "Étagère en chêne", "quantity": "2", "unit_price": "120.00", "vat_rate": "20"}
HOURS = {"description": "Pose", "quantity": "3.5", "unit": "HUR", "unit_price": "45.00", "vat_rate": "10"}
LINES = [SHELF, HOURS]  # 240.00 + 157.50 = 397.50; VAT 48.00 + 15.75; 461.25


def open_firm(**changes: Any) -> Company:
    """Our own firm, with everything the law wants on an invoice."""
    return Company.objects.update_or_create(pk=1, defaults={**FIRM, **changes})[0]


def settle(customer: Customer, **changes: Any) -> Customer:
    """The same client with an address, and whatever else is given."""
    Customer.objects.filter(pk=customer.pk).update(**{**PLACE, **changes})
    customer.refresh_from_db()
    return customer


def drafted(customer: Customer, lines: Any = None, **fields: Any) -> Invoice:
    """A draft for a client who may be invoiced."""
    return create_draft(customer=customer, lines=lines or LINES, by=None, **fields)


def issued(customer: Customer, lines: Any = None, *, on: date | None = None, **fields: Any) -> Invoice:
    """An invoice, by the gesture."""
    return issue_invoice(drafted(customer, lines, **fields), by=None, on=on or clock.today())
