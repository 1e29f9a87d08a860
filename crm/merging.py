"""Two records of one client become one by alias: nothing moves, and undo gives back identical rows.

Each merge is an arrow from the alias to the record kept. `Customer.merged_into` is only the end of the arrows still in
force, so that chains (A into B, then B into C) can be undone in any order.
"""

from collections.abc import Callable, Iterable

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from crm import timeline
from crm.customers import tell_type
from crm.models import Customer, CustomerMerge, DuplicateCandidate
from crm.models.timeline import Kind
from lib import clock
from lib.errors import Refusal
from lib.plain_text import refuse_control_characters

# What rooms above keep together: each is asked inside the lock, with the ids of the two families that would part, and may raise
# Refusal.
Keeper = Callable[[list[int], list[int]], None]
_keepers: list[Keeper] = []
_MERGED = DuplicateCandidate.Decision.MERGED


def keep_together(keeper: Keeper) -> None:
    """For `AppConfig.ready`: ask `keeper` before two records part. Twice is once."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def merge_customers(kept: Customer, alias: Customer, *, by: User | None, reason: str) -> CustomerMerge:
    """Make `alias` another name of `kept`. Rows of both stay where they are; readers use the family of ids.

    Refuses a record with itself, one that already is an alias, and a merge without a reason.
    """
    reason = refuse_control_characters(" ".join(reason.split()))[:300]
    if not reason:
        raise Refusal(_("Dites pourquoi ces fiches sont celles d’un même client : un collègue le lira."), field="reason")
    if kept.pk == alias.pk:
        raise Refusal(_("Une fiche ne peut pas être réunie à elle-même. Choisissez l’autre fiche."), field="alias")
    with transaction.atomic():
        _lock([kept.pk, alias.pk])
        fresh = Customer.objects.select_related("merged_into").in_bulk([kept.pk, alias.pk])
        kept, alias = fresh[kept.pk], fresh[alias.pk]
        _refuse_alias(alias, field="alias")
        _refuse_alias(kept, field="kept")
        carried = alias.family_ids()[1:]
        candidates = _between(kept.family_ids(), [alias.pk, *carried])
        if alias.type != kept.type:  # what was recorded of the alias is now of the client whose record is kept
            tell_type([alias.pk, *carried], kept.type, by=by)
        Customer.objects.filter(pk__in=[alias.pk, *carried]).update(merged_into=kept)
        merge = CustomerMerge.objects.create(kept=kept, alias=alias, reason=reason, by=by, at=clock.now(), carried=carried)
        candidates.update(decision=_MERGED, decision_reason=reason, decided_by=by, decided_at=merge.at)
        _trace(kept, alias, Kind.CUSTOMERS_MERGED, _("Fiche réunie avec %(reference)s"), by=by, body=reason)
        _trace(alias, kept, Kind.CUSTOMERS_MERGED, _("Fiche réunie avec %(reference)s"), by=by, body=reason)
    return merge


def undo_merge(merge: CustomerMerge, *, by: User | None) -> CustomerMerge:
    """Take a merge back: the alias is a record of its own again, with the aliases it had. Undoing twice is undoing
    once; the order in which merges are undone does not matter. Refused, with what to do, while a room above keeps them together
    (money of one on an invoice of the other: `billing.apart`)."""
    with transaction.atomic():
        _lock([merge.kept_id, merge.alias_id])
        current = CustomerMerge.objects.select_for_update(of=("self",)).select_related("kept", "alias").get(pk=merge.pk)
        if current.undone_at:
            return current
        current.undone_at, current.undone_by = clock.now(), by
        current.save(update_fields=["undone_at", "undone_by"])
        _point_again(current.alias.family_ids())
        current.kept.refresh_from_db()
        current.alias.refresh_from_db()
        if (one := current.kept.family_ids()) != (other := current.alias.family_ids()):
            for keeper in _keepers:
                keeper(one, other)
        _ask_again([*current.kept.family_ids(), *current.alias.family_ids()])
        _trace(current.kept, current.alias, Kind.MERGE_UNDONE, _("Fiche séparée de %(reference)s"), by=by)
        _trace(current.alias, current.kept, Kind.MERGE_UNDONE, _("Fiche séparée de %(reference)s"), by=by)
    return current


def merges_of(customer: Customer) -> list[CustomerMerge]:
    """The merges in force in the family of a customer, newest first, for the record and its undo."""
    family = customer.family_ids()
    merges = CustomerMerge.objects.filter(alias__in=family, undone_at=None)
    return list(merges.select_related("kept", "alias", "by").order_by("-at", "-pk"))


def _lock(ids: Iterable[int]) -> None:
    """Lock the rows of both families, always in the order of their keys."""
    heads = Customer.objects.filter(pk__in=ids).values_list("pk", "merged_into_id")
    wanted = {pk for pair in heads for pk in pair if pk}
    family = Customer.objects.filter(Q(pk__in=wanted) | Q(merged_into__in=wanted))
    list(family.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _refuse_alias(customer: Customer, *, field: str) -> None:
    if customer.merged_into:
        sentence = _("La fiche %(alias)s est déjà réunie à %(head)s. Choisissez %(head)s, ou séparez-les d’abord.")
        raise Refusal(sentence % {"alias": customer.reference, "head": customer.merged_into.reference}, field=field)


def _point_again(family: list[int]) -> None:
    """Set `merged_into` of each record of a family to the end of its arrows."""
    arrows = dict(CustomerMerge.objects.filter(alias__in=family, undone_at=None).values_list("alias_id", "kept_id"))
    for pk in family:
        end = pk
        while end in arrows:
            end = arrows[end]
        head = end if end != pk else None
        Customer.objects.filter(pk=pk).exclude(merged_into=head).update(merged_into=head)


def _ask_again(family: list[int]) -> None:
    """Pairs settled by a merge whose two records are no longer one client, whichever merge held them together, come back
    to the queue."""
    settled = DuplicateCandidate.objects.filter(Q(first__in=family) | Q(second__in=family), decision=_MERGED)
    apart = [
        pair.pk
        for pair in settled.select_related("first", "second")
        if (pair.first.merged_into_id or pair.first_id) != (pair.second.merged_into_id or pair.second_id)
    ]
    DuplicateCandidate.objects.filter(pk__in=apart).update(decision="", decision_reason="", decided_by=None, decided_at=None)


def _between(one: list[int], other: list[int]) -> models.QuerySet[DuplicateCandidate]:
    pairs = Q(first__in=one, second__in=other) | Q(first__in=other, second__in=one)
    return DuplicateCandidate.objects.filter(pairs, decision="")


def _trace(customer: Customer, other: Customer, kind: Kind, summary: str, *, by: User | None, body: str = "") -> None:
    told = summary % {"reference": other.reference}
    timeline.record(customer=customer, kind=kind, summary=told, by=by, body=body, about=other, about_kind="customer")
