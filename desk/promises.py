"""A commitment made ready for a page: the record, Aujourd’hui, the lists."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.policy import Right
from accounts.requests import HouseRequest
from crm.models import Commitment
from desk import phrases
from lib.public_ids import PATTERN

CALLS = 4  # promised calls offered when one is logged
_CALLS = re.compile(r"(?:r?appeler|téléphoner|call|ring)\b", re.IGNORECASE)


@dataclass(slots=True)
class PromiseLine:
    """One promise, in words."""

    id: str
    url: str
    keep_url: str
    what: str
    amount: Decimal | None
    when: str  # «aujourd’hui avant 10 h»
    margin: str  # «avant 10 h»
    late: bool
    today: bool
    open: bool
    ours: bool
    movable: bool
    owner: str
    customer: str
    customer_url: str
    said: str
    said_low: str  # inside a sentence
    keep_label: str
    version: int
    done: str = ""


def promise_line(commitment: Commitment, *, today: date, now: datetime) -> PromiseLine:
    """The line of a commitment loaded with owner, author, interaction and customer. `late` is kept for a promise whose
    moment is past: the only thing that may be red."""
    ours = commitment.owed_by == Commitment.Owed.US
    customer = commitment.customer
    said = phrases.said(commitment, today)
    return PromiseLine(
        id=commitment.public_id,
        url=where(commitment),
        keep_url=reverse("commitment_keep", args=[commitment.public_id]),
        what=commitment.told,
        amount=commitment.amount,
        when=phrases.due(commitment, today),
        margin=phrases.due_briefly(commitment, today),
        late=commitment.is_broken(now),
        today=commitment.due_on == today,
        open=commitment.is_open,
        ours=ours,
        movable=commitment.is_open and commitment.nature == Commitment.Nature.PRIMARY,
        owner=commitment.owner.first_name if commitment.owner else "",
        customer=customer.name,
        customer_url=reverse("customer", args=[customer.public_id]),
        said=said,
        said_low=said[:1].lower() + said[1:],
        keep_label=_("Tenu") if ours else _("C’est fait"),
        version=commitment.version,
        done="" if commitment.is_open else _("tenu") if commitment.kept_at else _("levé"),
    )


def is_call(row: Commitment) -> bool:
    """Whether what was promised is a telephone call."""
    return _CALLS.match(row.what) is not None


def calls_promised(rows: Iterable[Commitment]) -> list[Commitment]:
    """Of these open commitments, the calls that we promised, in their order: what a call that is logged may have kept."""
    ours = (row for row in rows if row.owed_by == Commitment.Owed.US and row.nature == Commitment.Nature.PRIMARY)
    return [row for row in ours if is_call(row)][:CALLS]


def where(commitment: Commitment) -> str:
    """Its page; of a date that a document or the law gives, the page of what gives it."""
    if commitment.nature == Commitment.Nature.PROJECTED and commitment.about_ref:
        return reverse("pointing", args=[commitment.about_kind, commitment.about_ref])
    return reverse("commitment", args=[commitment.public_id])


@dataclass(slots=True)
class Done:
    """What was just kept or lifted, and how to take it back."""

    text: str
    undo_url: str


def just_done(request: HouseRequest) -> Done | None:
    """What the link that brought here says was just done (`?fait=`), when it is so. One statement, or none."""
    ref = request.GET.get("fait", "")
    if not re.fullmatch(PATTERN, ref) or not request.user.may(Right.LOG):
        return None
    row = Commitment.objects.visible_to(request.user).filter(public_id=ref).first()
    if row is None or row.is_open:
        return None
    text = _("Tenu : %(what)s.") if row.kept_at else _("Levé : %(what)s.")
    return Done(text % {"what": row.told.rstrip(".")}, reverse("commitment_reopen", args=[row.public_id]))
