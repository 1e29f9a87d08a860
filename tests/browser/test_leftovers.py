"""What a client has left, the mentions of a trade: the pages that ask, in a real browser, wide, on a phone and in the dark."""

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from billing import collecting
from billing.correcting import credit_invoice
from billing.drafting import create_draft
from lib import clock
from tests.billing.house import SHELF, issued, open_firm, settle
from tests.browser.pictures import axe, picture

TODAY = clock.today()


def looked_at(page: Page, name: str) -> None:
    assert axe(page) == []
    picture(page, name)


@pytest.fixture
def house(diallo: Any, karim: Any) -> dict[str, Any]:
    """A credit note on a paid invoice, a surplus, an invoice to pay, a draft without tax."""
    open_firm()
    paid = issued(settle(diallo), [SHELF])
    total = paid.total_incl_tax + Decimal(35)
    collecting.record_payment(
        customer=diallo, amount=total, method="transfer", paid_on=TODAY, by=karim, invoices=[paid], reference="VIR DIALLO"
    )
    note = credit_invoice(paid, reason="Étagères rendues", by=karim, on=TODAY)
    draft = create_draft(customer=diallo, by=karim, lines=[{**SHELF, "vat_rate": "0", "vat_category": "E"}])
    return {"note": note, "due": issued(diallo, [{**SHELF, "quantity": "1"}]), "draft": draft}


def test_a_credit_note_goes_to_the_next_invoice(page: Page, sign_in: Any, house: Any, karim: Any) -> None:
    sign_in(karim)
    page.goto(f"/factures/{house['due'].public_id}/")
    looked_at(page, "facture-a-disposition")
    page.get_by_role("link", name="Les compter sur cette facture").click()
    looked_at(page, "a-disposition")
    page.get_by_role("link", name=house["note"].about_label).click()
    page.get_by_text("Rendre au client").click()
    looked_at(page, "avoir-reste")
    page.get_by_role("button", name="Affecter à cette facture").click()
    expect(page.locator(".messages")).to_contain_text("L’avoir compte maintenant sur la facture")
    looked_at(page, "avoir-employe")
    page.get_by_role("button", name="Ne plus compter sur cette facture").click()
    expect(page.locator(".messages")).to_contain_text("La somme ne compte plus")


def test_the_mentions_are_asked(page: Page, sign_in: Any, house: Any, nadia: Any) -> None:
    sign_in(nadia)
    page.goto("/maison/mentions/")
    looked_at(page, "maison-mentions")
    page.goto(f"/factures/{house['draft'].public_id}/modifier/")
    page.get_by_text("Nature, commande, lieu, travaux, mot au client").click()
    expect(page.get_by_label("Pourquoi sans TVA")).to_be_visible()
    looked_at(page, "brouillon-mentions")
