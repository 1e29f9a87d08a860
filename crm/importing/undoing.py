"""Undoing an import: what nobody touched since goes, the rest stays and says why.

The only removal of interactions beside retention. A record is touched when anything was written on it that the import
did not write: a change, an exchange, an engagement, a mail, a contact, a tag, a merge, or a row of any later room that
points to it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import User
from crm.models import (
    Commitment,
    Contact,
    Customer,
    CustomerMerge,
    DuplicateCandidate,
    Email,
    ImportBatch,
    ImportLine,
    Interaction,
    SearchEntry,
)
from crm.models.timeline import HUMAN_KINDS
from lib import clock
from lib.errors import Refusal
from lib.typography import long_date

State, Outcome = ImportBatch.State, ImportLine.Outcome
# What an import writes itself; every other table that points to a customer means that somebody used the record.
_WRITTEN = {Contact, Interaction, SearchEntry, ImportLine, DuplicateCandidate, CustomerMerge, Customer, Customer.tags.through}

_USED = {Commitment: gettext_lazy("un engagement a été pris"), Email: gettext_lazy("un e-mail a été écrit")}


def start_undo(batch: ImportBatch, *, by: User | None) -> ImportBatch:
    """Ask for the removal of what nobody touched; asking twice is asking once. Refuses an import that is not over."""
    with transaction.atomic():
        current = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if current.state in (State.UNDOING, State.UNDONE):
            return current
        if not current.may_be_undone:
            raise Refusal(_("Cet import n’est pas terminé\u00a0: il s’annule quand il l’est."))
        current.state, current.position, current.lease_until = State.UNDOING, 0, None
        current.undone_by, current.undone_at, current.message = by, clock.now(), ""
        current.counts = current.counts | {"to_undo": current.customers.count()}
        current.save()
        audit.note("import.undo_started", by=by, subject=current.filename, batch=current.public_id)
    return current


def untouched(batch: ImportBatch) -> models.QuerySet[Customer]:
    """The customers of the batch on which nobody wrote anything since."""
    return Customer.objects.filter(import_batch=batch).exclude(_touched(batch))


def touched(batch: ImportBatch) -> models.QuerySet[Customer]:
    """The customers of the batch that an undo would keep."""
    return Customer.objects.filter(_touched(batch), import_batch=batch).order_by("pk")


def undo_chunk(batch: ImportBatch, size: int) -> tuple[int, dict[str, int], bool]:
    """Remove up to `size` untouched customers, in the caller's transaction; when none is left, write why the others
    stay. Returns how many records were handled, the counts, and whether it is over."""
    ids = list(untouched(batch).order_by("pk").values_list("pk", flat=True)[:size])
    if ids:
        _remove(batch, ids)
        return len(ids), {Outcome.REMOVED: len(ids)}, False
    told = batch.lines.filter(customer=OuterRef("pk"), outcome=Outcome.KEPT)
    kept = list(touched(batch).exclude(Exists(told))[:size])
    if not kept:
        return 0, {}, True
    reasons = reasons_to_keep(batch, kept)
    lines = list(batch.lines.filter(customer__in=kept, outcome__in=(Outcome.CREATED, Outcome.QUEUED)).order_by("pk"))
    for line in lines:
        line.outcome, line.message = Outcome.KEPT, reasons.get(line.customer_id or 0, "")[:600]
    ImportLine.objects.bulk_update(lines, ["outcome", "message"])
    return len(kept), {Outcome.KEPT: len(kept)}, False


def journal(batch: ImportBatch) -> None:
    """Write in the journal what the undo did, in its last transaction."""
    done = {name: batch.counts.get(name, 0) for name in (Outcome.REMOVED, Outcome.KEPT)}
    audit.note("import.undone", by=batch.undone_by, subject=batch.filename, batch=batch.public_id, **done)


def last_tag_link() -> int:
    """The newest link between a tag and a customer: a later one was put by a person."""
    return Customer.tags.through.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def reasons_to_keep(batch: ImportBatch, customers: Sequence[Customer]) -> dict[int, str]:
    """For each customer, what was done on it since the import, in words; a hidden exchange tells no more than who
    and when. A constant number of statements."""
    ids = [customer.pk for customer in customers]
    said: dict[int, str] = {}
    _say(said, ids, _merged(ids))
    latest = (
        Interaction.objects.filter(customer__in=ids)
        .exclude(import_batch=batch)
        .select_related("author")
        .order_by("-occurred_at", "-pk")
    )
    _say(said, ids, ((row.customer_id, _happened(row)) for row in latest if row.customer_id))
    _say(said, ids, _rooms(ids))
    added = Contact.objects.filter(customer__in=ids).exclude(import_batch=batch, version=1, archived_at=None).order_by("pk")
    _say(said, ids, ((contact.customer_id, _("un contact a été ajouté ou changé")) for contact in added))
    tagged = Customer.tags.through.objects.filter(customer__in=ids, pk__gt=batch.counts.get("last_tag_link", 0)).order_by("pk")
    _say(said, ids, ((link.customer_id, _("une étiquette a été posée")) for link in tagged))
    return {pk: capfirst(said.get(pk) or _("la fiche a été modifiée")) for pk in ids}


def _touched(batch: ImportBatch) -> Q:
    own = OuterRef("pk")
    touched = ~Q(version=1) | ~Q(merged_into=None) | ~Q(archived_at=None)
    for queryset in _signs(batch):
        touched |= Q(Exists(queryset.filter(customer=own)))
    decided = DuplicateCandidate.objects.exclude(decision="")
    for name in ("first", "second"):
        touched |= Q(Exists(decided.filter(**{name: own})))
    for name in ("kept", "alias"):
        touched |= Q(Exists(CustomerMerge.objects.filter(**{name: own})))
    for model, name in _pointing():
        touched |= Q(Exists(model._default_manager.filter(**{name: own})))
    return touched


def _signs(batch: ImportBatch) -> tuple[models.QuerySet[Any], ...]:
    """What was written since in the tables where the import itself writes."""
    return (
        Interaction.objects.filter(~Q(import_batch=batch) | Q(import_batch=None)),
        Contact.objects.filter(~Q(import_batch=batch) | Q(import_batch=None) | ~Q(version=1) | ~Q(archived_at=None)),
        Customer.tags.through.objects.filter(pk__gt=batch.counts.get("last_tag_link", 0)),
    )


def _pointing() -> list[tuple[type[models.Model], str]]:
    """Every other table that points to a customer, later rooms included, and by which field."""
    return [
        (relation.related_model, relation.field.name)
        for relation in Customer._meta.related_objects
        if relation.related_model not in _WRITTEN and relation.field.concrete and not relation.many_to_many
    ]


def _remove(batch: ImportBatch, ids: Sequence[int]) -> None:
    """Delete records that nobody touched, with what the import wrote around them."""
    batch.lines.filter(customer__in=ids).update(outcome=Outcome.REMOVED)
    DuplicateCandidate.objects.filter(Q(first__in=ids) | Q(second__in=ids)).delete()
    SearchEntry.objects.filter(customer__in=ids).delete()
    Interaction.objects.filter(customer__in=ids, import_batch=batch).delete()
    Contact.objects.filter(customer__in=ids, import_batch=batch).delete()
    Customer.tags.through.objects.filter(customer__in=ids).delete()
    Customer.objects.filter(pk__in=ids).delete()


def _say(said: dict[int, str], ids: Iterable[int], found: Iterable[tuple[int, str]]) -> None:
    wanted = set(ids)
    for pk, sentence in found:
        if pk in wanted:
            said.setdefault(pk, sentence)


def _merged(ids: Sequence[int]) -> list[tuple[int, str]]:
    merges = CustomerMerge.objects.filter(Q(kept__in=ids) | Q(alias__in=ids)).order_by("-at", "-pk")
    return [(pk, _("la fiche a été réunie avec une autre")) for merge in merges for pk in (merge.kept_id, merge.alias_id)]


def _rooms(ids: Sequence[int]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for model, name in _pointing():
        linked = model._default_manager.filter(**{f"{name}__in": ids}).order_by("pk").values_list(f"{name}_id", flat=True)
        found += [(pk, str(_USED.get(model, _("il sert ailleurs dans la maison")))) for pk in linked]
    return found


def _happened(row: Interaction) -> str:
    """Who did what kind of thing and when, never the words: they may be hidden from whoever reads this."""
    told = {
        "who": row.author.first_name if row.author else _("la maison"),
        "what": row.get_kind_display().lower(),
        "day": long_date(clock.local(row.occurred_at).date()),
    }
    if row.kind in HUMAN_KINDS:
        return _("%(who)s a consigné un échange (%(what)s) le %(day)s") % told
    return _("%(what)s par %(who)s le %(day)s") % told
