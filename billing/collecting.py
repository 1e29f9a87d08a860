"""Gestures on money received: record it, say what it pays, use what is left over, undo, give back, announce a transfer.

Locks in one order everywhere: invoices, customer, chain of seals. Rows are only added.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from billing import consequences
from billing.models import Allocation, Invoice, Method, Payment, TransferNotice
from billing.payment_books import book_allocation, book_payment
from crm import timeline
from crm.models import Contact, Customer
from crm.models.customers import CustomerType
from crm.models.timeline import Audience, Direction, Kind
from lib import clock, law
from lib.errors import Conflict, Refusal
from lib.french_calendar import add_working_days
from lib.money import LARGEST, ZERO, cents
from lib.plain_text import refuse_control_characters
from lib.typography import amount as in_words

EARLIEST = date(2000, 1, 1)  # before it, a mistake of typing
LAW = "payments"

Share = tuple[Invoice, Decimal]  # an invoice, and what counts on it (EUR)


def record_payment(
    *, customer: Customer, amount: Decimal, method: str, paid_on: date, by: User | None, invoices: Sequence[Invoice] | None = None,
    allocations: Sequence[Share] | None = None, reference: str = "", key: str = "", provider: str = "", external_id: str = "",
) -> Payment:  # fmt: skip
    """Write that `customer` paid `amount` EUR (to the cent, above zero) on `paid_on`; returns the payment.

    It counts on `invoices` in their order, each up to what is still due on it, or exactly as `allocations` say; what is left
    stays the client's. `paid_on` may precede an invoice, not follow today. Cash is refused beyond the ceiling of law. The
    same `key`, or the same `external_id` of a `provider`, gives back the first payment; Conflict when the key named another.
    """
    with transaction.atomic():
        wanted = lock_invoices([*(invoices or ()), *(invoice for invoice, _amount in allocations or ())])
        client = lock_customer(customer)
        if found := _already(key, provider, external_id):
            return _same(found, client, amount, method, paid_on, wanted)
        amount, reference = check_money(amount, method, paid_on, reference)
        refuse_foreign(wanted.values(), client)
        shares = _exact(allocations, wanted, amount) if allocations else _in_order(invoices or (), wanted, amount)
        if method == Method.CASH:
            _refuse_cash(client, amount, shares, paid_on)
        payment = Payment.objects.create(
            customer=client, amount=amount, method=method, paid_on=paid_on, reference=reference, provider=provider,
            external_id=external_id, key=key or None, recorded_by=by,
        )  # fmt: skip
        made = [_count(invoice, share, by=by, payment=payment) for invoice, share in shares]
        consequences.tell_received(payment, made, by=by)
        consequences.follow(client, [invoice for invoice, _share in shares], by=by, payment=payment)
        book_payment(payment, made)
    return payment


def allocate(
    payment: Payment, invoice: Invoice, amount: Decimal | None = None, *, by: User | None, seen: Decimal | None = None
) -> Allocation:
    """Use what is left of `payment` on `invoice`: `amount` EUR, by default as much as both allow. `seen` is what the person
    saw left: refused when it is not so any more (two clicks, two colleagues)."""
    with transaction.atomic():
        (target,) = lock_invoices([invoice]).values()
        client = lock_customer(payment.customer)
        current = Payment.objects.get(pk=payment.pk)
        refuse_foreign([target], client)
        free, due = current.unallocated(), target.balance()
        if Payment.objects.filter(reverses=current).exists() or free <= 0:
            raise Refusal(_("Il ne reste rien de ce paiement à utiliser."))
        refuse_moved(free, seen)
        wanted = min(free, due) if amount is None else cents(amount)
        refuse_beyond(wanted, due, target)
        if wanted > free:
            raise Refusal(_("Il ne reste que %(free)s de ce paiement.") % {"free": in_words(free)}, field="amount")
        if current.method == Method.CASH:
            _refuse_cash(client, current.amount, [(target, wanted)], current.paid_on)
        made = _count(target, wanted, by=by, payment=current)
        consequences.tell_used(made, client, lazy("Paiement affecté"), by=by)
        consequences.follow(client, [target], by=by, payment=current)
        book_allocation(made)
    return made


def release(allocation: Allocation, *, by: User | None) -> Allocation:
    """Take back what counted on an invoice: the amount is the client's surplus again. Twice is once."""
    with transaction.atomic():
        (invoice,) = lock_invoices([allocation.invoice]).values()
        client = lock_customer(invoice.customer)
        if done := Allocation.objects.filter(reverses=allocation).first():
            return done
        if allocation.reverses_id or allocation.payment_id is None or allocation.amount < 0:
            raise Refusal(_("Cette ligne ne se reprend pas."))
        made = _count(invoice, -allocation.amount, by=by, payment=allocation.payment, reverses=allocation)
        consequences.tell_released(made, client, by=by)
        consequences.follow(client, [invoice], by=by)
        book_allocation(made)
    return made


def reverse_payment(payment: Payment, *, reason: str, by: User | None, key: str = "") -> Payment:
    """Undo a payment recorded by mistake, or that the bank took back (a cheque without funds): an opposite row, and the
    invoices it paid are due again. Returns the opposite row; twice is once. Refuses one partly given back."""
    reason = check_reason(reason)
    with transaction.atomic():
        counted = Allocation.objects.filter(payment=payment)
        touched = lock_invoices(Invoice.objects.filter(allocations__payment=payment).distinct())
        client = lock_customer(payment.customer)
        if found := Payment.objects.filter(reverses=payment).first():
            return found
        _refuse_no_reversal(payment)
        opposite = Payment.objects.create(
            customer=payment.customer, amount=-payment.amount, method=payment.method, paid_on=clock.today(), reverses=payment,
            reason=reason, key=key or None, recorded_by=by,
        )  # fmt: skip
        sums = counted.order_by().values("invoice").annotate(sum=Sum("amount")).order_by("invoice")
        made = [_count(touched[row["invoice"]], -cents(row["sum"]), by=by, payment=opposite) for row in sums if cents(row["sum"])]
        consequences.tell_reversed(opposite, made, by=by)
        consequences.follow(client, list(touched.values()), by=by)
        book_payment(opposite, made)
    return opposite


def refund(
    payment: Payment, amount: Decimal, *, reason: str, by: User | None, paid_on: date | None = None, method: str = "",
    reference: str = "", key: str = "", provider: str = "", external_id: str = "", reopen: bool = False,
) -> Payment:  # fmt: skip
    """Write that `amount` EUR of `payment` went back to the client, out of what counts on no invoice; returns the row.

    With `reopen` (the money has left whatever we think), what lacks is taken back from the invoices it paid, the last first:
    they are due again. Idempotent like `record_payment`. `by=None` is Stripe, or the house.
    """
    reason, on = check_reason(reason), paid_on or clock.today()
    with transaction.atomic():
        touched = lock_invoices(Invoice.objects.filter(allocations__payment=payment).distinct())
        client = lock_customer(payment.customer)
        if found := _already(key, provider, external_id):
            return _same(found, client, -amount, found.method, on if paid_on else found.paid_on)
        current = Payment.objects.get(pk=payment.pk)
        amount, reference = check_money(amount, method or current.method, on, reference)
        free = current.unallocated()
        _refuse_no_refund(current, amount, free if not reopen else current.amount + _given_back(current))
        refuse_cash_back(current.refunded_by.all(), amount, method or current.method, on)
        taken = _take_back(current, amount - free, touched, by=by) if amount > free else []
        row = Payment.objects.create(
            customer=current.customer, amount=-amount, method=method or current.method, paid_on=on, refunds=current, reason=reason,
            reference=reference, key=key or None, provider=provider, external_id=external_id, recorded_by=by,
        )  # fmt: skip
        consequences.tell_refunded(row, taken, by=by)
        consequences.follow(client, [allocation.invoice for allocation in taken], by=by)
        book_payment(row, taken)
    return row


def announce_transfer(invoice: Invoice, *, contact: Contact | None, on: date, by: User | None = None) -> TransferNotice:
    """The client says that a transfer of what is due left on `on`: reminders of this invoice wait for its days of transit.
    Said again meanwhile, it is the same notice. Refuses an invoice already paid, a day to come and, from the client alone, a
    third transfer when neither of the last two arrived."""
    with transaction.atomic():
        (current,) = lock_invoices([invoice]).values()
        client = lock_customer(current.customer)
        if on > clock.today():
            raise Refusal(_("Un virement s’annonce quand il est parti : choisissez aujourd’hui ou un jour passé."), field="on")
        if current.balance() <= 0:
            raise Refusal(_("Cette facture est déjà réglée : il n’y a plus rien à virer."))
        if live := TransferNotice.objects.filter(invoice=current, announced_on__lte=on).in_transit(on).first():
            return live
        if by is None:
            _refuse_a_third(current)
        notice, made = TransferNotice.objects.get_or_create(
            invoice=current, announced_on=on, withdrawn_at=None,
            defaults={"contact": contact, "expected_by": arrival(Method.TRANSFER, on), "noted_by": by},
        )  # fmt: skip
        if made:
            timeline.record(
                customer=client, contact=contact, kind=Kind.TRANSFER_ANNOUNCED, summary=lazy("Virement annoncé"), by=by,
                direction=Direction.IN, about=current, about_kind="invoice", audience=Audience.CUSTOMER,
                data={"on": on.isoformat(), "expected_by": notice.expected_by.isoformat()},
            )  # fmt: skip
    return notice


def withdraw_transfer(invoice: Invoice, *, contact: Contact | None, by: User | None = None) -> bool:
    """The client says that no transfer has left after all: nothing is awaited any more, reminders go on, and the record keeps
    both days. Returns whether there was one to withdraw: said twice, it is once."""
    with transaction.atomic():
        (current,) = lock_invoices([invoice]).values()
        client = lock_customer(current.customer)
        live = list(TransferNotice.objects.filter(invoice=current).in_transit(clock.today()))
        if not live:
            return False
        TransferNotice.objects.filter(pk__in=[row.pk for row in live]).update(withdrawn_at=clock.now())
        timeline.record(
            customer=client, contact=contact, kind=Kind.TRANSFER_WITHDRAWN, summary=lazy("Virement annoncé par erreur"), by=by,
            direction=Direction.IN, about=current, about_kind="invoice", audience=Audience.CUSTOMER,
            data={"on": min(row.announced_on for row in live).isoformat()},
        )  # fmt: skip
    return True


def _refuse_a_third(invoice: Invoice) -> None:
    """Two announced since something last came, and none of them there: a person looks before reminders wait again."""
    came = invoice.allocations.aggregate(last=Max("made_on"))["last"]
    rows = TransferNotice.objects.filter(invoice=invoice, withdrawn_at=None)
    if (rows.filter(announced_on__gt=came) if came else rows).count() >= 2:
        raise Refusal(
            _(
                "Deux virements nous ont été annoncés sur cette facture, et nous n’en voyons pas trace. Dites-nous-en un mot, dans "
                "« En parler » : une personne regarde avec vous, et les rappels s’arrêtent en attendant."
            )
        )


def arrival(method: str, on: date) -> date:
    """Until when money that left on `on` may reasonably be awaited, in working days of the whole country."""
    return add_working_days(on, law.row(LAW, f"transit_{method}", on=on)["working_days"])


def cash_ceiling(customer: Customer, on: date) -> law.Row:
    """The most that may be paid in cash on one debt: the row of law, whose `amount` is in EUR. A client of unknown type is
    taken as living here (C. mon. fin. L112-6, D112-3)."""
    foreign = customer.type == CustomerType.CONSUMER and customer.country != "FR"
    return law.row(LAW, "cash_ceiling_foreign_consumer" if foreign else "cash_ceiling_resident", on=on)


def lock_invoices(invoices: Iterable[Invoice]) -> dict[int, Invoice]:
    """The invoices as they now are, locked in one order whatever the caller's, by primary key."""
    keys = sorted({invoice.pk for invoice in invoices})
    rows = Invoice.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk") if keys else []
    return {row.pk: row for row in rows}


def lock_customer(customer: Customer) -> Customer:
    """The record that answers for the client, locked: payments of one client are written one after the other."""
    (row,) = Customer.objects.select_for_update(of=("self",), no_key=True).filter(pk=customer.merged_into_id or customer.pk)
    return row


def _already(key: str, provider: str, external_id: str) -> Payment | None:
    if external_id and (found := Payment.objects.filter(provider=provider, external_id=external_id).first()):
        return found
    return Payment.objects.filter(key=key).first() if key else None


def _same(found: Payment, client: Customer, amount: Decimal, method: str, paid_on: date, wanted: Iterable[int] = ()) -> Payment:
    """The first payment of that name; Conflict when it was another one: another client, sum, means or day, or one that
    counted on none of the invoices `wanted` (their keys)."""
    told = (found.amount, found.method, found.paid_on)
    if found.external_id or (found.customer_id in client.family_ids() and told == (amount, method, paid_on)):
        counted = set(found.allocations.values_list("invoice", flat=True)) if wanted and not found.external_id else set()
        if not counted or counted & set(wanted):
            return found
    raise Conflict(_("Cette demande a déjà servi à enregistrer un autre paiement : rien n’a été ajouté."))


def check_money(amount: Decimal, method: str, paid_on: date, reference: str) -> tuple[Decimal, str]:
    """Amount (EUR) and reference of money that moved, fit to be written; Refusal names the wrong field."""
    if method not in Method.values:
        raise Refusal(_("Un paiement arrive par virement, chèque, espèces ou carte."), field="method")
    if amount <= 0 or amount > LARGEST:
        raise Refusal(_("Le montant reçu est supérieur à zéro."), field="amount")
    if cents(amount) != amount:
        raise Refusal(_("Un montant s’arrête au centime."), field="amount")
    if paid_on > clock.today():
        raise Refusal(_("Ce jour est à venir : un paiement s’enregistre quand il est arrivé."), field="paid_on")
    if paid_on < EARLIEST:
        raise Refusal(_("L’année %(year)s surprend ici. Vérifiez la date.") % {"year": paid_on.year}, field="paid_on")
    reference = refuse_control_characters(" ".join(reference.split()))
    if len(reference) > 140:
        raise Refusal(_("La référence tient en 140 caractères."), field="reference")
    return cents(amount), reference


def check_reason(text: str) -> str:
    """Why, in one line that its column holds; Refusal when it is empty."""
    reason = refuse_control_characters(" ".join(text.split()))
    if not reason:
        raise Refusal(_("Dites pourquoi : un collègue le lira."), field="reason")
    if len(reason) > 240:
        raise Refusal(_("Dites-le en 240 caractères au plus."), field="reason")
    return reason


def refuse_moved(free: Decimal, seen: Decimal | None) -> None:
    """Refuse when what is left (EUR) is not what the person saw."""
    if seen is not None and seen != free:
        raise Refusal(
            _("Ce qui reste a changé depuis que vous avez ouvert cette page : %(free)s à présent. Relisez, puis recommencez.")
            % {"free": in_words(free)}
        )


def refuse_foreign(invoices: Iterable[Invoice], client: Customer) -> None:
    """Refuse an invoice of another client, a draft and a credit note."""
    family = set(client.family_ids())
    for invoice in invoices:
        if invoice.customer_id not in family:
            raise Refusal(_("Cette facture est celle d’un autre client."), field="invoice")
        if invoice.is_draft or invoice.is_credit_note:
            raise Refusal(_("On ne règle qu’une facture émise."), field="invoice")


def _in_order(invoices: Sequence[Invoice], locked: dict[int, Invoice], amount: Decimal) -> list[Share]:
    """`amount` over the invoices in their order, each up to what is due on it."""
    shares, left = [], amount
    for key in dict.fromkeys(invoice.pk for invoice in invoices):
        share = min(left, locked[key].balance())
        if share > 0:
            shares.append((locked[key], share))
            left -= share
    return shares


def _exact(allocations: Sequence[Share], locked: dict[int, Invoice], amount: Decimal) -> list[Share]:
    """The shares as asked; refused beyond what is due on each, or beyond the payment."""
    asked: dict[int, Decimal] = {}
    for invoice, share in allocations:
        asked[invoice.pk] = asked.get(invoice.pk, ZERO) + cents(share)
    if sum(asked.values(), ZERO) > amount:
        raise Refusal(_("Le total des parts dépasse le paiement."), field="amount")
    for key, share in asked.items():
        refuse_beyond(share, locked[key].balance(), locked[key])
    return [(locked[key], share) for key, share in asked.items()]


def refuse_beyond(share: Decimal, due: Decimal, invoice: Invoice) -> None:
    """Refuse a share (EUR) of nothing, or beyond what is due."""
    if share <= 0:
        raise Refusal(_("Il ne reste rien à régler sur cette facture.") if due <= 0 else _("Le montant est supérieur à zéro."))
    if share > due:
        words = {"due": in_words(due), "invoice": invoice.number}
        raise Refusal(_("Il ne reste que %(due)s à régler sur la facture %(invoice)s.") % words, field="amount")


def _refuse_cash(client: Customer, amount: Decimal, shares: list[Share], on: date) -> None:
    """Cash is counted per debt, over all its payments: splitting one does not lift the ceiling."""
    rule = cash_ceiling(client, on)
    ceiling = Decimal(rule["amount"])
    before = {
        row["invoice"]: row["sum"]
        for row in Allocation.objects.filter(invoice__in=[invoice for invoice, _share in shares], payment__method=Method.CASH)
        .order_by().values("invoice").annotate(sum=Sum("amount"))
    }  # fmt: skip
    beyond = any(before.get(invoice.pk, ZERO) + share > ceiling for invoice, share in shares)
    if beyond or amount - sum((share for _invoice, share in shares), ZERO) > ceiling:
        words = {"ceiling": in_words(ceiling), "source": rule.source.partition(" : ")[0]}
        raise Refusal(
            _(
                "La loi limite les espèces à %(ceiling)s par facture (%(source)s). Demandez un virement ou une carte pour le reste."
            )
            % words,
            field="amount",
        )


def refuse_cash_back(before: QuerySet[Payment], amount: Decimal, method: str, on: date) -> None:
    """Refuse to give back in cash, all in all (`before`: what went back already), more than the law lets a firm pay in cash."""
    if method != Method.CASH:
        return
    rule = law.row(LAW, "cash_ceiling_resident", on=on)
    given = -(before.filter(method=Method.CASH).order_by().aggregate(sum=Sum("amount"))["sum"] or ZERO)
    if given + amount > Decimal(rule["amount"]):
        words = {"ceiling": in_words(Decimal(rule["amount"])), "source": rule.source.partition(" : ")[0]}
        raise Refusal(
            _(
                "La loi limite à %(ceiling)s ce que la maison rend en espèces (%(source)s). Rendez le reste par virement ou par chèque."
            )
            % words,
            field="method",
        )


def _refuse_no_reversal(payment: Payment) -> None:
    if payment.reverses_id or payment.amount < 0:
        raise Refusal(_("Cette ligne annule ou rembourse déjà un paiement : elle ne s’annule pas."))
    if _given_back(payment):
        raise Refusal(_("Une partie de ce paiement a été rendue au client : il ne peut plus être annulé."))


def _refuse_no_refund(payment: Payment, amount: Decimal, most: Decimal) -> None:
    if payment.amount < 0 or Payment.objects.filter(reverses=payment).exists():
        raise Refusal(_("Ce paiement a été annulé : il n’y a rien à rendre."))
    if amount > most:
        raise Refusal(_("On peut rendre au plus %(free)s de ce paiement.") % {"free": in_words(max(most, ZERO))}, field="amount")


def _given_back(payment: Payment) -> Decimal:
    """EUR of it already given back, as a negative amount."""
    return cents(payment.refunded_by.aggregate(sum=Sum("amount"))["sum"] or ZERO)


def _take_back(payment: Payment, lacking: Decimal, locked: dict[int, Invoice], *, by: User | None) -> list[Allocation]:
    """Take `lacking` EUR back from the invoices that `payment` pays, the last first."""
    sums = (
        Allocation.objects.filter(payment=payment).order_by().values("invoice").annotate(sum=Sum("amount")).order_by("-invoice")
    )
    made = []
    for row in sums:
        share = min(lacking, cents(row["sum"]))
        if share > 0:
            made.append(_count(locked[row["invoice"]], -share, by=by, payment=payment))
            lacking -= share
    return made


def _count(
    invoice: Invoice, amount: Decimal, *, by: User | None, payment: Payment | None, reverses: Allocation | None = None
) -> Allocation:
    return Allocation.objects.create(
        payment=payment, invoice=invoice, amount=amount, reverses=reverses, made_on=clock.today(), made_by=by
    )  # fmt: skip
