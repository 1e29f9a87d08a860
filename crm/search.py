"""The index of words: its one writer, called inside the gestures, and its one reader.

One folding for both engines (`lib.folding`); newest first; nothing is counted; what a person may not read is left out by
the search itself, so that neither an excerpt nor a presence tells of it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import Case, F, Value, When, prefetch_related_objects
from django.db.models.functions import Coalesce, Replace
from django_q.tasks import async_task

from accounts.models import User
from crm import search_index
from crm.models import Contact, Customer, Email, Interaction, SearchEntry
from crm.models.search import SearchEntryQuerySet
from crm.models.timeline import HUMAN_KINDS, Kind
from lib.excerpts import Excerpt, excerpt
from lib.folding import Query, name_query, query, terms
from lib.person_names import phone_book

HITS = 20
NAMES = 8
SHORTEST = 2  # characters: one letter answers to everybody
_READ = 100_000  # characters of one text that are indexed
_LONGEST = 64  # characters of a word worth keeping
_BATCH = 1000
_AT_ONCE = 300  # entries written again while a person waits
# PostgreSQL walks this many of the newest entries before it asks its index of words: a common word is found at once
# on the way, a rare one never makes it read the whole table backwards.
_RECENT = 3000

# Marks no one can type (they are no letters): they tell names from exchanges inside the index itself.
_NAMES, _HISTORY = "§f", "§h"
_CODES = {
    SearchEntry.Kind.CUSTOMER: (0, _NAMES),
    SearchEntry.Kind.CONTACT: (1, _NAMES),
    SearchEntry.Kind.INTERACTION: (2, _HISTORY),
    SearchEntry.Kind.EMAIL: (3, _HISTORY),
}
_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)

Row = TypeVar("Row", bound=models.Model)
Texts = Callable[[Any], tuple[str, ...]]
Values = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Hit:
    """One thing found: the customer is the head of its family; `excerpt` is plain text in pieces (words, matched)."""

    kind: str
    ref: str
    customer: Customer | None
    occurred_at: datetime
    title: str
    excerpt: Excerpt
    thing: Any

    @property
    def text(self) -> str:
        """The excerpt in one piece."""
        return "".join(piece for piece, _matched in self.excerpt)


@dataclass
class Found:
    """What a search answers, by kind; `more` when older exchanges answer too."""

    customers: list[Hit] = field(default_factory=list)
    contacts: list[Hit] = field(default_factory=list)
    exchanges: list[Hit] = field(default_factory=list)
    emails: list[Hit] = field(default_factory=list)
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.customers or self.contacts or self.exchanges or self.emails)

    @property
    def hits(self) -> list[Hit]:
        """All of them: people first, then what was said, newest first."""
        return [
            *self.customers,
            *self.contacts,
            *sorted(self.exchanges + self.emails, key=lambda hit: hit.occurred_at, reverse=True),
        ]


# --- writing


def position(kind: str, pk: int, occurred_at: datetime) -> int:
    """The key of an entry: the second of the thing, then its kind and its own key. One for each, in time's order."""
    seconds = int((occurred_at - _ORIGIN).total_seconds())
    return (seconds << 31) + (_CODES[SearchEntry.Kind(kind)][0] << 29) + pk % (1 << 29)


def index_customers(rows: Iterable[Customer]) -> None:
    """Write what finds these customers, in the transaction of the gesture that changed them."""
    _write(SearchEntry.Kind.CUSTOMER, rows, _customer_texts, lambda row: {"customer_id": row.pk, "occurred_at": row.created_at})


def index_contacts(rows: Iterable[Contact]) -> None:
    """Write what finds these contacts."""
    _write(
        SearchEntry.Kind.CONTACT,
        rows,
        _contact_texts,
        lambda row: {"customer_id": row.customer_id, "occurred_at": row.created_at},
    )


def index_interactions(rows: Iterable[Interaction], *, new: bool = False) -> None:
    """Write what finds these exchanges: their words, or nothing any more when they were erased. `new` rows have no
    former entry to take away."""
    rows = [*rows]
    prefetch_related_objects(rows, "customer", "contact")
    _write(SearchEntry.Kind.INTERACTION, rows, _interaction_texts, lambda row: _shared(row, row.occurred_at), new=new)


def index_emails(rows: Iterable[Email]) -> None:
    """Write what finds these mails: subject, text, addresses, names."""
    rows = [*rows]
    prefetch_related_objects(rows, "customer", "contact")
    _write(SearchEntry.Kind.EMAIL, rows, _email_texts, lambda row: _shared(row, row.created_at))


def index_exchange(row: Interaction) -> None:
    """Write again what finds an exchange and its mail, after a correction, an erasure or another visibility."""
    index_interactions([row])
    index_emails(Email.objects.filter(interaction=row))


def index_history(customer: Customer) -> None:
    """Write again what finds the exchanges and mails of a customer whose name has changed: at once when they are few,
    else by the worker (until then they are found by the former name)."""
    known = SearchEntry.objects.filter(customer=customer).order_by("pk")
    if len(known.values_list("pk")[: _AT_ONCE + 1]) <= _AT_ONCE:
        index_history_of(customer.pk)
    else:
        transaction.on_commit(lambda: async_task("crm.search.index_history_of", customer.pk))


def index_history_of(customer_id: int) -> None:
    """A task of the worker, safe to run twice."""
    for said in _batches(Interaction.objects.filter(customer=customer_id)):
        index_interactions(said)
    for written in _batches(Email.objects.filter(customer=customer_id)):
        index_emails(written)


def _batches(rows: models.QuerySet[Row]) -> Iterator[list[Row]]:
    stream = rows.order_by("pk").iterator(_BATCH)
    while batch := list(islice(stream, _BATCH)):
        yield batch


def compact_soon() -> None:
    """After an erasure: once it is committed, have the worker merge the index, so that no trace of the words stays."""
    transaction.on_commit(lambda: async_task("crm.search.compact"))


def compact() -> None:
    """Merge the index; a task of the worker, safe to run twice."""
    search_index.compact(connection)


def _customer_texts(row: Customer) -> tuple[str, ...]:
    place = f"{row.postal_code} {row.city}"
    numbers = (row.phone, row.siren, row.siret, row.vat_number)
    return (
        row.name,
        row.reference,
        row.external_reference,
        row.email,
        *numbers,
        row.address,
        row.address_extra,
        place,
        row.delivery_address,
        row.website,
        row.note,
    )


def _contact_texts(row: Contact) -> tuple[str, ...]:
    return (row.full_name, row.job_title, row.email, row.phone, row.mobile, row.note)


def _interaction_texts(row: Interaction) -> tuple[str, ...]:
    if row.erased_at or not (row.body or row.about_label or row.kind in HUMAN_KINDS) or (row.kind == Kind.EMAIL and not row.body):
        return ()  # a row the house wrote of itself, or one whose words are its mail's
    return (row.summary, row.about_label, row.body, *_who(row))


def _email_texts(row: Email) -> tuple[str, ...]:
    return () if row.erased_at else (row.subject, row.recipient_name, row.recipient_email, row.sender_email, row.text, *_who(row))


def _who(row: Interaction | Email) -> tuple[str, ...]:
    """The names under which people look for what was said: « lemoine charnière »."""
    return (row.customer.name if row.customer else "", row.contact.full_name if row.contact else "")


def _shared(row: Any, occurred_at: datetime) -> dict[str, Any]:
    return {
        "customer_id": row.customer_id,
        "occurred_at": occurred_at,
        "visibility": row.visibility,
        "team_id": row.team_id,
        "author_id": row.author_id,
    }


def _write(kind: SearchEntry.Kind, rows: Iterable[Any], texts: Texts, values: Values, *, new: bool = False) -> None:
    entries, gone = [], []
    for row in rows:
        entry = SearchEntry(kind=kind, ref=row.public_id, **values(row))
        entry.pk = position(kind, row.pk, entry.occurred_at)
        if found := texts(row):
            entry.terms = _index(found, _CODES[kind][1])
            entries.append(entry)
        else:
            gone.append(entry.pk)
    if entries:
        changing = ["customer", "visibility", "team", "author", "terms"]
        SearchEntry.objects.bulk_create(entries, _BATCH, update_conflicts=True, unique_fields=["id"], update_fields=changing)
    if gone and not new:
        SearchEntry.objects.filter(pk__in=gone).delete()


def _index(texts: Iterable[str], mark: str) -> str:
    """The words of several texts, each read alone: a number never continues into its neighbour."""
    found = {mark: None}
    for text in texts:
        if text:
            found.update(dict.fromkeys(word for word in terms(text[:_READ]).split() if len(word) <= _LONGEST))
    return " ".join(found)


# --- reading


def read(text: str) -> Query:
    """What a person typed, as a query; false when it is too short to mean anything or holds no word."""
    found = query(text[:200])
    return found if len("".join(found.required + found.prefixes[:1])) >= SHORTEST else Query()


def find(user: User, text: str, *, limit: int = HITS) -> Found:
    """Everything that answers `text` and that `user` may read: people by name, then at most `limit` exchanges and
    mails, newest first. A constant number of statements."""
    asked = read(text)
    if not asked:
        return Found()
    named = name_query(text[:200])
    found = Found(customers=_customers(user, text, asked, named), contacts=_contacts(user, asked, named))
    entries = newest(SearchEntry.objects.visible_to(user), _marked(asked, _HISTORY), limit + 1)
    found.more = len(entries) > limit
    _read_history(user, asked, entries[:limit], found)
    return found


def head_ids(user: User, text: str) -> models.QuerySet[Any, Any]:
    """The ids of the customers (heads of their families) whose own words or contacts' answer `text`: a subquery."""
    asked = name_query(text[:200]) if read(text) else Query()
    names = SearchEntry.objects.visible_to(user).answering(_marked(asked, _NAMES) if asked else asked)
    return names.values_list(Coalesce("customer__merged_into_id", "customer_id"))


def newest(entries: SearchEntryQuerySet, asked: Query, limit: int) -> list[SearchEntry]:
    """The newest entries that answer, at most `limit`, each engine by its own quick way."""
    if connection.vendor == "sqlite":
        return list(entries.filter(words__match__matched=asked).order_by("-words__pk")[:limit])
    edge = SearchEntry.objects.order_by("-pk").values_list("pk", flat=True)[_RECENT : _RECENT + 1].first()
    if edge is not None:
        recent = list(entries.answering(asked).filter(pk__gt=edge).order_by("-pk")[:limit])
        if len(recent) == limit:
            return recent
    # an expression, so that the planner asks the index of words first and sorts what it finds
    return list(entries.answering(asked).order_by((F("pk") + 0).desc())[:limit])


def _marked(asked: Query, mark: str) -> Query:
    return replace(asked, required=(mark, *asked.required))


def _customers(user: User, text: str, asked: Query, named: Query) -> list[Hit]:
    names = SearchEntry.objects.visible_to(user).answering(_marked(named, _NAMES)).filter(kind=SearchEntry.Kind.CUSTOMER)
    heads = names.values(head=Coalesce("customer__merged_into_id", "customer_id"))
    filed = phone_book(text)
    closed = Replace("sort_name", Value(" "), Value(""))
    begins = Case(
        When(sort_name__startswith=filed, then=Value(0)), When(closed__startswith=filed.replace(" ", ""), then=Value(1)),
        default=Value(2),
    )  # fmt: skip
    rows = Customer.objects.visible_to(user).filter(pk__in=heads).annotate(closed=closed)
    rows = rows.order_by(begins, "sort_name", "pk")[:NAMES]
    return [
        Hit(SearchEntry.Kind.CUSTOMER, row.public_id, row, row.created_at, row.name, excerpt(_told(row), asked), row)
        for row in rows
    ]


def _told(row: Customer) -> str:
    return " · ".join(part for part in (row.reference, f"{row.postal_code} {row.city}".strip(), row.email) if part)


def _contacts(user: User, asked: Query, named: Query) -> list[Hit]:
    names = SearchEntry.objects.visible_to(user).answering(_marked(named, _NAMES)).filter(kind=SearchEntry.Kind.CONTACT)
    rows = Contact.objects.visible_to(user).filter(public_id__in=names.values("ref")).select_related("customer__merged_into")
    return [
        Hit(
            SearchEntry.Kind.CONTACT, row.public_id, _head(row.customer), row.created_at, row.full_name,
            excerpt(" · ".join(part for part in (row.job_title, row.email) if part), asked), row,
        )
        for row in rows.order_by("last_name", "first_name", "pk")[:NAMES]
    ]  # fmt: skip


def _read_history(user: User, asked: Query, entries: list[SearchEntry], found: Found) -> None:
    refs = {kind: [entry.ref for entry in entries if entry.kind == kind] for kind in SearchEntry.Kind.values}
    if wanted := refs[SearchEntry.Kind.INTERACTION]:
        said = Interaction.objects.visible_to(user).filter(public_id__in=wanted)
        found.exchanges = _in_order(wanted, [_exchange(row, asked) for row in said.select_related(*_TOLD_WITH)])
    if wanted := refs[SearchEntry.Kind.EMAIL]:
        written = Email.objects.visible_to(user).filter(public_id__in=wanted)
        found.emails = _in_order(wanted, [_email(row, asked) for row in written.select_related(*_TOLD_WITH)])


_TOLD_WITH = ("customer__merged_into", "author", "contact")


def _in_order(refs: list[str], hits: list[Hit]) -> list[Hit]:
    by_ref = {hit.ref: hit for hit in hits}
    return [by_ref[ref] for ref in refs if ref in by_ref]


def _exchange(row: Interaction, asked: Query) -> Hit:
    title = " · ".join(part for part in (row.summary, row.about_label) if part)
    return Hit(
        SearchEntry.Kind.INTERACTION, row.public_id, _head(row.customer), row.occurred_at, title, excerpt(row.body, asked), row
    )


def _email(row: Email, asked: Query) -> Hit:
    return Hit(
        SearchEntry.Kind.EMAIL, row.public_id, _head(row.customer), row.created_at, row.subject, excerpt(row.text, asked), row
    )


def _head(customer: Customer | None) -> Customer | None:
    return customer.head if customer is not None else None
