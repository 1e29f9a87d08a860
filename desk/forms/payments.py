"""The forms of money received: record it, use what is left, undo, give back. Amounts are typed as people write them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from billing import collecting, crediting, refunding
from billing.models import Allocation, Invoice, Method, Payment
from billing.stripe_client import PROVIDER
from crm.models import Customer
from desk import phrases
from desk.forms.amounts import AmountField
from desk.invoice_lines import plain
from lib.errors import Refusal
from lib.public_ids import public_id
from lib.typography import amount as in_words
from lib.typography import long_date


class Gesture(forms.Form):
    """A form whose gesture may refuse. `once` makes a double click harmless."""

    once = forms.CharField(max_length=26, widget=forms.HiddenInput, initial=public_id)

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.use_required_attribute = False
        self.by = by

    def key(self) -> str:
        """The name of this request, for the gesture."""
        return f"desk-{self.by.pk}-{self.cleaned_data['once']}"

    def refuse(self, refusal: Refusal) -> None:
        """Show the refusal beside its field, or at the top."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class PaymentForm(Gesture):
    """Money that a client has sent."""

    amount = AmountField(label=lazy("Montant reçu, en euros"))
    method = forms.ChoiceField(label=lazy("Moyen"), choices=Method.choices, initial=Method.TRANSFER, widget=forms.RadioSelect)
    paid_on = forms.DateField(label=lazy("Reçu le"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    invoices = forms.MultipleChoiceField(label=lazy("Pour régler"), required=False, widget=forms.CheckboxSelectMultiple)
    reference = forms.CharField(label=lazy("Référence"), required=False, max_length=140)

    def __init__(self, *args: Any, customer: Customer, due: list[Invoice], chosen: Invoice | None, today: date, **options: Any):
        super().__init__(*args, **options)
        self.customer, self.due = customer, {invoice.public_id: invoice for invoice in due}
        offer(self, "invoices", ((invoice.public_id, due_words(invoice)) for invoice in due))
        if not due:
            del self.fields["invoices"]
        first = chosen or (due[0] if due else None)
        self.fields["paid_on"].initial = today
        self.fields["paid_on"].widget.attrs["max"] = today.isoformat()
        if not self.is_bound:
            self.fields["amount"].widget.attrs["autofocus"] = True
        if first is not None:
            self.fields["invoices"].initial = [first.public_id]
            self.fields["amount"].initial = plain(first.balance(), 2)

    def record(self) -> Payment | None:
        """Record it, on the invoices ticked, in the order of their due dates; None when refused."""
        data = self.cleaned_data
        ticked = [invoice for ref, invoice in self.due.items() if ref in data.get("invoices", ())]
        try:
            return collecting.record_payment(
                customer=self.customer, amount=data["amount"], method=data["method"], paid_on=data["paid_on"], by=self.by,
                invoices=ticked, reference=data["reference"], key=self.key(),
            )  # fmt: skip
        except Refusal as refusal:
            self.refuse(refusal)
            return None


class UseForm(Gesture):
    """Use what is left of a payment, or of a credit note, on an invoice."""

    invoice = forms.ChoiceField(label=lazy("Sur quelle facture"))
    amount = AmountField(label=lazy("Montant, si ce n’est pas tout ce qui est possible"), required=False)
    seen = forms.DecimalField(widget=forms.HiddenInput, required=False, max_digits=12, decimal_places=2)

    def __init__(self, *args: Any, due: list[Invoice], left: Decimal, chosen: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.due = {invoice.public_id: invoice for invoice in due}
        offer(self, "invoice", ((invoice.public_id, due_words(invoice)) for invoice in due))
        self.fields["seen"].initial = f"{left:.2f}"
        self.fields["invoice"].initial = chosen

    def act(self, source: Payment | Invoice) -> Allocation | None:
        """Use it; None when refused."""
        data = self.cleaned_data
        invoice, asked = self.due[data["invoice"]], {"by": self.by, "seen": data["seen"]}
        try:
            if isinstance(source, Payment):
                return collecting.allocate(source, invoice, data["amount"], **asked)
            return crediting.use_credit(source, invoice, data["amount"], **asked)
        except Refusal as refusal:
            self.refuse(refusal)
            return None


class UndoForm(Gesture):
    """A payment recorded by mistake, or that the bank took back."""

    reason = forms.CharField(
        label=lazy("Pourquoi"), max_length=240, error_messages={"required": lazy("Dites pourquoi : un collègue le lira.")}
    )

    def act(self, payment: Payment) -> Payment | None:
        """Undo it, or the refund that it is; None when refused."""
        try:
            if payment.is_refund:
                return refunding.undo_refund(payment, reason=self.cleaned_data["reason"], by=self.by, key=self.key())
            return collecting.reverse_payment(payment, reason=self.cleaned_data["reason"], by=self.by, key=self.key())
        except Refusal as refusal:
            self.refuse(refusal)
            return None


class GiveBackForm(Gesture):
    """What a client has in excess goes back to them: how and when is written as it was done."""

    amount = AmountField(label=lazy("Montant rendu, en euros"))
    seen = forms.DecimalField(widget=forms.HiddenInput, required=False, max_digits=12, decimal_places=2)
    paid_on = forms.DateField(label=lazy("Rendu le"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    method = forms.ChoiceField(label=lazy("Moyen"), choices=Method.choices, initial=Method.TRANSFER, widget=forms.RadioSelect)
    reference = forms.CharField(label=lazy("Référence"), required=False, max_length=140)
    reason = forms.CharField(
        label=lazy("Pourquoi"), max_length=240, error_messages={"required": lazy("Dites pourquoi : un collègue le lira.")}
    )

    waits = False  # Stripe was asked and has not said that it is done

    def __init__(self, *args: Any, source: Payment | Invoice, left: Decimal, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by_card = isinstance(source, Payment) and source.provider == PROVIDER
        self.fields["amount"].initial = plain(left, 2)
        self.fields["seen"].initial = f"{left:.2f}"
        self.fields["reason"].initial = _("Trop-perçu") if isinstance(source, Payment) else _("Avoir rendu")
        self.fields["paid_on"].initial = today
        self.fields["paid_on"].widget.attrs["max"] = today.isoformat()
        if isinstance(source, Payment):
            self.fields["method"].initial = source.method
        if self.by_card:  # Stripe says how and when
            for name in ("paid_on", "method", "reference"):
                del self.fields[name]

    def act(self, source: Payment | Invoice) -> bool:
        """Give it back: by Stripe on the card it came from, else noted as a person did it. False when refused."""
        data = self.cleaned_data
        told = {name: data.get(name) for name in ("paid_on", "method", "reference", "reason")}
        try:
            if isinstance(source, Invoice):
                crediting.refund_credit(source, data["amount"], by=self.by, key=self.key(), **told)
            elif self.by_card:
                made = refunding.refund_card(
                    source, data["amount"], reason=data["reason"], by=self.by, once=data["once"], seen=data["seen"]
                )
                self.waits = made is None
            else:
                collecting.refund(source, data["amount"], by=self.by, key=self.key(), **told)
        except Refusal as refusal:
            self.refuse(refusal)
            return False
        return True


def offer(form: forms.Form, field: str, choices: Iterable[tuple[str, str]]) -> None:
    """Give the choices of a field that depend on the client."""
    cast("forms.ChoiceField", form.fields[field]).choices = list(choices)


def due_words(invoice: Invoice) -> str:
    """«F2026-000131, 860,00 € à régler pour le 20 novembre 2026»."""
    language = phrases.language()
    return _("%(number)s, %(due)s à régler pour le %(day)s") % {
        "number": invoice.number,
        "due": in_words(invoice.balance(), language=language),
        "day": long_date(invoice.due_on or invoice.issued_on or date.min, language=language),
    }
