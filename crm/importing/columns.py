"""Which column of a file is which field of ours: a proposal with its reason, from the headers and from the contents.

Pure Python. A person corrects the proposal on screen; the command takes it as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm.importing.contents import Content
from crm.importing.headers import FAIR, STRONG, WEAK, header_field
from lib.wording import say as _

EXTRA, IGNORE = "extra", "ignore"
CUSTOMER_FIELDS = (
    "name", "type", "external_reference", "siren", "siret", "vat_number", "email", "phone", "website", "address",
    "address_extra", "postal_code", "city", "country", "delivery_address", "delivery_postal_code", "delivery_city",
    "payment_days", "language", "owner", "source", "since_on", "tags", "note",
)  # fmt: skip
CONTACT_FIELDS = (
    "civility",
    "first_name",
    "last_name",
    "full_name",
    "job_title",
    "contact_email",
    "contact_phone",
    "mobile",
)
FIELDS = (*CUSTOMER_FIELDS, *CONTACT_FIELDS, EXTRA, IGNORE)
# Several columns may go there: their values are put one after the other.
JOINED = frozenset({"note", "tags", "delivery_address", "address_extra", EXTRA, IGNORE})
NAMES = ("name", "last_name", "first_name", "full_name")

# The kind of content each field expects, when contents can tell.
_KIND = {
    "email": "email", "contact_email": "email", "phone": "phone", "mobile": "phone", "contact_phone": "phone",
    "siret": "siret", "siren": "siren", "vat_number": "vat", "postal_code": "postal_code",
    "delivery_postal_code": "postal_code", "since_on": "date", "website": "url", "civility": "civility",
}  # fmt: skip
# The field that a kind of content announces by itself.
_BY_KIND = {
    "email": "email", "siret": "siret", "siren": "siren", "vat": "vat_number", "phone": "phone", "url": "website",
    "civility": "civility",
}  # fmt: skip
# Where a second column of the same field goes.
_SECOND = {
    "email": ("contact_email",), "phone": ("mobile", "contact_phone"), "mobile": ("contact_phone", "phone"),
    "contact_phone": ("mobile",), "postal_code": ("delivery_postal_code",), "city": ("delivery_city",),
    "address": ("delivery_address",), "name": ("full_name",), "full_name": (), "siren": (), "siret": (),
}  # fmt: skip
_DELIVERED = {"postal_code": "delivery_postal_code", "city": "delivery_city"}
_ENOUGH, _MOST, _FEW = 0.3, 0.7, 0.1


@dataclass(frozen=True)
class Proposal:
    """What a column is taken for. `sure` when header and content agree; `doubt` is a sentence to read before going on;
    `reason` says why, in words."""

    field: str
    reason: str
    sure: bool = False
    doubt: str = ""


@dataclass(frozen=True)
class _Guess:
    column: int
    field: str
    score: int
    reason: str
    doubt: str = ""


def propose(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Proposal]:
    """One proposal per column, from the headers and from `rows`, the first lines of the file.

    A column whose content contradicts its header goes by its content, and says so. A column nobody recognises is kept
    as it is on the record (`EXTRA`), an empty one is left out (`IGNORE`).
    """
    contents = [Content(row[number] for row in rows if number < len(row)) for number in range(len(columns))]
    guesses = [_guess(number, header, contents[number]) for number, header in enumerate(columns)]
    guesses = _beside_their_address(_settle_names(guesses))
    given = _assign(guesses, contents)
    return [given.get(number) or _leftover(contents[number]) for number in range(len(columns))]


def mapping_fault(mapping: Mapping[int, str], headers: Sequence[str]) -> str:
    """Why this matching cannot serve, as a sentence, or «»: no name, or two columns for one field. `headers` are those of
    the file, by which people know its columns."""
    taken: dict[str, int] = {}
    for number, field in sorted(mapping.items()):
        if field not in FIELDS:
            return _("Le champ « {field} » n’existe pas.", field=field)
        if field not in JOINED and field in taken:
            return _(
                "Les colonnes {first} et {second} vont au même endroit. Gardez-en une, et mettez l’autre ailleurs.",
                first=_called(headers, taken[field]),
                second=_called(headers, number),
            )
        taken[field] = number
    if not any(name in taken for name in NAMES):
        return _("Indiquez quelle colonne porte le nom du client : sans nom, aucune ligne ne peut entrer.")
    return ""


def _called(headers: Sequence[str], number: int) -> str:
    """A column as people call it: by its header; by its place too when it has none, or shares it."""
    header = " ".join(headers[number].split())[:60] if number < len(headers) else ""
    if not header:
        return _("sans titre (la {place}e)", place=number + 1)
    if sum(" ".join(other.split())[:60] == header for other in headers) > 1:
        return _("« {header} » (la {place}e)", header=header, place=number + 1)
    return _("« {header} »", header=header)


def looks_headless(columns: Sequence[str]) -> bool:
    """Whether the first line is a client rather than headers: it holds a mail, a telephone or a SIRET."""
    first = [Content([cell]) for cell in columns]
    return any(content.share(kind) for content in first for kind in ("email", "siret", "vat", "date")) or (
        sum(bool(content.share("phone") or content.share("postal_code")) for content in first) >= 2
    )


def _guess(number: int, header: str, content: Content) -> _Guess:
    field, score = header_field(header)
    reason = _("d’après son titre") if field else ""
    if field == "title":
        field = "civility" if content.share("civility") >= _ENOUGH else "job_title"
    if field == "category":
        field, score = _category(content, score)
    if field == "type" and content.values and content.share("type") < _ENOUGH:
        field, score = ("tags", FAIR) if content.few_distinct() else ("", 0)
    return _against_content(_Guess(number, field, score, reason), header, content)


def _category(content: Content, score: int) -> tuple[str, int]:
    if content.share("type") >= 0.5:
        return "type", score
    return ("tags", FAIR) if content.few_distinct() else ("", 0)


def _against_content(guess: _Guess, header: str, content: Content) -> _Guess:
    """The header's word, unless the values say otherwise."""
    told = _told_by_content(content)
    expected = _KIND.get(guess.field, "")
    if len(content.values) == 0:
        return guess
    if not guess.field:
        return _Guess(guess.column, told, FAIR, _("d’après son contenu")) if told else guess
    if (guess.field, told) in {("siren", "siret"), ("siret", "siren")}:
        return _Guess(guess.column, told, guess.score, _("d’après son contenu"), _doubt(header, told))
    if told and _KIND.get(told, "") != expected and content.share(expected or "email") < _ENOUGH and _may_lie(guess.field):
        return _Guess(guess.column, told, STRONG, _("d’après son contenu"), _doubt(header, told))
    if expected and expected not in ("url", "siren") and len(content.values) >= 3 and content.share(expected) < _FEW:
        sentence = _(
            "Aucune ou presque aucune valeur de « {header} » n’a la forme attendue : elle est gardée telle quelle.",
            header=header,
        )
        return _Guess(guess.column, EXTRA, WEAK, _("d’après son contenu"), sentence)
    return guess


def _told_by_content(content: Content) -> str:
    for kind, field in _BY_KIND.items():
        if content.share(kind) >= _MOST:
            return "mobile" if kind == "phone" and content.mobile_share() >= _MOST else field
    return ""


def _may_lie(field: str) -> bool:
    """A note or a list of words may hold anything; the other fields may not."""
    return field not in {"note", "tags", EXTRA, "external_reference", "source", "website"}


def _content_words(field: str) -> str:
    return {
        "email": _("des adresses e-mail"),
        "siret": _("des SIRET"),
        "siren": _("des SIREN"),
        "vat_number": _("des numéros de TVA"),
        "phone": _("des numéros de téléphone"),
        "mobile": _("des numéros de mobile"),
        "website": _("des adresses de sites"),
        "civility": _("des civilités"),
    }[field]


def _doubt(header: str, field: str) -> str:
    return _(
        "La colonne « {header} » contient {what} : elle est proposée pour ce qu’elle contient, vérifiez.",
        header=header[:60],
        what=_content_words(field),
    )


def _beside_their_address(guesses: list[_Guess]) -> list[_Guess]:
    """Of two «Code postal» or «Ville», the one that follows the delivery address is its own."""
    settled, address = [], ""
    fields = [guess.field for guess in guesses]
    for guess in guesses:
        if guess.field in ("address", "delivery_address"):
            address = guess.field
        if address == "delivery_address" and guess.field in _DELIVERED and fields.count(guess.field) > 1:
            delivered = _DELIVERED[guess.field]
            guess = _Guess(guess.column, delivered, guess.score, _("suit l’adresse de livraison"), guess.doubt)
        settled.append(guess)
    return settled


def _settle_names(guesses: list[_Guess]) -> list[_Guess]:
    """«Nom» is the person's when a firm or a first name stands in another column, else the client's."""
    fields = {guess.field for guess in guesses}
    firm = "name" in fields
    person = "first_name" in fields
    settled = []
    for guess in guesses:
        field, reason = guess.field, guess.reason
        if field == "nom":
            field = "last_name" if person else "full_name" if firm else "name"
            if firm or person:
                reason = _("le nom de la personne, une autre colonne portant la société") if firm else _("avec le prénom")
        settled.append(_Guess(guess.column, field, guess.score, reason, guess.doubt))
    return _only_contact_names_the_client(settled)


def _only_contact_names_the_client(guesses: list[_Guess]) -> list[_Guess]:
    """Without a firm nor a name, «Nom complet» or «Contact» is the client."""
    if any(guess.field in ("name", "last_name", "first_name") for guess in guesses):
        return guesses
    alone = next((guess for guess in guesses if guess.field == "full_name"), None)
    return [
        _Guess(guess.column, "name", guess.score, guess.reason, guess.doubt) if guess is alone else guess for guess in guesses
    ]


def _assign(guesses: list[_Guess], contents: list[Content]) -> dict[int, Proposal]:
    """Best guesses first, each field once; a second column of a field goes to its second place, or is kept as it is."""
    given: dict[int, Proposal] = {}
    taken: set[str] = set()
    for guess in sorted((found for found in guesses if found.field), key=lambda found: (-found.score, found.column)):
        choices = [guess.field, *_second_places(guess, contents[guess.column])]
        field = next((choice for choice in choices if choice in JOINED or choice not in taken), EXTRA)
        second = field != guess.field
        if not contents[guess.column].values and field == EXTRA:
            continue
        taken.add(field)
        reason = _("deuxième colonne du même nom") if second else guess.reason
        doubt = guess.doubt or (_("Deux colonnes se ressemblent : vérifiez laquelle est laquelle.") if second else "")
        given[guess.column] = Proposal(field, reason, guess.score >= STRONG and not doubt, doubt)
    return given


def _second_places(guess: _Guess, content: Content) -> tuple[str, ...]:
    places = _SECOND.get(guess.field, ())
    if guess.score == WEAK and places[:1] and places[0].startswith("delivery"):
        return ()  # a home or «other» address is no delivery address
    if guess.field == "phone" and content.values and content.mobile_share() < _ENOUGH:
        places = ("contact_phone", "mobile")
    return places


def _leftover(content: Content) -> Proposal:
    if content.values:
        return Proposal(EXTRA, _("titre inconnu : gardée telle quelle sur la fiche"))
    return Proposal(IGNORE, _("colonne vide"), True)
