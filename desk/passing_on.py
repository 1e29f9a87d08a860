"""Who records the money that a client brings, told to a colleague who may not: names, and a word left in one click."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import ngettext

from accounts.models import Right, Role, User
from billing.passing_on import LONGEST
from crm.models import Customer
from desk import phrases
from lib.typography import list_of

NAMED = 4  # colleagues offered: a house has few who count money


@dataclass(frozen=True)
class Passing:
    """The sentence, the colleagues who may be told, and where the word is sent."""

    sentence: str
    people: list[User]
    url: str
    invoice: str = ""
    most: int = LONGEST


def read_passing(customer: Customer, *, user: User, invoice: str = "") -> Passing | None:
    """What to tell `user` of who records a payment of `customer`; None when they record it themselves, or nobody may. The
    accountant comes first. One statement, or none."""
    if user.may(Right.MANAGE_PAYMENTS):
        return None
    people = sorted(User.objects.holding(Right.MANAGE_PAYMENTS), key=lambda one: (one.role != Role.ACCOUNTANT, one.name))[:NAMED]
    if not people:
        return None
    names = list_of([one.first_name for one in people], language=phrases.language())
    sentence = ngettext(
        "Espèces, chèque, virement annoncé : %(names)s enregistre les paiements.",
        "Espèces, chèque, virement annoncé : %(names)s enregistrent les paiements.",
        len(people),
    ) % {"names": names}
    may_tell = people if user.may(Right.LOG) else []
    return Passing(sentence, may_tell, reverse("pass_on", args=[customer.public_id]), invoice)
