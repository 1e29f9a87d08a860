"""When an invoice is to be paid, and how long the law lets two parties agree on. Pure: no framework, no clock.

The date is never moved to the next working day: what is printed is what was agreed (C. com. L441-10 I).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from lib import law
from lib.errors import Refusal
from lib.wording import say as _

NET = "net"
DAYS_THEN_END_OF_MONTH = "days_then_end_of_month"
END_OF_MONTH_THEN_DAYS = "end_of_month_then_days"
COUNTINGS = (NET, DAYS_THEN_END_OF_MONTH, END_OF_MONTH_THEN_DAYS)


@dataclass(frozen=True)
class Terms:
    """A time to pay: `days` from the date of the invoice, counted as `crm.models.company.TermsCounting` says."""

    days: int = 30
    counting: str = NET


def due_on(issued_on: date, terms: Terms) -> date:
    """The day an invoice of `issued_on` is to be paid, as it is printed. ValueError for an unknown counting."""
    days = timedelta(days=terms.days)
    if terms.counting == NET:
        return issued_on + days
    if terms.counting == DAYS_THEN_END_OF_MONTH:
        return _end_of_month(issued_on + days)
    if terms.counting == END_OF_MONTH_THEN_DAYS:
        return _end_of_month(issued_on) + days
    raise ValueError(f"no such counting of days: {terms.counting!r}")


def check_terms(terms: Terms, *, client_type: str, on: date) -> str:
    """Refusal when the law forbids such terms with such a client on that day; else a word of warning, "" when there is
    none. `client_type` is a value of `crm.models.CustomerType`; a consumer or an association has no legal maximum."""
    if client_type not in ("professional", "public"):
        return ""
    limit = law.row("payment_terms", f"{client_type}-{'net' if terms.counting == NET else 'end-of-month'}", on=on)
    if terms.days <= limit["days"]:
        return ""
    if limit["binding"]:
        raise Refusal(_too_long(terms, limit["days"]), field="payment_days")
    return _(
        "Un client public paie en général à trente jours au plus (cinquante pour un hôpital, soixante pour une entreprise "
        "publique) : vérifiez le délai de cette facture."
    )


def in_words(terms: Terms, *, language: str = "fr") -> str:
    """« à 30 jours », « à 45 jours fin de mois », « fin de mois, plus 45 jours »; « à réception » when there is no day.

    It is printed on the document in its own language, whoever reads the screen.
    """
    english = language.startswith("en")
    if terms.days == 0 and terms.counting == NET:
        return "on receipt" if english else "à réception"
    if terms.days == 0:
        return "at the end of the month" if english else "en fin de mois"
    unit = ("day" if terms.days == 1 else "days") if english else ("jour" if terms.days == 1 else "jours")
    count = f"{terms.days}\u00a0{unit}"
    if terms.counting == NET:
        return f"within {count}" if english else f"à {count}"
    if terms.counting == DAYS_THEN_END_OF_MONTH:
        return f"{count}, then end of month" if english else f"à {count} fin de mois"
    return f"end of month, plus {count}" if english else f"fin de mois, plus {count}"


def _too_long(terms: Terms, days: int) -> str:
    if terms.counting == NET:
        return _(
            "Entre professionnels, une facture se paie à {days} jours au plus de sa date ; celle-ci en laisse {wanted}. "
            "Raccourcissez le délai, dans la facture, la fiche du client ou les réglages de la maison.",
            days=days,
            wanted=terms.days,
        )
    return _(
        "Entre professionnels, un délai « fin de mois » ne dépasse pas {days} jours ; celui-ci en compte {wanted}. "
        "Raccourcissez-le, dans la facture, la fiche du client ou les réglages de la maison.",
        days=days,
        wanted=terms.days,
    )


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
