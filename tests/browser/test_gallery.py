"""Every component, looked at by a browser: no console message, no CSP refusal, no accessibility fault, no sideways scroll."""

import pytest
from playwright.sync_api import Page

from tests.browser.pictures import axe, picture


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_component_is_accessible(page: Page, look: str) -> None:
    page.goto(f"/_ui/?look={look}")
    assert axe(page) == []


def test_the_gallery_in_pictures(page: Page) -> None:
    page.goto("/_ui/")
    picture(page, "ui")
