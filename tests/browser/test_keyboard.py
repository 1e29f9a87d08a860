"""Hands on the keyboard, on the page of components."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from accounts.models import User
from crm.models import Customer

SAID = "Elle réglera une fois les portes posées."


def test_ctrl_k_opens_the_search_and_escape_closes_it(page: Page) -> None:
    page.goto("/_ui/")
    page.keyboard.press("Control+k")
    expect(page.locator("#search-words")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#search-dialog")).to_be_hidden()


def test_c_opens_the_composer_at_its_first_word(page: Page) -> None:
    page.goto("/_ui/")
    page.locator(".composer").evaluate("box => box.open = false")
    page.keyboard.press("c")
    expect(page.locator(".composer #id_name")).to_be_focused()
    page.keyboard.type("c'est Camille")  # typed, not obeyed
    expect(page.locator(".composer #id_name")).to_have_value("c'est Camille")


def test_j_and_k_walk_the_list(page: Page) -> None:
    page.goto("/_ui/")
    rows = page.locator("[data-item] a.title")
    page.keyboard.press("j")
    expect(page.locator("[data-item][aria-current] + [data-item] a.title")).to_be_focused()  # after the row one is reading
    page.reload()
    page.locator("[data-item][aria-current]").evaluate("row => row.removeAttribute('aria-current')")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()


def test_the_question_mark_lists_the_keys_of_this_page(page: Page) -> None:
    page.goto("/_ui/")
    page.keyboard.press("Shift+?")
    words = page.locator("#keys-dialog dd").all_inner_texts()
    assert words[:4] == [
        "Rechercher partout",
        "Ligne suivante, ligne précédente",
        "Envoyer le formulaire où l’on écrit",
        "Cette liste",
    ]
    assert sorted(words[4:]) == ["Annuler", "Appeler", "Consigner un échange"]


def test_words_typed_and_not_sent_are_offered_back(page: Page) -> None:
    page.goto("/_ui/")
    page.fill(".composer textarea", SAID)
    page.goto("/_ui/erreur/410/")
    page.goto("/_ui/")
    page.get_by_role("button", name="Reprendre mes mots").click()
    expect(page.locator(".composer textarea")).to_have_value(SAID)


def test_words_sent_are_not_offered_again(page: Page) -> None:
    page.goto("/_ui/")
    page.locator(".composer form").evaluate("form => form.noValidate = true")
    page.fill(".composer textarea", SAID)
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Reprendre mes mots")).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('words:gallery')") is None


def test_a_countdown_ends_without_a_click(page: Page) -> None:
    page.clock.install()
    page.goto("/_ui/")
    expect(page.locator("[data-countdown]")).to_have_text("24 s")
    page.clock.run_for(10_000)
    expect(page.locator("[data-countdown]")).to_have_text("14 s")
    page.clock.run_for(15_000)
    expect(page.locator("[data-undo]")).to_contain_text("Il est parti.")
    expect(page.locator("[data-undo] form")).to_have_count(0)


def test_what_a_former_search_found_opens_no_more(
    page: Page, sign_in: Callable[[User], None], nadia: User, le_goff: Customer
) -> None:
    """Other words are typed and their answer is slow: neither arrows nor Enter reach what the first words found."""
    sign_in(nadia)
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("goff")
    hit = page.locator("#search-results .hits a.title")
    expect(hit).to_have_text("Menuiserie Le Goff")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/recherche/**", hold)
    page.keyboard.type(" dupont")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#search-words")).to_be_focused()
    expect(page.locator("#search-results")).to_have_attribute("inert", "")
    page.wait_for_timeout(300)  # the words leave 150 ms after the last key
    held[-1].continue_()  # those of the words before were given up by the page
    page.unroute("**/recherche/**")
    expect(page.locator("#search-results")).to_contain_text("Rien ne répond à")
    expect(page.locator("#search-results")).not_to_have_attribute("inert", "")
    page.fill("#search-words", "goff")
    expect(hit).to_have_text("Menuiserie Le Goff")
    page.keyboard.press("ArrowDown")
    expect(hit).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/clients/{le_goff.public_id}/"))
