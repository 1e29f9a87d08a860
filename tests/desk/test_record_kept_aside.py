"""What a record also answers for, and what was kept aside on it: other references, the former software's code, columns
that no field holds; and whose telephone is whose."""

import pytest

from crm.contacts import add_contact
from crm.customers import create_customer, edit_customer
from crm.merging import merge_customers, undo_merge
from tests.desk.reading import words

pytestmark = pytest.mark.django_db


def page_of(browser, customer):
    return browser.get(f"/clients/{customer.public_id}/")


def head(page):
    return words(page, '<p class="under">', "</p>")


def reach(page):
    """The card «Joindre», but for its door to the client space."""
    told = words(page, 'id="joindre"', "</section>").partition("Joindre")[2]
    return told.partition("Espace client")[0].strip()


def test_a_record_says_for_which_others_it_answers(as_nadia, nadia, le_goff):
    one, two = create_customer(by=nadia, name="Le Goff"), create_customer(by=nadia, name="Menuiserie Legoff")
    assert "Répond aussi" not in head(page_of(as_nadia, le_goff))
    merges = [merge_customers(le_goff, other, by=nadia, reason="même SIRET") for other in (one, two)]
    assert head(page_of(as_nadia, le_goff)).endswith(
        f"Référence {le_goff.reference}. Répond aussi aux références {one.reference}, {two.reference}."
    )
    undo_merge(merges[0], by=nadia)
    assert head(page_of(as_nadia, le_goff)).endswith(f"Répond aussi à la référence {two.reference}.")


def test_the_former_code_and_the_columns_kept_aside_are_read(as_nadia, nadia, le_goff):
    assert "ancien logiciel" not in reach(page_of(as_nadia, le_goff))
    edit_customer(le_goff, by=nadia, external_reference="411LEGOFF", extra={"Tarif": "B", "Essence": "<b>chêne</b>", "Vide": ""})
    other = create_customer(by=nadia, name="Le Goff", external_reference="A12", extra={"Tarif": "C"})
    merge_customers(le_goff, other, by=nadia, reason="doublon")
    assert reach(page_of(as_nadia, le_goff)).endswith(
        "Code dans l’ancien logiciel 411LEGOFF, A12 Essence <b>chêne</b> Tarif B Tarif C"
    )
    assert "&lt;b&gt;chêne" in page_of(as_nadia, le_goff).content.decode()


def test_somebody_alone_has_no_switchboard(as_nadia, nadia):
    alone = create_customer(by=nadia, name="Anne Le Goff", type="professional", phone="+33240000001", email="anne@legoff.example")
    add_contact(alone, by=nadia, civility="mme", first_name="Anne", last_name="Le Goff")
    assert reach(page_of(as_nadia, alone)).replace("\u00a0", " ") == ("ajouter Anne Le Goff 02 40 00 00 01 anne@legoff.example")


def test_a_firm_has_one(as_nadia, nadia):
    firm = create_customer(by=nadia, name="Menuiserie Le Goff", type="professional", phone="+33240000001")
    add_contact(firm, by=nadia, civility="mme", first_name="Anne", last_name="Le Goff", mobile="+33639980001")
    assert reach(page_of(as_nadia, firm)).replace("\u00a0", " ") == "ajouter Standard 02 40 00 00 01 Anne Le Goff 06 39 98 00 01"
