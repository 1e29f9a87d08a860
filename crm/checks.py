"""What a customer's or contact's fields must be, whoever writes them: a form, the API, an import.

`check_customer` and `check_contact` take raw values (text or already typed), return the normalised ones, and raise one
`Refusal` whose `errors` name every wrong field with a sentence that says what and how.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import phonenumbers
import stdnum.eu.vat
from django.utils.translation import gettext as _

from accounts.models import User
from crm.models import Contact, Customer
from lib import identifiers
from lib.errors import Refusal
from lib.folding import fold

Fields = Mapping[str, Any]
Check = Callable[[Any, Any], Any]

# Payment terms agreed between firms (C. com. L441-10 I); a customer abroad may have agreed more.
MAX_DAYS = 60
MAX_DAYS_END_OF_MONTH = 45
MAX_DAYS_ABROAD = 120
MOST_TAGS = 20
TAG_LENGTH = 40

_YES = frozenset(["1", "on", "true", "vrai", "oui", "o", "x", "yes", "y"])
_NO = frozenset(["", "0", "off", "false", "faux", "non", "n", "no"])
_CIVILITIES = {
    "mme": "mme",
    "madame": "mme",
    "mlle": "mme",
    "mademoiselle": "mme",
    "mrs": "mme",
    "ms": "mme",
    "m": "m",
    "monsieur": "m",
    "mr": "m",
}
_COUNTRIES = {
    "france": "FR", "belgique": "BE", "belgium": "BE", "suisse": "CH", "switzerland": "CH", "luxembourg": "LU", "allemagne": "DE",
    "germany": "DE", "espagne": "ES", "spain": "ES", "italie": "IT", "italy": "IT", "royaume-uni": "GB", "united kingdom": "GB",
    "uk": "GB", "monaco": "MC", "andorre": "AD", "portugal": "PT", "pays-bas": "NL", "netherlands": "NL", "irlande": "IE",
    "ireland": "IE", "autriche": "AT", "pologne": "PL", "canada": "CA", "etats-unis": "US", "united states": "US", "usa": "US",
    "maroc": "MA", "algerie": "DZ", "tunisie": "TN", "senegal": "SN", "cote d'ivoire": "CI",
}  # fmt: skip


def check_customer(fields: Fields, *, existing: Customer | None = None, today: date | None = None) -> dict[str, Any]:
    """The normalised values of the customer's `fields` (names of `crm.customers.EDITABLE`), ready for the gestures.

    Only the fields given are checked; with `existing` the others keep its values, without it a name is needed. A SIREN
    left empty is read from the SIRET or the French VAT number. `today` refuses a beginning in the future.
    Raises Refusal(errors={field: sentence}); TypeError for a field that is not a customer's.
    """
    found, errors = _run(fields, _CUSTOMER, Customer)
    whole = {**({name: getattr(existing, name) for name in _CUSTOMER} if existing else {}), **found}
    if not errors.get("name") and not whole.get("name"):
        errors["name"] = _("Un client a un nom : remplissez-le.")
    for check in (_postal_code, _numbers, _payment):
        check(whole, found, fields, errors)
    if today and isinstance(found.get("since_on"), date) and found["since_on"] > today:
        errors["since_on"] = _("Cette date est dans le futur. Indiquez le jour où il est devenu client, ou laissez vide.")
    if errors:
        raise Refusal(errors=errors)
    return found


def check_contact(fields: Fields, *, existing: Contact | None = None) -> dict[str, Any]:
    """The normalised values of a contact's `fields` (names of `crm.contacts.EDITABLE`), ready for the gestures.

    Raises Refusal(errors={field: sentence}); TypeError for a field that is not a contact's.
    """
    found, errors = _run(fields, _CONTACT, Contact)
    whole = {**({name: getattr(existing, name) for name in _CONTACT} if existing else {}), **found}
    if not errors.keys() & {"first_name", "last_name"} and not (whole.get("first_name") or whole.get("last_name")):
        errors["last_name"] = _("Un contact a un nom ou un prénom : remplissez au moins l’un des deux.")
    if errors:
        raise Refusal(errors=errors)
    return found


def check_tags(text: str) -> list[str]:
    """The tags of a text where commas separate them, each once. Raises Refusal for one that is too long, and for too many."""
    names = [clean_text(name, limit=TAG_LENGTH) for name in text.split(",")]
    found = list({fold(name): name for name in names if name}.values())
    if len(found) > MOST_TAGS:
        raise Refusal(_("Un client porte au plus %(limit)s étiquettes.") % {"limit": MOST_TAGS})
    return found


def clean_text(value: Any, *, limit: int, lines: bool = False) -> str:
    """`value` as tidy text of at most `limit` characters: composed (NFC), without invisible characters, one space
    between words; line breaks stay only with `lines`. Raises Refusal for control characters and for length."""
    if value is None:
        return ""
    text = unicodedata.normalize("NFC", str(value)) if str(value).isprintable() else _printable(str(value))
    text = _tidy_lines(text) if lines else " ".join(text.split())
    if len(text) > limit:
        raise Refusal(
            _("Ce champ tient en %(limit)s caractères ; ce texte en compte %(count)s. Raccourcissez-le.")
            % {"limit": limit, "count": len(text)}
        )
    return text


def _printable(text: str) -> str:
    kept = []
    for char in text:
        category = unicodedata.category(char)
        if category in ("Cc", "Cs", "Cn") and char not in "\n\r\t\x85":
            raise Refusal(_("Ce texte contient un caractère de contrôle, invisible et dangereux. Saisissez-le à nouveau."))
        if category not in ("Cf", "Co") or char in "\u200c\u200d":  # joiners matter in some scripts and in emoji
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def _tidy_lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in re.split(r"\r\n|[\r\n\u2028\u2029\x85]", text)).strip()


def _run(fields: Fields, checks: Mapping[str, Check], model: Any) -> tuple[dict[str, Any], dict[str, str]]:
    unknown = set(fields) - set(checks)
    if unknown:
        raise TypeError(f"not a field of {model.__name__}: {', '.join(sorted(unknown))}")
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, value in fields.items():
        try:
            found[name] = checks[name](value, model._meta.get_field(name))
        except Refusal as refusal:
            errors[name] = refusal.message
    return found, errors


def _text(value: Any, field: Any) -> str:
    return clean_text(value, limit=field.max_length)


def _lines(value: Any, field: Any) -> str:
    return clean_text(value, limit=field.max_length, lines=True)


def _reads_as(check: Callable[[str], str]) -> Check:
    """A field of `lib.identifiers`: empty stays empty, anything else is checked."""

    def run(value: Any, field: Any) -> str:
        text = "" if value is None else str(value)
        if not text.strip():
            return ""
        if len(text) > 400:  # nothing of this kind is that long; do not even parse it
            raise Refusal(_("Ce texte est beaucoup trop long pour ce champ (%(count)s caractères).") % {"count": len(text)})
        found = check(text)
        if len(found) > field.max_length:
            raise Refusal(_("Ce champ tient en %(limit)s caractères.") % {"limit": field.max_length})
        return found

    return run


def _choice(value: Any, field: Any) -> str:
    text = "" if value is None else str(getattr(value, "value", value)).strip()
    if text == "" and not field.blank:
        return str(field.get_default())
    if text and text not in dict(field.choices):
        known = ", ".join(str(label) for key, label in field.choices if key)
        raise Refusal(_("Cette valeur n’existe pas. Choisissez parmi : %(known)s.") % {"known": known})
    return text


def _civility(value: Any, field: Any) -> str:
    text = fold(str(value or "")).strip(". ")
    return _CIVILITIES.get(text) or _choice(text, field)


def _country(value: Any, field: Any) -> str:
    text = clean_text(value, limit=60)
    code = _COUNTRIES.get(fold(text), text.upper()) or "FR"
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise Refusal(_("Ce pays n’est pas reconnu. Écrivez son code en deux lettres, par exemple FR ou BE."))
    return code


def _boolean(value: Any, field: Any) -> bool:
    text = "" if value is None else str(value).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Refusal(_("Répondez par oui ou par non."))


def _days(value: Any, field: Any) -> int | None:
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise Refusal(_("Écrivez un nombre de jours, par exemple 30."))
    return int(text)


def _date(value: Any, field: Any) -> date | None:
    if isinstance(value, datetime):
        value = value.date()
    if value in (None, ""):
        return None
    found = value if isinstance(value, date) else _written_date(str(value).strip())
    if not 1900 <= found.year <= 2100:
        raise Refusal(_("L’année %(year)s surprend ici. Vérifiez la date.") % {"year": found.year})
    return found


def _written_date(text: str) -> date:
    french = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", text)
    try:
        if french:
            return date(int(french[3]), int(french[2]), int(french[1]))
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Refusal(_("Cette date n’existe pas. Écrivez-la comme 15/11/2026.")) from None


def _website(value: Any, field: Any) -> str:
    text = clean_text(value, limit=field.max_length)
    if not text:
        return ""
    found = re.fullmatch(r"(?:(https?)://)?([^\s/@:?#\\]+\.[^\s/@:?#\\.]{2,})(:[0-9]{1,5})?([/?#]\S*)?", text, re.IGNORECASE)
    if not found:
        raise Refusal(_("Écrivez l’adresse du site comme www.exemple.fr."))
    return _text(text if found[1] else f"https://{text}", field)


def _owner(value: Any, field: Any) -> User | None:
    if value in (None, ""):
        return None
    if not isinstance(value, User) or not value.is_house or value.closed_at:
        raise Refusal(_("Cette personne ne fait pas partie de l’équipe, ou l’a quittée. Choisissez-en une autre."))
    return value


def _fits(value: dict[str, Any]) -> bool:
    """Whether PostgreSQL can store it (no NUL) in a fair size."""
    told = str(value)
    return len(told) <= 10_000 and "\\x00" not in told


def _extra(value: Any, field: Any) -> dict[str, Any]:
    if value in (None, ""):
        return {}
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value) or not _fits(value):
        raise Refusal(_("Ces informations ne peuvent pas être enregistrées : elles n’ont pas la forme attendue."))
    return value


def _kept(value: Any, field: Any) -> str:
    """Judged later, with the fields it depends on."""
    return clean_text(value, limit=400)


_CUSTOMER: dict[str, Check] = {
    "type": _choice,
    "name": _text,
    "external_reference": _text,
    "siren": _reads_as(identifiers.check_siren),
    "siret": _reads_as(identifiers.check_siret),
    "vat_number": _kept,
    "email": _reads_as(identifiers.check_email),
    "phone": _reads_as(identifiers.check_phone),
    "website": _website,
    "address": _text,
    "address_extra": _text,
    "postal_code": _kept,
    "city": _text,
    "country": _country,
    "delivery_address": _lines,
    "payment_days": _days,
    "payment_counting": _choice,
    "language": _choice,
    "preferred_channel": _choice,
    "preferred_moment": _text,
    "owner": _owner,
    "source": _text,
    "since_on": _date,
    "note": _lines,
    "extra": _extra,
}

_CONTACT: dict[str, Check] = {
    "civility": _civility,
    "first_name": _text,
    "last_name": _text,
    "job_title": _text,
    "email": _reads_as(identifiers.check_email),
    "phone": _reads_as(identifiers.check_phone),
    "mobile": _reads_as(identifiers.check_phone),
    "decides": _boolean,
    "receives_invoices": _boolean,
    "receives_reminders": _boolean,
    "is_main": _boolean,
    "language": _choice,
    "note": _text,
}


def _postal_code(whole: Fields, found: dict[str, Any], fields: Fields, errors: dict[str, str]) -> None:
    """A postal code is read by its country's rule; changing the country judges the code again."""
    code = whole.get("postal_code")
    if not code or errors.keys() & {"postal_code", "country"} or not fields.keys() & {"postal_code", "country"}:
        return
    _collect("postal_code", found, errors, lambda: identifiers.check_postal_code(code, whole.get("country") or "FR")[:10])


def _numbers(whole: Fields, found: dict[str, Any], fields: Fields, errors: dict[str, str]) -> None:
    """SIREN, SIRET and VAT number tell of the same firm; an empty SIREN is read from the two others."""
    if errors.keys() & {"siren", "siret", "vat_number"} or not fields.keys() & {"siren", "siret", "vat_number"}:
        return
    siren, siret, vat = (whole.get(name) or "" for name in ("siren", "siret", "vat_number"))
    if vat and "vat_number" in fields:
        _collect("vat_number", found, errors, lambda: _vat_number(vat))
        vat = found.get("vat_number", "") if "vat_number" not in errors else ""
    if not siren and (siret or vat.startswith("FR")):
        siren = found["siren"] = siret[:9] or vat[4:]
    if siren and siret:
        _collect("siret", found, errors, lambda: identifiers.check_siret(siret, siren=siren), keep="siret" in fields)
    if siren and vat.startswith("FR"):
        _collect(
            "vat_number",
            found,
            errors,
            lambda: identifiers.check_vat_number(vat, siren=siren),
            keep="vat_number" in fields,
        )


def _vat_number(text: str) -> str:
    """French numbers by our own check, the Union's others by theirs, the rest as typed."""
    plain = re.sub(r"[\s.\-]", "", text).upper()
    if plain[:2] == "FR" or not plain[:2].isalpha():
        return identifiers.check_vat_number(plain)
    if plain[:2] in _UNION and not stdnum.eu.vat.is_valid(plain):
        raise Refusal(_("Ce numéro de TVA n’est pas valable pour son pays. Vérifiez chaque caractère."))
    if len(plain) > 20:
        raise Refusal(_("Ce champ tient en %(limit)s caractères.") % {"limit": 20})
    return plain


_UNION = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "EL",
        "ES",
        "FI",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


def _payment(whole: Fields, found: dict[str, Any], fields: Fields, errors: dict[str, str]) -> None:
    """Agreed terms stay within the law's limit (C. com. L441-10 I)."""
    days = whole.get("payment_days")
    if (
        days is None
        or errors.keys() & {"payment_days", "payment_counting"}
        or not fields.keys() & {"payment_days", "payment_counting"}
    ):
        return
    end_of_month = str(whole.get("payment_counting") or "") not in ("", "net")
    abroad = (whole.get("country") or "FR") != "FR"
    limit = MAX_DAYS_ABROAD if abroad else MAX_DAYS_END_OF_MONTH if end_of_month else MAX_DAYS
    if days > limit:
        sentence = _("Le délai de paiement ne peut pas dépasser %(limit)s jours ici (article L441-10 du code de commerce).")
        errors["payment_days"] = sentence % {"limit": limit}


def _collect(name: str, found: dict[str, Any], errors: dict[str, str], check: Callable[[], str], keep: bool = True) -> None:
    try:
        value = check()
    except Refusal as refusal:
        errors[name] = refusal.message
    else:
        if keep:
            found[name] = value
