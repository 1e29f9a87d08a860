"""The index of words: one row per thing that can be found, kept by one writer (`crm.search`)."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models.sql.compiler import SQLCompiler

from crm.models.customers import Customer
from crm.models.timeline import Visibility, may_read
from lib.folding import Query

if TYPE_CHECKING:
    from accounts.models import User


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    """Entries in business words."""

    def visible_to(self, user: "User") -> "SearchEntryQuerySet":
        """The entries whose words this person may read; the condition runs with the search, never after it."""
        return self.filter(may_read(user)) if user.is_house and user.may("see_records") else self.none()

    def answering(self, query: Query) -> "SearchEntryQuerySet":
        """The entries that hold the words of `query`; an empty query finds nothing."""
        return self.filter(terms__answers=query) if query else self.none()


class SearchEntry(models.Model):
    """What can be found of one customer, contact, interaction or mail. `terms` are folded words and stems
    (`lib.folding.terms`), not the text: the text is read from the thing itself, by who may read it."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer"
        CONTACT = "contact"
        INTERACTION = "interaction"
        EMAIL = "email"

    # Made from the moment and the key of the thing (`crm.search.position`): one entry for each, and both engines
    # read them backwards, newest first.
    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind)
    ref = models.CharField(max_length=32)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="+")
    occurred_at = models.DateTimeField()
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.EVERYONE)
    team = models.ForeignKey("accounts.Team", models.PROTECT, null=True, related_name="+", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    terms = models.TextField(blank=True)

    objects = SearchEntryQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class SearchWords(models.Model):
    """SQLite's own full text table over the entries; PostgreSQL has a column instead (`crm.search_index`)."""

    entry = models.OneToOneField(
        SearchEntry, models.DO_NOTHING, primary_key=True, db_column="rowid", related_name="words", db_constraint=False
    )
    match = models.TextField(db_column="crm_search_words")  # FTS5 names its hidden column after the table

    class Meta:
        managed = False
        db_table = "crm_search_words"

    def __str__(self) -> str:
        return str(self.pk)


@models.TextField.register_lookup
class Answers(models.Lookup):
    """`terms__answers=Query`: the entry holds the words of the query, asked of the engine's own index."""

    lookup_name = "answers"
    prepare_rhs = False

    def as_sqlite(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        """The rows of the full text table; `newest_first` joins it instead, to read it backwards."""
        quoted = compiler.quote_name_unless_alias(self.lhs.alias)
        inner = "SELECT rowid FROM crm_search_words WHERE crm_search_words MATCH %s"
        return f"{quoted}.id IN ({inner})", [self.rhs.fts5()]

    def as_postgresql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        """The stored vector against the query, both made without PostgreSQL's own parser."""
        return f"{compiler.quote_name_unless_alias(self.lhs.alias)}.vector @@ %s::tsquery", [self.rhs.tsquery()]


@models.TextField.register_lookup
class Match(models.Lookup):
    """`words__match__matched=Query`: FTS5's MATCH on the joined full text table (SQLite only)."""

    lookup_name = "matched"
    prepare_rhs = False

    def as_sqlite(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        """`crm_search_words MATCH 'word AND word'`."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} MATCH %s", [*params, self.rhs.fts5()]
