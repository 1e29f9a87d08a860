"""Complaints in a browser: received, answered with the mediator's paragraph, closed; pictures and axe on each page."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import User
from complaints.handling import open_complaint, record_fact
from complaints.models import Complaint, ComplaintLetter
from complaints.replying import acknowledge, hold, refuse
from crm.company import update_company
from crm.customers import create_customer
from crm.models import Company, Contact, Customer
from lib import clock
from tests.browser.pictures import axe, picture
from tests.complaints.conftest import MEDIATOR, days


@pytest.fixture
def cases(company: Company, nadia: User, camille: User) -> dict[str, Complaint]:
    """The board of the mock: one late, one near, one spoken, one of a business, one that has time, one at the mediator."""
    update_company(by=None, name="Menuiserie Duval", address="4 rue des Carènes", postal_code="44000", city="Nantes", **MEDIATOR)
    today = clock.today()

    def one(name: str, subject: str, sent: int, ack: int | None, *, kind: str = "consumer", **more: Any) -> Complaint:
        customer: Customer = create_customer(
            by=nadia,
            name=name,
            type=kind,
            email=f"{abs(sent)}@client.example",
            city="Nantes",
            postal_code="44000",
            address="1 rue X",
        )
        contact = Contact.objects.create(
            customer=customer, civility="m", last_name=name.rsplit(maxsplit=1)[-1], email=customer.email
        )
        made = open_complaint(
            customer=customer, subject=subject, body=f"{subject}. Je demande une réponse écrite, merci.", channel="email", by=nadia,
            today=today, sent_on=days(today, sent), received_on=days(today, sent), contact=contact, **more,
        )  # fmt: skip
        if ack is not None:
            acknowledge(made, by=nadia, today=days(today, ack))
        return made

    found = {
        "late": one("M. Lucien Abadie", "Parquet rayé à la pose", -70, -69),
        "near": one("M. Gérard Ollivier", "Volet qui gonfle, veut un volet neuf", -56, -55),
        "oral": one("Mme Rosa Pinto", "Retard de trois semaines", -5, None, written=False),
        "business": one("SARL Boréal", "Erreur de cotes, deux châssis", -7, -6, kind="professional"),
        "calm": one("Mme Anne Lemoine", "Livraison incomplète", -17, None),
        "mediator": one("M. Ibrahima Sy", "Isolation posée trop tard", -150, -148),
    }
    record_fact(
        found["near"],
        kind="listened",
        on=days(today, -54),
        words="14 min. « Il ne ferme plus depuis les pluies. »",
        by=nadia,
        today=today,
    )
    record_fact(found["near"], kind="rephrased", on=days(today, -52), words="Relu et approuvé par lui.", by=nadia, today=today)
    hold(found["business"], words="Le fournisseur doit confirmer les cotes.", until=days(today, 9), by=nadia, today=today)
    refuse(found["mediator"], words="La pose suivait le devis.", by=nadia, today=days(today, -100))
    record_fact(
        found["mediator"],
        kind="referred",
        on=days(today, -40),
        place="Médiation de l’Estuaire",
        number="M-12",
        by=nadia,
        today=today,
    )
    record_fact(found["mediator"], kind="notified", on=days(today, -30), by=nadia, today=today)
    return found


def test_the_pages_are_seen(page: Page, sign_in: Any, nadia: User, cases: dict[str, Complaint]) -> None:
    sign_in(nadia)
    near = cases["near"]
    places = {
        "reclamations": reverse("complaints"),
        "reclamation": reverse("complaint", args=[near.public_id]),
        "reclamation-mediateur": reverse("complaint", args=[cases["mediator"].public_id]),
        "reclamation-lettre": reverse("complaint_letter", args=[near.public_id, "reponse"]),
        "reclamation-recevoir": reverse("complaint_receive", args=[near.customer.public_id]),
        "reclamation-envoyee": reverse("complaint_letter_read", args=[ComplaintLetter.objects.order_by("id").first().public_id]),
        "reclamation-agenda": reverse("complaint_calendar"),
        "reclamation-fiche": reverse("customer", args=[near.customer.public_id]),
    }
    faults = {}
    for name, place in places.items():
        page.goto(place)
        picture(page, name)
        if found := axe(page):
            faults[name] = found
    assert faults == {}


def test_from_the_letter_to_the_refusal(page: Page, sign_in: Any, nadia: User, cases: dict[str, Complaint]) -> None:
    sign_in(nadia)
    page.goto(reverse("complaint", args=[cases["near"].public_id]))
    page.get_by_role("link", name="Répondre", exact=True).click()
    page.get_by_text("Non", exact=True).click()
    page.get_by_label("Vos mots").fill("Le bois est sain.")
    page.get_by_text("vous pouvez saisir gratuitement le médiateur").wait_for()
    page.get_by_role("button", name="Envoyer la lettre").click()
    page.get_by_text("Le client peut saisir le médiateur de la consommation").wait_for()
    assert cases["near"].letters.order_by("id").last().kind == "refusal"
