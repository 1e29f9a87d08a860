"""What people write in one cell and what a spreadsheet did to it, read as our fields expect it. Pure Python.

Each reader returns the value and, when it changed or set aside something, a sentence for the report. What cannot be
read is left as it is: `crm.checks` refuses it with its own words.
"""

import re
from datetime import date, timedelta

from stdnum import luhn

from crm.importing.contents import CIVILITIES, digits, plain
from lib.wording import say as _

_SEPARATORS = re.compile(r"\s*(?:[;,|\n]|/(?!/)|\bou\b|\bet\b)\s*")
_PHONE_SEPARATORS = re.compile(r"\s*(?:[;,|\n/]|\bou\b|\bet\b|\s-\s)\s*")
_PARTICLES = frozenset("le la les l de du des d van von der ter el al ben bel di da do dos st saint".split())
_ROUNDED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")
_EXCEL_EPOCH = date(1899, 12, 30)

Told = tuple[str, str]  # a value and a sentence, empty when there is nothing to tell


def several_mails(text: str) -> tuple[str, list[str]]:
    """The first mail address of a cell, and the others."""
    found = [part for part in _SEPARATORS.split(text) if part]
    if len(found) < 2 or not all("@" in part for part in found):
        return text, []
    return found[0], found[1:]


def several_phones(text: str) -> tuple[str, list[str]]:
    """The first telephone number of a cell, and the others («02 40 12 34 56 / 06 12 34 56 78»)."""
    found = [part for part in _PHONE_SEPARATORS.split(text) if part]
    if len(found) < 2 or not all(len(re.sub(r"\D", "", part)) >= 9 for part in found):
        return text, []
    return found[0], found[1:]


def company_number(text: str, *, name: str, size: int) -> Told:
    """A SIREN (`size` 9) or SIRET (14) whose leading zeros or decimals a spreadsheet changed; `name` for the sentence."""
    bare = re.sub(r"[.,]0+$", "", text.strip())
    found = digits(bare)
    if found and len(found) in (size - 1, size - 2) and luhn.is_valid(found.zfill(size)):
        padded = found.zfill(size)
        return padded, _("{name} lu {number} : un tableur avait effacé le zéro du début", name=name, number=padded)
    return (bare if found else text), ""


def rounded(text: str) -> bool:
    """Whether a spreadsheet replaced the digits by a power of ten («8,12346E+13»): they are lost."""
    return bool(_ROUNDED.fullmatch(text.strip()))


def postal_code(text: str, country: str) -> Told:
    """A French postal code whose first zero a spreadsheet erased («1000» for 01000)."""
    found = digits(re.sub(r"[.,]0+$", "", text))
    if len(found) == 4 and country in ("", "FR") and found >= "1000":
        return f"0{found}", _("code postal lu 0{code} : un tableur avait effacé le zéro", code=found)
    return (found if len(found) == 5 else text), ""


def payment_terms(text: str) -> tuple[int | str, str]:
    """Days and the way of counting (`crm.TermsCounting`) of «30 jours fin de mois», «comptant», «45 JFM», «30,0»."""
    words = plain(text)
    if words in ("comptant", "a reception", "reception", "a reception de facture", "immediat", "due on receipt"):
        return 0, "net"
    number = re.search(r"[0-9]+", re.sub(r"[.,]0+\b", "", text))
    if not number:
        return text, ""
    end_of_month = bool(re.search(r"\bfin (?:de )?mois\b|\b[0-9]* ?(?:jfm|j fm|fdm|eom)\b|end of month", words))
    if not end_of_month:
        return int(number[0]), "net" if re.search(r"\b(?:net|nets|date de facture)\b", words) else ""
    before = re.match(r"fin de? ?mois", words)
    return int(number[0]), "end_of_month_then_days" if before else "days_then_end_of_month"


def day(text: str) -> date | str:
    """A date as exports write it: «15/11/2026 10:22», «15/11/26», «2026-11-15T10:22», or a spreadsheet's day number."""
    found = re.match(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})(?=$|[ T])", text)
    try:
        if found:
            year = int(found[3]) + (0 if len(found[3]) == 4 else 2000 if int(found[3]) < 70 else 1900)
            return date(year, int(found[2]), int(found[1]))
        if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=$|[ T])", text):
            return date.fromisoformat(text[:10])
    except ValueError:
        return text
    serial = re.fullmatch(r"([0-9]{5})(?:[.,][0-9]+)?", text)
    return _EXCEL_EPOCH + timedelta(days=int(serial[1])) if serial and 20_000 <= int(serial[1]) <= 80_000 else text


def address_lines(text: str) -> tuple[str, str]:
    """The street, and what follows it in a cell of several lines."""
    lines = [line.strip(" ,") for line in text.splitlines() if line.strip(" ,")]
    return (lines[0], ", ".join(lines[1:])) if len(lines) > 1 else (text, "")


def words_list(text: str) -> list[str]:
    """The labels of one cell, each once, at most ten of forty characters."""
    found = [" ".join(part.split()) for part in re.split(r"[,;|/\n]", text)]
    return list(dict.fromkeys(part[:40] for part in found if part))[:10]


def person(text: str) -> dict[str, str]:
    """Civility, first and last name of «Mme Anne LE GOFF», «LE GOFF Anne», «M. Diallo»."""
    words = text.split()
    found = {"civility": "", "first_name": "", "last_name": ""}
    if len(words) > 1 and plain(words[0]) in CIVILITIES:
        found["civility"] = words.pop(0)
    capitals = [word for word in words if len(word) > 1 and word.isupper()]
    if capitals and len(capitals) < len(words):
        found["last_name"] = " ".join(capitals)
        found["first_name"] = " ".join(word for word in words if word not in capitals)
    elif len(words) == 1 or (words and plain(words[0]) in _PARTICLES):
        found["last_name"] = " ".join(words)
    elif words:
        found["first_name"], found["last_name"] = words[0], " ".join(words[1:])
    return found


def civility(text: str) -> str:
    """«M.», «Madame», «Mlle» as `crm.Contact` writes them; «» for anything else (a couple, a title)."""
    word = plain(text)
    if word in ("m", "mr", "monsieur"):
        return "m"
    return "mme" if word in CIVILITIES else ""
