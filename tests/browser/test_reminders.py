"""The morning queue in a browser: J and K walk it, Enter sends, Z takes back; the same by hand on a telephone."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from crm.customers import create_customer
from crm.models import Contact, Email
from tests.browser.pictures import axe, picture
from tests.desk import lemoine
from tests.tact.owing import MONDAY, invoice, pay, promised


@pytest.fixture
def world(page: Page, sign_in: Callable[[Any], None]) -> Iterator[SimpleNamespace]:
    """Monday 23 November 2026 at 8 h 52, Karim at his desk: one to call, two to read, two ready, one held."""
    with time_machine.travel(lemoine.MONDAY, tick=True):
        made = lemoine.build()
        perrin = create_customer(by=None, name="Garage Perrin", type="professional", email="compta@garage-perrin.example")
        Contact.objects.create(
            customer=perrin, civility="m", last_name="Perrin", email=perrin.email, email_key=perrin.email, is_main=True
        )
        for years in (4, 3, 2):
            pay(invoice(perrin, late=years * 365), paid_on=MONDAY - timedelta(days=years * 365))
        invoice(perrin)
        invoice(
            create_customer(by=None, name="Commune de Valmarais", type="public", email="mairie@v.example"),
            late=10,
            total="5400.00",
        )
        boreal = create_customer(by=None, name="SARL Boréal", type="professional", phone="+33639980112")
        for late in (3, 24):
            invoice(boreal, late=late, total="1920.00")
        for name, total in (("Boulangerie Pélisson", "745.00"), ("Cabinet Sorel", "1120.00")):
            address = f"{name.split()[1].lower()}@client.example"
            invoice(create_customer(by=None, name=name, type="professional", email=address), total=total)
        vidal = create_customer(by=None, name="M. et Mme Vidal", type="consumer", email="vidal@client.example")
        promised(invoice(vidal, total="310.00"), due_on=date(2026, 11, 25), amount="310.00", author=made.karim)
        sign_in(made.karim)
        yield made


def test_the_morning_queue_by_the_keyboard(page: Page, world: SimpleNamespace) -> None:
    page.goto("/relances/")
    expect(page.locator(".queue > li[aria-current]")).to_have_count(1)
    assert axe(page) == []
    picture(page, "reminders")
    first = page.locator("#apercu-title").inner_text()
    page.keyboard.press("j")
    page.wait_for_url("**/relances/?client=*")
    expect(page.locator("#apercu-title")).not_to_have_text(first)
    page.wait_for_load_state("load")
    page.keyboard.press("k")
    expect(page.locator("#apercu-title")).to_have_text(first)
    page.wait_for_load_state("load")
    page.keyboard.press("Enter")
    expect(page.locator("[data-undo]")).to_be_visible()
    assert Email.objects.get().state == "queued"
    page.wait_for_load_state("load")
    page.keyboard.press("z")
    expect(page.locator("[data-undo]")).to_have_count(0)
    assert Email.objects.get().state == "cancelled"


def test_every_part_of_the_page_is_looked_at(page: Page, world: SimpleNamespace) -> None:
    page.goto("/relances/")
    for name, link in (("call", "SARL Boréal"), ("held", "M. et Mme Vidal"), ("public", "Commune de Valmarais")):
        page.get_by_role("link", name=link).click()
        expect(page.locator("#apercu-title")).to_have_text(link)
        assert axe(page) == []
        picture(page, f"reminders-{name}")
    page.get_by_role("link", name="Modifier").click()
    expect(page.get_by_label("Message")).to_be_visible()
    assert axe(page) == []
    picture(page, "reminders-edit")
