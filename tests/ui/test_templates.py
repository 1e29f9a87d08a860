"""What the CSP would silently drop, what the fonts lack, and what a page weighs."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

TEMPLATES = sorted(Path("templates").rglob("*.html"))
MAILS = {"mail", "mails", "email", "emails"}  # a mail carries its own style
# A page that is typeset for paper carries its own style: no browser reads it.
PAPERS = ("templates/billing/paper", "templates/complaints/letter.html")
SCRIPTS = sorted(Path("static/js").glob("*.js"))
FORBIDDEN = {
    "a style attribute": r"\sstyle\s*=",
    "a style element": r"<style",
    "an inline handler": r"\son[a-z]+\s*=|hx-on",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "something from elsewhere": r"(?:src|href|action)=\"(?:https?:)?//",
    "a javascript address": r"javascript:",
    "a space the fonts lack": "\u202f",
    "a straight apostrophe in French words": r"\w'(?:[aeiouyhéèàê]|il|elle)\w*\s\w",
    "a colon after a plain space": r"[\wéè] [;:!?](?=[\s<\"])",
    "a guillemet with a plain space": "« | »",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_hold_no(what: str) -> None:
    found = [
        f"{path}: {match[0]!r}"
        for path in TEMPLATES
        for match in re.finditer(FORBIDDEN[what], re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text()))
        if not MAILS & set(path.parts) and not str(path).startswith(PAPERS)
    ]
    assert found == []


def test_templates_stay_short() -> None:
    long = {str(path): len(path.read_text().splitlines()) for path in TEMPLATES}
    assert {path: lines for path, lines in long.items() if lines > 120} == {}


def test_scripts_never_evaluate() -> None:
    for path in SCRIPTS:
        assert re.findall(r"\beval\(|new Function|innerHTML|outerHTML|document\.write|insertAdjacentHTML", path.read_text()) == []


def test_every_class_of_a_page_has_its_look() -> None:
    """A page picks among the pieces; a class nobody drew is a typo or a decision made in the wrong place."""
    drawn = {name for path in Path("static/css").glob("*.css") for name in re.findall(r"\.([a-zA-Z][\w-]*)", path.read_text())}
    unknown = [
        f"{path}: {name}"
        for path in TEMPLATES
        if not MAILS & set(path.parts) and not str(path).startswith(PAPERS)
        for listed in re.findall(r'class="([^"]*)"', re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text()))
        for name in listed.split()
        if name not in drawn | {"theme-"}
    ]
    assert unknown == []


MENU = [
    {"label": f"Une entrée {number}", "url": f"/e{number}/", "current": number == 1, "count": number, "late": False}
    for number in range(7)
]


@pytest.mark.django_db
def test_the_frame_is_light() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    request.session = {}
    request._messages = FallbackStorage(request)
    html = render_to_string("base.html", {"menu": MENU, "company_name": "Menuiserie Duval", "demo": True}, request)
    assert len(html.encode()) <= 12_000
    assert html.count("<h1") == 0
    assert html.count('aria-current="page"') == 1


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "410", "413", "429", "500"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_error_pages_need_no_context(name: str, language: str) -> None:
    with translation.override(language):
        html = render_to_string(f"{name}.html")
    assert html.count("<h1>") == 1
    assert html.count('href="/"') == 2  # the mark and the way out


@pytest.mark.django_db
def test_the_gallery_shows_every_component(client: Client) -> None:
    answer = client.get("/_ui/")
    assert answer.status_code == 200
    sources = "".join(path.read_text() for path in Path("templates/ui").glob("*.html")) + Path("templates/base.html").read_text()
    tags = re.findall(r"@register\.\w+(?:\([^)]*\))?\ndef (\w+)\(", Path("ui/templatetags/ui.py").read_text())
    implied = {"icon", "page_title", "error_summary"}  # drawn by a button, a page head, a form
    assert len(tags) > 20
    assert [tag for tag in tags if tag not in implied and not re.search(r"\{% " + tag + r"\b", sources)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_gallery_can_be_forced_into_a_theme(client: Client, look: str) -> None:
    assert f'class="theme-{look}"' in client.get(f"/_ui/?look={look}").content.decode()
