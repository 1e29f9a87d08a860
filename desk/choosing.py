"""The page where one says for whom something is begun."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from crm import search
from crm.models import Customer

OFFERED = 20


@dataclass(frozen=True)
class Choice:
    """The page: what is begun, what was looked for, the clients found, each with where to go on."""

    title: str
    answer: str
    words: str
    rows: list[tuple[Customer, str]]


def offer_clients(words: str, *, user: User, title: str, answer: str, lead: Callable[[Customer], str]) -> Choice:
    """The clients that answer `words`, or those changed last; `lead` gives the address that goes on with one."""
    words = words.strip()[:200]
    rows = Customer.objects.visible_to(user).heads().filter(archived_at=None)
    found = rows.filter(pk__in=search.head_ids(user, words)) if words else rows.order_by("-updated_at", "-id")
    return Choice(title, answer, words, [(row, lead(row)) for row in found[:OFFERED]])
