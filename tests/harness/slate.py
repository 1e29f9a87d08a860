"""Every test begins on a clean slate: what the one before it left in the process is not the house's.

The order of the tests is one of chance: pytest-randomly says its seed, `--randomly-seed=7` takes it again, and
what hangs on an order falls.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import set_urlconf
from django.utils import timezone, translation

from accounts import audit
from crm.company import turn_page
from desk.invoice_ageing import house_ageing
from desk.payment_list import left_of_house
from lib import clock

OURS = "PYTEST_CURRENT_TEST"  # pytest writes it as it goes
# What our own code or Django keeps by thread or context, and a request or a gesture may leave behind.
PUT_BACK = (
    lambda: translation.activate(settings.LANGUAGE_CODE),
    timezone.deactivate,
    lambda: clock.use_zone(clock.PARIS),
    lambda: audit.use_address(None),
    turn_page,
    lambda: set_urlconf(None),
    lambda: logging.disable(logging.NOTSET),
    house_ageing.cache_clear,
    left_of_house.cache_clear,
)


@pytest.fixture(autouse=True)
def clean_slate() -> Iterator[None]:
    """Language, zone, address of the request, environment, folder: those of the house before each test and after it. A
    test that leaves a setting changed fails (`tests.harness.files` asks for this first, so it is torn down last)."""
    put_back()
    environment, folder, before = dict(os.environ), Path.cwd(), settings_now()
    yield
    put_back()
    os.chdir(folder)
    for name in os.environ.keys() - environment.keys() - {OURS}:
        del os.environ[name]
    os.environ.update({name: value for name, value in environment.items() if name != OURS})
    after = settings_now()
    left = sorted(name for name in before.keys() | after.keys() if differs(before.get(name), after.get(name)))
    assert not left, f"this test leaves settings changed: {', '.join(left)}"


def differs(one: Any, other: Any) -> bool:
    """Whether a setting was changed; some are made anew at each reading."""
    return one is not other and one != other


def settings_now() -> dict[str, Any]:
    """Every setting."""
    return {name: getattr(settings, name) for name in dir(settings) if name.isupper()}


def put_back() -> None:
    """Forget what a request or a gesture left by thread or context."""
    for step in PUT_BACK:
        step()
