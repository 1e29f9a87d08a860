"""The record and the day in a browser: looked at, by keyboard alone, without a script."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from crm.models import Commitment, Interaction
from tests.browser.pictures import axe, picture
from tests.desk import lemoine


@pytest.fixture
def world(page: Page, sign_in: Callable[[Any], None]) -> Iterator[SimpleNamespace]:
    """Monday 23 November 2026 at 8 h 52, Camille at her desk."""
    with time_machine.travel(lemoine.MONDAY, tick=True):
        made = lemoine.build()
        lemoine.rest_of_the_day(made)
        sign_in(made.camille)
        yield made


def test_the_pages_of_the_living_room_are_looked_at(page: Page, world: SimpleNamespace) -> None:
    promise = world.call.commitments.order_by("id").first()
    for path, name in (
        ("/", "today"),
        (f"/clients/{world.customer.public_id}/", "record"),
        (f"/echanges/{world.call.public_id}/", "exchange"),
        ("/engagements/?qui=tous", "commitments"),
        (f"/engagements/{promise.public_id}/", "commitment"),
        (f"/clients/{world.customer.public_id}/engagements/nouveau/", "commitment-add"),
    ):
        page.goto(path)
        picture(page, name)
        assert axe(page) == [], path


def test_a_calm_day(page: Page, world: SimpleNamespace) -> None:
    Commitment.objects.update(kept_at=lemoine.MONDAY)
    page.goto("/")
    picture(page, "today-calm")
    assert axe(page) == []


def test_a_call_is_logged_by_keyboard_alone(page: Page, world: SimpleNamespace) -> None:
    page.goto(f"/clients/{world.customer.public_id}/")
    page.keyboard.press("c")  # in the composer, on the first question
    expect(page.get_by_label("Qui a pris contact ?")).to_be_focused()
    page.keyboard.press("l")  # Le client
    for _stop in ("with whom", "how long", "what was said"):
        page.keyboard.press("Tab")
    page.keyboard.type("Elle confirme jeudi 14 h.")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # this was the call promised for this morning
    page.keyboard.press("Tab")
    page.keyboard.type("rappeler mardi avant 10 h")
    expect(page.locator("#next-read")).to_have_text("Compris : mardi 24 novembre 2026 avant 10 h")
    picture(page, "record-composer")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="C’est consigné.")).to_be_visible()
    row = Interaction.objects.human().order_by("-id")[0]
    assert (row.summary, row.contact, row.body) == ("Appel reçu", world.anne, "Elle confirme jeudi 14 h.")
    assert [(owed.what, str(owed.due_on)) for owed in row.commitments.all()] == [("Rappeler", "2026-11-24")]
    assert world.call.commitments.get(what="Rappeler avec une date").kept_at is not None


def test_a_date_that_cannot_be_read_keeps_every_word(page: Page, world: SimpleNamespace, faults: list[str]) -> None:
    page.goto(f"/clients/{world.customer.public_id}/")
    page.get_by_label("Ce qui s’est dit").fill("Elle confirme.")
    page.get_by_label("Et ensuite ?").fill("rappeler un de ces jours")
    page.get_by_role("button", name="Consigner").click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("Ce qui s’est dit")).to_have_value("Elle confirme.")
    picture(page, "record-refused")
    assert axe(page) == []
    page.goto("/")
    faults.clear()  # Chromium told the 422 in its console


def test_promises_are_kept_and_taken_back_from_the_day(page: Page, world: SimpleNamespace) -> None:
    page.goto("/")
    page.keyboard.press("t")
    expect(page.get_by_text("Tenu : Rappeler avec une date.")).to_be_visible()
    picture(page, "today-done")
    page.keyboard.press("z")
    expect(page.get_by_role("heading", name="D’abord, appelez Mme Lemoine")).to_be_visible()
    assert Commitment.objects.get(what="Rappeler avec une date").is_open


def test_older_rows_arrive_in_place(page: Page, world: SimpleNamespace) -> None:
    lemoine.growing(world.customer, world.camille, 120)
    page.goto(f"/clients/{world.customer.public_id}/")
    before = page.locator("#thread-rows .timeline > li").count()
    page.get_by_role("link", name="Lire plus ancien").click()
    expect(page.locator("#thread-rows .day").nth(4)).to_be_visible()
    page.wait_for_function(f"document.querySelectorAll('#thread-rows .timeline > li').length > {before}")
    assert axe(page) == []


def test_everything_works_without_a_script(browser: Any, live_server: Any, page: Page, world: SimpleNamespace) -> None:
    context = browser.new_context(base_url=live_server.url, locale="fr-FR", java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto(f"/clients/{world.customer.public_id}/")
    plain.get_by_label("Ce qui s’est dit").fill("Dit sans script.")
    plain.get_by_label("Et ensuite ?").fill("rappeler demain")
    plain.get_by_role("button", name="Consigner").click()
    expect(plain.get_by_text("Dit sans script.", exact=True)).to_be_visible()
    plain.get_by_role("link", name="Rappeler", exact=True).first.click()
    plain.get_by_label("Nouveau jour").fill("mardi en huit")
    plain.get_by_role("button", name="Déplacer").click()
    expect(plain.get_by_text("L’engagement est déplacé")).to_be_visible()
    context.close()
