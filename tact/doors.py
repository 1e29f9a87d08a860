"""Where a reminder leads: pay, ask, say a difficulty. The client's space gives the addresses, in the mail's transaction."""

from collections.abc import Sequence

from billing.models import Invoice
from crm.models import Contact
from tact.facts import Claim
from tact.message import door_words

ANCHORS = ("#regler", "#question", "#difficulte")


def link_for(invoice: Invoice, contact: Contact | None, *, email: str) -> str:
    """The address at which the person who receives this mail (`contact`, at `email`) reads, pays and asks about `invoice`;
    each mail carries its own. Empty: the mail says how to answer instead."""
    return ""


def doors_of(
    claims: Sequence[Claim], invoices: dict[str, Invoice], contact: Contact | None, *, email: str, language: str
) -> list[tuple[str, str]]:
    """The links of a reminder as (words, address): one to pay each invoice, one to ask, one to say a difficulty."""
    links = [link_for(invoices[claim.debt.link.ref], contact, email=email) for claim in claims]
    if not all(links):
        return []
    pay, ask, difficulty = door_words(claims, language)
    rows = [(words, link + ANCHORS[0]) for words, link in zip(pay, links, strict=True)]
    return [*rows, (ask, links[0] + ANCHORS[1]), (difficulty, links[0] + ANCHORS[2])]
