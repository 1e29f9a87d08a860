"""Who people are in the tests. The house: Camille at the reception, Karim the accountant, Nadia who answers for
everything, Lecture who only reads. The clients: Mme Le Goff, and M. Diallo who must never see anything of hers."""

import pytest
from django.test import Client

from accounts.models import Role, User
from crm.customers import create_customer
from crm.models import Company, Customer

PASSWORD = "une phrase de passe assez longue"


def member(name: str, role: str) -> User:
    """A member of the house."""
    return User.objects.create_user(f"{name.lower()}@demo.example", PASSWORD, name=name, role=role)


@pytest.fixture
def camille(database: None) -> User:
    """Accueil: logs, writes, promises; does not see margins, does not issue."""
    return member("Camille", Role.RECEPTION)


@pytest.fixture
def karim(database: None) -> User:
    """Comptable."""
    return member("Karim", Role.ACCOUNTANT)


@pytest.fixture
def nadia(database: None) -> User:
    """Responsable: every right."""
    return member("Nadia", Role.MANAGER)


@pytest.fixture
def lecture(database: None) -> User:
    """Reads, writes nothing."""
    return member("Lecture", Role.VIEWER)


def signed_in(user: User) -> Client:
    """A browser in which `user` is logged in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_camille(camille: User) -> Client:
    """Camille's browser."""
    return signed_in(camille)


@pytest.fixture
def as_karim(karim: User) -> Client:
    """Karim's browser."""
    return signed_in(karim)


@pytest.fixture
def as_nadia(nadia: User) -> Client:
    """Nadia's browser."""
    return signed_in(nadia)


@pytest.fixture
def as_lecture(lecture: User) -> Client:
    """Lecture's browser."""
    return signed_in(lecture)


@pytest.fixture
def company(database: None) -> Company:
    """Our own firm."""
    return Company.objects.update_or_create(
        pk=1,
        defaults={"name": "Atelier Morvan", "legal_form": "SARL", "city": "Quimper", "email": "bonjour@atelier-morvan.example"},
    )[0]


@pytest.fixture
def le_goff(camille: User) -> Customer:
    """Mme Le Goff, professional client."""
    return create_customer(by=camille, name="Menuiserie Le Goff", type="professional", email="anne@legoff.example", city="Nantes")


@pytest.fixture
def diallo(camille: User) -> Customer:
    """M. Diallo, consumer."""
    return create_customer(by=camille, name="M. Diallo", type="consumer", email="diallo@example.org", city="Rennes")
