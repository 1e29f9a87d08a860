"""Numbers and addresses people type: each `check_…` returns the stored form or raises a Refusal that says what to do.

The arithmetic is python-stdnum's and phonenumbers'; the sentences are ours. An empty text is not judged here: a
missing value is the caller's matter, so every check refuses it as « vide ».
"""

import re
import unicodedata

import phonenumbers
import stdnum.iban
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fr import siren as _siren
from stdnum.fr import siret as _siret
from stdnum.fr import tva as _tva

from lib.errors import Refusal
from lib.wording import NBSP
from lib.wording import say as _

_OVERSEAS_PHONES = ("GP", "GF", "MQ", "RE", "YT", "PM")
# Ten digits that no overseas plan shares (02 6, 05 0, 05 9, 06 3, 06 9, 07 0, 08 and 09 it may): nothing to look up.
_METROPOLITAN = re.compile(r"0(?:[134][0-9]|2[0-57-9]|5[1-8]|6[0-24-8]|7[1-9])[0-9]{7}")
_MAIL_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
_MAIL_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})")


def check_siren(text: str) -> str:
    """The nine digits of a SIREN (Luhn's key, code de commerce R123-221). Refusal otherwise."""
    digits = _digits(text, "SIREN", 9)
    if not _siren.is_valid(digits):
        raise Refusal(_("Ce SIREN n’est pas valable : sa clé de contrôle ne correspond pas. Vérifiez chaque chiffre."))
    return digits


def check_siret(text: str, *, siren: str = "") -> str:
    """The fourteen digits of a SIRET (Luhn's key, sum of digits for La Poste 356 000 000). Refusal otherwise.

    With `siren`, the first nine digits must be those.
    """
    digits = _digits(text, "SIRET", 14)
    if not _siret.is_valid(digits):
        raise Refusal(_("Ce SIRET n’est pas valable : sa clé de contrôle ne correspond pas. Vérifiez chaque chiffre."))
    if siren and digits[:9] != siren:
        raise Refusal(
            _(
                "Ce SIRET commence par {found}, mais le SIREN indiqué est {siren}. Corrigez l’un des deux.",
                found=grouped(digits[:9], 3),
                siren=grouped(siren, 3),
            )
        )
    return digits


def check_vat_number(text: str, *, siren: str = "") -> str:
    """A French VAT number « FR » + 2 characters + SIREN (CGI ann. II 242 nonies A). Refusal otherwise.

    With `siren`, the number must be built on it.
    """
    number = re.sub(r"[\s.\-]", "", _plain(text)).upper()
    _refuse_empty(number, _("ce numéro de TVA"))
    if not number.startswith("FR"):
        raise Refusal(_("Un numéro de TVA français commence par FR, puis deux caractères et le SIREN."))
    if len(number) != 13:
        raise Refusal(_("Ce numéro de TVA compte {count} caractères après FR ; il en faut 11.", count=len(number) - 2))
    if not _tva.is_valid(number):
        raise Refusal(_("Ce numéro de TVA n’est pas valable : sa clé de contrôle ne correspond pas. Vérifiez chaque caractère."))
    if siren and number[4:] != siren:
        raise Refusal(
            _(
                "Ce numéro de TVA porte le SIREN {found}, mais le SIREN indiqué est {siren}. Corrigez l’un des deux.",
                found=grouped(number[4:], 3),
                siren=grouped(siren, 3),
            )
        )
    return number


def check_iban(text: str) -> str:
    """An IBAN without spaces, in capitals (ISO 13616: key modulo 97 and length; the RIB key too in France). Refusal otherwise."""
    number = re.sub(r"[\s.\-]", "", _plain(text)).upper()
    _refuse_empty(number, _("cet IBAN"))
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]*", number):
        raise Refusal(_("Un IBAN commence par deux lettres de pays et deux chiffres, par exemple FR76."))
    if number.startswith("FR") and len(number) != 27:
        raise Refusal(_("Cet IBAN compte {count} caractères ; un IBAN français en a 27.", count=len(number)))
    try:
        stdnum.iban.validate(number, check_country=number[:2] in {"FR", "MC"})
    except InvalidChecksum:
        raise Refusal(
            _("Cet IBAN n’est pas valable : sa clé de contrôle ne correspond pas. Recopiez-le depuis votre RIB.")
        ) from None
    except ValidationError:
        raise Refusal(_("Cet IBAN n’a pas la forme attendue pour son pays. Recopiez-le depuis votre RIB.")) from None
    return number


def grouped(number: str, size: int = 4) -> str:
    """`number` in groups of `size` from the left, with no-break spaces: « FR76 3000 6000 … », « 732 829 320 »."""
    return NBSP.join(number[start : start + size] for start in range(0, len(number), size))


def format_iban(iban: str) -> str:
    """The printed form of a stored IBAN: groups of four (ISO 13616)."""
    return grouped(iban, 4)


def format_siret(number: str) -> str:
    """The printed form of a stored SIREN (3 3 3) or SIRET (3 3 3 5)."""
    return grouped(number[:9], 3) + (NBSP + number[9:] if number[9:] else "")


def check_phone(text: str) -> str:
    """A phone number in international form (E.164, « +33639980045 »), or a French short number as it is (« 3949 »).

    A number without prefix is French; one that belongs to an overseas plan (« 0692 12 34 56 ») gets its own prefix
    (+262); a nine-digit number has lost its zero in a spreadsheet. Possible numbers are accepted even when not
    allotted: a rarely seen range is not a mistake.
    """
    plain = _plain(text)
    _refuse_empty(plain, _("ce numéro de téléphone"))
    if re.search(r"[A-Za-z]", plain):
        raise Refusal(_("Un numéro de téléphone ne contient que des chiffres. Notez un poste ou un nom à côté."))
    if re.search(r"[/,;|]", plain) or len(re.sub(r"\D", "", plain)) > 17:
        raise Refusal(_("Ce champ attend un seul numéro de téléphone. Ajoutez l’autre dans un second contact."))
    digits = re.sub(r"[\s.\-()]", "", plain.replace("(0)", ""))
    if re.fullmatch(r"3\d{3}|1\d{3}|1\d|11\d|118\d{3}", digits):
        return digits
    if _METROPOLITAN.fullmatch(digits):
        return f"+33{digits[1:]}"
    for region in ("FR",) if digits.startswith(("+", "00")) else (*_OVERSEAS_PHONES, "FR"):
        number = _phone(digits, region)
        if number and (region == "FR" or phonenumbers.is_valid_number_for_region(number, region)):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise Refusal(_phone_fault(digits))


def format_phone(number: str) -> str:
    """How a stored number is read in France: « 06 39 98 00 45 », « 0692 12 34 56 », « +41 22 767 61 11 ».

    Spaces are no-break. A text that is no number is given back as it is.
    """
    parsed = _phone(number, "FR") if number.startswith("+") else None
    if parsed is None:
        return number
    french = {33, 262, 590, 594, 596}
    style = phonenumbers.PhoneNumberFormat
    shape = style.NATIONAL if parsed.country_code in french else style.INTERNATIONAL
    return phonenumbers.format_number(parsed, shape).replace(" ", NBSP)


def check_email(text: str) -> str:
    """One mail address, its domain in lower case and in its ASCII form (IDNA). Refusal otherwise.

    Exactly one: no list, no name around it, no line break (an address field must never add a recipient or a header).
    The part before @ keeps its case (RFC 5321 §2.3.11); compare addresses with `email_key`.
    """
    if any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") for char in text.strip(" ")):
        raise Refusal(_("Cette adresse contient un saut de ligne ou un caractère invisible. Saisissez-la à nouveau."))
    address = text.strip()
    _refuse_empty(address, _("cette adresse e-mail"))
    if re.search(r"[,;]", address) or address.count("@") > 1:
        raise Refusal(_("Ce champ attend une seule adresse e-mail. Ajoutez l’autre dans un second contact."))
    if re.search(r"[\s<>\"()\[\]\\:]", address):
        raise Refusal(_("Écrivez seulement l’adresse e-mail, sans nom, espace ni guillemets : nom@exemple.fr."))
    local, arobase, domain = address.partition("@")
    if not arobase or not local or not domain:
        raise Refusal(_("Une adresse e-mail s’écrit nom@exemple.fr : il manque le @, le nom ou le domaine."))
    if not _MAIL_LOCAL.fullmatch(local) or len(local) > 64 or local[0] == "." or local[-1] == "." or ".." in local:
        raise Refusal(
            _("Le début de cette adresse, « {local} », n’est pas valable : ni accent, ni point en double.", local=local)
        )
    domain = _ascii_domain(domain)
    if len(local) + 1 + len(domain) > 254:
        raise Refusal(_("Cette adresse e-mail dépasse 254 caractères. Vérifiez-la."))
    return f"{local}@{domain}"


def email_key(address: str) -> str:
    """The form under which two addresses are the same for us: lower case (no server in use minds the case)."""
    return address.strip().casefold()


def check_postal_code(text: str, country: str = "FR") -> str:
    """A postal code. In France five digits of an existing department, overseas and Monaco included; elsewhere as typed.

    `country` is an ISO 3166 code. Refusal when it cannot be one.
    """
    code = " ".join(_plain(text).upper().split())
    _refuse_empty(code, _("ce code postal"))
    if country.upper() not in {"FR", "MC"}:
        if not re.fullmatch(r"[A-Z0-9][A-Z0-9 \-]{1,11}", code):
            raise Refusal(_("Ce code postal contient des caractères inattendus. Vérifiez-le."))
        return code
    digits = re.sub(r"^F-|[\s.]", "", code)
    if not digits.isdecimal():
        raise Refusal(_("Un code postal français ne contient que des chiffres."))
    if len(digits) == 4:
        raise Refusal(
            _(
                "Ce code postal compte 4 chiffres ; il en faut 5. Est-ce 0{digits} (un tableur efface le zéro) ?",
                digits=digits,
            )
        )
    if len(digits) != 5:
        raise Refusal(_("Ce code postal compte {count} chiffres ; il en faut 5.", count=len(digits)))
    if not (1 <= int(digits[:2]) <= 95 or digits[:2] == "00" or re.match(r"97[1-8]|98[0-8]", digits)):
        raise Refusal(_("Aucun département ne commence par {start}. Vérifiez ce code postal.", start=digits[:2]))
    return digits


def department(postal_code: str) -> str:
    """The department of a French postal code: « 29 », « 974 », « 2A » or « 2B » for Corsica; "" for army codes.

    Saint-Barthélemy (97133) and Saint-Martin (97150), which post as Guadeloupe, answer 977 and 978.
    """
    if postal_code in {"97133", "97150"}:
        return {"97133": "977", "97150": "978"}[postal_code]
    if postal_code.startswith("20"):
        return "2A" if postal_code < "20200" else "2B"
    return "" if postal_code.startswith("00") else postal_code[: 3 if postal_code.startswith(("97", "98")) else 2]


def _plain(text: str) -> str:
    """Without invisible characters, full-width digits and typographic spaces made plain."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", plain)
    return "".join(char for char in plain if unicodedata.category(char) not in ("Cf", "Cc") or char in "\t\n").strip()


def _refuse_empty(text: str, what: str) -> None:
    if not text:
        raise Refusal(_("Remplissez {what} : il n’y a rien à lire.", what=what))


def _digits(text: str, name: str, wanted: int) -> str:
    digits = re.sub(r"[\s.\-]", "", _plain(text))
    _refuse_empty(digits, _("ce {name}", name=name))
    if not (digits.isascii() and digits.isdecimal()):
        raise Refusal(_("Ce {name} ne doit contenir que des chiffres.", name=name))
    if len(digits) != wanted:
        raise Refusal(_("Ce {name} compte {count} chiffres ; il en faut {wanted}.", name=name, count=len(digits), wanted=wanted))
    return digits


def _phone(digits: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(re.sub(r"^00", "+", digits), region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) and not _too_short(number) else None


def _too_short(number: phonenumbers.PhoneNumber) -> bool:
    """French national numbers have nine digits after the zero, whatever the plan."""
    return number.country_code in {33, 262, 590, 594, 596} and len(str(number.national_number)) != 9


def _phone_fault(digits: str) -> str:
    if digits.startswith(("+", "00")):
        return _("Ce numéro n’existe pas dans ce pays : vérifiez l’indicatif et le nombre de chiffres.")
    if not digits.isdecimal():
        return _("Un numéro de téléphone ne contient que des chiffres, des espaces et un + au début.")
    if len(digits) != 10:
        return _("Ce numéro compte {count} chiffres ; un numéro français en a 10.", count=len(digits))
    return _("Ce numéro ne commence pas par 0 : ajoutez l’indicatif du pays, par exemple +32 pour la Belgique.")


def _ascii_domain(domain: str) -> str:
    """The domain as servers know it. Letters whose conversion changed between IDNA 2003 and 2008 are refused."""
    folded = unicodedata.normalize("NFKC", domain).casefold() if not re.search("[ßς]", domain) else ""
    try:
        ascii_domain = folded.encode("idna").decode("ascii").lower()
    except UnicodeError:
        ascii_domain = ""
    if not _MAIL_DOMAIN.fullmatch(ascii_domain):
        raise Refusal(_("« {domain} » n’est pas un nom de domaine valable. Vérifiez ce qui suit le @.", domain=domain))
    return ascii_domain
