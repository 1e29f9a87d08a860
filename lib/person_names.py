"""Names of people as French files write them. Pure Python."""

from lib.folding import fold, sort_key

_CIVILITIES = {
    "mme": "mme", "madame": "mme", "mlle": "mme", "mrs": "mme", "ms": "mme",
    "m": "m", "m.": "m", "mr": "m", "monsieur": "m",
}  # fmt: skip
_PARTICLES = frozenset(["le", "la", "les", "de", "du", "des", "van", "von", "ben", "el", "al", "saint", "st", "dos", "da"])
_JOINED = frozenset(["et", "&", "ou"])


def person_of(name: str) -> tuple[str, str, str]:
    """Civility, first name and last name read in a person's full name, as far as one can: « Mme Anne Lemoine »,
    « LE GOFF Yann », « M. Diallo ». A couple or a single word is all last name."""
    words = name.split()
    civility = _CIVILITIES.get(fold(words[0]), "") if len(words) > 1 else ""
    if civility:
        words = words[1:]
    if len(words) == 1 or _JOINED & {fold(word) for word in words}:
        return ("" if len(words) > 1 else civility), "", " ".join(words) if len(words) == 1 else name
    capitals = [word for word in words if len(word) > 1 and word.isupper()]
    if capitals and len(capitals) < len(words):
        return civility, " ".join(word for word in words if word not in capitals), " ".join(capitals)
    if fold(words[0]) in _PARTICLES:
        return civility, "", " ".join(words)
    return civility, words[0], " ".join(words[1:])


def phone_book(name: str) -> str:
    """The folded words by which a directory files a name: a person announced by a civility under the last name
    (« M. Alain Lestrade » → « lestrade alain »), a couple under theirs, a firm under its own words."""
    words = name.split()
    if not words or fold(words[0]) not in _CIVILITIES or len(words) == 1:
        return sort_key(name)
    while len(words) > 1 and (fold(words[0]) in _CIVILITIES or fold(words[0]) in _JOINED):
        words = words[1:]
    if _JOINED & {fold(word) for word in words}:  # « M. Paul et Mme Anne Cosson »
        return sort_key(f"{words[-1]} {' '.join(words[:-1])}")
    _, first, last = person_of(" ".join(words))
    return sort_key(f"{last} {first}")
