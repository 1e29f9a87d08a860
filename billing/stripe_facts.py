"""What an object of Stripe says, read once into plain facts: nothing else of it is believed. Pure but for the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

OURS = "egards_session"  # metadata: our payment page
INVOICE = "egards_invoice"


@dataclass(frozen=True)
class PageFacts:
    """What Stripe says of a payment page: `ref` and `invoice` are the names we gave it; amounts are cents."""

    external_id: str
    ref: str
    invoice: str
    intent: str
    amount: int | None
    currency: str
    livemode: bool
    paid: bool
    over: bool  # can no longer be paid
    at: int  # seconds since 1970


@dataclass(frozen=True)
class RefundFacts:
    """What Stripe says of a refund."""

    external_id: str
    intent: str
    amount: int
    currency: str
    status: str
    reason: str
    at: int


def of_session(data: Mapping[str, Any], livemode: bool, at: int) -> PageFacts:
    """The facts of a `checkout.session`."""
    names = _names(data)
    return PageFacts(
        external_id=_text(data.get("id")), ref=_text(data.get("client_reference_id")) or names[0], invoice=names[1],
        intent=_id(data.get("payment_intent")), amount=_whole(data.get("amount_total")), currency=_text(data.get("currency")),
        livemode=livemode, paid=data.get("payment_status") == "paid", over=data.get("status") == "expired", at=at,
    )  # fmt: skip


def of_intent(data: Mapping[str, Any], livemode: bool, at: int) -> PageFacts:
    """The same, of the `payment_intent` of a page: another message for the same fact."""
    ref, invoice = _names(data)
    return PageFacts(
        external_id="", ref=ref, invoice=invoice, intent=_text(data.get("id")), amount=_whole(data.get("amount_received")),
        currency=_text(data.get("currency")), livemode=livemode, paid=data.get("status") == "succeeded", over=False, at=at,
    )  # fmt: skip


def of_refund(data: Mapping[str, Any], at: int) -> RefundFacts:
    """The facts of a `refund`."""
    metadata = data.get("metadata")
    return RefundFacts(
        external_id=_text(data.get("id")), intent=_id(data.get("payment_intent")), amount=_whole(data.get("amount")) or 0,
        currency=_text(data.get("currency")), status=_text(data.get("status")), at=at,
        reason=_text(metadata.get("reason"))[:240] if isinstance(metadata, Mapping) else "",
    )  # fmt: skip


def euros(cents: int) -> Decimal:
    """Cents as EUR."""
    return Decimal(cents).scaleb(-2)


def in_cents(amount: Decimal) -> int:
    """EUR, to the cent, as whole cents."""
    return int(amount.scaleb(2))


def _names(data: Mapping[str, Any]) -> tuple[str, str]:
    metadata = data.get("metadata")
    found = metadata if isinstance(metadata, Mapping) else {}
    return _text(found.get(OURS)), _text(found.get(INVOICE))


def _id(value: Any) -> str:
    """An object that may be expanded, or only named."""
    return _text(value.get("id")) if isinstance(value, Mapping) else _text(value)


def _text(value: Any) -> str:
    return value[:300] if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**11 else None
