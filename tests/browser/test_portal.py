"""The client's side in a real browser: a mailed link, then the space, on a phone and in the dark."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from billing import links, questions
from billing.models import AccessLink
from crm import access
from crm.models import Contact
from crm.personal_links import key_of
from lib import clock
from tests.billing.house import issued, open_firm, settle
from tests.browser.pictures import axe, picture


def test_a_client_reads_asks_and_finds_everything_again(
    page: Page, sign_in: Callable[[Any], None], diallo: Any, nadia: Any
) -> None:
    open_firm()
    contact = Contact.objects.get(customer=diallo)
    invoice = issued(settle(diallo), subject="Une étagère en chêne et sa pose.")
    given = access.invite(contact, by=nadia)
    link = links.mint(invoice, contact=contact, address="diallo@example.org", by=None, on=clock.today())
    page.goto(f"/f/{key_of(link.public_id)}/")
    assert axe(page) == []
    page.wait_for_timeout(2500)  # the page says by itself that it was seen
    assert AccessLink.objects.get(pk=link.pk).openings == 1
    picture(page, "portal-link")
    page.get_by_text("Une question sur cette ligne ?").first.click()
    page.locator("textarea[name=words]").first.fill("Le vernis est-il compris ?")
    page.get_by_role("button", name="Poser la question").first.click()
    page.get_by_text("Votre question nous est parvenue").wait_for()
    questions.answer(invoice.questions.get(), words="Oui, deux couches.", by=nadia)
    sign_in(given.user)
    for name, place in (
        ("home", "/espace/"), ("documents", "/espace/documents/"), ("document", f"/espace/documents/{invoice.public_id}/"),
        ("messages", "/espace/messages/"), ("data", "/espace/mes-donnees/"),
    ):  # fmt: skip
        page.goto(place)
        assert axe(page) == [], name
        picture(page, f"portal-{name}")


def test_staff_open_the_space_of_a_client(page: Page, sign_in: Callable[[Any], None], diallo: Any, nadia: Any) -> None:
    open_firm()
    sign_in(nadia)
    page.goto(f"/clients/{diallo.public_id}/espace/")
    page.get_by_role("button", name="Ouvrir son espace").click()
    page.get_by_text("L’espace est ouvert").wait_for()
    assert axe(page) == []
    picture(page, "desk-portal-access")
