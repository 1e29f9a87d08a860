"""The pages of people and of the firm, looked at and read by axe."""

from typing import Any

import pytest
from playwright.sync_api import Page

from accounts import people
from accounts.models import Role
from crm.company import update_company
from tests.browser.pictures import axe, picture
from tests.harness.personas import member


@pytest.fixture
def house(company: Any, nadia: Any, camille: Any, karim: Any) -> Any:
    """A house with people, an invitation, a closed access, a bank change that waits."""
    team = people.add_team("Atelier", by=nadia)
    people.change_person(camille, by=nadia, role=Role.RECEPTION, team=team, rights=["see_records", "log", "import_customers"])
    people.invite(email="lea@maison.example", name="Léa Riou", role=Role.RECEPTION, by=nadia)
    member("Yann", Role.MANAGER)
    people.close(member("Paul", Role.VIEWER), by=nadia)
    update_company(by=nadia, siren="732829320", siret="73282932000074", postal_code="29000", iban="FR7630006000011234567890189")
    return nadia


PAGES = {
    "personnes": "/personnes/",
    "inviter": "/personnes/inviter/",
    "mon-compte": "/profil/",
    "jetons": "/profil/jetons/",
    "journal": "/journal/",
    "maison": "/maison/",
    "maison-identite": "/maison/identite/",
    "maison-banque": "/maison/banque/",
    "maison-courriels": "/maison/courriels/",
    "maison-securite": "/maison/securite/",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_house(page: Page, sign_in: Any, house: Any, name: str) -> None:
    sign_in(house)
    page.goto(PAGES[name])
    picture(page, name)
    assert axe(page) == []


def test_a_person(page: Page, sign_in: Any, house: Any, camille: Any) -> None:
    sign_in(house)
    page.goto(f"/personnes/{camille.public_id}/")
    picture(page, "personne")
    assert axe(page) == []
