"""Gestures on commitments of both sides: promise, keep, move, release, delegate. Each leaves its trace."""

from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm import timeline
from crm.models import Commitment, Contact, Customer, Interaction
from crm.models.timeline import Kind, Visibility
from lib import clock
from lib.errors import Conflict, Refusal
from lib.french_calendar import refuse_far
from lib.plain_text import refuse_control_characters


def promise(
    customer: Customer,
    *,
    owed_by: str,
    what: str,
    due_on: date,
    by: User | None,
    due_at: time | None = None,
    due_before: bool = False,
    owner: User | None = None,
    amount: Decimal | None = None,
    contact: Contact | None = None,
    interaction: Interaction | None = None,
    visibility: str = Visibility.EVERYONE,
    record: bool = True,
) -> Commitment:
    """Open a commitment of ours or of the client's and write it in the history (unless it is born with the
    interaction that tells it: `record=False`). `due_on` is a civil date, `amount` EUR. Returns it."""
    what = refuse_control_characters(" ".join(what.split()))
    if not what:
        raise Refusal(_("Dites en quelques mots ce qui est promis."), field="what")
    if len(what) > 200:
        raise Refusal(_("Dites-le en 200 caractères au plus ; le détail va dans l’échange."), field="what")
    if amount is not None and amount <= 0:
        raise Refusal(_("Le montant promis est supérieur à zéro."), field="amount")
    refuse_far(due_on, "due_on")
    with transaction.atomic():
        made = Commitment.objects.create(
            customer=customer,
            contact=contact,
            interaction=interaction,
            owed_by=owed_by,
            what=what,
            amount=amount,
            due_on=due_on,
            due_at=due_at,
            due_before=due_before,
            owner=owner if owed_by == Commitment.Owed.US else (owner or by),
            author=by,
            visibility=visibility,
            team_id=by.team_id if by is not None and visibility == Visibility.TEAM else None,
            made_at=clock.now(),
        )
        if record:
            _trace(made, Kind.COMMITMENT_MADE, gettext_lazy("Engagement pris"), by=by)
    return made


def keep(commitment: Commitment, *, by: User | None, version: int | None = None) -> Commitment:
    """Say that it is done. Keeping twice is keeping once. Refuses a released one."""
    with transaction.atomic():
        current = _lock(commitment)
        if current.kept_at:
            return current
        _refuse_stale(current, version)
        _refuse_closed(current)
        current.kept_at, current.kept_by = clock.now(), by
        return _save(current, Kind.COMMITMENT_KEPT, gettext_lazy("Engagement tenu"), by=by)


def reopen(commitment: Commitment, *, by: User | None) -> Commitment:
    """Undo a keep or a release pressed by mistake; both rows stay in the history."""
    with transaction.atomic():
        current = _lock(commitment)
        if current.is_open:
            return current
        current.kept_at = current.kept_by = current.released_at = current.released_by = None
        current.release_reason = current.release_code = ""
        return _save(current, Kind.COMMITMENT_MADE, gettext_lazy("Engagement rouvert"), by=by)


def move(
    commitment: Commitment,
    *,
    due_on: date,
    by: User | None,
    due_at: time | None = None,
    due_before: bool = False,
    reason: str = "",
    version: int | None = None,
) -> Commitment:
    """Give it another day; the history keeps the former one and the reason (at most 200 characters)."""
    reason = _reason(reason)
    refuse_far(due_on, "due_on")
    with transaction.atomic():
        current = _lock(commitment)
        if (current.due_on, current.due_at, current.due_before) == (due_on, due_at, due_before):
            return current
        _refuse_stale(current, version)
        _refuse_closed(current)
        former = current.due_on
        current.due_on, current.due_at, current.due_before = due_on, due_at, due_before
        return _save(
            current,
            Kind.COMMITMENT_MOVED,
            gettext_lazy("Engagement déplacé"),
            by=by,
            body=reason,
            former=former.isoformat(),
            to=due_on.isoformat(),
        )


def release(
    commitment: Commitment, *, by: User | None, reason: str = "", code: str = "", version: int | None = None
) -> Commitment:
    """Say that it no longer holds, with the reason, which the history keeps: a person's words, or the `code`
    (`Commitment.Release`) of what the house found of itself."""
    reason = _reason(reason)
    if not (reason or code):
        raise Refusal(_("Dites pourquoi cet engagement ne tient plus : un collègue le lira."), field="reason")
    with transaction.atomic():
        current = _lock(commitment)
        if current.released_at:
            return current
        _refuse_stale(current, version)
        _refuse_closed(current)
        current.released_at, current.released_by = clock.now(), by
        current.release_reason, current.release_code = reason, code
        told = reason or timeline.frozen(Commitment.Release(code).label)
        return _save(current, Kind.COMMITMENT_RELEASED, gettext_lazy("Engagement levé"), by=by, body=told)


def delegate(commitment: Commitment, *, to: User, by: User | None, version: int | None = None) -> Commitment:
    """Hand it to a colleague; the history keeps from whom to whom."""
    if not to.is_active or not to.is_house:
        raise Refusal(_("Cette personne ne travaille plus dans la maison."), field="owner")
    with transaction.atomic():
        current = _lock(commitment)
        former = current.owner_id
        if former == to.pk:
            return current
        _refuse_stale(current, version)
        _refuse_closed(current)
        current.owner = to
        return _save(current, Kind.COMMITMENT_DELEGATED, gettext_lazy("Engagement confié"), by=by, former=former, to=to.pk)


def _lock(commitment: Commitment) -> Commitment:
    current = Commitment.objects.select_for_update(of=("self",)).select_related("customer").get(pk=commitment.pk)
    if current.nature != Commitment.Nature.PRIMARY:
        raise Refusal(_("Cette date vient d’un document ou de la loi : elle se change par un nouveau fait, pas ici."))
    return current


def _refuse_stale(current: Commitment, version: int | None) -> None:
    """`version` is the one the person saw; what was done twice the same way never comes here (a double click)."""
    if version is not None and current.version != version:
        raise Conflict(_("Un collègue vient de changer cet engagement. Relisez-le, puis recommencez."))


def _refuse_closed(current: Commitment) -> None:
    if current.kept_at:
        raise Refusal(_("Cet engagement est déjà tenu."))
    if current.released_at:
        raise Refusal(_("Cet engagement est déjà levé."))


def _save(current: Commitment, kind: str, summary: object, *, by: User | None, body: str = "", **data: Any) -> Commitment:
    current.version += 1
    current.save()
    _trace(current, kind, summary, by=by, body=body, **data)
    return current


def _trace(commitment: Commitment, kind: str, summary: object, *, by: User | None, body: str = "", **data: Any) -> None:
    timeline.record(
        customer=commitment.customer,
        contact=commitment.contact,
        kind=kind,
        summary=summary,
        by=by,
        body=body,
        about=commitment,
        about_kind="commitment",
        data={"owed_by": commitment.owed_by, **data},
        visibility=commitment.visibility,
        team_id=commitment.team_id,
    )


def _reason(text: str) -> str:
    """Why, on one line that its column holds."""
    reason = refuse_control_characters(" ".join(text.split()))
    if len(reason) > 200:
        raise Refusal(_("Dites-le en 200 caractères au plus ; le détail va dans l’échange."), field="reason")
    return reason
