"""`reindex`: write the index of words again from the records, mails and exchanges."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from crm import search, search_index
from crm.models import Contact, Customer, Email, Interaction, SearchEntry

BATCH = 2000


class Command(BaseCommand):
    """Safe to run at any time, and twice: searches keep answering meanwhile."""

    help = "Reconstruit l’index de recherche à partir des fiches, des échanges et des e-mails."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write every entry again, then forget those whose thing is gone."""
        search_index.install(connection)
        total = 0
        for model, write in _WRITERS:
            for rows in _batches(model.objects.order_by("pk")):
                with transaction.atomic():
                    write(rows)
                total += len(rows)
        gone = _forget_the_gone()
        search_index.rebuild(connection)
        if options["verbosity"]:
            self.stdout.write(_("%(total)s éléments relus, %(gone)s entrées retirées.") % {"total": total, "gone": gone})


_WRITERS: tuple[tuple[Any, Callable[[Iterable[Any]], None]], ...] = (
    (Customer, search.index_customers),
    (Contact, search.index_contacts),
    (Interaction, search.index_interactions),
    (Email, search.index_emails),
)


def _batches(rows: models.QuerySet[Any]) -> Iterator[list[Any]]:
    stream = rows.iterator(BATCH)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _forget_the_gone() -> int:
    """Entries whose thing no longer exists; walked by key, so that a large index needs no large memory."""
    models_of: dict[str, Any] = {kind: model for (model, _write), kind in zip(_WRITERS, SearchEntry.Kind.values, strict=True)}
    gone, last = 0, None
    while True:
        entries = SearchEntry.objects.order_by("pk") if last is None else SearchEntry.objects.filter(pk__gt=last).order_by("pk")
        batch = list(entries.values_list("pk", "kind", "ref")[:BATCH])
        if not batch:
            return gone
        alive = set()
        for kind, model in models_of.items():
            refs = [ref for _pk, entry_kind, ref in batch if entry_kind == kind]
            alive |= {(kind, ref) for ref in model.objects.filter(public_id__in=refs).values_list("public_id", flat=True)}
        dead = [pk for pk, kind, ref in batch if (kind, ref) not in alive]
        gone += SearchEntry.objects.filter(pk__in=dead).delete()[0]
        last = batch[-1][0]
