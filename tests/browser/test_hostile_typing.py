"""Sixty hostile texts in every text of the database, then every page of every role and of the client's space in a real browser
(trust.md F1): no dialog, nothing run, nothing fetched, no refusal of the CSP, no element nor attribute that somebody typed.
"""

import re
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.models import Role
from billing.models import Question
from crm.customers import create_customer
from crm.mail_message import letter_html
from crm.models import Company, Customer, Interaction
from crm.models.timeline import Audience, Kind
from lib import clock
from tests.harness.hostile import MARK, PAYLOADS, SUM, type_everywhere
from tests.matrix.test_access import browser_of, is_allowed, path_of, quiet  # noqa: F401
from tests.matrix.urls import every_url
from tests.matrix.world import World, build

# What is no page, what ends the session that looks at it, and pages that only we look at.
ASIDE = re.compile(r"^(compte/logout|api/|_ui|demonstration/|healthz|static)")
# What a page holds that no template of ours wrote; what a template that was executed would have printed.
CHECK = """([sum]) => {
  const found = [];
  for (const one of document.querySelectorAll('*')) {
    for (const {name, value} of one.attributes) {
      if (name.startsWith('on') || name === 'srcdoc' || name === 'style') found.push(`${one.tagName} ${name}=${value}`);
      if (['href', 'src', 'action', 'formaction', 'data', 'hx-get', 'hx-post', 'xlink:href'].includes(name)) {
        const to = new URL(value, location.href);
        const ours = to.origin === location.origin || ['mailto:', 'tel:'].includes(to.protocol) || value.startsWith('data:image/');
        if (!ours) found.push(`${one.tagName} ${name}=${value}`);
      }
    }
  }
  const never = 'iframe, object, embed, base, marquee, math, video, meta[http-equiv], [name=pwn]';
  found.push(...[...document.querySelectorAll(never)].map((one) => one.outerHTML));
  if (document.body.innerText.includes(sum)) found.push('a template was executed');
  return found;
}"""
HEAR = "document.addEventListener('securitypolicyviolation', (e) => console.error(`CSP ${e.effectiveDirective} ${e.blockedURI}`))"


class Listener:
    """What fires in a window: dialogs, complaints of the console, errors of scripts, addresses elsewhere that were asked."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.heard = page, list[str]()
        page.add_init_script(HEAR)
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("console", self._console)
        page.on("request", lambda asked: asked.url.startswith(home) or self.heard.append(f"asked {asked.url}"))

    def until(self, words: str) -> bool:
        """Whether something that begins with these words is heard within five seconds."""
        for _moment in range(50):
            if any(one.startswith(words) for one in self.heard):
                return True
            self.page.wait_for_timeout(100)
        return False

    def _dialog(self, dialog: Any) -> None:
        self.heard.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _console(self, message: Any) -> None:
        absent = message.text.startswith("Failed to load resource: the server responded with a status of 4")
        if message.type in ("error", "warning") and not absent:  # a page may rightly answer 404
            self.heard.append(message.text)


@pytest.fixture
def world(transactional_db: None) -> World:
    """The small world, a client for each hostile text, a line of each kind in the history; then everything is typed over."""
    made = build()
    customer = Customer.objects.get(name="Menuiserie Le Goff")
    Company.objects.update(website="https://atelier.example")
    for rank in range(len(PAYLOADS)):
        create_customer(by=made.people[Role.MANAGER], name=f"Client {rank}")
    now = clock.now()
    Interaction.objects.bulk_create(
        Interaction(
            customer=customer, kind=kind, summary="x", body="x", occurred_at=now, recorded_at=now, audience=Audience.CUSTOMER
        )
        for kind in Kind.values
    )
    type_everywhere()
    Question.objects.update(answered_at=now, answered_by=made.people[Role.MANAGER])  # an answer that was typed was given
    return made


def pages(world: World, actor: str) -> list[str]:
    """The addresses of what this actor may read, where a hostile text stands. A failure of ours is an assertion."""
    urls = [url for url in every_url() if not ASIDE.match(url.route) and is_allowed(url.policy, actor, "GET")]
    client, found = browser_of(world, actor), []
    for path in sorted({path_of(world, url, actor, "own") for url in urls}):
        answer = client.get(path)
        assert answer.status_code < 500, f"{actor} {path}: {answer.status_code}"
        if answer.headers.get("Content-Type", "").startswith("text/html") and MARK in answer.content.decode():
            found.append(path)
    return found


def walk(page: Page, paths: list[str], listener: Listener) -> list[str]:
    """Open each of them; returns what is wrong."""
    wrong = []
    for path in paths:
        page.goto(path, wait_until="load")
        wrong += [f"{path}: {one}" for one in (*listener.heard, *page.evaluate(CHECK, [SUM]))]
        listener.heard.clear()
        if MARK not in page.content():
            wrong.append(f"{path}: nothing hostile was shown")
    return wrong


# On how many pages at least each must have read a hostile text: fewer, and the test looks at nothing.
LEAST = {Role.MANAGER: 50, Role.ACCOUNTANT: 40, Role.RECEPTION: 35, Role.VIEWER: 20, "contact": 8, "anonymous": 2}


def test_nothing_that_was_typed_runs(browser: Browser, live_server: Any, world: World) -> None:
    wrong, shown = [], {}
    for actor in LEAST:
        found = pages(world, actor)
        with browser.new_context(base_url=live_server.url, locale="fr-FR") as context:
            context.route(lambda url: not url.startswith(live_server.url), lambda route: route.abort())
            page = context.new_page()
            listener = Listener(page, live_server.url)
            session = browser_of(world, actor).cookies.get(settings.SESSION_COOKIE_NAME)
            if session is not None:
                context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
            wrong += [f"{actor} {fault}" for fault in walk(page, found, listener)]
            shown[actor] = len(found)
    assert wrong == []
    assert [f"{actor}: {shown[actor]}" for actor, least in LEAST.items() if shown[actor] < least] == []


def test_nothing_runs_in_a_letter(context: BrowserContext, live_server: Any, db: None) -> None:
    """A program that reads mail has no policy of ours: the letter alone must hold."""
    page = context.new_page()
    listener = Listener(page, live_server.url)
    company = Company(name=PAYLOADS[0], address=PAYLOADS[12], postal_code="44000", city=PAYLOADS[44], phone="+33240000000")
    page.set_content(letter_html("\n\n".join(PAYLOADS), language="fr", company=company))
    assert listener.heard == []
    assert page.locator("img, script, svg, iframe, form, base, object, [onerror], [onmouseover]").count() == 0
    links = [link.get_attribute("href") or "" for link in page.locator("a").all()]
    assert [link for link in links if not link.startswith(("http://", "https://", "mailto:"))] == []
    assert page.inner_text("body").count(MARK) == len(PAYLOADS) + 3


def test_the_listener_hears(context: BrowserContext, live_server: Any, db: None) -> None:
    """The negative control: the same texts as markup are heard, without our policy and under it."""
    page = context.new_page()
    listener = Listener(page, live_server.url)
    page.set_content(PAYLOADS[0] + PAYLOADS[12])
    assert listener.until("dialog 1")
    page.goto("/compte/login/")
    listener.heard.clear()
    page.evaluate("text => document.body.insertAdjacentHTML('beforeend', text)", PAYLOADS[12])
    assert page.evaluate(CHECK, [SUM]) != []
    assert listener.until("CSP script-src")
    page.evaluate("sum => document.body.append(sum)", SUM)
    assert "a template was executed" in page.evaluate(CHECK, [SUM])
