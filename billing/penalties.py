"""What the law lets us ask for a late payment. Pure: no framework, no clock; rates come from `lib/law/late_penalties.toml`.

Professionals: European Central Bank rate + 10 points by semester (or the contractual rate), from the day after the due
date, without reminder, and 40 € per invoice (C. com. L441-10 II, D441-5). Public clients: the rate of the semester in
which interest began + 8 points, one rate for all, and 40 € (CCP R2192-31 s.). Consumers and associations: nothing
before a formal notice, then legal interest, never 40 € (C. civ. 1231-6, CMF L313-2).
A semester without published rate raises `law.MissingLaw`: no figure is ever guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from lib import law
from lib.errors import Refusal
from lib.money import ZERO, cents
from lib.typography import number
from lib.wording import say as _

SUBJECT = "late_penalties"
YEAR = Decimal(365)  # L441-10 fixes no convention; 365 every year is ours (docs/decisions.md)


@dataclass(frozen=True)
class Received:
    """EUR received on the invoice on a day: the principal is lower from the next day."""

    on: date
    amount: Decimal


@dataclass(frozen=True)
class Segment:
    """Days that bear one rate on one principal: from the day after `after`, up to `until` included."""

    after: date
    until: date
    principal: Decimal
    rate: Decimal

    @property
    def days(self) -> int:
        """How many."""
        return (self.until - self.after).days

    @property
    def interest(self) -> Decimal:
        """EUR, not rounded."""
        return self.principal * self.rate * self.days / (100 * YEAR)


@dataclass(frozen=True)
class Penalties:
    """Interest by segments, EUR rounded once; `indemnity` is the fixed sum for recovery costs."""

    segments: tuple[Segment, ...] = ()
    indemnity: Decimal = ZERO

    @property
    def interest(self) -> Decimal:
        """EUR, to the cent."""
        return cents(sum((segment.interest for segment in self.segments), ZERO))

    @property
    def total(self) -> Decimal:
        """Interest and indemnity."""
        return self.interest + self.indemnity


def penalties(
    principal: Decimal,
    *,
    due_on: date,
    until: date,
    client_type: str,
    received: Iterable[Received] = (),
    contractual_rate: Decimal | None = None,
    formal_notice_on: date | None = None,
) -> Penalties:
    """What may be asked on `until` for an invoice of `principal` EUR with tax, due on `due_on`.

    The due date does not count, the day of payment does. A client of type `unknown` is treated as a consumer.
    """
    merchant = client_type in ("professional", "public")
    start = due_on if merchant else formal_notice_on
    if start is None or until <= start:
        return Penalties()
    start = max(start, due_on)
    segments = []
    for after, end, owed in _principals(principal, start, until, received):
        if owed <= 0:
            continue
        if client_type == "public":
            segments.append(Segment(after, end, owed, public_rate(start + timedelta(days=1))))
        else:
            for first, last in _semesters(after, end):
                segments.append(Segment(first, last, owed, _rate(client_type, last, contractual_rate)))
    if not segments:
        return Penalties()
    return Penalties(tuple(segments), recovery_indemnity(client_type, on=until))


def professional_rate(on: date) -> Decimal:
    """The rate that applies between professionals on that day when nothing else is agreed, in percent a year."""
    return _percent("ecb-refinancing", on) + Decimal(law.row(SUBJECT, "professional-points", on=on)["points"])


def public_rate(began_on: date) -> Decimal:
    """The one rate a public client owes when interest began on that day, in percent a year."""
    return _percent("ecb-refinancing", began_on) + Decimal(law.row(SUBJECT, "public-points", on=began_on)["points"])


def legal_rate(on: date) -> Decimal:
    """Legal interest owed to a creditor that is a business (CMF L313-2), in percent a year."""
    return _percent("legal-interest-other", on)


def contractual_floor(on: date) -> Decimal:
    """The lowest rate two professionals may agree on: three times legal interest."""
    return legal_rate(on) * Decimal(law.row(SUBJECT, "contractual-floor", on=on)["times"])


def check_contractual_rate(rate: Decimal, *, on: date) -> Decimal:
    """`rate` itself, percent a year; Refusal when it is below the legal floor of that day."""
    floor = contractual_floor(on)
    if rate < floor:
        sentence = _(
            "Entre professionnels, le taux des pénalités ne descend pas sous trois fois l’intérêt légal, {floor} % "
            "aujourd’hui. Relevez-le, ou laissez le taux de la loi.",
            floor=number(floor),
        )
        raise Refusal(sentence, field="penalty_rate")
    return rate


def recovery_indemnity(client_type: str, *, on: date) -> Decimal:
    """EUR due per late invoice for recovery costs: 40 for professionals and public clients, nothing for anybody else."""
    row = law.row(SUBJECT, "recovery-indemnity", on=on)
    return Decimal(row["amount"]) if client_type in row["client_types"] else ZERO


def _rate(client_type: str, on: date, contractual: Decimal | None) -> Decimal:
    if client_type != "professional":
        return legal_rate(on)
    return professional_rate(on) if contractual is None else contractual


def _percent(key: str, on: date) -> Decimal:
    return Decimal(law.row(SUBJECT, key, on=on)["rate"])


def _principals(principal: Decimal, after: date, until: date, received: Iterable[Received]) -> list[tuple[date, date, Decimal]]:
    """(after, until, EUR owed) between two payments."""
    found = []
    for payment in sorted(received, key=lambda one: one.on):
        if payment.on > until:
            break
        if payment.on > after:
            found.append((after, payment.on, principal))
            after = payment.on
        principal -= payment.amount
    if after < until:
        found.append((after, until, principal))
    return found


def _semesters(after: date, until: date) -> list[tuple[date, date]]:
    """The span cut at 30 June and 31 December, each part as (after, until)."""
    found = []
    while after < until:
        first = after + timedelta(days=1)
        end = min(until, date(first.year, 6, 30) if first.month <= 6 else date(first.year, 12, 31))
        found.append((after, end))
        after = end
    return found
