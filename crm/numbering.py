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


def hold(name: str) -> None:
    """Make whoever wants numbers of the counter `name` wait until the transaction ends, without taking any."""
    Counter.objects.bulk_create([Counter(name=name)], ignore_conflicts=True)
    list(Counter.objects.select_for_update().filter(name=name))


def customer_reference(number: int) -> str:
    """«C00017»."""
    return f"C{number:05d}"
