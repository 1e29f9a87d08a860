"""An invoice of M. Diallo, and the browser of whoever follows the link of its mail."""

from datetime import date, timedelta

import pytest
from django.test import Client

from billing import links
from billing.models import AccessLink, Invoice
from crm.models import Contact
from crm.personal_links import key_of
from lib import clock
from tests.billing.house import issued, open_firm, settle


@pytest.fixture
def invoice(db, diallo) -> Invoice:
    """461,25 € to M. Diallo, who has a person to write to."""
    open_firm()
    Contact.objects.filter(customer=diallo).update(email="diallo@example.org", email_key="diallo@example.org")
    return issued(settle(diallo))


@pytest.fixture
def link(invoice) -> AccessLink:
    """A living link of that invoice."""
    contact = Contact.objects.filter(customer=invoice.customer).first()
    return links.mint(invoice, contact=contact, address="diallo@example.org", by=None, on=clock.today())


def followed(link: AccessLink, browser: Client | None = None) -> tuple[Client, str]:
    """A browser that followed the link, and the clean address it came to."""
    browser = browser or Client()
    answer = browser.get(f"/f/{key_of(link.public_id)}/")
    return browser, answer["Location"]


@pytest.fixture
def reader(link) -> tuple[Client, str]:
    """Who followed the link, and where they are."""
    return followed(link)


def past(link: AccessLink, days: int = 1) -> None:
    """Let the link be over since `days` days."""
    AccessLink.objects.filter(pk=link.pk).update(ends_on=clock.today() - timedelta(days))


def on(days: int) -> date:
    """The civil day that many days from today."""
    return clock.today() + timedelta(days)
