"""What a payer types or scans: the RF creditor reference (ISO 11649) and the EPC QR code of a transfer (EPC069-12)."""

import re
from decimal import Decimal

_MOST = Decimal("999999999.99")


def rf_reference(number: str) -> str:
    """«F2026-000123» as «RF86F2026000123»: letters and digits alone, two check digits modulo 97.

    ValueError when nothing is left of it, or more than 21 characters.
    """
    body = re.sub(r"[^A-Z0-9]", "", number.upper())
    if not 1 <= len(body) <= 21:
        raise ValueError(f"no RF reference of 1 to 21 letters and digits in {number!r}")
    return f"RF{98 - _modulo(body + 'RF00'):02}{body}"


def is_rf_reference(text: str) -> bool:
    """Whether `text` is a well-formed RF reference."""
    return bool(re.fullmatch(r"RF[0-9]{2}[A-Z0-9]{1,21}", text)) and _modulo(text[4:] + text[:4]) == 1


def epc_text(*, holder: str, iban: str, amount: Decimal, reference: str, bic: str = "") -> str:
    """The content of the QR code of a SEPA transfer, lines apart by LF; "" when it cannot be one.

    `holder` is cut at the 70 characters the format holds; the amount is EUR, from one cent.
    """
    name = " ".join(holder.split())[:70]
    if not name or not iban or not Decimal("0.01") <= amount <= _MOST:
        return ""
    text = "\n".join(["BCD", "002", "1", "SCT", bic, name, iban, f"EUR{amount:.2f}", "", reference])
    return text if len(text.encode()) <= 331 else ""


def _modulo(text: str) -> int:
    return int("".join(str(int(char, 36)) for char in text)) % 97
