"""What the database itself refuses of complaints, on both engines: to change or remove a fact, a letter or a file, to
rewrite a complaint, and a refusal to a consumer that does not name the mediator (C. conso. L616-1).

Put in place after every migration (SQLite drops the triggers of a table that a migration rebuilds) and looked for when
the house starts; installing twice changes nothing.
"""

from typing import Any

# Rows that are only added.
FROZEN = ("complaints_complaintfact", "complaints_complaintletter", "complaints_letterfile")
CHANGEABLE = "owner_id"  # the one column of a complaint that may change

_NO_CHANGE = "Une réclamation ne se réécrit pas : ajoutez un fait."
_NO_MEDIATOR = "Un refus à un consommateur nomme le médiateur."
_NO_AGREEMENT = "La convention du médiateur a expiré : dites pourquoi la lettre part."

_LACKS_MEDIATOR = """
    NEW.kind IN ('partial', 'refusal')
    AND (SELECT client_type FROM complaints_complaint WHERE id = NEW.complaint_id) IN ('consumer', 'unknown')
    AND (NEW.mediator_name = '' OR NEW.mediator_postal_address = '' OR NEW.mediator_website = ''
         OR {position_name} = 0 OR {position_address} = 0 OR {position_website} = 0)
"""
_EXPIRED = """
    NEW.kind IN ('partial', 'refusal') AND NEW.override_reason = '' AND NEW.mediator_agreement_to IS NOT NULL
    AND NEW.mediator_agreement_to < NEW.written_on
    AND (SELECT client_type FROM complaints_complaint WHERE id = NEW.complaint_id) IN ('consumer', 'unknown')
"""
# A refusal is always a letter of the same complaint, and of a kind that says so.
_FACT_WITHOUT_LETTER = """
    NEW.kind IN ('partial', 'refused')
    AND (SELECT client_type FROM complaints_complaint WHERE id = NEW.complaint_id) IN ('consumer', 'unknown')
    AND NOT EXISTS (
        SELECT 1 FROM complaints_complaintletter
        WHERE id = NEW.letter_id AND complaint_id = NEW.complaint_id AND kind IN ('partial', 'refusal'))
"""


def _conditions(vendor: str) -> dict[str, tuple[str, str, str]]:
    """Insertions refused: name → table, condition, words."""
    call = "instr(NEW.text, {})" if vendor == "sqlite" else "strpos(NEW.text, {})"
    places = {name: call.format(f"NEW.mediator_{column}") for name, column in _PLACES}
    return {
        "complaint_refusal_names_mediator": ("complaints_complaintletter", _LACKS_MEDIATOR.format(**places), _NO_MEDIATOR),
        "complaint_agreement_in_force": ("complaints_complaintletter", _EXPIRED, _NO_AGREEMENT),
        "complaint_refusal_is_a_letter": ("complaints_complaintfact", _FACT_WITHOUT_LETTER, _NO_MEDIATOR),
    }


_PLACES = (("position_name", "name"), ("position_address", "postal_address"), ("position_website", "website"))


def names(connection: Any) -> list[str]:
    """Every trigger that must be there."""
    frozen = [f"{table}_no_{verb}" for table in FROZEN for verb in ("update", "delete")]
    return sorted([*frozen, "complaint_no_rewrite", "complaint_no_delete", *_conditions(connection.vendor)])


def present(connection: Any) -> list[str]:
    """Those of them that are there."""
    wanted = names(connection)
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {row[0] for row in cursor.fetchall()}
    return [name for name in wanted if name in found]


def missing(connection: Any) -> list[str]:
    """Those that lack, once the tables are there."""
    if not _has_tables(connection):
        return []
    found = present(connection)
    return [name for name in names(connection) if name not in found]


def install(connection: Any) -> None:
    """Put every trigger in place; does nothing before the tables exist."""
    if not _has_tables(connection):
        return
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, "complaints_complaint")]
        for statement in statements(connection.vendor, columns):
            cursor.execute(statement)


def statements(vendor: str, columns: list[str]) -> list[str]:
    """The statements that put everything in place. `columns` are those of a complaint."""
    changed = " OR ".join(
        f'NEW."{name}" IS {"NOT" if vendor == "sqlite" else "DISTINCT FROM"} OLD."{name}"'
        for name in columns
        if name != CHANGEABLE
    )
    found: list[str] = []
    for table in FROZEN:
        found += _refusal(vendor, f"{table}_no_update", table, "UPDATE", "", _NO_CHANGE)
        found += _refusal(vendor, f"{table}_no_delete", table, "DELETE", "", _NO_CHANGE)
    found += _refusal(vendor, "complaint_no_rewrite", "complaints_complaint", "UPDATE", changed, _NO_CHANGE)
    found += _refusal(vendor, "complaint_no_delete", "complaints_complaint", "DELETE", "", _NO_CHANGE)
    for name, (table, condition, words) in _conditions(vendor).items():
        found += _refusal(vendor, name, table, "INSERT", condition, words)
    return found


def _refusal(vendor: str, name: str, table: str, verb: str, condition: str, words: str) -> list[str]:
    """A trigger that refuses `verb` on `table` when `condition` holds (always, when it is empty)."""
    if vendor == "sqlite":
        when = f"WHEN {condition}" if condition else ""
        return [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{words}'); END",
        ]
    test, back = condition or "TRUE", "OLD" if verb == "DELETE" else "NEW"
    body = f"IF {test} THEN RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {back};"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _has_tables(connection: Any) -> bool:
    return {"complaints_complaint", *FROZEN} <= set(connection.introspection.table_names())
