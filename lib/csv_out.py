"""Lines of CSV that a spreadsheet shows and never runs. Pure Python.

Every cell is quoted; text that a spreadsheet would take for a formula begins with an apostrophe (OWASP CSV injection,
ASVS 1.2.10). Separated by semicolons, as French spreadsheets read them; the file begins with `BOM`.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

BOM = "\ufeff"
# Signs that begin a formula, their full-width twins, and what some spreadsheets skip before looking for one.
_DANGEROUS = tuple("=+-@\t\r\n\0|%＝＋－＠")


def cell(value: object) -> str:
    """One value as text: dates as ISO 8601, sums and rates with a comma, as French spreadsheets read them, empty for None, an
    apostrophe before what would be a formula; a negative sum is a number and stays one."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", ",")
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    return f"'{text}" if text.lstrip(" \u00a0\u200b\ufeff").startswith(_DANGEROUS) or text.startswith(_DANGEROUS) else text


def line(values: Iterable[object]) -> str:
    """One line, its end included."""
    return ";".join('"' + cell(value).replace('"', '""').replace("\0", "") + '"' for value in values) + "\r\n"
