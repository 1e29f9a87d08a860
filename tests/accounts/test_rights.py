"""Who may do what: the table of docs/data.md and the code say the same; every event of the journal has its words."""

import re
from pathlib import Path

import pytest

from accounts.audit import EVENTS
from accounts.forms import RIGHT_GROUPS
from accounts.models import Role, User
from accounts.rights import DEFAULTS, Right

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = (Role.RECEPTION, Role.ACCOUNTANT, Role.MANAGER, Role.VIEWER)
# Each line of the table: its title, and the rights it speaks of, in the groups that « / » separates.
LINES: dict[str, tuple[set[Right], ...]] = {
    "see records, timeline, search": ({Right.SEE_RECORDS},),
    "log, write mail, commitments": ({Right.LOG},),
    "create and edit customers, tags, owner": ({Right.EDIT_CUSTOMERS},),
    "merge, import, undo an import": ({Right.MERGE_CUSTOMERS, Right.IMPORT_CUSTOMERS},),
    "export lists, whole base": ({Right.EXPORT_LISTS, Right.EXPORT_ALL},),
    "see amounts and balances / margins": ({Right.SEE_AMOUNTS}, {Right.SEE_MARGINS}),
    "draft quotes and invoices / issue, credit": ({Right.DRAFT_DOCUMENTS}, {Right.ISSUE_DOCUMENTS}),
    "record and allocate payments, reconcile": ({Right.MANAGE_PAYMENTS},),
    "approve reminders / from formal notice up": ({Right.APPROVE_REMINDERS}, {Right.APPROVE_FORMAL_NOTICES}),
    "receive and answer complaints / close, refuse, declare a fact recorded in error": (
        {Right.HANDLE_COMPLAINTS},
        {Right.CLOSE_COMPLAINTS},
    ),
    "mediation papers": ({Right.SEE_MEDIATION},),
    "firm's settings / bank details": ({Right.MANAGE_SETTINGS}, {Right.MANAGE_BANK_DETAILS}),
    "users, rights, tokens, audit, backups": ({Right.MANAGE_USERS, Right.SEE_AUDIT, Right.OWN_TOKEN},),
}
PARTLY = {frozenset({Right.EXPORT_LISTS}): "lists", frozenset({Right.OWN_TOKEN}): "own token"}


def cell(role: str, groups: tuple[set[Right], ...]) -> str:
    """What the table must say of a role."""
    if not any(group & DEFAULTS[role] for group in groups):
        return "–"
    return " / ".join(word(group, group & DEFAULTS[role]) for group in groups)


def word(group: set[Right], held: set[Right]) -> str:
    if held == {Right.MANAGE_BANK_DETAILS}:
        return "with a second responsable when there is one"
    return "●" if held == group else "–" if not held else PARTLY[frozenset(held)]


def test_the_table_of_rights_is_the_code() -> None:
    text = (ROOT / "docs" / "data.md").read_text().replace("’", "'")
    table = text.partition("## Who may do what")[2]
    rows = [[part.strip() for part in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")][2:]
    assert {row[0]: row[1:5] for row in rows} == {
        title: [cell(role, groups) for role in COLUMNS] for title, groups in LINES.items()
    }


def test_every_right_is_in_the_table_and_on_the_page() -> None:
    spoken = [right for groups in LINES.values() for group in groups for right in group]
    shown = [right for _title, rights in RIGHT_GROUPS for right in rights]
    assert sorted(spoken) == sorted(shown) == sorted(Right)


@pytest.mark.parametrize("role", Role.values)
def test_rights_are_the_roles_plus_what_was_granted_less_what_was_taken(role: str) -> None:
    person = User(role=role, granted=["see_audit"], taken=["see_records"])
    assert person.rights == (DEFAULTS[role] | {"see_audit"}) - {"see_records"}


@pytest.mark.parametrize("person", [User(role="manager", is_active=False), User(role="", granted=["see_audit"])])
def test_whoever_is_closed_or_not_of_the_house_holds_nothing(person: User) -> None:
    assert person.rights == frozenset()


def test_every_event_of_the_journal_has_its_words() -> None:
    packages = ("accounts", "crm", "billing", "complaints", "tact", "portal", "desk", "demo", "config")
    sources = [path.read_text() for package in packages for path in (ROOT / package).rglob("*.py")]
    written = {found for text in sources for found in re.findall(r"audit\.note\(\s*\"([\w.]+)\"|_factor\(\"([\w.]+)\"\)", text)}
    events = {one or other for one, other in written}
    assert events - set(EVENTS) == set()
    assert set(EVENTS) - events == {"person.created"}  # written by the model's manager, below the journal
