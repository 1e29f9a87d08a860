"""Nothing on any console: the main pages of the house, opened and used, without a script error, a refusal of the CSP or a request
given up. The `page` fixture fails on the first word."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.billing import house
from tests.browser.test_invoices import DOORS, PATIENCE, SHELF, world

__all__ = ["world"]  # the fixture

PAGES = (
    "/", "/clients/", "/clients/nouveau/", "/doublons/", "/imports/", "/factures/", "/factures/?etat=toutes&tri=-total",
    "/encaissements/", "/encaissements/nouveau/", "/relances/", "/reclamations/", "/courrier/", "/maison/", "/personnes/", "/journal/",
    "/recherche/?q=lemoine", "/recherche/?q=1", "/profil/",
)  # fmt: skip


def test_the_main_pages_say_nothing(page: Page, world: SimpleNamespace, sign_in: Callable[[Any], None]) -> None:
    sign_in(world.nadia)
    draft = house.drafted(world.customer, [SHELF, DOORS])
    own = [
        f"/clients/{world.customer.public_id}/",
        f"/factures/{world.first.public_id}/",
        f"/factures/{draft.public_id}/modifier/",
    ]
    for path in (*PAGES, *own):
        page.goto(path)
        page.wait_for_load_state("networkidle")


def test_a_draft_recalculated_again_and_again_says_nothing(page: Page, world: SimpleNamespace) -> None:
    """Typed faster than the server answers, lines added, moved and taken away, a long text whose field was drawn larger."""
    page.goto(f"/factures/nouvelle/?client={world.customer.public_id}")
    words = page.get_by_label("En clair").first
    box = words.bounding_box()
    assert box
    corner = box["x"] + box["width"] - 4, box["y"] + box["height"] - 4
    page.mouse.move(*corner)
    page.mouse.down()
    page.mouse.move(corner[0], corner[1] + 60)
    page.mouse.up()
    assert "height" in (words.get_attribute("style") or "")  # the browser's own
    words.fill("La bibliothèque.")
    line = page.locator("[data-line]").nth(0)
    line.get_by_label("Désignation").fill("Pose")
    for price in ("1", "12", "123", "1234"):
        line.get_by_label("Prix unitaire HT").fill(price)
        page.wait_for_timeout(450)  # each is sent, before the answer to the one before it came
    expect(page.locator("#reckoning .all dd")).to_have_text("1 480,80 €", timeout=PATIENCE)
    for do in ("Ajouter une ligne", "Monter", "Retirer"):
        page.get_by_role("button", name=do).last.click()
        page.wait_for_timeout(450)
    expect(page.locator("[data-line]")).to_have_count(1, timeout=PATIENCE)


def test_a_search_typed_letter_by_letter_says_nothing(page: Page, world: SimpleNamespace) -> None:
    page.goto("/factures/")
    page.keyboard.press("Control+k")
    page.keyboard.type("lemoine", delay=160)
    results = page.locator("#search-results")
    expect(results.get_by_role("link", name="Mme Anne Lemoine").first).to_be_visible(timeout=PATIENCE)
    with page.expect_response("**/recherche/**q=001**"):  # the answer for « lemoine » names that invoice too
        page.locator("#search-words").fill(world.first.number[-3:])
    expect(results.get_by_role("link", name=f"Facture {world.first.number}").first).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Facture {world.first.number}")).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize(
    "script",
    [
        "document.body.setAttribute('style', 'color: red')",
        "document.head.append(Object.assign(document.createElement('style'), {textContent: 'a{}'}))",
    ],
)
def test_the_ear_is_not_deaf(page: Page, world: SimpleNamespace, faults: list[str], script: str) -> None:
    """The negative control: a style that the CSP refuses is heard, twice told."""
    page.goto("/factures/")
    page.evaluate(script)
    page.wait_for_timeout(100)
    assert any(fault.startswith("CSP style-src") for fault in faults)
    faults.clear()
