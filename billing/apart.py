"""Two records reunited are not separated while money of one counts on an invoice of the other: it would be nobody's error to see."""

from decimal import Decimal

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from billing.models import Allocation, Invoice, Payment
from lib.errors import Refusal
from lib.money import cents
from lib.typography import amount as in_words
from lib.typography import long_date

NAMED = 5


def refuse_shared_money(one: list[int], other: list[int]) -> None:
    """Refuse to separate the records `one` from the records `other` (their ids; `crm.merging.Keeper`) while a payment, or a credit
    note, of one side counts on an invoice of the other: names each, and says what to do."""
    told = [*_payments(one, other), *_credit_notes(one, other)]
    if not told:
        return
    more = len(told) - NAMED
    named = " ; ".join(told[:NAMED])
    if more > 0:
        named += " ; " + ngettext("et %(count)s autre", "et %(count)s autres", more) % {"count": more}
    raise Refusal(
        _(
            "Ces fiches ne peuvent pas encore être séparées : l’argent de l’une compte sur une facture de l’autre (%(money)s). Ouvrez "
            "chaque paiement ou avoir et reprenez ce qui compte sur cette facture, ou annulez le paiement, puis séparez les fiches : "
            "vous l’enregistrerez sur la bonne. Rien n’a changé."
        )
        % {"money": named}
    )


def _across(source: str, one: list[int], other: list[int]) -> Q:
    there = f"{source}__customer__in"
    return Q(**{there: one, "invoice__customer__in": other}) | Q(**{there: other, "invoice__customer__in": one})


def _payments(one: list[int], other: list[int]) -> list[str]:
    """A payment that was undone, and what undid it, are one: together they count for nothing."""
    rows = (
        Allocation.objects.filter(_across("payment", one, other)).order_by()
        .values("invoice", source=Coalesce(F("payment__reverses"), F("payment"))).annotate(sum=Sum("amount"))
        .order_by("source", "invoice")
    )  # fmt: skip
    left = [row for row in rows if cents(row["sum"] or Decimal(0))]
    payments = Payment.objects.in_bulk([row["source"] for row in left])
    numbers = dict(Invoice.objects.filter(pk__in=[row["invoice"] for row in left]).values_list("pk", "number"))
    return [
        _("%(amount)s sur la facture %(invoice)s, du paiement du %(day)s")
        % {
            "amount": in_words(cents(row["sum"])),
            "invoice": numbers[row["invoice"]],
            "day": long_date(payments[row["source"]].paid_on, language=get_language() or "fr"),
        }
        for row in left
    ]


def _credit_notes(one: list[int], other: list[int]) -> list[str]:
    rows = (
        Allocation.objects.filter(_across("credit_note", one, other)).order_by()
        .values("invoice__number", "credit_note__number").annotate(sum=Sum("amount")).order_by("credit_note__number")
    )  # fmt: skip
    return [
        _("%(amount)s sur la facture %(invoice)s, de l’avoir %(note)s")
        % {"amount": in_words(cents(row["sum"])), "invoice": row["invoice__number"], "note": row["credit_note__number"]}
        for row in rows
        if cents(row["sum"])
    ]
