"""Where a reminder leads: pay, ask, say a difficulty. Made in the mail's transaction; each mail carries its own links."""

from collections.abc import Mapping, Sequence
from datetime import date

from accounts.models import User
from billing.links import Links, invoice_links
from billing.models import Invoice
from crm.models import Contact
from tact.facts import Claim
from tact.message import door_words


def doors_of(
    claims: Sequence[Claim],
    invoices: Mapping[str, Invoice],
    contact: Contact | None,
    *,
    address: str,
    language: str,
    by: User,
    on: date,
) -> list[tuple[str, str]]:
    """The links of a reminder that leaves on the civil day `on` for `contact` at `address`, as (words, address): one to pay
    each invoice, one to ask, one to say a difficulty."""
    links: list[Links] = [
        invoice_links(invoices[claim.debt.link.ref], contact=contact, address=address, by=by, on=on) for claim in claims
    ]
    pay, ask, difficulty = door_words(claims, language)
    rows = [(words, link.pay) for words, link in zip(pay, links, strict=True)]
    return [*rows, (ask, links[0].question), (difficulty, links[0].difficulty)]
