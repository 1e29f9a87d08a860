"""Hands on the keyboard, on the page of components."""

from playwright.sync_api import Page, expect

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
