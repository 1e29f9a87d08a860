"""A firm with its mediator, a consumer's complaint, a business's, and the days they are told on."""

from datetime import date

import pytest

from accounts.models import User
from complaints.handling import open_complaint
from complaints.models import Complaint
from crm.company import update_company
from crm.models import Company, Customer
from lib import clock

MEDIATOR = {
    "mediator_name": "Médiation de l’Estuaire",
    "mediator_postal_address": "3 quai des Exemples, 44000 Nantes",
    "mediator_website": "https://www.mediation-estuaire.example",
}


@pytest.fixture
def today() -> date:
    """The civil day of the test."""
    return clock.today()


@pytest.fixture
def house(company: Company) -> Company:
    """The firm, with a mediator."""
    update_company(by=None, address="8 rue des Cannes", postal_code="29000", phone="0298000000", **MEDIATOR)
    return Company.objects.get()


@pytest.fixture
def complaint(house: Company, diallo: Customer, nadia: User, today: date) -> Complaint:
    """M. Diallo wrote ten days ago; received the day after."""
    return open_complaint(
        customer=diallo, subject="Volet qui gonfle", body="Le volet de la cuisine ne ferme plus depuis les pluies.", channel="email",
        by=nadia, today=today, sent_on=days(today, -10), received_on=days(today, -9),
    )  # fmt: skip


@pytest.fixture
def business(house: Company, le_goff: Customer, nadia: User, today: date) -> Complaint:
    """Menuiserie Le Goff wrote five days ago."""
    return open_complaint(
        customer=le_goff, subject="Erreur de cotes", body="Deux châssis ne sont pas à la bonne cote.", channel="post", by=nadia,
        today=today, sent_on=days(today, -5), received_on=days(today, -3),
    )  # fmt: skip


def days(day: date, count: int) -> date:
    """`count` days later."""
    return date.fromordinal(day.toordinal() + count)
