"""The twelve paths of trust.md A4 and A8 on the log of reminders, on both engines."""

import pytest
from django.db import connection

from crm import triggers
from tact.models import FormalNotice, NoticeFile, Reminder, ReminderLine
from tact.triggers import GUARDS
from tests.harness.frozen import build_again, left_open
from tests.tact.owing import MONDAY, invoice

CHANGES = {
    Reminder: {"tone": "firm"},
    ReminderLine: {"step": "call"},
    FormalNotice: {"text": "Autre chose"},
    NoticeFile: {"sha256": "0" * 64},
}


@pytest.fixture
def reminded(database, le_goff):
    """A formal notice with its page, posted about an invoice."""
    notice = FormalNotice.objects.create(
        customer=le_goff, client_type="professional", language="fr", text_version="1", subject="Mise en demeure", text="Réglez.",
        house={}, recipient="Menuiserie Le Goff", amount=10, decided={}, digest="d", written_on=MONDAY,
    )  # fmt: skip
    NoticeFile.objects.create(notice=notice, content=b"%PDF-", sha256="a" * 64)
    reminder = Reminder.objects.create(
        customer=le_goff, how="letter", decision="send", tone="formal", on=MONDAY, amount=10, reasons=[], scenario_version=1,
        notice=notice, proof="1A",
    )  # fmt: skip
    return ReminderLine.objects.create(reminder=reminder, invoice=invoice(le_goff), amount=10)


@pytest.mark.django_db
def test_twelve_paths_on_each_protected_table(reminded):
    assert {model._meta.db_table for model in CHANGES} == {guard.table for guard in GUARDS}
    assert left_open(CHANGES) == []


@pytest.mark.django_db
def test_without_the_triggers_the_same_paths_are_open(reminded):
    """The negative control."""
    triggers.remove(connection, GUARDS)
    assert {(model.__name__, path) for model in CHANGES for path in ("save", "update", "raw update")} <= set(left_open(CHANGES))


def test_again_after_each_table_was_built_again(committing, request):
    assert request.getfixturevalue("reminded").pk
    build_again(CHANGES, GUARDS)
    assert triggers.missing(connection, GUARDS) == []
    assert left_open(CHANGES) == []
