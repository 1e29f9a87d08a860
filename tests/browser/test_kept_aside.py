"""What a record keeps aside, and a mail whose address answers no more, looked at and audited."""

from django.db import transaction
from playwright.sync_api import Page

from crm.addresses import mark_bad
from crm.customers import create_customer, edit_customer
from crm.merging import merge_customers
from crm.models import Email
from crm.outbox import queue_mail
from tests.browser.pictures import axe, picture


def test_pictures(page: Page, sign_in, nadia, company, le_goff) -> None:
    edit_customer(
        le_goff,
        by=nadia,
        external_reference="411LEGOFF",
        extra={"Tarif": "B", "Essence préférée": "chêne massif huilé, sans nœud"},
    )
    for name in ("Le Goff", "Menuiserie Legoff"):
        merge_customers(le_goff, create_customer(by=nadia, name=name), by=nadia, reason="même SIRET")
    with transaction.atomic():
        queue_mail(key="k", to="anne@legoff.example", subject="Vos fenêtres", text="Bonjour.", by=nadia, customer=le_goff)
        mark_bad("anne@legoff.example", reason="550 no such user", by=None, customer=le_goff)
    Email.objects.update(state="failed", reason="550 no such user")
    sign_in(nadia)
    page.goto(f"/clients/{le_goff.public_id}/")
    picture(page, "kept-aside")
    assert axe(page) == []
    page.goto("/courrier/a-decider/")
    picture(page, "refused-address")
    assert axe(page) == []
