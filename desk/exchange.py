"""The page of one exchange."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from accounts.models import Role, User
from accounts.policy import Right
from crm.models import Interaction
from crm.models.timeline import HUMAN_KINDS, Kind
from desk import phrases
from desk.promising import reader_choices
from desk.thread import erased_words, mood_of
from lib import clock
from lib.errors import Refusal


def exchange_page(
    row: Interaction, *, user: User, today: date, refusal: Refusal | None = None, typed: str = ""
) -> dict[str, Any]:
    """What the page of `row` shows, and which of its gestures `user` may do. Two statements."""
    mail = getattr(row, "email", None)
    former = row.data.get("former") or []
    human, writes = row.kind in HUMAN_KINDS, user.may(Right.LOG)
    mine = row.author_id == user.pk
    who = row.author.name if row.kind == Kind.NOTE and row.author else row.contact.full_name if row.contact else ""
    return {
        "row": row,
        "title": phrases.title(row.kind, row.direction, who),
        "when": phrases.capital(phrases.moment(row.occurred_at, today)),
        "recorded": phrases.moment(row.recorded_at, today),
        "about": row.about_label if row.about_ref else "",
        "about_url": reverse("pointing", args=[row.about_kind, row.about_ref]) if row.about_kind and row.about_ref else "",
        "words": mail.text if mail is not None and not row.erased_at else row.body,
        "subject": mail.subject if mail is not None else "",
        "mail_ref": mail.public_id if mail is not None else "",
        "erased": erased_words(row, today) if row.erased_at else "",
        "former": [(version["words"], _until(version["until"], today)) for version in reversed(former)],
        "seen": len(former),
        "lasting": phrases.lasting(row.data["minutes"]) if row.data.get("minutes") else "",
        "files": list(row.attachments.filter(erased_at=None)),
        "promises": [
            (promise, phrases.due(promise, today)) for promise in row.commitments.visible_to(user).order_by("due_on", "id")
        ],
        "mood": mood_of({} if row.erased_at else row.data, row.contact.civility if row.contact else ""),
        "may_correct": human and writes and mine and mail is None and not row.erased_at,
        "may_erase": human and writes and not row.erased_at and (mine or user.role == Role.MANAGER),
        "may_hide": human and writes and (mine or user.role == Role.MANAGER),
        "readers": reader_choices(user),
        "refusal": refusal,
        "typed": typed or row.body,
    }


def _until(instant: str, today: date) -> str:
    return phrases.moment(clock.local(datetime.fromisoformat(instant)), today)
