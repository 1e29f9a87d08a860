"""Numbers, dates and lists as a French reader expects them, and their English twins with `language="en"`.

Spaces inside are U+00A0 (the house fonts have no U+202F), apostrophes U+2019. Sources: Lexique des règles
typographiques en usage à l'Imprimerie nationale; for English, the everyday British forms.
"""

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal

from lib.folding import fold
from lib.money import cents
from lib.wording import NBSP

WEEKDAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
SHORT_MONTHS = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_NEAR_DAYS = {
    "fr": {-1: "hier", 0: "aujourd’hui", 1: "demain"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
}
# Words that refuse elision: aspirated h, and a few that only begin like a vowel.
_NO_ELISION = (
    "hal", "ham", "hand", "hang", "hans", "harl", "harr", "haut", "hav", "hero", "heurt", "hibou", "holl", "hong",
    "hors", "huit", "hugo", "hur", "onz", "oui", "ouist", "uhlan", "uti",
)  # fmt: skip


def number(value: Decimal | int, *, places: int | None = None, language: str = "fr") -> str:
    """« 1 240,5 » (« 1,240.5 »): thousands apart, `places` decimals when given, else those the value has."""
    text = f"{abs(value):,}" if places is None else f"{abs(value):,.{places}f}"
    if _tongue(language) == "fr":
        text = text.replace(",", NBSP).replace(".", ",")
    return ("−" if value < 0 and any(digit in text for digit in "123456789") else "") + text


def amount(value: Decimal, *, language: str = "fr") -> str:
    """« 1 240,00 € » (« €1,240.00 »), to the cent. TypeError unless a Decimal."""
    text = number(cents(value), places=2, language=language)
    if _tongue(language) == "fr":
        return f"{text}{NBSP}€"
    return f"−€{text[1:]}" if text.startswith("−") else f"€{text}"


def percent(rate: Decimal, *, language: str = "fr") -> str:
    """« 5,5 % » (« 5.5% »), a rate with the decimals it has."""
    text = number(rate.normalize() if rate != rate.to_integral() else rate.quantize(Decimal(1)), language=language)
    return f"{text}{NBSP}%" if _tongue(language) == "fr" else f"{text}%"


def long_date(day: date, *, language: str = "fr", year: bool = True) -> str:
    """« 15 novembre 2026 », « 1er novembre 2026 » (« 15 November 2026 »). Without the year when not `year`."""
    tongue = _tongue(language)
    ordinal = "1er" if day.day == 1 and tongue == "fr" else str(day.day)
    return f"{ordinal}{NBSP}{MONTHS[tongue][day.month - 1]}" + (f" {day.year}" if year else "")


def short_date(day: date, *, language: str = "fr", year: bool = False) -> str:
    """« 14 sept. », « 1er nov. 2027 » (« 14 Sep »): for a drawing, where room lacks."""
    tongue = _tongue(language)
    ordinal = "1er" if day.day == 1 and tongue == "fr" else str(day.day)
    return f"{ordinal}{NBSP}{SHORT_MONTHS[tongue][day.month - 1]}" + (f"{NBSP}{day.year}" if year else "")


def long_date_html(day: date, *, language: str = "fr") -> str:
    """`long_date` with « 1<sup>er</sup> », safe to mark as HTML (it holds no user's text)."""
    return long_date(day, language=language).replace("1er", "1<sup>er</sup>", 1)


def weekday_date(day: date, *, language: str = "fr", year: bool = True) -> str:
    """« lundi 23 novembre 2026 » (« Monday 23 November 2026 »)."""
    return f"{WEEKDAYS[_tongue(language)][day.weekday()]} {long_date(day, language=language, year=year)}"


def hour(at: time, *, language: str = "fr") -> str:
    """« 16 h 42 », « 10 h » (« 16:42 », « 10:00 »)."""
    if _tongue(language) == "en":
        return f"{at:%H:%M}"
    return f"{at.hour}{NBSP}h" + (f"{NBSP}{at:%M}" if at.minute else "")


def relative_day(day: date, today: date, *, language: str = "fr") -> str:
    """How one says that day: « aujourd’hui », « hier », « demain », then « vendredi » within six days before or after
    (a text about the past or the future says which), « vendredi 20 novembre », and the year when it is another one."""
    distance = (day - today).days
    tongue = _tongue(language)
    if distance in _NEAR_DAYS[tongue]:
        return _NEAR_DAYS[tongue][distance]
    if abs(distance) <= 6:
        return WEEKDAYS[tongue][day.weekday()]
    return weekday_date(day, language=language, year=day.year != today.year)


def plural(count: int, one: str, many: str = "", *, language: str = "fr") -> str:
    """« 0 facture », « 1 facture », « 1 240 factures »: in French the plural begins at two, in English all but one."""
    single = abs(count) < 2 if _tongue(language) == "fr" else abs(count) == 1
    return f"{number(count, language=language)}{NBSP}{one if single else many or one + 's'}"


def elide(word: str, name: str) -> str:
    """`word` (« de », « que », « le », « la »…) before `name`, elided as one speaks: « d’Anne », « de Paul ».

    A mute h elides (« d’Hélène »), an aspirated one does not (« de Hollande »); y does before a consonant (« d’Yves »).
    """
    first = fold(name)
    vowel = first[:1] in set("aeiouh") or (first[:1] == "y" and first[1:2] not in set("aeiou") and len(first) > 1)
    if not vowel or first.startswith(_NO_ELISION) or word[-1:] not in set("ea"):
        return f"{word} {name}"
    return f"{word[:-1]}’{name}"


def list_of(items: Sequence[str], *, language: str = "fr") -> str:
    """« a, b et c » (« a, b and c »)."""
    last = " et " if _tongue(language) == "fr" else " and "
    return ", ".join(items) if len(items) < 2 else ", ".join(items[:-1]) + last + items[-1]


def quoted(text: str, *, language: str = "fr") -> str:
    """« text » with its no-break spaces (“text”)."""
    return f"«{NBSP}{text}{NBSP}»" if _tongue(language) == "fr" else f"“{text}”"


def file_size(octets: int, *, language: str = "fr") -> str:
    """« 340 octets », « 12 ko », « 3,4 Mo » (« 12 kB », « 3.4 MB »): thousands of octets, as disks are sold."""
    if octets < 1000:
        return plural(octets, "octet" if _tongue(language) == "fr" else "byte", language=language)
    value, units = Decimal(octets) / 1000, ["k", "M", "G"]
    while value >= Decimal("999.5") and len(units) > 1:
        value, units = value / 1000, units[1:]
    unit = units[0]
    places = 1 if unit != "k" and value < 10 else 0
    letter = "o" if _tongue(language) == "fr" else "B"
    text = number(value, places=places, language=language)
    return f"{text.removesuffix(',0').removesuffix('.0')}{NBSP}{unit}{letter}"


def _tongue(language: str) -> str:
    return "en" if language.startswith("en") else "fr"
