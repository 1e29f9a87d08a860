"""What a payment writes in the two books: balanced lines of the ledger, a link of the chain of seals. One place for both."""

from billing.models import Allocation, Payment


def book_payment(payment: Payment, allocations: list[Allocation]) -> None:
    """Write `payment` and what it pays in the books, in the caller's transaction, after every lock but the chain's."""


def book_allocation(allocation: Allocation) -> None:
    """Seal an allocation made after its payment; the ledger does not move: the client owed, and was owed, the same."""
