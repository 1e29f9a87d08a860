"""The whole database as fingerprints, to prove that what was refused changed nothing."""

import hashlib

from django.db import connection

# A session notes that it is alive and a rate limit counts: both by design, whatever was asked.
MOVING = {"django_session", "accounts_cache", "usersessions_usersession"}


def fingerprints() -> dict[str, str]:
    """A hash of every row of each table, in no particular order."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - MOVING)
        found = {}
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(hashlib.sha256(repr(row).encode()).hexdigest() for row in cursor.fetchall())
            found[table] = hashlib.sha256("".join(rows).encode()).hexdigest()
    return found


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables that are not the same."""
    return sorted(table for table in before.keys() | after.keys() if before.get(table) != after.get(table))
