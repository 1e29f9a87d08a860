"""Money in a real browser: a payment typed in few keys, a card paid from a mailed link and back, every page looked at."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from billing import collecting, links
from billing.models import Payment, StripeEvent
from crm import personal_links
from lib import clock
from tests.billing import money
from tests.billing.house import issued, open_firm, settle
from tests.browser.pictures import axe, picture

TODAY = clock.today()


def looked_at(page: Page, name: str) -> None:
    assert axe(page) == []
    picture(page, name)


@pytest.fixture
def house(le_goff: Any, diallo: Any, karim: Any) -> dict[str, Any]:
    """Payments of every kind, a surplus, a message of Stripe to look at."""
    open_firm()
    rows = [
        (le_goff, "1240.00", "transfer"),
        (diallo, "860.00", "cheque"),
        (le_goff, "312.50", "cash"),
        (diallo, "95.00", "card"),
    ]
    paid = [
        collecting.record_payment(
            customer=customer, amount=Decimal(amount), method=method, paid_on=TODAY - timedelta(days=3 * place), by=karim,
            invoices=[money.issued(customer, Decimal(amount) - place * 10)], reference="VIR LE GOFF SARL" if method == "transfer" else "",
        )
        for place, (customer, amount, method) in enumerate(rows)
    ]  # fmt: skip
    collecting.reverse_payment(paid[1], reason="Chèque sans provision, rendu par la banque", by=karim)
    due = money.issued(diallo, "860.00", due_on=TODAY - timedelta(days=9))
    StripeEvent.objects.create(
        external_id="evt_1", kind="x", state="trouble", raw="", subject="pi_3PqK", invoice=due,
        trouble="Le montant payé n’est pas celui qui était demandé.",
    )  # fmt: skip
    return {"paid": paid, "due": due}


def test_the_pages_of_money(page: Page, sign_in: Any, house: Any, karim: Any) -> None:
    sign_in(karim)
    page.goto("/encaissements/")
    looked_at(page, "encaissements")
    page.goto("/encaissements/nouveau/")
    looked_at(page, "encaissement-choisir")
    page.goto(f"/encaissements/{house['paid'][2].public_id}/")
    looked_at(page, "encaissement-reste")
    page.goto(f"/encaissements/{house['paid'][1].public_id}/")
    looked_at(page, "encaissement-annule")


def test_a_payment_is_recorded_in_few_keys(page: Page, sign_in: Any, house: Any, karim: Any) -> None:
    sign_in(karim)
    page.goto(f"/factures/{house['due'].public_id}/")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enregistrer un paiement")
    looked_at(page, "encaissement-nouveau")
    page.get_by_label("Montant reçu, en euros").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("860,00\u00a0€")
    assert Payment.objects.order_by("-pk")[0].recorded_by == karim


def test_a_card_is_paid_from_a_mailed_link(page: Page, live_server: Any, settings: Any, le_goff: Any, tmp_path: Any) -> None:
    """Chromium follows the form to the payment page and back under our own CSP; declined first, then accepted."""
    settings.PUBLIC_URL, settings.DATA_DIR = live_server.url, tmp_path
    settings.STRIPE_API = f"{live_server.url}/demonstration/stripe"
    open_firm()
    invoice = issued(settle(le_goff))
    with transaction.atomic():
        link = links.mint(invoice, contact=None, address="anne@legoff.example", by=None, on=TODAY)
    page.goto(f"/f/{personal_links.key_of(link.public_id)}/regler/")
    page.get_by_role("button", name="par carte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Facture {invoice.number}")
    looked_at(page, "payer-stripe")
    page.get_by_role("button", name="La banque refuse la carte").click()
    expect(page.get_by_role("main")).to_contain_text("Rien n’a été débité.")
    looked_at(page, "payer-refuse")
    page.get_by_role("button", name="Revenir sans payer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce paiement n’est pas fait")
    looked_at(page, "retour-pas-fait")
    page.get_by_role("link", name="Reprendre le paiement").click()
    page.get_by_role("button", name="Payer 461,25").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merci, votre paiement est bien arrivé")
    looked_at(page, "retour-merci")
    page.get_by_role("link", name="Revenir à la facture").click()
    expect(page.get_by_role("main")).to_contain_text("Cette facture est réglée. Merci.")
    assert [(row.amount, row.provider) for row in Payment.objects.all()] == [(invoice.total_incl_tax, "stripe")]
