"""The day and hour of a next step, read in what a person writes: « rappeler lundi 10 h », « dans 15 jours ».

What is certain is read, what could be two things is not: `parse` answers None rather than guess, and the screen shows
what was understood (`explain`) before anything is saved. The choices made, all of them the everyday French ones:

- « lundi », « lundi prochain », « next Monday »: the first such day strictly after today (said on a Monday, in seven
  days); « mardi en huit » a week after that Tuesday, « jeudi en quinze » two weeks after that Thursday;
- « le 3 », « 3 janvier », « 03/01 » (day first): the next one that is not in the past, today included; with a weekday
  the two must agree; an explicit year is obeyed, even past;
- « dans 15 jours », « dans 8 jours »: that many days exactly; « dans 2 mois »: the same day two months later, or the
  last day of a shorter month;
- « la semaine prochaine »: its Monday; « le mois prochain »: its first day; « début », « mi- », « fin janvier »: the
  1st, the 15th, the last day; « fin de semaine »: Friday;
- « avant 10 h », « d’ici vendredi », « sous 8 jours »: `until`; « vers 14h30 », « après 14 h », « dès 14 h »: that hour;
- an hour alone is today's; « matin », « après-midi », « soir » are kept as `part`, never turned into an hour;
- « la facture du 3 janvier » names an invoice: it stays in the text and is no next step.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from lib.folding import fold
from lib.french_calendar import Zone
from lib.typography import hour, weekday_date
from lib.when_words import DAYS, Found, Reader

LONGEST = 2000


@dataclass(frozen=True)
class When:
    """A day, perhaps an hour (`at`) or a part of the day (« matin », « après-midi », « soir »).

    `until`: to be done by then rather than then. `text`: what the sentence says beside its date.
    """

    on: date
    at: time | None = None
    until: bool = False
    part: str = ""
    text: str = ""

    def explain(self, *, language: str = "fr") -> str:
        """« lundi 23 novembre 2026 à 10 h », to be shown before saving."""
        return explain(self, language=language)


def explain(when: When, *, language: str = "fr") -> str:
    """« lundi 23 novembre 2026 à 10 h », « … avant 10 h », « … dans la matinée », « au plus tard lundi … »."""
    english = language.startswith("en")
    day = weekday_date(when.on, language=language)
    if when.at:
        links = ("at", "before") if english else ("à", "avant")
        return f"{day} {links[when.until]} {hour(when.at, language=language)}"
    if when.until:
        day = f"no later than {day}" if english else f"au plus tard {day}"
    return f"{day}, {_PARTS_SAID[english][when.part]}" if when.part else day


def parse(text: str, *, today: date, zone: str = Zone.NATIONAL) -> When | None:
    """The next step written in `text`, seen from `today`; None when there is no date or hour, or more than one reading.

    `zone` is where public holidays are counted for « jours ouvrés ». Texts beyond 2 000 characters are no next step.
    """
    sentence = _Sentence(text) if len(text) <= LONGEST else None
    if sentence is None or _RANGE.search(sentence.folded):
        return None
    dates = _dates(sentence.folded)
    if dates is None:
        return None
    parts = _parts(sentence.folded, [found.end() for _read, found, _lead in dates])
    days = {read(found, today, zone) for read, found, _lead in dates} | {today for found in parts if found["today"] is not None}
    hours = _hours(sentence.folded)
    if not days:  # an hour alone is today's, when it says it is an hour: « avant 10 h », not « 10 h de pose »
        hours = [found for found in hours if found["lead"] or found.span() == (0, len(sentence.folded))]
        days = {today} if hours else set()
    times, named = {_time(found) for found in hours}, {_PARTS[found["part"]] for found in parts}
    on = days.pop() if len(days) == 1 else None
    if on is None or len(times) > 1 or len(named) > 1:
        return None
    leads = [lead + found[0] for _read, found, lead in dates] + [found["lead"] for found in hours]
    spans = [(found.start() - len(lead), found.end()) for _read, found, lead in dates]
    return When(
        on=on,
        at=times.pop() if times else None,
        until=any(_UNTIL.match(lead) for lead in leads),
        part=named.pop() if named else "",
        text=sentence.without([*spans, *(found.span() for found in (*hours, *parts))]),
    )


_PARTS = {
    "matin": "matin", "matinee": "matin", "morning": "matin", "apres-midi": "après-midi", "apres midi": "après-midi",
    "afternoon": "après-midi", "soir": "soir", "soiree": "soir", "evening": "soir", "tonight": "soir",
}  # fmt: skip
_PARTS_SAID = (
    {"matin": "dans la matinée", "après-midi": "dans l’après-midi", "soir": "dans la soirée"},
    {"matin": "in the morning", "après-midi": "in the afternoon", "soir": "in the evening"},
)
_CLOCK = r"\d{1,2}(?: ?(?:h|heures?)(?: ?\d{2})?|:\d{2})"
_RANGE = re.compile(
    r"(?<!\S)(?:(?:du|le|entre|entre le|between|from) \d{1,2}(?:er|/\S+)? (?:au|et|et le|ou|ou le|a|and|to|-) \d{1,2}(?:er|/\S+)?"
    rf"(?! ?(?:h|heures?)(?!\S))|(?:de|entre|from|between) {_CLOCK} (?:a|et|to|and) {_CLOCK}|minuit|midnight)(?!\S)"
)
_UNTIL = re.compile(r"(?:pour )?(?:avant|d'ici|sous|au plus tard|before|by|within|no later than) ")
_LEAD = re.compile(
    r"(?:(?<= )|^)(?:(?:au plus tard|no later than|avant|d'ici|before|by|pour|des|le|ce|cet|au|a|en|on|this|vers) )+$"
)
_BLOCKED_BEFORE = re.compile(
    r"(?:^| )(?:apres|depuis|sauf|pas|jusqu'a|jusqu'au|a partir d[eu]|tous les|chaque|every|after|since|until|from"
    r"|except|not|last|hors|entre|between) $"
)
_BLOCKED_AFTER = re.compile(r" (?:derniere?|passee?|ou|or|et demie?|heures?|journee)(?!\S)")
_NAMING = re.compile(r"(?:^| )(?:du|de|of|aux) $")
_HOUR = re.compile(
    r"(?<!\S)(?P<lead>(?:(?:au plus tard|no later than|avant|d'ici|before|by|vers|around|apres|after|des|a partir de|a"
    r"|at) )*)(?:(?P<hour>\d{1,2}) ?(?:h|heures?)(?: ?(?P<minute>[0-5]\d))?"
    r"|(?P<hour_12>\d{1,2})(?::(?P<minute_12>[0-5]\d))? ?(?P<half>am|pm)|(?P<hour_2>\d{1,2}):(?P<minute_2>[0-5]\d)"
    r"|(?P<midday>midi|noon))"
    r"(?: (?P<more>et demie?|et quart|moins le quart|du matin|du soir|de l'apres[- ]midi))?(?!\S)"
)
_NOT_AN_HOUR_BEFORE = re.compile(r"(?:^| )(?:dans|pendant|durant|pour|de|en|sous|for|in|within) $")
_NOT_AN_HOUR_AFTER = re.compile(r" (?:de|of|d'\S+)(?!\S)")
_PART = re.compile(
    r"(?<!\S)(?:(?P<today>(?:ce|cet|this) |(?=tonight))|(?:dans |in )?(?:la |the )|dans |en |au )?(?:l')?"
    rf"(?P<part>{'|'.join(_PARTS)})(?!\S)"
)


class _Sentence:
    """The words of a text as written, and folded for the patterns, with the way back from one to the other."""

    def __init__(self, text: str) -> None:
        self.words = text.split()
        folded = [fold(word).replace(" ", "").strip('.,;:!?()«»"') for word in self.words]
        self.folded = " ".join(folded)
        self.ends = [sum(map(len, folded[: place + 1])) + place for place in range(len(folded))]

    def without(self, spans: Iterable[tuple[int, int]]) -> str:
        """The text as written, less the words in `spans` (places in `folded`)."""
        gone = [(start, end) for start, end in spans if end > start]
        kept = [word for word, at in zip(self.words, self.ends, strict=True) if not any(a < at <= b for a, b in gone)]
        return " ".join(kept).strip(" ,;:.–—-")


def _dates(folded: str) -> list[tuple[Reader, Found, str]] | None:
    """The days named, each with its reader and the small words before it; None when one cannot be a next step."""
    found_all = [(read, found) for pattern, read in DAYS for found in pattern.finditer(folded)]
    found_all.sort(key=lambda pair: (pair[1].start() - pair[1].end(), pair[1].start()))
    chosen: list[tuple[Reader, Found]] = []
    for read, found in found_all:
        if all(found.end() <= other.start() or other.end() <= found.start() for _read, other in chosen):
            chosen.append((read, found))
    dates, named_ends = [], set()
    for read, found in sorted(chosen, key=lambda pair: pair[1].start()):
        before = folded[: found.start()]
        small = _LEAD.search(before)
        lead = small[0] if small else ""
        before = before.removesuffix(lead)
        if _BLOCKED_BEFORE.search(before) or _BLOCKED_AFTER.match(folded, found.end()) or len(before) - 1 in named_ends:
            return None
        if _NAMING.search(before):
            named_ends.add(found.end())
        else:
            dates.append((read, found, lead))
    return dates


def _hours(folded: str) -> list[Found]:
    """The hours named; durations (« dans 2 h », « 10 h de pose ») are not, nor are « 48 h »."""
    return [
        found
        for found in _HOUR.finditer(folded)
        if _time(found) is not None
        and not _NOT_AN_HOUR_BEFORE.search(folded[: found.start()])
        and (found["lead"] or not _NOT_AN_HOUR_AFTER.match(folded, found.end()))
    ]


def _parts(folded: str, date_ends: list[int]) -> list[Found]:
    """« ce soir », and « matin » when it follows the day."""
    found_all = _PART.finditer(folded)
    return [found for found in found_all if found["today"] is not None or found.start() - 1 in date_ends]


def _time(found: Found) -> time | None:
    said = found["more"] or ""
    hours = 12 if found["midday"] else int(found["hour"] or found["hour_2"] or found["hour_12"])
    minutes = int(found["minute"] or found["minute_2"] or found["minute_12"] or 0)
    if found["half"]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if found["half"] == "pm" else 0)
    if said.startswith(("du soir", "de l'apres")) and hours < 12:
        hours += 12
    minutes += {"et quart": 15, "moins le quart": -15}.get(said, 30 if said.startswith("et demi") else 0)
    total = hours * 60 + minutes
    return time(total // 60, total % 60) if 0 <= total < 24 * 60 else None
