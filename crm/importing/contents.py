"""What the values of a column look like, whatever its header says. Pure Python."""

import re
from collections.abc import Callable, Iterable

from stdnum import luhn

from lib.folding import fold

SAMPLE = 200  # values looked at per column

_EMAIL = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,.]{2,}")
_PHONE = re.compile(r"(?:\+|00|\()?[0-9][0-9 .()/\-\u00a0\u202f]{7,22}")
_URL = re.compile(r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:fr|com|net|org|eu|bzh)(?:/\S*)?", re.IGNORECASE)
_VAT = re.compile(r"[A-Za-z]{2} ?[0-9A-Za-z]{2}[ .]?[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}")
_DATE = re.compile(
    r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})(?:[ T].*)?|(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?:[ T].*)?"
)
_NUMBER = re.compile(r"-?[0-9][0-9 \u00a0\u202f]*(?:[.,][0-9]+)?(?:[ \u00a0]?(?:€|%|EUR))?")

CIVILITIES = frozenset("m mr mme mlle mrs ms monsieur madame mademoiselle".split())
_COUNTRIES = frozenset(
    "france fr belgique be suisse ch luxembourg lu allemagne de espagne es italie it monaco royaume-uni gb uk "
    "portugal pt pays-bas nl canada ca".split()
)

# The words firms use for the side of the law on which a client stands (C. conso. article liminaire): an association
# or a co-ownership acting outside a trade is a « non-professionnel ».
_TYPES = {
    "consumer": "particulier particuliers part prive individu individuel consommateur b2c btoc b to c personne physique "
    "menage client particulier individual private consumer",
    "professional": "professionnel professionnels professionnelle pro pros entreprise entreprises societe societes b2b btob "
    "b to b artisan artisans commercant commerce pme eti tpe startup grossiste independant profession liberale liberal client professionnel "
    "company business professional sarl sas sasu eurl sa snc ei eirl auto entrepreneur micro entreprise agriculteur "
    "exploitant agricole revendeur grand compte personne morale",
    "non_professional": "association associations asso non professionnel non pro copropriete syndicat de copropriete "
    "syndicat de coproprietaires syndic comite cse fondation",
    "public": "public secteur public collectivite collectivites collectivite territoriale mairie mairies commune communes "
    "administration administrations etat ecole college lycee hopital departement region communaute de communes "
    "etablissement public b2g organisme public prefecture",
}
_PHRASES = (
    "b to c", "personne physique", "client particulier", "b to b", "profession liberale", "client professionnel",
    "auto entrepreneur", "micro entreprise", "exploitant agricole", "grand compte", "personne morale", "non professionnel",
    "non pro", "syndicat de copropriete", "syndicat de coproprietaires", "secteur public", "collectivite territoriale",
    "communaute de communes", "pme eti", "etablissement public", "organisme public",
)  # fmt: skip


def _type_words() -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, text in _TYPES.items():
        for phrase in _PHRASES:
            if phrase in text:
                found.setdefault(phrase, kind)
                text = text.replace(phrase, " ")
        found |= dict.fromkeys(text.split(), kind)
    return found


_TYPE_OF = _type_words()
_FIRM_IN_NAME = re.compile(r"(?:^|\s|\()(?:sarl|sas|sasu|eurl|snc|earl|gaec|scop|selarl|selas|selasu|sa)(?:$|\s|\)|,)")


def plain(text: str) -> str:
    """`text` folded, letters and digits only, one space between words: how headers and choices are compared."""
    return " ".join(re.findall(r"[^\W_]+", fold(text)))


def customer_type(value: str) -> str:
    """The type that a word of a file means («Particulier», «B2B», «mairie») as `crm.CustomerType` writes it, or «»."""
    text = plain(value)
    ours = text.replace(" ", "_")
    return _TYPE_OF.get(text) or (ours if ours in _TYPES else "") or _TYPE_OF.get(text.rstrip("s"), "")


def names_a_firm(name: str) -> bool:
    """Whether a trading company's legal form stands in the name («Le Goff SARL»). Not a civil company: an SCI may be
    on either side of the consumer code."""
    return bool(_FIRM_IN_NAME.search(fold(name).replace(".", "")))


def digits(value: str) -> str:
    """The digits of `value` when it holds nothing else but separators, else «»."""
    bare = re.sub(r"[\s.\-]", "", value)
    return bare if bare.isascii() and bare.isdecimal() else ""


def _is_siret(value: str) -> bool:
    found = digits(value)
    return len(found) == 14 and (luhn.is_valid(found) or found.startswith("356000000"))


def _is_siren(value: str) -> bool:
    found = digits(value)
    return len(found) == 9 and luhn.is_valid(found)


def _is_phone(value: str) -> bool:
    if not _PHONE.fullmatch(value):
        return False
    count = len(re.sub(r"\D", "", value))
    return (9 <= count <= 13 and not _is_siren(value)) if value[:1] not in "0+(" else 10 <= count <= 22


def _is_postal_code(value: str) -> bool:
    found = digits(value)
    return len(found) in (4, 5) and 1000 <= int(found) <= 98999


KINDS: dict[str, Callable[[str], bool]] = {
    "email": lambda value: bool(_EMAIL.fullmatch(value)),
    "siret": _is_siret,
    "siren": _is_siren,
    "vat": lambda value: bool(_VAT.fullmatch(value)),
    "phone": _is_phone,
    "postal_code": _is_postal_code,
    "date": lambda value: bool(_DATE.fullmatch(value)),
    "url": lambda value: "@" not in value and bool(_URL.fullmatch(value)),
    "civility": lambda value: plain(value) in CIVILITIES,
    "type": lambda value: bool(customer_type(value)),
    "country": lambda value: fold(value) in _COUNTRIES,
    "number": lambda value: bool(_NUMBER.fullmatch(value)),
}


class Content:
    """The first values of one column, and the share of them that look like each kind of thing."""

    def __init__(self, values: Iterable[str]):
        self.values = [value for value in (raw[:400].strip() for raw in values) if value][:SAMPLE]
        self._shares: dict[str, float] = {}

    def share(self, kind: str) -> float:
        """Between 0 and 1: how many of the values look like `kind` (a key of `KINDS`); 0 for an empty column."""
        if kind not in self._shares:
            hits = sum(map(KINDS[kind], self.values))
            self._shares[kind] = hits / len(self.values) if self.values else 0.0
        return self._shares[kind]

    def count(self, kind: str) -> int:
        """How many of the values look like `kind`."""
        return round(self.share(kind) * len(self.values))

    def mobile_share(self) -> float:
        """How many of the values are French mobile numbers."""
        bare = (re.sub(r"[\s.\-()/]", "", value).replace("+330", "+33") for value in self.values)
        hits = sum(bool(re.fullmatch(r"(?:0|\+33|0033|33)?[67]\d{8}", value)) for value in bare)
        return hits / len(self.values) if self.values else 0.0

    def few_distinct(self) -> bool:
        """Short values that come back often: a word chosen in a list rather than free text."""
        distinct = set(self.values)
        few = len(distinct) <= min(30, max(3, len(self.values) // 4))
        return bool(distinct) and few and max(map(len, distinct)) <= 40
