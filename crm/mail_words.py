"""The words between braces that a mail to a client may hold, and what each is worth for one person.

A closed list (`lib.templating`): a text of the house is never compiled. A word worth nothing for this person is told
before the mail leaves, because «Bonjour ,» is worse than no greeting.
"""

from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from crm.models import Company, Contact, Customer
from lib.identifiers import format_phone
from lib.templating import fill, placeholders, unknown

# The word itself is French in every language of the screen: it is what the texts of the house contain.
WORDS: dict[str, str | Promise] = {
    "salutation": lazy("la formule d’appel, selon le ton de la maison"),
    "prénom": lazy("le prénom de la personne"),
    "nom": lazy("son nom de famille"),
    "interlocuteur": lazy("« Mme Lemoine », ou son nom entier"),
    "société": lazy("le nom du client"),
    "référence": lazy("la référence du client"),
    "moi": lazy("votre nom"),
    "maison": lazy("le nom de la maison"),
    "téléphone": lazy("le numéro de la maison"),
    "formule": lazy("la formule de politesse, selon le ton de la maison"),
    "signature": lazy("votre signature, puis celle de la maison"),
}
_FILLED, _UNKNOWN, _END = "\x02", "\x03", "\x04"


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: as typed, filled from the record, or not understood."""

    text: str
    kind: str = ""  # "", "filled", "unknown"


def values_for(
    *, customer: Customer, contact: Contact | None, by: User, company: Company | None, language: str
) -> dict[str, str]:
    """What each word of `WORDS` is worth, in the language of the letter; empty when the record does not say."""
    house = company or Company()
    with translation.override(language):
        values = {
            "salutation": salutation(customer, contact, house.tone),
            "prénom": contact.first_name if contact else "",
            "nom": contact.last_name if contact else "",
            "interlocuteur": contact.formal_name if contact else customer.name,
            "société": customer.name,
            "référence": customer.reference,
            "moi": by.name,
            "maison": house.name,
            "téléphone": format_phone(house.phone),
            "formule": closing(contact, house.tone),
        }
    own = by.mail_signature.strip() or by.name
    of_house = house.mail_signature.strip() or "\n".join(line for line in (house.name, values["téléphone"]) if line)
    return {**values, "signature": f"{own}\n{of_house}".strip()}


def salutation(customer: Customer, contact: Contact | None, tone: str) -> str:
    """«Bonjour Madame Lemoine,», «Bonjour,» or «Madame,»: warm, plain or formal."""
    title = {"mme": _("Madame"), "m": _("Monsieur")}.get(contact.civility if contact else "", "")
    if tone == "formal":
        return f"{title}," if title else _("Madame, Monsieur,")
    if tone == "plain":
        return _("Bonjour,")
    if contact is not None:
        polite = {"mme": _("Madame %(name)s"), "m": _("Monsieur %(name)s")}.get(contact.civility if contact.last_name else "", "")
        name = polite % {"name": contact.last_name} if polite else contact.first_name or contact.full_name
    else:
        name = customer.name if customer.is_person else ""
    return _("Bonjour %(name)s,") % {"name": name} if name else _("Bonjour,")


def closing(contact: Contact | None, tone: str) -> str:
    """The last line before the signature, in the same tone."""
    if tone == "formal":
        title = {"mme": _("Madame"), "m": _("Monsieur")}.get(contact.civility if contact else "", _("Madame, Monsieur"))
        return _("Je vous prie d’agréer, %(title)s, l’expression de mes salutations distinguées.") % {"title": title}
    return _("Cordialement,") if tone == "plain" else _("Bien à vous,")


def filled(text: str, values: dict[str, str]) -> str:
    """`text` with the known words replaced: exactly what will be sent."""
    return fill(text, values, list(WORDS))


def pieces(text: str, values: dict[str, str]) -> list[Piece]:
    """The same, cut where something was replaced or was not understood, for a preview that shows it."""
    marked = fill(text, {word: f"{_FILLED}{value}{_END}" for word, value in values.items()}, list(WORDS))
    for name in unknown(text, list(WORDS)):
        marked = marked.replace("{" + name + "}", f"{_UNKNOWN}{{{name}}}{_END}")
    found: list[Piece] = []
    for stretch in (
        marked.replace(_FILLED, "\x01" + _FILLED).replace(_UNKNOWN, "\x01" + _UNKNOWN).replace(_END, "\x01").split("\x01")
    ):
        kind = {_FILLED: "filled", _UNKNOWN: "unknown"}.get(stretch[:1], "")
        if words := stretch.lstrip(_FILLED + _UNKNOWN):
            found.append(Piece(words, kind))
    return found


def missing(text: str, values: dict[str, str]) -> list[str]:
    """The known words of `text` that are worth nothing for this person."""
    wanted = {fill("{" + name + "}", {word: word for word in WORDS}, list(WORDS)) for name in placeholders(text)}
    return [word for word in WORDS if word in wanted and not values[word]]
