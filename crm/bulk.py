"""One gesture on many customers: begun at once, carried on in batches, undone as it was done.

Each batch commits alone with how far it went, so that a stopped worker loses nothing and nothing is done twice.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from accounts.models import User
from crm.customers import assign_owner, tag_customers, untag_customers
from crm.models import BulkChange, Customer, Tag
from lib import clock
from lib.errors import Refusal

AT_ONCE = 1000  # customers changed while the person waits; beyond, the worker does it
MOST = 100_000
_BATCH = 250
KEPT_DAYS = 365


def change_many(
    ids: Sequence[int], *, action: str, by: User | None, tag: Tag | None = None, owner: User | None = None
) -> BulkChange:
    """Put or take `tag`, or give `owner` (None: nobody), to the customers `ids`. Up to `AT_ONCE` it is done when this
    returns, beyond it goes on in the background. Returns what was asked, with its progress and its undo."""
    if not ids:
        raise Refusal(_("Aucun client n’est choisi : cochez des lignes, ou choisissez tous ceux du filtre."))
    if len(ids) > MOST:
        raise Refusal(_("C’est trop à la fois (%(limit)s clients au plus). Resserrez le filtre.") % {"limit": MOST})
    if action != BulkChange.Action.OWNER and tag is None:
        raise Refusal(_("Choisissez une étiquette, ou écrivez-en une nouvelle."), field="tag")
    with transaction.atomic():
        change = BulkChange.objects.create(action=action, tag=tag, owner=owner, by=by, ids=list(ids), total=len(ids))
        _carry_on_later(change)
    return _carry_on(change)


def undo_many(change: BulkChange, *, by: User | None) -> BulkChange:
    """Give back what `change` took or put; customers changed again since are left as they are. Undoing twice is
    undoing once."""
    with transaction.atomic():
        current = BulkChange.objects.select_for_update().get(pk=change.pk)
        if current.state == BulkChange.State.RUNNING:
            raise Refusal(_("Ce changement n’est pas terminé. Attendez qu’il le soit pour l’annuler."))
        if current.state != BulkChange.State.DONE:
            return current
        current.state, current.position = BulkChange.State.UNDOING, 0
        current.save(update_fields=["state", "position"])
        _carry_on_later(current)
    return _carry_on(current)


def carry_on_unfinished() -> int:
    """Finish what a stopped worker left; returns how many changes. Safe to run twice, at any time."""
    waiting = list(BulkChange.objects.unfinished().order_by("pk"))
    for change in waiting:
        run(change.pk)
    return len(waiting)


def forget(now: datetime) -> int:
    """Delete the changes finished more than a year before `now` (docs/data.md); the history of each client keeps its own
    line. Safe to run twice. Returns how many went."""
    ended = BulkChange.objects.exclude(state__in=[BulkChange.State.RUNNING, BulkChange.State.UNDOING])
    return ended.filter(finished_at__lt=now - timedelta(days=KEPT_DAYS)).delete()[0]


def run(pk: int) -> BulkChange:
    """Carry a change to its end, batch after batch; a task of the worker."""
    while True:
        with transaction.atomic():
            rows = BulkChange.objects.select_for_update(of=("self",)).select_related("tag", "owner", "by")
            change = rows.filter(pk=pk)[0]
            if change.state == BulkChange.State.RUNNING:
                _do(change)
            elif change.state == BulkChange.State.UNDOING:
                _give_back(change)
            else:
                return change
            change.changed = len(change.former)
            change.save()


def _carry_on_later(change: BulkChange) -> None:
    if len(change.ids) > AT_ONCE:
        transaction.on_commit(lambda: async_task("crm.bulk.run", change.pk))


def _carry_on(change: BulkChange) -> BulkChange:
    return change if len(change.ids) > AT_ONCE else run(change.pk)


def _do(change: BulkChange) -> None:
    batch = change.ids[change.position : change.position + _BATCH]
    rows = list(Customer.objects.filter(pk__in=batch).order_by("pk"))
    if change.action == BulkChange.Action.OWNER:
        change.former += [[pk, former] for pk, former in assign_owner(rows, owner=change.owner, by=change.by).items()]
    elif change.action == BulkChange.Action.TAG and change.tag:
        change.former += [[pk, None] for pk in tag_customers(rows, tag=change.tag, by=change.by)]
    elif change.tag:
        change.former += [[pk, None] for pk in untag_customers(rows, tag=change.tag, by=change.by)]
    _advance(change, len(change.ids), BulkChange.State.DONE)


def _give_back(change: BulkChange) -> None:
    batch = dict(change.former[change.position : change.position + _BATCH])
    rows = list(Customer.objects.filter(pk__in=batch).order_by("pk"))
    if change.action == BulkChange.Action.OWNER:
        untouched = [row for row in rows if row.owner_id == change.owner_id]
        for former in {batch[row.pk] for row in untouched}:
            owner = User.objects.filter(pk=former).first()
            assign_owner([row for row in untouched if batch[row.pk] == former], owner=owner, by=change.by)
    elif change.action == BulkChange.Action.TAG and change.tag:
        untag_customers(rows, tag=change.tag, by=change.by)
    elif change.tag:
        tag_customers(rows, tag=change.tag, by=change.by)
    _advance(change, len(change.former), BulkChange.State.UNDONE)


def _advance(change: BulkChange, total: int, end: str) -> None:
    change.position = min(change.position + _BATCH, total)
    if change.position >= total:
        change.state, change.finished_at = end, clock.now()
