"""Every component and error page, looked at by a browser: no console message, no CSP refusal, no accessibility fault,
no sideways scroll."""

import pytest
from playwright.sync_api import Page

from tests.browser.pictures import axe, picture
from ui.gallery import ERRORS


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_component_is_accessible(page: Page, look: str) -> None:
    page.goto(f"/_ui/?look={look}")
    assert axe(page) == []


def test_the_gallery_in_pictures(page: Page) -> None:
    page.goto("/_ui/")
    picture(page, "ui")


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_page_is_accessible(page: Page, name: str) -> None:
    page.goto(f"/_ui/erreur/{name}/")
    assert axe(page) == []
    if name in ("404", "500"):
        picture(page, f"error-{name}")
