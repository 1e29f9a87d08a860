"""The only writer of the shared history."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from crm import search
from crm.models import Contact, ContactAccess, Customer, ImportBatch, Interaction
from crm.models.timeline import Audience, Visibility
from lib import clock
from lib.errors import Refusal

EARLIEST = 1900  # a year before it is a mistake of typing (`crm.checks` says the same of dates)


def record(
    *,
    customer: Customer | None,
    kind: str,
    summary: object,
    by: User | None,
    occurred_at: datetime | None = None,
    contact: Contact | None = None,
    channel: str = "",
    direction: str = "",
    stage: str = "",
    body: str = "",
    about: Any = None,
    about_kind: str = "",
    data: dict[str, Any] | None = None,
    audience: str = Audience.HOUSE,
    visibility: str = Visibility.EVERYONE,
    team_id: int | None = None,
    import_batch: ImportBatch | None = None,
    key: str = "",
) -> Interaction:
    """Write one row of the history, in the transaction of the fact it tells; returns it.

    `summary` (lazily translated text) is written by code from the kind, never typed words nor a person's name; `body`
    holds typed words.
    `by=None` means the house did it of itself; `team_id` is the team that may read, when it is not the writer's. `about`
    is the object the row points to: it has `public_id`, `about_label` or a text, and `customer_id` when it belongs to
    one. Refuses an `about` or a contact of another customer, a moment in the future or before 1900, and a call outside a
    transaction. `key` names the request: the database refuses a second row of the same author with the same key.
    """
    row = _built(
        customer=customer,
        kind=kind,
        summary=summary,
        by=by,
        occurred_at=occurred_at,
        contact=contact,
        channel=channel,
        direction=direction,
        stage=stage,
        body=body,
        about=about,
        about_kind=about_kind,
        data=data,
        audience=audience,
        visibility=visibility,
        team_id=team_id,
        import_batch=import_batch,
        key=key,
    )
    row.save(force_insert=True)
    search.index_interactions([row], new=True)
    return row


def record_many(facts: Iterable[Mapping[str, Any]]) -> list[Interaction]:
    """The rows that `record(**fact)` would write for each of `facts`, in a few statements: for imports. Same guards."""
    rows = Interaction.objects.bulk_create([_built(**fact) for fact in facts])
    search.index_interactions(rows, new=True)
    return rows


def _built(
    *,
    customer: Customer | None,
    kind: str,
    summary: object,
    by: User | None,
    occurred_at: datetime | None = None,
    contact: Contact | None = None,
    about: Any = None,
    data: dict[str, Any] | None = None,
    visibility: str = Visibility.EVERYONE,
    team_id: int | None = None,
    **fields: Any,
) -> Interaction:
    """The row, guarded and not yet saved."""
    if not connection.in_atomic_block:
        raise RuntimeError("timeline.record is called inside the transaction of the fact it tells")
    now = clock.now()
    if occurred_at is not None and occurred_at > now + timedelta(minutes=5):
        raise Refusal(_("Ce moment est dans le futur : un échange se consigne quand il a eu lieu."), field="occurred_at")
    if occurred_at is not None and occurred_at.year < EARLIEST:
        raise Refusal(_("L’année %(year)s surprend ici. Vérifiez la date.") % {"year": occurred_at.year}, field="occurred_at")
    owner = getattr(about, "customer_id", None)
    if (owner is not None and not _is_of(owner, customer)) or not _speaks_for(contact, customer):
        raise Refusal(_("Cet échange concerne un autre client."))
    return Interaction(
        customer=customer,
        contact=contact,
        kind=kind,
        occurred_at=occurred_at or now,
        recorded_at=now,
        author=by,
        summary=frozen(summary),
        about_ref=about.public_id if about is not None else "",
        about_label=_label(about)[:120] if about is not None else "",
        data=data or {},
        visibility=visibility,
        team_id=(team_id or (by.team_id if by else None)) if visibility == Visibility.TEAM else None,
        **fields,
    )


def frozen(summary: object) -> str:
    """What a row is called for ever, in the house's language, whoever wrote it; a plain text is already that."""
    if isinstance(summary, str):
        return summary
    with translation.override(settings.LANGUAGE_CODE):
        return str(summary)


def _speaks_for(contact: Contact | None, customer: Customer | None) -> bool:
    """A person of that client, or of another one who was given their space to stand for it."""
    if contact is None or _is_of(contact.customer_id, customer):
        return True
    return customer is not None and ContactAccess.objects.lets(contact, customer.family_ids())


def _label(about: Any) -> str:
    """What the row is about, in the house's language too: a client may be the one who writes."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(getattr(about, "about_label", "") or about)


def _is_of(owner: int, customer: Customer | None) -> bool:
    """Head and aliases are one client: what belongs to one may be told of the other."""
    return customer is not None and (owner in (customer.pk, customer.merged_into_id) or owner in customer.family_ids())
