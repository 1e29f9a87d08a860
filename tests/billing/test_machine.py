"""Any order of issue, part payment, overpayment, use of what is left, refund, credit and undo: the books stay right.

Beside the product, a second reckoning in whole cents, written from the rules. `EGARDS_MACHINE=5000` runs that many roads of
fifty steps instead of the quick ones.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from billing import auditing, collecting, crediting, refunding, seals
from billing.correcting import credit_invoice
from billing.models import Invoice, Payment
from crm.customers import create_customer
from crm.models import Customer
from lib import clock
from lib.errors import Refusal
from tests.billing.house import issued, open_firm, settle
from tests.billing.money import customer_balance

TODAY = clock.today()
LONG = int(os.environ.get("EGARDS_MACHINE", "0"))
RATES = ("20", "10", "5.5", "2.1")

lines = st.lists(
    st.fixed_dictionaries(
        {
            "description": st.just("Pose"),
            "quantity": st.integers(1, 2000).map(lambda number: str(Decimal(number) / 100)),
            "unit_price": st.integers(1, 50_000).map(lambda number: str(Decimal(number) / 100)),
            "discount": st.sampled_from(["0", "10", "33.33"]),
            "vat_rate": st.sampled_from(RATES),
        }
    ),
    min_size=1,
    max_size=4,
)
part = st.integers(1, 100)  # per cent of what may be moved
which = st.integers(0, 10_000)


def half_up(value: Fraction) -> int:
    """To the nearest whole number, a half going up: amounts here are never negative."""
    return int(value + Fraction(1, 2))


def total_of(rows: list[tuple[int, str]]) -> int:
    """Cents with tax of rows (cents without tax, rate): tax once per rate."""
    bases: dict[str, int] = {}
    for net, rate in rows:
        bases[rate] = bases.get(rate, 0) + net
    return sum(base + half_up(Fraction(base) * Fraction(rate) / 100) for rate, base in bases.items())


@dataclass
class Asked:
    """An invoice as we reckon it, in cents."""

    row: Invoice
    customer: Customer
    lines: list[tuple[int, str]]  # what is left to credit of each, and its rate
    due: int = 0
    taken: dict[str, tuple[int, int]] = field(default_factory=dict)  # by rate, cents of base and of tax taken back

    def take(self, rows: list[tuple[int, str]]) -> tuple[int, dict[str, tuple[int, int]]]:
        """Cents with tax of a credit note of these rows, and what is taken back with it: the tax on all that is taken back,
        less the tax of the notes before."""
        after = dict(self.taken)
        for net, rate in rows:
            base, tax = after.get(rate, (0, 0))
            after[rate] = base + net, tax
        after = {rate: (base, half_up(Fraction(base) * Fraction(rate) / 100)) for rate, (base, _tax) in after.items()}
        moved = [base + tax for base, tax in after.values()]
        return sum(moved) - sum(base + tax for base, tax in self.taken.values()), after


@dataclass
class Received:
    """A payment as we reckon it."""

    row: Payment
    customer: Customer
    free: int
    counted: dict[int, int] = field(default_factory=dict)  # cents by invoice
    back: int = 0
    undone: bool = False


@dataclass
class Credit:
    """A credit note as we reckon it."""

    row: Invoice
    customer: Customer
    free: int


def euros(number: int) -> Decimal:
    return Decimal(number).scaleb(-2)


class Books(RuleBasedStateMachine):
    """One firm, two clients, and everything that may happen to money."""

    def __init__(self) -> None:
        super().__init__()
        self.road = transaction.atomic()
        self.road.__enter__()
        open_firm()
        self.clients = [
            settle(create_customer(by=None, name=name, type="consumer", email=f"{name.lower()}@client.example"))
            for name in ("Diallo", "Lemoine")
        ]
        self.invoices: dict[int, Asked] = {}
        self.payments: list[Received] = []
        self.credits: list[Credit] = []

    def teardown(self) -> None:
        try:
            assert auditing.verify() == []
            assert [found for found in seals.verify() if found[0]] == []
        finally:
            transaction.set_rollback(True)
            self.road.__exit__(None, None, None)

    # What may be chosen.

    def open_of(self, customer: Customer) -> list[Asked]:
        return [one for one in self.invoices.values() if one.customer == customer and one.due]

    def pairs(self, sources: list) -> Iterator[tuple]:
        """Each source with something left, with an open invoice of the same client."""
        return ((source, one) for source in sources if source.free for one in self.open_of(source.customer))

    def live(self) -> list[Received]:
        return [payment for payment in self.payments if not payment.undone]

    # What may happen.

    @rule(lines=lines, client=st.integers(0, 1))
    def issue(self, lines, client):
        nets = [
            (
                half_up(Fraction(one["quantity"]) * Fraction(one["unit_price"]) * (100 - Fraction(one["discount"]))),
                one["vat_rate"],
            )
            for one in lines
        ]
        if not total_of(nets) or len(self.invoices) > 12:
            return
        invoice = issued(self.clients[client], lines)
        assert invoice.total_incl_tax == euros(total_of(nets))
        self.invoices[invoice.pk] = Asked(invoice, self.clients[client], nets, total_of(nets))

    @precondition(lambda self: any(one.due for one in self.invoices.values()))
    @rule(which=which, part=st.integers(1, 150), method=st.sampled_from(["transfer", "cheque", "card"]), two=st.booleans())
    def pay(self, which, part, method, two):
        """A part, all of it, or too much; on one invoice or on two of the client."""
        waiting = [one for one in self.invoices.values() if one.due]
        first = waiting[which % len(waiting)]
        asked = [first, *([one for one in self.open_of(first.customer) if one is not first][:1] if two else [])]
        left = amount = max(1, sum(one.due for one in asked) * part // 100)
        row = collecting.record_payment(
            customer=first.customer,
            amount=euros(amount),
            method=method,
            paid_on=TODAY,
            by=None,
            invoices=[one.row for one in asked],
        )
        payment = Received(row, first.customer, 0)
        for one in asked:
            share = min(left, one.due)
            if share:
                payment.counted[one.row.pk] = share
            one.due, left = one.due - share, left - share
        payment.free = left
        self.payments.append(payment)

    @precondition(lambda self: any(self.pairs(self.live())))
    @rule(which=which)
    def use_what_is_left(self, which):
        choices = list(self.pairs(self.live()))
        payment, one = choices[which % len(choices)]
        share = min(payment.free, one.due)
        collecting.allocate(payment.row, one.row, by=None)
        payment.counted[one.row.pk] = payment.counted.get(one.row.pk, 0) + share
        payment.free, one.due = payment.free - share, one.due - share

    @precondition(lambda self: self.live())
    @rule(which=which)
    def undo(self, which):
        payment = self.live()[which % len(self.live())]
        if payment.back:
            with pytest.raises(Refusal):
                collecting.reverse_payment(payment.row, reason="Erreur", by=None)
            return
        collecting.reverse_payment(payment.row, reason="Erreur", by=None)
        collecting.reverse_payment(payment.row, reason="Erreur", by=None)  # twice is once
        for key, share in payment.counted.items():
            self.invoices[key].due += share
        payment.undone, payment.free = True, 0

    @precondition(lambda self: any(payment.free for payment in self.live()))
    @rule(which=which, part=part, undone=st.booleans())
    def give_back(self, which, part, undone):
        rich = [payment for payment in self.live() if payment.free]
        payment = rich[which % len(rich)]
        amount = max(1, payment.free * part // 100)
        with pytest.raises(Refusal):
            collecting.refund(payment.row, euros(payment.free + 1), reason="Trop", by=None)
        row = collecting.refund(payment.row, euros(amount), reason="Trop-perçu", by=None)
        if undone:
            for _twice in (1, 2):
                refunding.undo_refund(row, reason="Pas parti", by=None)
            return
        payment.free, payment.back = payment.free - amount, payment.back + amount

    @precondition(lambda self: any(sum(net for net, _rate in one.lines) for one in self.invoices.values()))
    @rule(which=which, part=part, whole=st.booleans())
    def credit(self, which, part, whole):
        able = [one for one in self.invoices.values() if any(net for net, _rate in one.lines)]
        one = able[which % len(able)]
        place = next(place for place, (net, _rate) in enumerate(one.lines) if net)
        net, rate = one.lines[place]
        taken = [pair for pair in one.lines if pair[0]] if whole else [(max(1, net * part // 100), rate)]
        asked = None if whole else [{"position": place + 1, "amount": str(euros(taken[0][0]))}]
        if not whole:
            with pytest.raises(Refusal):
                credit_invoice(
                    one.row, lines=[{"position": place + 1, "amount": str(euros(net + 1))}], reason="Trop", by=None, on=TODAY
                )
        note = credit_invoice(one.row, lines=asked, reason="Geste", by=None, on=TODAY)
        total, one.taken = one.take(taken)
        assert note.total_incl_tax == euros(total)
        one.lines = [(0, rate) for _net, rate in one.lines] if whole else one.lines
        if not whole:
            one.lines[place] = (net - taken[0][0], rate)
        used = min(total, one.due)
        one.due -= used
        self.credits.append(Credit(note, one.customer, total - used))

    @precondition(lambda self: any(self.pairs(self.credits)))
    @rule(which=which)
    def use_a_credit_note(self, which):
        choices = list(self.pairs(self.credits))
        note, one = choices[which % len(choices)]
        share = min(note.free, one.due)
        made = crediting.use_credit(note.row, one.row, by=None)
        if made.invoice_id != note.row.credit_of_id and which % 3 == 0:
            for _twice in (1, 2):
                crediting.release_credit(made, by=None)
            return
        note.free, one.due = note.free - share, one.due - share

    @precondition(lambda self: any(note.free for note in self.credits))
    @rule(which=which, part=part, undone=st.booleans())
    def give_a_credit_note_back(self, which, part, undone):
        rich = [note for note in self.credits if note.free]
        note = rich[which % len(rich)]
        amount = max(1, note.free * part // 100)
        row = crediting.refund_credit(note.row, euros(amount), method="transfer", paid_on=TODAY, reason="Rendu", by=None)
        if undone:
            refunding.undo_refund(row, reason="Pas parti", by=None)
            return
        note.free -= amount

    # What is always true.

    @invariant()
    def balances_are_ours(self):
        read = {row.pk: row.balance() for row in Invoice.objects.invoices().with_balance()}
        assert read == {key: euros(one.due) for key, one in self.invoices.items()}

    @invariant()
    def each_client_stands_as_we_reckon(self):
        for customer in self.clients:
            found = customer_balance(customer, today=TODAY, ids=[customer.pk])
            assert (found.due, found.surplus, found.credit) == (
                euros(sum(one.due for one in self.invoices.values() if one.customer == customer)),
                euros(sum(payment.free for payment in self.live() if payment.customer == customer)),
                euros(sum(note.free for note in self.credits if note.customer == customer)),
            )


@pytest.mark.django_db
def test_the_books_stay_right_whatever_happens():
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=LONG or 12, stateful_step_count=50 if LONG else 20, deadline=None, derandomize=not LONG, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
