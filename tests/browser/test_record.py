"""The record and the day in a browser: looked at, by keyboard alone, without a script."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page

from crm.models import Commitment
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
