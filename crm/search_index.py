"""What the engines need beside the table of entries: SQLite a full text table and its triggers, PostgreSQL a vector.

Installed by the migration and again after every migration (SQLite drops the triggers of a table that Django rebuilds);
running it twice changes nothing. Words are cut by `lib.folding` alone: neither engine's parser ever sees a sentence.
"""

from typing import Any

# `ascii` takes every character beyond ASCII as part of a word, so that only our spaces separate.
# `detail=none` keeps which entry has which word, not where: all a search needs, a third of the size.
# The prefixes are those of a word being typed: up to its sixteenth letter it is one list, read backwards until enough is
# found; beyond, lists are merged (35 ms instead of 0.3 among 120 000 entries). All of them are a seventh of the size.
_SQLITE = (
    """
    CREATE VIRTUAL TABLE IF NOT EXISTS crm_search_words USING fts5(
        terms, content='crm_searchentry', content_rowid='id', tokenize='ascii', detail='none',
        prefix='2 3 4 5 6 7 8 9 10 11 12 13 14 15 16')
    """,
    """
    CREATE TRIGGER IF NOT EXISTS crm_search_added AFTER INSERT ON crm_searchentry BEGIN
        INSERT INTO crm_search_words(rowid, terms) VALUES (new.id, new.terms);
    END
    """,
    """
    CREATE TRIGGER IF NOT EXISTS crm_search_removed AFTER DELETE ON crm_searchentry BEGIN
        INSERT INTO crm_search_words(crm_search_words, rowid, terms) VALUES ('delete', old.id, old.terms);
    END
    """,
    """
    CREATE TRIGGER IF NOT EXISTS crm_search_changed AFTER UPDATE OF id, terms ON crm_searchentry BEGIN
        INSERT INTO crm_search_words(crm_search_words, rowid, terms) VALUES ('delete', old.id, old.terms);
        INSERT INTO crm_search_words(rowid, terms) VALUES (new.id, new.terms);
    END
    """,
)

_POSTGRESQL = (
    """
    ALTER TABLE crm_searchentry ADD COLUMN IF NOT EXISTS vector tsvector
        GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED
    """,
    # fastupdate would make every search read what was written lately, word by word
    "CREATE INDEX IF NOT EXISTS crm_search_vector ON crm_searchentry USING gin (vector) WITH (fastupdate = off)",
)


def install(connection: Any) -> None:
    """Create what is missing for this connection's engine; does nothing before the table of entries exists."""
    if "crm_searchentry" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            made_otherwise = _made_otherwise(cursor)
            if made_otherwise:
                cursor.execute("DROP TABLE crm_search_words")
            for statement in _SQLITE:
                cursor.execute(statement)
            if made_otherwise:
                cursor.execute("INSERT INTO crm_search_words(crm_search_words) VALUES ('rebuild')")
        elif not _has_vector(cursor):  # asked first: the statements would lock the table even to do nothing
            for statement in _POSTGRESQL:
                cursor.execute(statement)


def remove(connection: Any) -> None:
    """Undo `install`; the triggers and the vector go with the table of entries."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS crm_search_words")


def compact(connection: Any) -> None:
    """Merge the index so that removed words leave no trace in it (after an erasure)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO crm_search_words(crm_search_words) VALUES ('optimize')")


def rebuild(connection: Any) -> None:
    """Read the entries again into the engine's own index, whatever state it is in."""
    install(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO crm_search_words(crm_search_words) VALUES ('rebuild')")
        else:
            cursor.execute("REINDEX INDEX crm_search_vector")


def _has_vector(cursor: Any) -> bool:
    cursor.execute("SELECT to_regclass('crm_search_vector') IS NOT NULL")
    return bool(cursor.fetchone()[0])


def _made_otherwise(cursor: Any) -> bool:
    """Whether the full text table is there, but not as this version of the code declares it."""
    cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'crm_search_words'")
    found = cursor.fetchone()
    return found is not None and found[0].split("fts5", 1)[-1].split() != _SQLITE[0].split("fts5", 1)[-1].split()
