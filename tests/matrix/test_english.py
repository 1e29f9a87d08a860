"""Nobody who reads English meets French: every page, every refused form and every error of the API, as Nadia, in English.

What people wrote in their own language stays theirs: the small world's few words are taken out first.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse

from accounts.models import Role, User
from crm.mail_templates import originals
from crm.mail_words import WORDS
from tests.matrix.test_access import SET_ASIDE, Request, browser_of, bubble, cells_of, is_allowed, quiet, send  # noqa: F401
from tests.matrix.world import World, build

READ = {"title", "aria-label", "placeholder", "alt", "data-label", "label"}
# What the small world holds (its firm writes to its customers in French), and what is French in English too.
THEIRS = (
    "Menuiserie Le Goff", "Mme Le Goff", "Le Goff", "Atelier Morvan", "À part", "Zoé", "Égards", "Français", "Dupont", "Rappeler",
    "Nom", "Ville", "la même", "zoé@demo.example", "clients.csv", "Non-professional", "Réunion", "Saint Barthélemy",
    "@client.example", "Que couvre la pose ?", "Volet", "Réclamation R2026", "réclamation R2026", "Répondre à la",
    "Votre", "nous l’avons bien reçue",
    "réel normal", "réel simplifié", "département", "Bien à vous,", *(f"{{{name}}}" for name in WORDS),
    *(words for text in originals().values() if text.language == "fr" for words in (text.name, text.emotion)),
)  # fmt: skip
MARK = "«»"  # the house’s sign
# Pages that only we look at.
OURS = {"gallery", "gallery_error"}
FRENCH = re.compile(
    r"[àâçéèêëîïôûùüœ«»]|\u00a0[:;!?]"
    r"|\b(?:le|la|les|des|du|un|une|est|sont|pas|pour|avec|dans|par|qui|que|ce|cette|ces|votre|vos|nous|vous|aux|au|ou|et"
    r"|fiche|maison|avant|depuis|hier|demain|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|mars|avril|juin|juillet"
    r"|septembre|octobre|novembre|nom|ville|mot|champ|aucun|aucune|oui|non|client|clients|heure|heures|jour|jours|mois|courrier)\b",
    re.IGNORECASE,
)


class Words(HTMLParser):
    """What a person reads or hears in a page: its texts, and the attributes that are said."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "textarea")
        self.found += [value for name, value in attrs if name in READ and value]
        given = dict(attrs)
        if tag == "input" and given.get("type") in ("submit", "button"):
            self.found.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "textarea")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def words(answer: HttpResponse) -> list[str]:
    """The texts of an answer: of a page, or of the errors of the API."""
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("text/html"):
        reader = Words()
        reader.feed(answer.content.decode())
        return reader.found
    if kind.startswith("application/json") and answer.status_code >= 400:
        return list(leaves(answer.json()))
    return []


def leaves(found: Any) -> Iterator[str]:
    """Every text of a JSON answer."""
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list):
        for one in found:
            yield from leaves(one)
    elif isinstance(found, str):
        yield found


def french(answer: HttpResponse) -> set[str]:
    """The texts of an answer that are French."""
    kept = set()
    for text in words(answer):
        bare = " ".join(text.split(" "))
        for name in THEIRS:
            bare = bare.replace(name, "") if name else bare
        if FRENCH.search(bare) and bare.strip() not in MARK:
            kept.add(" ".join(text.split()))
    return kept


@pytest.fixture
def world(db: None) -> World:
    """The small world, read in English."""
    made = build()
    User.objects.update(language="en")
    for person in made.people.values():
        person.refresh_from_db()
    return made


def answers(world: World, actor: str, verb: str) -> Iterator[tuple[Request, HttpResponse]]:
    """What every URL that the actor may use answers to the verb, its own and its missing objects; each change is undone."""
    for cell in cells_of(world, actor, verb):
        if cell.which != "foreign" and cell.url.name not in OURS | SET_ASIDE and is_allowed(cell.url.policy, actor, verb):
            with bubble():
                browser = browser_of(world, actor)
                browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
                yield cell, send(browser, actor, world, verb, cell.path)


@pytest.mark.parametrize("actor", ["anonymous", Role.MANAGER, f"token of {Role.MANAGER}"])
@pytest.mark.parametrize("verb", ["GET", "POST", "PATCH"])
def test_no_french_in_english(world: World, actor: str, verb: str) -> None:
    found: dict[str, set[str]] = {}
    for cell, answer in answers(world, actor, verb):
        if left := french(answer):
            found.setdefault(str(cell.url), set()).update(left)
    assert found == {}, "\n".join(f"{name}: {text}" for name, texts in found.items() for text in texts)
