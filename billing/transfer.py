"""A transfer that a client can make without a mistake: reference, QR code of their bank's application, exact words. Pure.

Sources: ISO 11649 (RF reference), EPC069-12 version 2 (QR of a SEPA credit transfer), ISO 13616 (IBAN).
"""

import re
import struct
import zlib
from decimal import Decimal

import segno

from lib.identifiers import grouped
from lib.money import cents

LONGEST_REFERENCE = 21
LONGEST_HOLDER = 70
LONGEST_PAYLOAD = 331  # bytes
_GREYS = (b"\xff" * 3, b"\0" * 3)  # a light module, a dark one
SMALLEST, LARGEST = Decimal("0.01"), Decimal("999999999.99")


def rf_reference(text: str) -> str:
    """The creditor reference «RF» of `text` («F2026-000123» gives «RF86F2026000123»): letters and digits only, at most 21.
    ValueError when nothing is left, or too much."""
    plain = re.sub(r"[\s\-./_]", "", text).upper()
    if not re.fullmatch(r"[0-9A-Z]{1,21}", plain):
        raise ValueError(f"{text!r} makes no RF reference: 1 to {LONGEST_REFERENCE} letters and digits")
    return f"RF{98 - _digits(plain + 'RF00') % 97:02d}{plain}"


def is_rf_reference(text: str) -> bool:
    """Whether `text`, spaces aside, is an RF reference whose key is right."""
    plain = re.sub(r"\s", "", text).upper()
    return bool(re.fullmatch(r"RF[0-9]{2}[0-9A-Z]{1,21}", plain)) and _digits(plain[4:] + plain[:4]) % 97 == 1


def format_rf(reference: str) -> str:
    """Its printed form, in groups of four."""
    return grouped(reference, 4)


def epc_payload(*, holder: str, iban: str, bic: str, amount: Decimal, reference: str) -> str:
    """What the QR code of a transfer of `amount` EUR says; `reference` is an RF reference. ValueError beyond the limits of
    EPC069-12 (a name is cut at 70 characters, as the standard asks)."""
    amount = cents(amount)
    if not SMALLEST <= amount <= LARGEST:
        raise ValueError("a transfer by QR code goes from 0,01 to 999 999 999,99 EUR")
    if not is_rf_reference(reference):
        raise ValueError(f"{reference!r} is no RF reference")
    name = " ".join(holder.split())[:LONGEST_HOLDER].strip()
    if not name or not iban:
        raise ValueError("a transfer needs the holder of the account and its IBAN")
    lines = ["BCD", "002", "1", "SCT", bic, name, "".join(iban.split()), f"EUR{amount:.2f}", "", reference]
    payload = "\n".join(lines)
    if len(payload.encode()) > LONGEST_PAYLOAD:
        raise ValueError("this transfer does not fit in a QR code")
    return payload


def qr_svg(payload: str) -> str:
    """The QR code as an inline SVG without any inline style: error correction M, as EPC069-12 asks, with its quiet zone.
    Its modules take the ink of the text; the sheet around it must stay light."""
    code = segno.make(payload, error="m", boost_error=False, micro=False, encoding="utf-8")
    return str(code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"))


def qr_png(payload: str) -> bytes:
    """The QR code as a picture of eight bits of grey, three points a module, quicker to put in a PDF than its vector or than one of
    one bit, which the renderer would turn into colours. The same correction; a given mask, since readers know all eight."""
    code = segno.make(payload, error="m", boost_error=False, micro=False, encoding="utf-8", mask=2)
    rows = [b"\0" + b"".join(_GREYS[module] for module in row) for row in code.matrix_iter(border=4)]
    side = 3 * len(rows)
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(row * 3 for row in rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )


def _digits(text: str) -> int:
    """Letters as two digits (A = 10 … Z = 35)."""
    return int("".join(str(int(char, 36)) for char in text))
