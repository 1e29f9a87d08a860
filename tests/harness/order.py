"""The longest tests first: two workers then end together, instead of one waiting minutes for the other."""

import pytest

LONG = (
    "tests/demo/test_building.py",
    "tests/demo/test_growth.py",
    "tests/matrix/test_access.py",
    "tests/billing/test_machine.py",
    "tests/browser/test_hostile_typing.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put them before the others, whose order stays that of chance."""
    items.sort(key=lambda test: not test.nodeid.startswith(LONG))
