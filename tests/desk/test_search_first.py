"""Ctrl K: Enter opens the first thing found, and a particle written apart or closed up is the same name."""

import pytest
from django.urls import reverse

from crm import search
from crm.customers import create_customer
from crm.exchanges import log_interaction
from lib.folding import name_query, terms
from tests.billing.house import issued, open_firm, settle

pytestmark = pytest.mark.django_db
TYPED = ("lemoine", "Le Moine", "LE MOINE", "le moine ", "Lémoine", "le  moine")


@pytest.mark.parametrize("typed", TYPED)
def test_each_way_of_writing_finds_each_way_it_is_kept(camille, typed):
    kept = {create_customer(by=camille, name=name, type="consumer") for name in ("Mme Anne Lemoine", "M. Paul Le Moine")}
    create_customer(by=camille, name="M. Diallo", type="consumer")
    found = search.find(camille, typed)
    assert {hit.customer for hit in found.customers} == kept
    assert {row.pk for row in kept} == {head for (head,) in search.head_ids(camille, typed)}


def test_the_name_as_it_was_typed_comes_first(camille):
    for name in ("M. Adrien Moine", "Mme Anne Lemoine"):
        create_customer(by=camille, name=name, type="consumer")
    assert [hit.title for hit in search.find(camille, "lemoine").customers] == ["Mme Anne Lemoine", "M. Adrien Moine"]


def test_words_of_exchanges_are_not_cut(camille, le_goff):
    log_interaction(le_goff, by=camille, kind="note", body="La porte frotte.")
    assert (search.find(camille, "laporte").exchanges, len(search.find(camille, "porte").exchanges)) == ([], 1)


@pytest.mark.parametrize(
    ("typed", "name", "found"),
    [
        ("delatour", "M. de La Tour", True),
        ("de la tour", "Mme Delatour", True),
        ("Lemoine anne", "Mme Anne Le Moine", True),
        ("le moine anne", "Mme Anne Lemoine", True),
        ("legoff", "Menuiserie Le Goff", True),
        ("lemon", "M. Mon", False),
        ("le moine paul", "Mme Anne Lemoine", False),
    ],
)
def test_particles(typed, name, found):
    asked = name_query(typed)
    assert asked.matches(terms(name)) is found


def test_enter_opens_the_first_result_and_all_of_them_stay_a_click_away(as_camille, le_goff, diallo):
    opened = as_camille.get("/recherche/", {"q": "goff", "ouvrir": "1"})
    assert opened["Location"] == reverse("customer", args=[le_goff.public_id])
    assert as_camille.get("/recherche/", {"q": "goff"}).status_code == 200
    assert as_camille.get("/recherche/", {"q": "goff", "ouvrir": "1"}, headers={"HX-Request": "true"}).status_code == 200
    assert as_camille.get("/recherche/", {"q": "personne d’ici", "ouvrir": "1"}).status_code == 200
    dialog = as_camille.get("/").content.decode().partition('id="search-dialog"')[2].partition("</dialog>")[0]
    assert dialog.index('name="ouvrir"') < dialog.index("Tout voir")


def test_a_number_opens_its_document_and_words_their_exchange(as_camille, camille, diallo):
    open_firm()
    bill = issued(settle(diallo))
    said = log_interaction(diallo, by=camille, kind="note", body="Charnière à reprendre.")
    for typed, page in ((bill.number[-3:], f"/factures/{bill.public_id}/"), ("charniere", f"/echanges/{said.public_id}/")):
        assert as_camille.get("/recherche/", {"q": typed, "ouvrir": "1"})["Location"] == page


def test_nobody_opens_what_they_may_not_read(as_camille, nadia, diallo):
    log_interaction(diallo, by=nadia, kind="note", body="Charnière secrète.", visibility="me")
    assert as_camille.get("/recherche/", {"q": "secrete", "ouvrir": "1"}).status_code == 200
