"""The road of an invoice in a browser: written, met with a missing mention, issued, its paper given, taken back in part."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, Route, expect

from billing import documents
from billing.collecting import record_payment
from billing.models import Invoice
from crm.models import Customer
from tests.billing import house
from tests.browser.pictures import FOLDER, axe, picture, spills
from tests.desk import lemoine

SHELF = {"description": "Bibliothèque sur mesure, chêne massif", "plain_words": "fournie et posée", "quantity": "1",
         "unit_price": "980", "vat_rate": "10"}  # fmt: skip
PATIENCE = 20_000  # milliseconds: an answer of the server, on a machine that does much else
DOORS = {"description": "Porte de placard", "quantity": "2", "unit_price": "170", "vat_rate": "10"}


@pytest.fixture
def world(page: Page, sign_in: Callable[[Any], None]) -> Iterator[SimpleNamespace]:
    """Monday 23 November 2026 at 8 h 52, Karim at his desk; Mme Lemoine owes two invoices."""
    with time_machine.travel(lemoine.MONDAY, tick=True):
        made = lemoine.build()
        house.open_firm()
        day = lemoine.MONDAY.date()
        for lines, ago, subject in (
            ([SHELF, DOORS], 80, "La bibliothèque"),
            ([DOORS], 33, "Les portes"),
            ([SHELF], 4, "L’étagère"),
        ):
            with time_machine.travel(lemoine.MONDAY - timedelta(days=ago), tick=False):
                last = house.issued(made.customer, lines, on=day - timedelta(days=ago), subject=subject)
                made.first = getattr(made, "first", last)
        record_payment(
            customer=made.customer, amount=Decimal(500), method="transfer", paid_on=day - timedelta(days=20), invoices=[made.first],
            by=made.karim,
        )  # fmt: skip
        sign_in(made.karim)
        yield made


def look(page: Page, path: str, name: str) -> None:
    page.goto(path)
    picture(page, name)
    assert axe(page) == [], path


def test_the_pages_of_invoices_are_looked_at(page: Page, world: SimpleNamespace) -> None:
    documents.make_files(world.first)
    draft = house.drafted(world.customer, [SHELF, DOORS], subject="La bibliothèque et ses deux portes, posées.")
    look(page, "/factures/", "invoices")
    look(page, f"/factures/?client={world.customer.public_id}&etat=toutes", "invoices-client")
    look(page, f"/factures/{world.first.public_id}/", "invoice")
    look(page, f"/factures/{world.first.public_id}/avoir/", "invoice-credit")
    look(page, f"/factures/{draft.public_id}/modifier/", "invoice-edit")
    look(page, f"/factures/{draft.public_id}/apercu/", "invoice-preview")
    look(page, f"/factures/{draft.public_id}/emettre/", "invoice-issue")
    look(page, "/factures/nouvelle/", "invoice-choose")
    look(page, f"/clients/{world.customer.public_id}/", "record-money")
    page.emulate_media(media="print")
    page.goto(f"/factures/{world.first.public_id}/")
    page.screenshot(path=FOLDER / "invoice-print.png", full_page=True)


def test_from_draft_to_credit(page: Page, world: SimpleNamespace, faults: list[str]) -> None:
    Customer.objects.filter(pk=world.customer.pk).update(address="")
    page.goto(f"/clients/{world.customer.public_id}/")
    page.get_by_role("link", name="Nouvelle facture").click()
    page.get_by_label("En clair").first.fill("La bibliothèque de la chambre.")
    line = page.locator("[data-line]").nth(0)
    line.get_by_label("Désignation").fill("Bibliothèque sur mesure")
    line.get_by_label("Prix unitaire HT").fill("1 240,50")
    expect(page.locator("#reckoning .all dd")).to_have_text("1 488,60 €", timeout=PATIENCE)
    expect(line.locator("output")).to_have_text("1 240,50 €", timeout=PATIENCE)
    line.get_by_label("Prix unitaire HT").press("Enter")  # the last line: another begins
    second = page.locator("[data-line]").nth(1)
    expect(second.get_by_label("Désignation")).to_be_focused(timeout=PATIENCE)
    page.keyboard.type("Pose")
    second.get_by_label("Prix unitaire HT").fill("100")
    expect(page.locator("#reckoning .all dd")).to_have_text("1 608,60 €", timeout=PATIENCE)
    second.get_by_label("Prix unitaire HT").press("Alt+ArrowUp")
    expect(page.locator("[data-line]").nth(0).get_by_label("Désignation")).to_have_value("Pose", timeout=PATIENCE)
    page.get_by_role("button", name="Enregistrer", exact=False).filter(has_text="relire").click()
    expect(page.get_by_text("L’adresse du client est incomplète")).to_be_visible()
    Customer.objects.filter(pk=world.customer.pk).update(address="12 rue des Carmes")
    page.reload()
    expect(page.get_by_text("anne.lemoine@courriel.example")).to_be_visible()
    page.get_by_role("button", name="Émettre et envoyer").click()
    expect(page.get_by_text("est émise")).to_be_visible()
    invoice = Invoice.objects.get(subject="La bibliothèque de la chambre.")
    documents.make_files(invoice)
    expect(page.locator("#files").get_by_role("link", name="PDF")).to_be_visible(timeout=PATIENCE)  # the page looked by itself
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le PDF").click()
    assert download.value.suggested_filename == f"{invoice.number}.pdf"
    assert download.value.path().read_bytes()[:5] == b"%PDF-"
    page.get_by_role("link", name="Faire un avoir").click()
    page.get_by_text("une partie, ligne par ligne").click()
    page.get_by_label("À reprendre sur Pose, hors taxes").fill("40")
    page.get_by_label("Pourquoi").fill("Une heure de moins")
    page.get_by_role("button", name="Émettre l’avoir et l’envoyer").click()
    expect(page.get_by_text("est émis.")).to_be_visible()
    assert invoice.balance() == Decimal("1560.60")


@pytest.fixture
def editor(page: Page, world: SimpleNamespace) -> Page:
    """The editor of a new invoice of Mme Lemoine, its first line worth 100 €."""
    page.goto(f"/factures/nouvelle/?client={world.customer.public_id}")
    line = page.locator("[data-line]").nth(0)
    line.get_by_label("Désignation").fill("Pose")
    line.get_by_label("Prix unitaire HT").fill("100")
    expect(page.locator("#reckoning .all dd")).to_have_text("120,00 €", timeout=PATIENCE)
    return page


@contextmanager
def held_back(page: Page, what: str) -> Iterator[list[Route]]:
    """The requests that ask for `what` wait in the list until they are let go; those left wait no longer at the end."""
    waiting: list[Route] = []

    def look(route: Route) -> None:
        if f"do={what}" in (route.request.post_data or "").replace("%3A", ":"):
            waiting.append(route)
        else:
            route.continue_()

    page.route("**/factures/**", look)
    yield waiting
    page.unroute("**/factures/**", look)


def wait_until(page: Page, happens: Callable[[], bool]) -> None:
    """Let the page live until something is true."""
    for _turn in range(PATIENCE // 50):
        if happens():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never happened")


def test_sums_asked_for_earlier_never_replace_later_ones(editor: Page) -> None:
    editor.get_by_role("button", name="Ajouter une ligne").click()
    second = editor.locator("[data-line]").nth(1)
    second.get_by_label("Désignation").fill("Étagère")
    with held_back(editor, "totals") as late:
        second.get_by_label("Prix unitaire HT").fill("50")
        wait_until(editor, lambda: bool(late))
        second.get_by_role("button", name="Retirer").click()
        expect(editor.locator("[data-line]")).to_have_count(1, timeout=PATIENCE)
        with editor.expect_response(lambda answer: answer.request == late[0].request, timeout=PATIENCE):
            late[0].continue_()
        editor.wait_for_timeout(100)
    expect(editor.locator("#reckoning .all dd")).to_have_text("120,00 €", timeout=PATIENCE)


def test_what_is_typed_while_a_line_is_being_added_is_kept_and_added_up(editor: Page) -> None:
    price = editor.locator("[data-line]").nth(0).get_by_label("Prix unitaire HT")
    with held_back(editor, "add") as late:
        price.press("Enter")
        wait_until(editor, lambda: bool(late))
        editor.keyboard.type("Pied")
        editor.keyboard.press("Backspace")
        price.fill("200")
        late[0].continue_()
        expect(editor.locator("[data-line]")).to_have_count(2, timeout=PATIENCE)
    expect(editor.locator("[data-line]").nth(1).get_by_label("Désignation")).to_have_value("Pie", timeout=PATIENCE)
    expect(price).to_have_value("200")
    expect(editor.locator("#reckoning .all dd")).to_have_text("240,00 €", timeout=PATIENCE)


def test_lines_moved_quickly_move_as_many_times(editor: Page) -> None:
    for words in ("Porte", "Étagère"):
        editor.get_by_role("button", name="Ajouter une ligne").click()
        expect(editor.locator("[data-line]").last.get_by_label("Désignation")).to_have_value("", timeout=PATIENCE)
        editor.locator("[data-line]").last.get_by_label("Désignation").fill(words)
    with held_back(editor, "up:") as late:
        last = editor.locator("[data-line]").nth(2).get_by_label("Prix unitaire HT")
        last.press("Alt+ArrowUp")
        last.press("Alt+ArrowUp")
        wait_until(editor, lambda: bool(late))
        late[0].continue_()
        wait_until(editor, lambda: len(late) == 2)
        late[1].continue_()
        expect(editor.locator("[data-line]").nth(0).get_by_label("Désignation")).to_have_value("Étagère", timeout=PATIENCE)


def test_no_line_sticks_out_of_its_card_at_any_width(editor: Page) -> None:
    editor.locator("[data-line]").nth(0).get_by_label("Prix unitaire HT").fill("12345,50")
    expect(editor.locator("[data-line]").nth(0).locator("output")).to_have_text("12 345,50 €", timeout=PATIENCE)
    for width in (390, 768, 1024, 1200, 1280, 1366, 1440):
        editor.set_viewport_size({"width": width, "height": 900})
        sticking = editor.evaluate(
            """() => { const card = document.querySelector('#draft-lines .card'), style = getComputedStyle(card);
              const edge = card.getBoundingClientRect().right - parseFloat(style.paddingRight) + 1;
              return [...card.querySelectorAll('*')].filter(one => !one.closest('.sr') && one.getBoundingClientRect().right > edge)
                .map(one => one.outerHTML.slice(0, 80)); }"""
        )
        assert (width, sticking, spills(editor)) == (width, [], [])


def test_a_draft_is_written_without_a_script(browser: Any, live_server: Any, page: Page, world: SimpleNamespace) -> None:
    context = browser.new_context(base_url=live_server.url, locale="fr-FR", java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto(f"/factures/nouvelle/?client={world.customer.public_id}")
    plain.locator("[data-line]").nth(0).get_by_label("Désignation").fill("Pose")
    plain.locator("[data-line]").nth(0).get_by_label("Prix unitaire HT").fill("45,50")
    plain.get_by_role("button", name="Ajouter une ligne").click()
    expect(plain.locator("[data-line]")).to_have_count(2)
    expect(plain.locator("#reckoning .all dd")).to_have_text("54,60 €")
    plain.get_by_role("button", name="Retirer").nth(1).click()
    plain.get_by_role("button", name="Enregistrer", exact=True).last.click()
    expect(plain.get_by_text("Le brouillon est enregistré.")).to_be_visible()
    context.close()
