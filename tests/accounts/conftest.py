"""What the tests of accounts share."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine


@pytest.fixture
def time_machine_at() -> Callable[[timedelta], AbstractContextManager[object]]:
    """Be some time later than the beginning of the test."""
    began = datetime.now(UTC)
    return lambda later: time_machine.travel(began + later, tick=True)


@pytest.fixture(autouse=True)
def allauth_reads_one_by_one(settings: Any) -> None:
    """At a login allauth looks at each session and address of the person in turn: theirs, and few."""
    settings.ZEAL_ALLOWLIST = [
        {"model": name} for name in ("sessions.Session", "account.EmailAddress", "usersessions.UserSession")
    ]
