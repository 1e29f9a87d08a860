"""One way of folding and stemming words, used by every search, on both database engines.

An index is `terms(text)`: words of letters and digits only, separated by spaces, so that no engine's own tokenizer
cuts them differently. What a person types goes through `query`, which speaks the same alphabet.

Sources: Unicode UAX #15 (NFKD) and chapter 3.13 (caseless matching); the French Snowball stemmer, fed with folded
words, its rules on « é » being replayed by `_plain_ending` because a folded word has lost its accents.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import snowballstemmer

_stemmer = snowballstemmer.stemmer("french")

_SPECIAL = str.maketrans(
    {
        **dict.fromkeys("’‘ʼʹ`´′＇‛", "'"),
        **dict.fromkeys("‐‑‒–—―−－", "-"),
        "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d",
        "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ı": "i",
    }
)  # fmt: skip


class _Folded(dict[int, str]):
    """What each character becomes, worked out the first time it is met."""

    def __missing__(self, code: int) -> str:
        special = unicodedata.normalize("NFKD", chr(code).translate(_SPECIAL)).casefold().translate(_SPECIAL)
        self[code] = "".join(map(_plain_character, unicodedata.normalize("NFKD", special)))
        return self[code]


def _plain_character(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf", "Cs"):
        return ""
    return " " if category in ("Cc", "Zl", "Zp", "Zs") else char


_FOLDED = _Folded()
_ELISION = re.compile(r"(?<![\w'])(?:jusqu|lorsqu|puisqu|quoiqu|qu|[cdjlmnst])'(?=\w)")
_ACRONYM = re.compile(r"(?<![\w.])(?:[a-z]\.){2,}(?:[a-z](?!\w))?")
_PHONE = re.compile(r"(?<![\w+])(?:(?:\+|00)33[ .-]?(?:\(0\)[ .-]?|0)?|0)([1-9])((?:[ .-]?\d{2}){4})(?!\d)(?![ .]\d)")
_SIREN = re.compile(r"(?<![\w])\d{3}[ .]\d{3}[ .]\d{3}(?:[ .]\d{5}|[ .]\d{2}[ .]\d{3})?(?!\d)(?![ .]\d)")
_REFERENCE = re.compile(r"(?<![\w@.-])([a-z]{1,4})-?(\d+)((?:-\d+)*)(?![\w@])(?!-\d)")
_IBAN = re.compile(r"(?<!\w)[a-z]{2}\d{2}(?: [a-z0-9]{4}){3,7}(?: [a-z0-9]{1,4})?(?!\w)")
_SIRET_UNSPACED = re.compile(r"(?<!\w)\d{14}(?!\w)")
_THOUSANDS = re.compile(r"(?<![\w.,-])\d{1,3}(?: \d{3})+(?!\w)")
_DIGIT = re.compile(r"\d")
_INNER_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_ELIDED = re.compile(_ELISION.pattern + r"\w+")
_WORD = re.compile(r"[^\W_]+")

STOP_WORDS = frozenset(
    """
    a ai as au aux avec c ce ces cet cette d dans de des du elle elles en est et etc eu il ils j je l la le les leur
    leurs lui m ma mais me mes moi mon n ne nos notre nous on ont ou par pas pour qu que qui s sa se ses si son sont
    sur t ta te tes toi ton tu un une vos votre vous y the of to is it in and or for on at
    """.split()
)

_PLURALS = {"travaux": "travail", "vitraux": "vitrail", "baux": "bail", "yeux": "oeil", "cieux": "ciel"}

_LEGAL_FORMS = frozenset(
    """
    sarl sas sasu sa eurl ei eirl sci scp scm snc scop scic selarl selas selasu sel earl gaec gie sca scs sccv asl
    ltd gmbh srl bv inc llc ste societe ets etablissements
    """.split()
)
_LEGAL_PHRASES = re.compile(
    r"\b(?:entrepr(?:ise|eneur) individuel(?:le)?|(?:auto|micro) (?:entreprise|entrepreneur)"
    r"|societe (?:a responsabilite limitee|par actions simplifiee|anonyme|civile immobiliere|en nom collectif)"
    r"(?: unipersonnelle)?)\b"
)
_CIVILITIES = frozenset("m mr mme mlle mrs ms monsieur madame mademoiselle messieurs mesdames".split())
_SPOKEN = _CIVILITIES - {"ms"}  # as people say them on the telephone; « MS » may begin a reference
_PARTICLES = ("les", "des", "le", "la", "de", "du", "van", "von")  # the longer first: « Desmarets » is « des Marets »
_SHORTEST_NAME = 4  # letters of a name left without its particle: « Legoff » is « Le Goff », « Lemon » is nobody’s
_SILENT = _LEGAL_FORMS | _CIVILITIES | {"et"}
_LEADING_TITLES = frozenset("dr docteur me maitre pr professeur".split())


def fold(text: str) -> str:
    """`text` without case, accents, ligatures, typographic apostrophes and dashes; one space between words.

    Idempotent. « Cœur d’Été » and « COEUR D'ETE » both give « coeur d'ete ».
    """
    return unicodedata.normalize("NFC", " ".join(text.translate(_FOLDED).split()))


def words(text: str) -> list[str]:
    """The words of `text`, folded, letters and digits only, in reading order.

    Elisions go (« l’Oréal » gives « oreal »), acronyms close up (« S.A.R.L. » gives « sarl »), and numbers written
    in groups become one word: a French phone number (« +33 6 39 98 00 45 » gives « 0639980045 »), a SIREN or SIRET,
    an IBAN, a reference (« F2026-000123 » gives « f2026000123 »). A mail address gives its parts.
    """
    return _WORD.findall(_close_up(fold(text)))


def stem(word: str) -> str:
    """The French stem of one folded word. A word with a digit is its own stem."""
    return word if len(word) < 3 or not word.isalpha() else _stem(word)


def stems(text: str) -> list[str]:
    """The stems of `text` in reading order, stop words dropped — unless there is nothing else (M. « Le Du »)."""
    found = words(text)
    return [stem(word) for word in _telling(found)]


def terms(text: str) -> str:
    """What an index stores of `text`: words separated by spaces, each once, in reading order.

    For each word its stem and, when different, its exact folded form, so that what is being typed (« menuiseri »)
    is found by prefix where the stem alone (« menuis ») would hide it. The exact form carries no mark: a mark would be
    cut by the engines' tokenizers, and taking an exact form for a stem only ever finds a word of the same spelling.
    Elided words are also kept closed up (« loreal »), numbers in groups also by group (« 39 98 »), references also
    without their zeros (« c17 » for C00017), so that all the ways people type them are found.
    """
    found: dict[str, None] = {}
    folded = fold(text)
    for word in _telling(_WORD.findall(_close_up(folded))):
        found[stem(word)] = None
        found[word] = None
    for extra in _extras(folded):
        found[extra] = None
    return " ".join(found)


@dataclass(frozen=True)
class Query:
    """What a person typed: all of `required` are stems or numbers that must be there; when `prefixes` is not empty,
    the last word is still being typed and a word must begin with one of them. Of each group of `either`, one must be there."""

    required: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    either: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.required or self.prefixes or self.either)

    def fts5(self) -> str:
        """The MATCH expression of SQLite FTS5; safe by construction, words holding only letters and digits."""
        parts = [f'"{word}"' for word in self.required]
        parts += ["(" + " OR ".join(f'"{word}"' for word in group) + ")" for group in self.either]
        if self.prefixes:
            parts.append("(" + " OR ".join(f'"{prefix}"*' for prefix in self.prefixes) + ")")
        return " AND ".join(parts)

    def tsquery(self) -> str:
        """The text of PostgreSQL's `to_tsquery('simple', …)`."""
        parts = [f"'{word}'" for word in self.required]
        parts += ["(" + " | ".join(f"'{word}'" for word in group) + ")" for group in self.either]
        if self.prefixes:
            parts.append("(" + " | ".join(f"'{prefix}':*" for prefix in self.prefixes) + ")")
        return " & ".join(parts)

    def matches(self, index: str) -> bool:
        """Whether a text indexed by `terms` answers: what both engines do, in plain Python."""
        present = index.split()
        there = set(self.required) <= set(present) and all(set(group) & set(present) for group in self.either)
        return there and (not self.prefixes or any(word.startswith(self.prefixes) for word in present))


def query(text: str) -> Query:
    """Read what a person types in a search box. Empty text gives an empty (false) query, which finds nothing.

    The last word counts as unfinished unless a space follows it. Stop words are forgotten unless nothing else is there,
    and civilities with them: « madame Le Goff » on the telephone is « Mme Le Goff » on her record.
    """
    typed = words(text)[:12]
    if not typed:
        return Query()
    kept = _telling([word for word in typed if word not in _SPOKEN] or typed)
    if text[-1:].isspace() or kept[-1] != typed[-1]:
        return Query(required=_once(stem(word) for word in kept))
    last = kept[-1]
    return Query(required=_once(stem(word) for word in kept[:-1]), prefixes=_once((last, stem(last))))


def name_query(text: str) -> Query:
    """As `query`, for the names of people and firms: a particle written apart or closed up is the same, so that « lemoine »,
    « Le Moine » and « LE MOINE » each find Mme Lemoine and M. Le Moine."""
    asked, typed = query(text), words(text)[:12]
    if not asked:
        return asked
    forms = {stem(word): _other_forms(typed, place) for place, word in enumerate(typed) if word not in STOP_WORDS}
    last = forms.get(stem(typed[-1]), ()) if asked.prefixes else ()
    required = asked.required
    return Query(
        required=tuple(word for word in required if not forms.get(word)),
        prefixes=_once((*asked.prefixes, *last)),
        either=tuple(_once((word, *map(stem, forms[word]))) for word in required if forms.get(word)),
    )


def _other_forms(typed: list[str], place: int) -> tuple[str, ...]:
    """The word at `place` with the particles written before it, then without those it begins with."""
    found, joined, rest = [], typed[place], typed[place]
    for before in reversed(typed[:place]):
        if before not in _PARTICLES:
            break
        joined = before + joined
        found.append(joined)
    while particle := next((one for one in _PARTICLES if rest.startswith(one) and len(rest) - len(one) >= _SHORTEST_NAME), ""):
        rest = rest.removeprefix(particle)
        found.append(rest)
    return tuple(found)


def sort_key(text: str) -> str:
    """Folded words in their order, articles and elisions included: for ordering names as a telephone book does."""
    return " ".join(_WORD.findall(fold(text)))


def name_key(text: str) -> str:
    """The name of a firm or person without legal form, civility, punctuation and « et »: for near duplicates.

    « S.A.R.L. Le Goff & Fils » and « LE GOFF ET FILS (SAS) » both give « le goff fils ». A name made only of such words
    keeps them all.
    """
    plain = " ".join(_WORD.findall(_ACRONYM.sub(_closed, fold(text))))
    spelled = re.sub(r"\b(?:[a-z] ){1,5}[a-z]\b", lambda found: _closed_form(found[0]), plain)
    kept = [word for word in _LEGAL_PHRASES.sub(" ", spelled).split() if word not in _SILENT]
    if len(kept) > 1 and kept[0] in _LEADING_TITLES:
        kept = kept[1:]
    return " ".join(kept) or plain


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _telling(found: list[str]) -> list[str]:
    return [word for word in found if word not in STOP_WORDS] or found


def _closed(found: re.Match[str]) -> str:
    return "".join(_WORD.findall(found[0])) + " "


def _closed_form(spelled: str) -> str:
    joined = spelled.replace(" ", "")
    return joined if joined in _LEGAL_FORMS else spelled


def _close_up(folded: str) -> str:
    if _DIGIT.search(folded):
        for pattern in (_IBAN, _SIREN):
            folded = pattern.sub(_closed, folded)
        folded = _PHONE.sub(lambda found: " 0" + found[1] + re.sub(r"\D", "", found[2]) + " ", folded)
        folded = _THOUSANDS.sub(_closed, _REFERENCE.sub(_closed, folded))
    folded = _ACRONYM.sub(_closed, _ELISION.sub(" ", folded))
    return _INNER_APOSTROPHE.sub("", folded)


def _extras(folded: str) -> list[str]:
    """The other ways of typing what `_close_up` closes up."""
    extras = [found[0].replace("'", "") for found in _ELIDED.finditer(folded)] if "'" in folded else []
    if not _DIGIT.search(folded):
        return extras
    for found in _PHONE.finditer(folded):
        extras += ["0" + found[1], *re.findall(r"\d{2}", found[2])]
    for found in _SIREN.finditer(folded):
        digits = "".join(_WORD.findall(found[0]))
        extras += [digits[:9], *_WORD.findall(found[0])]
    extras += [found[0][:9] for found in _SIRET_UNSPACED.finditer(folded)]
    for found in chain(_THOUSANDS.finditer(folded), _IBAN.finditer(folded)):
        extras += found[0].split()
    for found in _REFERENCE.finditer(folded):
        extras += _reference_parts(*found.groups())
    return [extra for extra in extras if extra]


def _reference_parts(letters: str, number: str, tail: str) -> list[str]:
    """« f », « 2026 », « -000123 » give f2026, 000123, 123; « c », « 00017 », nothing give c00017, c17, 17."""
    if not tail:
        return [letters + number, letters + number.lstrip("0"), number.lstrip("0")]
    return [letters + number, *tail.split("-")[1:], tail.rpartition("-")[2].lstrip("0")]


def _plain_ending(word: str) -> str:
    """Undo the endings the stemmer only knows with an accent (« ées », « ée ») or does not know (« envois »)."""
    for ending, bare in (("ees", "e"), ("ee", "e"), ("ois", "oi")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + bare
    return word


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    found: str = _stemmer.stemWord(_plain_ending(_PLURALS.get(word, word)))
    return found[:-1] + "i" if found.endswith("y") else found  # payer and paiement, envoyer and envoi
