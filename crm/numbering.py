"""References of customers: a counter row locked inside the transaction that uses the number."""

from crm.models import Counter

CUSTOMERS = "customers"


def next_numbers(name: str, count: int = 1) -> range:
    """Take `count` consecutive numbers of the counter `name`, locking its row until the transaction ends."""
    Counter.objects.get_or_create(name=name)
    counter = Counter.objects.select_for_update().get(name=name)
    first = counter.last + 1
    Counter.objects.filter(name=name).update(last=counter.last + count)
    return range(first, first + count)


def customer_reference(number: int) -> str:
    """«C00017»."""
    return f"C{number:05d}"
