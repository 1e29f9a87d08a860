"""On a phone nothing is wider than the window, whatever was typed (hostile texts, words without a space, both languages); on paper
the board and the queue are whole.
"""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from accounts.models import Role, User
from crm.models import Contact, Customer, Email
from tests.browser.pictures import PHONE, spills
from tests.browser.test_hostile_typing import LEAST, pages, world
from tests.matrix.test_access import browser_of, quiet
from tests.matrix.world import World

__all__ = ["quiet", "world"]
LONG = "anne-marie.de-la-tour-d-auvergne.comptabilite.fournisseurs@menuiserie-le-goff-et-filles.bretagne.example"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_page_scrolls_sideways(browser: Browser, live_server: object, world: World, language: str) -> None:
    User.objects.update(language=language)
    Customer.objects.update(email=LONG)
    Contact.objects.update(email=LONG)
    Email.objects.update(recipient_email=LONG)
    wrong, seen = [], {}
    for actor in (Role.MANAGER, "contact"):
        found = pages(world, actor)
        url = live_server.url  # type: ignore[attr-defined]
        with browser.new_context(base_url=url, locale=language, viewport=PHONE) as context:
            context.route(lambda asked, home=url: not asked.startswith(home), lambda route: route.abort())
            session = browser_of(world, actor).cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": session.key, "value": session.value, "url": url}])
            page = context.new_page()
            for path in found:
                page.goto(path, wait_until="load")
                wrong += [f"{actor} {path}: {one}" for one in spills(page)]
        seen[actor] = len(found)
    assert not wrong, "\n".join(wrong)
    assert [f"{actor}: {count}" for actor, count in seen.items() if count < LEAST[actor]] == []


def test_the_board_and_the_queue_are_printed_whole(page: Page, sign_in: Callable[[User], None], world: World) -> None:
    """A page of A4 with its margins is 672 px wide: no menu, no button, one thing under the other, nothing cut."""
    sign_in(world.people[Role.MANAGER])
    page.set_viewport_size({"width": 672, "height": 900})
    for path, whole in (("/reclamations/", ".board .mid"), ("/relances/", ".reminders > div, .page-head > div")):
        page.goto(path)
        page.emulate_media(media="print")
        assert spills(page) == []
        assert page.locator(".nav, .top, .btn, .page-head .acts > a, .keys-told").locator("visible=true").count() == 0
        assert page.locator(whole).first.evaluate("one => one.getBoundingClientRect().width") > 600
        page.emulate_media(media="screen")
