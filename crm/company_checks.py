"""What the firm's own fields must be, whoever writes them: a settings page, a file, the API.

`check_company` takes raw values and returns normalised ones, or raises one `Refusal` naming every wrong field.
`company_from_json` reads the closed vocabulary that the file and the API share.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from accounts.models import Role
from crm import checks
from crm.models import Company
from crm.models.company import VatRegime
from lib import identifiers
from lib.errors import Refusal
from lib.folding import fold
from lib.money import cents, parse_number

# The keys of a firm's file and of the API, in the order they are told.
JSON_KEYS = (
    "name legal_form capital siren siret vat_number rcs address postal_code city country vat_regime iban account_holder "
    "email mediator vat_on_debits insurance_name insurance_contact insurance_coverage"
).split()
FLAGS = ("vat_on_debits",)
MEDIATOR_KEYS = {"name": "mediator_name", "postal_address": "mediator_postal_address", "website": "mediator_website"}

_REGIMES = {
    "reel": VatRegime.NORMAL,
    "reel normal": VatRegime.NORMAL,
    "real_normal": VatRegime.NORMAL,
    "reel simplifie": VatRegime.SIMPLIFIED,
    "simplifie": VatRegime.SIMPLIFIED,
    "real_simplified": VatRegime.SIMPLIFIED,
    "franchise en base": VatRegime.FRANCHISE,
    "franchise en base de tva": VatRegime.FRANCHISE,
    "exempt": VatRegime.FRANCHISE,
}
_MAIL_PORTS = (25, 465, 587, 2525)


def check_company(fields: Mapping[str, Any], *, existing: Company) -> dict[str, Any]:
    """The normalised values of the firm's `fields`; those not given keep the values of `existing` when fields are judged
    together (SIRET and VAT number belong to the SIREN). Raises Refusal(errors={field: sentence}); TypeError for a field
    that is not the firm's."""
    found, errors = checks._run({key: value for key, value in fields.items() if key != "smtp_password"}, _COMPANY, Company)
    if "smtp_password" in fields:
        found["smtp_password"] = str(fields["smtp_password"] or "")
    whole = {**{name: getattr(existing, name) for name in _COMPANY}, **found}
    if "name" in found and not found["name"]:
        errors["name"] = _("La maison a un nom : remplissez-le.")
    for check in (checks._postal_code, checks._numbers, checks._payment, _insurance):
        check(whole, found, fields, errors)
    if found.get("iban") and not (found.get("account_holder") or whole["account_holder"]) and not errors:
        found["account_holder"] = whole["name"]  # the holder is the firm until told otherwise
    if errors:
        raise Refusal(errors=errors)
    return found


def company_from_json(data: object) -> dict[str, Any]:
    """The firm's fields from the vocabulary of the file and of the API. Raises Refusal naming every unknown key and every
    value that is not text or number; the values themselves are judged by `check_company`."""
    if not isinstance(data, dict):
        raise Refusal(_("Il faut un objet JSON, par exemple avec name et siren."))
    errors: dict[str, str] = {}
    found: dict[str, Any] = {}
    known = ", ".join(JSON_KEYS)
    for key, value in data.items():
        if key not in JSON_KEYS:
            errors[str(key)] = _("Ce champ n’existe pas. Champs possibles : %(known)s.") % {"known": known}
        elif key in FLAGS:
            if isinstance(value, bool):
                found[key] = value
            else:
                errors[key] = _("Ce champ attend true ou false.")
        elif key == "mediator":
            _read_mediator(value, found, errors)
        else:
            _read(key, key, value, found, errors)
    if errors:  # tell all that is wrong at once, the values that could be read included
        try:
            check_company(found, existing=Company.objects.first() or Company())
        except Refusal as refusal:
            errors.update(refusal.errors)  # type: ignore[arg-type]
        raise Refusal(errors=errors)
    return found


def company_to_json(company: Company) -> dict[str, Any]:
    """What the API and the file say of the firm: the same keys, amounts as decimal strings, no secret."""
    said = {key: getattr(company, key) for key in JSON_KEYS if key not in ("mediator", "capital")}
    said["capital"] = None if company.capital is None else str(company.capital)
    said["mediator"] = {key: getattr(company, name) for key, name in MEDIATOR_KEYS.items()}
    return {key: said[key] for key in JSON_KEYS}


def _read_mediator(value: Any, found: dict[str, Any], errors: dict[str, str]) -> None:
    if value is None:
        found.update(dict.fromkeys(MEDIATOR_KEYS.values(), ""))
    elif not isinstance(value, dict):
        errors["mediator"] = _("Le médiateur se décrit par name, postal_address et website.")
    else:
        for key, part in value.items():
            if key in MEDIATOR_KEYS:
                _read(MEDIATOR_KEYS[key], f"mediator.{key}", part, found, errors)
            else:
                errors[f"mediator.{key}"] = _("Ce champ n’existe pas. Champs possibles : %(known)s.") % {
                    "known": ", ".join(MEDIATOR_KEYS)
                }


def _read(name: str, told: str, value: Any, found: dict[str, Any], errors: dict[str, str]) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal | None):
        errors[told] = _("Ce champ attend du texte.")
    else:
        found[name] = "" if value is None else str(value)


def _capital(value: Any, field: Any) -> Decimal | None:
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    found = parse_number(text, unit="€")
    if found < 0 or found >= 10**12 or found != cents(found):
        raise Refusal(_("Écrivez le capital en euros, par exemple 10 000 ou 10 000,50."))
    return cents(found)


def _rcs(value: Any, field: Any) -> str:
    """The town alone: «RCS Nantes 732 829 320» says it too."""
    text = checks.clean_text(value, limit=120)
    return re.sub(r"^R\.?C\.?S\.?\s+(?:de\s+|d[’']\s*)?|(?:\s+[AB])?\s+[\d\s.]{9,}$", "", text, flags=re.IGNORECASE)[
        : field.max_length
    ]


def _regime(value: Any, field: Any) -> str:
    text = str(getattr(value, "value", value) or "")
    return str(_REGIMES.get(fold(text), "")) or checks._choice(text, field)


def _bic(value: Any, field: Any) -> str:
    text = re.sub(r"\s", "", str(value or "")).upper()
    if text and not re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", text):
        raise Refusal(_("Un BIC compte 8 ou 11 caractères, par exemple AGRIFRPP. Recopiez-le depuis votre RIB."))
    return text


def _zone(value: Any, field: Any) -> str:
    text = str(value or "") or str(field.get_default())
    if text not in available_timezones():
        raise Refusal(_("Ce fuseau horaire n’existe pas. Exemple : Europe/Paris."))
    return text


def _term(value: Any, field: Any) -> int:
    days = checks._days(value, field)
    return int(field.get_default()) if days is None else days


def _months(value: Any, field: Any) -> int:
    text = str(value if value is not None else "").strip() or str(field.get_default())
    if not re.fullmatch(r"[1-9]|1[0-2]", text):
        raise Refusal(_("La charte du médiateur laisse d’un à douze mois pour répondre, deux le plus souvent."))
    return int(text)


def _port(value: Any, field: Any) -> int:
    text = str(value or "").strip() or str(field.get_default())
    if not re.fullmatch(r"[0-9]{1,5}", text) or not (int(text) in _MAIL_PORTS or 1024 <= int(text) <= 65535):
        raise Refusal(_("Le port d’un serveur d’envoi est le plus souvent 587, 465 ou 25."))
    return int(text)


def _host(value: Any, field: Any) -> str:
    text = checks.clean_text(value, limit=field.max_length)
    if text and not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:]+\]?", text):
        raise Refusal(_("Écrivez le nom du serveur seul, par exemple smtp.exemple.fr, sans http:// ni port."))
    return text


def _signature(value: Any, field: Any) -> str:
    return checks.clean_text(value, limit=2000, lines=True)


def _insurance(whole: Mapping[str, Any], found: Mapping[str, Any], fields: Mapping[str, Any], errors: dict[str, str]) -> None:
    """Loi 96-603 art. 22-2: the insurer, how to reach it and where it covers are told together."""
    names = ("insurance_name", "insurance_contact", "insurance_coverage")
    if set(names) & set(fields) and any(whole[name] for name in names):
        for name in names:
            if not whole[name]:
                errors[name] = _("L’assurance décennale se dit en entier : l’assureur, ses coordonnées, la couverture.")


def _flag(value: Any, field: Any) -> bool:
    return value is True or str(value).lower() in ("on", "true", "1")


def _roles(value: Any, field: Any) -> list[str]:
    roles = sorted({str(role) for role in value or []})
    if set(roles) - set(Role.values):
        raise Refusal(_("Un de ces rôles n’existe pas."))
    return roles


_COMPANY: dict[str, checks.Check] = {
    **dict.fromkeys(
        ["name", "legal_form", "address", "address_extra", "city", "account_holder", "mediator_name", "sender_name", "smtp_user"],
        checks._text,
    ),
    **dict.fromkeys(["mediator_postal_address", "insurance_name", "insurance_contact", "insurance_coverage"], checks._text),
    "vat_on_debits": _flag,
    "capital": _capital,
    "rcs": _rcs,
    "siren": checks._reads_as(identifiers.check_siren),
    "siret": checks._reads_as(identifiers.check_siret),
    "vat_number": checks._kept,
    "vat_regime": _regime,
    "postal_code": checks._kept,
    "country": checks._country,
    "email": checks._reads_as(identifiers.check_email),
    "phone": checks._reads_as(identifiers.check_phone),
    "website": checks._website,
    "mediator_website": checks._website,
    "mediator_agreement_to": checks._date,
    "mediator_silence_months": _months,
    "iban": checks._reads_as(identifiers.check_iban),
    "bic": _bic,
    "holiday_zone": checks._choice,
    "time_zone": _zone,
    "payment_days": _term,
    "payment_counting": checks._choice,
    "sender_email": checks._reads_as(identifiers.check_email),
    "smtp_host": _host,
    "smtp_port": _port,
    "smtp_security": checks._choice,
    "tone": checks._choice,
    "mail_signature": _signature,
    "second_factor_roles": _roles,
}
