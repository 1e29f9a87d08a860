"""The first room from end to end: a firm's own file goes in, one person logs a call, another knows it in five seconds.

Keys are counted: the words themselves are what a person wanted to say, the commands around them are what we ask of them.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import time_machine
from playwright.sync_api import Page, expect

from crm.models import Commitment, Customer, Interaction
from tests.browser.pictures import axe, picture
from tests.files import customer_file

FRIDAY = datetime(2026, 11, 20, 15, 42, tzinfo=UTC)  # 16 h 42 in Paris
SATURDAY = datetime(2026, 11, 21, 8, 5, tzinfo=UTC)
SAID = "Deux charnières manquent, elle comprend le retard."


class Hands:
    """Two hands on a keyboard: every command is counted, every sign typed too."""

    def __init__(self, page: Page):
        self.page, self.commands, self.signs = page, 0, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.commands += 1

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.signs += len(words)


def import_file(page: Page, path: Path) -> None:
    page.goto("/imports/")
    page.get_by_label("Fichier CSV").set_input_files(path)
    page.get_by_role("button", name="Lire ce fichier").click()
    page.get_by_role("button", name="Essayer sans rien écrire").click()
    page.get_by_role("button", name=re.compile("Importer les 233 lignes")).click()
    expect(page.get_by_text("233 clients ajoutés")).to_be_visible()


def find(hands: Hands, words: str, name: str) -> None:
    """From anywhere to a client's record: Ctrl K, a few letters, down, Enter."""
    hands.press("Control+k")
    hands.type(words)
    expect(hands.page.locator("#search-dialog a.title").first).to_have_text(name)
    hands.press("ArrowDown", "Enter")
    expect(hands.page.get_by_role("heading", level=1)).to_have_text(name)
    hands.page.wait_for_load_state("networkidle")  # the keys answer once the script is there


def test_a_file_goes_in_a_call_is_logged_and_a_colleague_knows_it(
    page: Page, sign_in: Any, karim: Any, camille: Any, nadia: Any, tmp_path: Path
) -> None:
    path = tmp_path / "clients-2026.csv"
    path.write_bytes(customer_file.content())
    with time_machine.travel(FRIDAY, tick=True):
        sign_in(karim)
        import_file(page, path)
        customer = Customer.objects.heads().exclude(phone="").order_by("pk")[10]

        sign_in(camille)
        page.goto("/")
        hands = Hands(page)
        find(hands, customer.reference, customer.name)
        before = hands.commands
        hands.press("c", "l", "Tab", "Tab", "Tab")  # the composer, «Le client», past «Avec» and «Durée»
        hands.type(SAID)
        hands.press("Tab")
        hands.type("Rappeler avec une date lundi avant 10 h")
        expect(page.locator("#next-read")).to_contain_text("lundi 23 novembre")
        hands.press("Control+Enter")
        expect(page.locator("#fil ~ *, .thread").get_by_text(SAID).first).to_be_visible()
        assert (before, hands.commands - before) == (3, 7)

    call = Interaction.objects.get(kind="call")
    owed = Commitment.objects.get()
    assert (call.author, call.customer, call.direction, call.body) == (camille, customer, "in", SAID)
    assert (owed.what, owed.due_on.isoformat(), str(owed.due_at), owed.due_before) == (
        "Rappeler avec une date",
        "2026-11-23",
        "10:00:00",
        True,
    )

    with time_machine.travel(SATURDAY, tick=True):
        sign_in(nadia)
        page.goto("/")
        hands = Hands(page)
        # From the search alone: what was said, by whom and when.
        hands.press("Control+k")
        hands.type("charniere")
        hit = page.locator("#search-dialog .hits li").first
        expect(hit).to_contain_text(customer.name)
        expect(hit).to_contain_text("Camille")
        expect(hit).to_contain_text("vendredi 20 novembre")
        assert (hands.commands, hands.signs) == (1, 9)
        page.goto("/")
        # From the record: what was said and what is promised, without scrolling.
        hands = Hands(page)
        find(hands, customer.reference, customer.name)
        brief = page.locator(".brief")
        expect(brief).to_contain_text("Appel reçu hier, avec Camille")
        expect(brief).to_contain_text("Rappeler avec une date")
        expect(brief).to_contain_text("lundi")
        box = brief.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 900
        assert (hands.commands, hands.signs) == (3, len(customer.reference))
        picture(page, "first-room")
        assert axe(page) == []
