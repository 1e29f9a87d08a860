"""The list, its forms, the doubles and search, looked at and walked through in a browser."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from crm import timeline
from crm.contacts import add_contact
from crm.customers import assign_owner, create_customer, find_tag, tag_customers
from crm.duplicates import queue_candidates
from crm.models import Customer
from crm.models.timeline import Direction, Kind
from lib import clock
from tests.browser.pictures import axe, picture

PEOPLE = [
    ("Menuiserie Le Goff", "professional", "Quimper"), ("Mme Anne Lemoine", "consumer", "Nantes"), ("M. Diallo", "consumer", "Rennes"),
    ("Commune de Valmarais", "public", "Valmarais"), ("Garage Perrin", "professional", "Rezé"), ("Cabinet Sorel", "unknown", "Nantes"),
    ("Syndicat des Tilleuls", "non_professional", "Nantes"), ("M. Carvalho", "consumer", "Vertou"),
]  # fmt: skip


@pytest.fixture
def house(camille, karim, nadia):
    rows = [create_customer(by=nadia, name=name, type=kind, city=city) for name, kind, city in PEOPLE]
    tag_customers(rows[:3], tag=find_tag("à rappeler"), by=nadia)
    tag_customers(rows[1:6:2], tag=find_tag("agencement"), by=nadia)
    assign_owner(rows[:4], owner=camille, by=nadia)
    assign_owner(rows[4:6], owner=karim, by=nadia)
    add_contact(rows[0], by=nadia, first_name="Gwen", last_name="Le Goff", job_title="gérante", email="gwen@legoff.example")
    for number, (row, words) in enumerate(
        [
            (rows[1], "Les deux charnières du placard arrivent jeudi, Thomas peut passer à 14 h."),
            (rows[4], "Demande un devis pour le portail."),
        ]
    ):
        with transaction.atomic():
            timeline.record(
                customer=row, kind=Kind.CALL, summary="Appel reçu", direction=Direction.IN, by=karim, body=words,
                occurred_at=clock.now() - timedelta(days=1 + 30 * number),
            )  # fmt: skip
    twin = create_customer(
        by=nadia,
        name="Le Goff Menuiserie",
        type="professional",
        city="Quimper",
        email="gwen@legoff.example",
        phone="+33298980045",
    )
    queue_candidates([twin])
    return rows


def test_every_page_reads_well_and_has_no_fault(page: Page, house, nadia, sign_in):
    sign_in(nadia)
    one = house[0].public_id
    for name, url in {
        "clients": "/clients/",
        "clients-filtre": "/clients/?ville=Nantes&suivi=personne",
        "clients-personne": "/clients/?q=zzzz",
        "client-nouveau": "/clients/nouveau/",
        "client-modifier": f"/clients/{one}/modifier/",
        "contact-nouveau": f"/clients/{one}/contacts/nouveau/",
        "reunir": f"/clients/{one}/reunir/",
        "doublons": "/doublons/",
        "recherche": "/recherche/?q=goff",
        "recherche-mots": "/recherche/?q=charniere",
    }.items():
        page.goto(url)
        picture(page, name)
        assert (name, axe(page)) == (name, [])


def test_a_colleague_s_words_are_found_from_the_keyboard(page: Page, house, camille, sign_in):
    sign_in(camille)
    page.goto("/clients/")
    page.keyboard.press("Control+k")
    page.keyboard.type("charniere")
    found = page.locator("#search-results")
    expect(found.get_by_role("link", name="Mme Anne Lemoine")).to_be_visible()
    expect(found.locator("mark").first).to_have_text("charnières")
    picture(page, "ctrl-k", full=False)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/echanges/"))


def test_the_list_answers_while_one_types(page: Page, house, camille, sign_in):
    sign_in(camille)
    page.goto("/clients/")
    page.keyboard.press("f")
    page.keyboard.type("lemoine")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=lemoine"))
    page.get_by_role("checkbox", name="Choisir Mme Anne Lemoine").check()
    page.get_by_text("Étiqueter ou confier plusieurs clients").click()
    page.get_by_label("Étiquette", exact=True).last.fill("fidèle")
    page.get_by_role("button", name="Étiqueter").click()
    expect(page.get_by_text("1 client porte maintenant l’étiquette")).to_be_visible()
    picture(page, "clients-etiquetes")
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("C’est annulé")).to_be_visible()
    assert not Customer.objects.filter(tags__name="fidèle").exists()


def test_a_double_is_warned_of_and_made_all_the_same(page: Page, house, camille, sign_in):
    sign_in(camille)
    page.goto("/clients/nouveau/")
    page.get_by_label("Type").select_option("consumer")
    page.get_by_label("Nom").fill("Anne Lemoine")
    page.get_by_role("button", name="Créer la fiche").click()
    expect(page.get_by_text("Cette personne existe peut-être déjà")).to_be_visible()
    picture(page, "client-doublon")
    page.get_by_role("button", name="Créer quand même").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anne Lemoine")
