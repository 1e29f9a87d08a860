"""One line of the file becomes the fields of a customer and of a contact, or the reasons why it cannot."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from crm.checks import check_contact, check_customer
from crm.importing import cells, contents
from crm.importing.columns import EXTRA, IGNORE
from crm.models.customers import CustomerType
from lib import tabular
from lib.errors import Refusal
from lib.folding import fold

_PERSON = ("civility", "first_name", "last_name", "job_title")
_LONGEST_EXTRA = 500


@dataclass
class Row:
    """One line, read: what it would write, what must be told, and the reasons to refuse it."""

    line: int
    label: str = ""
    customer: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    row_hash: str = ""

    @property
    def told(self) -> str:
        """Everything a person should read about this line, in one text."""
        return " · ".join(self.errors or self.notices)


class RowReader:
    """Reads the lines of one file under one matching of its columns.

    `default_type` is the file's declared type, used when no column tells; `by_legal_form` takes a client of unknown
    type whose name bears a trading company's form for a professional (a person chose so). `staff` are the colleagues
    whom a column may name as owners.
    """

    def __init__(
        self,
        columns: Sequence[str],
        mapping: Mapping[int, str],
        *,
        today: date,
        default_type: str = "",
        by_legal_form: bool = False,
        source: str = "",
        staff: Iterable[User] = (),
    ):
        self.columns = list(columns)
        self.fields: dict[str, list[int]] = {}
        for number, name in sorted(mapping.items()):
            if name != IGNORE and number < len(self.columns):
                self.fields.setdefault(name, []).append(number)
        self.default_type = default_type or CustomerType.UNKNOWN
        self.by_legal_form = by_legal_form
        self.source = source
        self.today = today
        self.staff: dict[str, User] = {}
        for user in staff:
            for name in (user.first_name, user.name, user.email):
                self.staff.setdefault(fold(name), user)

    def read(self, record: tabular.Row) -> Row:
        """What a line of the file becomes; never raises for what the line holds. Missing last cells are empty ones."""
        row = Row(record.line)
        values = list(record.cells.values())
        if record.fault and not record.short:
            row.label = " ".join(" ".join(values).split())[:60]
            row.errors.append(record.fault)
            return row
        given = {name: self._value(values, numbers) for name, numbers in self.fields.items()}
        self._fill(row, {name: value for name, value in given.items() if value}, values)
        return row

    def _value(self, values: Sequence[str], numbers: list[int]) -> str:
        found = [values[number].strip() for number in numbers if number < len(values)]
        return found[0] if len(found) == 1 else "\n".join(filter(None, found))

    def _fill(self, row: Row, given: dict[str, str], values: Sequence[str]) -> None:
        fields: dict[str, Any] = {name: given[name] for name in _PLAIN if name in given}
        if self.source:
            fields.setdefault("source", self.source)
        fields["extra"] = self._extra(values)
        person = _person(given)
        fields["name"] = given.get("name") or _person_name(person, given)
        row.label = " ".join(fields["name"].split())[:160]
        _numbers(row, fields, given)
        _places(row, fields, given)
        contact = _ways_to_speak(row, fields, given, person)
        self._choices(row, fields, given)
        self._check(row, fields, contact, given)
        row.tags = cells.words_list(given.get("tags", ""))
        if not row.errors:
            row.row_hash = _row_hash(row, defaulted=contents.customer_type(given.get("type", "")) == "")

    def _extra(self, values: Sequence[str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        for number in self.fields.get(EXTRA, ()):
            value = " ".join(values[number].split()) if number < len(values) else ""
            if value and len(kept) < 40:
                header = " ".join(self.columns[number].split())[:60] or _("colonne %s") % (number + 1)
                kept[header] = value[:_LONGEST_EXTRA]
        return kept

    def _choices(self, row: Row, fields: dict[str, Any], given: dict[str, str]) -> None:
        """Type, owner, dates and terms: what is chosen among known values."""
        fields["type"] = self._type(row, fields, given)
        if "owner" in given:
            fields["owner"] = self.staff.get(fold(given["owner"]))
            if fields["owner"] is None:
                self._aside(row, fields, "owner", given["owner"], gettext_noop("« %s » n’est pas une personne de l’équipe"))
        if "since_on" in given:
            fields["since_on"] = cells.day(given["since_on"])
        if "payment_days" in given:
            days, counting = cells.payment_terms(given["payment_days"])
            fields |= {"payment_days": days, "payment_counting": counting}
        if "language" in given:
            word = contents.plain(given["language"])[:2]
            fields["language"] = word if word in ("fr", "en") else "fr"

    def _type(self, row: Row, fields: dict[str, Any], given: dict[str, str]) -> str:
        told = given.get("type", "")
        found = contents.customer_type(told)
        if told and not found:
            self._aside(row, fields, "type", told, gettext_noop("le type « %s » n’est pas reconnu"))
        if found or self.default_type != CustomerType.UNKNOWN:
            return found or self.default_type
        named = self.by_legal_form and contents.names_a_firm(fields["name"])
        return CustomerType.PROFESSIONAL if named else CustomerType.UNKNOWN

    def _aside(self, row: Row, fields: dict[str, Any], name: str, value: str, sentence: str) -> None:
        """Keep on the record a value that no field of ours can hold, and tell it."""
        header = self._header(name)
        fields["extra"].setdefault(header, value[:_LONGEST_EXTRA])
        row.notices.append(_("%(why)s : gardé sous « %(header)s »") % {"why": _(sentence) % value[:60], "header": header})

    def _soften(self, row: Row, fields: dict[str, Any], given: Mapping[str, str], errors: Iterable[str]) -> None:
        """A wrong site or payment term is no reason to leave a client out: it is kept aside, and told."""
        for name in errors:
            fields.pop(name)
            if name == "payment_days":
                fields.pop("payment_counting", None)
            self._aside(row, fields, name, given[name], _SOFT[name])

    def _header(self, name: str) -> str:
        numbers = self.fields.get(name) or self.fields.get(_BESIDE.get(name, "")) or []
        return " ".join(self.columns[numbers[0]].split())[:60] if numbers else ""

    def _check(self, row: Row, fields: dict[str, Any], contact: dict[str, str], given: Mapping[str, str]) -> None:
        try:
            row.customer = check_customer(fields, today=self.today)
        except Refusal as refusal:
            if refusal.errors.keys() <= _SOFT.keys():
                self._soften(row, fields, given, refusal.errors)
                return self._check(row, fields, contact, given)
            row.errors += [self._sentence(name, message) for name, message in refusal.errors.items()]
        if contact:
            try:
                row.contact = check_contact(contact) | {"is_main": True}
            except Refusal as refusal:
                row.errors += [self._sentence(_OF_CONTACT.get(name, name), m) for name, m in refusal.errors.items()]
        row.errors = list(dict.fromkeys(row.errors))

    def _sentence(self, name: str, message: object) -> str:
        header = self._header(name)
        return _("%(what)s : %(more)s") % {"what": header, "more": message} if header and name != "name" else str(message)


_PLAIN = ("vat_number", "website", "city", "country", "source", "note", "external_reference")
_OF_CONTACT = {"email": "contact_email", "phone": "contact_phone"}
# Under which column a refused field is shown when it came from another.
_BESIDE = {
    "siren": "siret", "siret": "siren", "phone": "mobile", "mobile": "phone", "email": "contact_email", "contact_email": "email",
    "delivery_address": "delivery_postal_code", "payment_counting": "payment_days", "address_extra": "address",
    "contact_phone": "phone", "name": "last_name", "last_name": "full_name", "first_name": "full_name",
}  # fmt: skip
_SOFT = {
    "website": gettext_noop("« %s » n’est pas l’adresse d’un site"),
    "payment_days": gettext_noop("« %s » n’est pas un délai de paiement que la loi permet"),
}


def _person(given: dict[str, str]) -> dict[str, str]:
    """What the line says of a person, from separate columns or from «Mme Anne Le Goff» in one."""
    found = {name: given[name] for name in _PERSON if name in given}
    if "full_name" in given:
        whole = cells.person(given["full_name"])
        found = {name: value for name, value in whole.items() if value} | found
    if not (found.get("first_name") or found.get("last_name")):
        return {}
    if "civility" in found:
        found["civility"] = cells.civility(found["civility"])
    return found


def _person_name(person: dict[str, str], given: dict[str, str]) -> str:
    """The client's name when no firm is given: the person's, with the civility when it is all we have."""
    if not person:
        return ""
    if given.get("full_name") and not (given.get("first_name") or given.get("last_name")):
        return given["full_name"]
    title = {"mme": _("Mme"), "m": _("M.")}.get(person.get("civility", ""), "")
    parts = [person.get("first_name") or title, person.get("last_name", "")]
    return " ".join(filter(None, parts))


def _numbers(row: Row, fields: dict[str, Any], given: dict[str, str]) -> None:
    """SIREN and SIRET, each in the other's column too, with what spreadsheets do to them."""
    for name, size in (("siren", 9), ("siret", 14)):
        text = given.get(name, "")
        if cells.rounded(text):
            sentence = _(
                "%(name)s : un tableur l’a arrondi (%(found)s). Mettez la colonne au format texte, puis enregistrez à nouveau."
            )
            row.errors.append(sentence % {"name": name.upper(), "found": text[:30]})
            continue
        value, told = cells.company_number(text, name=name.upper(), size=size)
        bare = contents.digits(value)
        actual = "siret" if len(bare) == 14 else "siren" if len(bare) == 9 else name
        if value and not fields.get(actual):
            fields[actual] = value
        if told:
            row.notices.append(told)


def _places(row: Row, fields: dict[str, Any], given: dict[str, str]) -> None:
    """The two addresses of a client."""
    street, after = cells.address_lines(given.get("address", ""))
    extra = ", ".join(filter(None, (after, given.get("address_extra", "").replace("\n", ", "))))
    code, told = cells.postal_code(given.get("postal_code", ""), _country(given))
    delivery, told_too = cells.postal_code(given.get("delivery_postal_code", ""), "")
    town = f"{delivery} {given.get('delivery_city', '')}".strip()
    places = {
        "address": street,
        "address_extra": extra,
        "postal_code": code,
        "delivery_address": "\n".join(filter(None, (given.get("delivery_address", ""), town))),
    }
    fields |= {name: value for name, value in places.items() if value}
    row.notices += [sentence for sentence in (told, told_too) if sentence]


def _country(given: dict[str, str]) -> str:
    return "" if fold(given.get("country", "")) in ("", "fr", "france") else given["country"]


def _ways_to_speak(row: Row, fields: dict[str, Any], given: dict[str, str], person: dict[str, str]) -> dict[str, str]:
    """Mails and telephones of the client and of the person; returns the contact's fields, empty without a person.
    What has no place of its own goes to the note, and is told."""
    email, others = cells.several_mails(given.get("email", ""))
    own_email, more = cells.several_mails(given.get("contact_email", ""))
    phone, phones = cells.several_phones(given.get("phone", ""))
    mobile, more_phones = cells.several_phones(given.get("mobile", ""))
    direct, last_phones = cells.several_phones(given.get("contact_phone", ""))
    phones += more_phones + last_phones
    if phones and not mobile:
        mobile = phones.pop(0)
    fields |= {name: value for name, value in (("email", email or own_email), ("phone", phone or direct or mobile)) if value}
    if person:
        ways = {"email": own_email or email, "phone": direct, "mobile": mobile}
        _leftovers(row, fields, others + more, phones)
        return person | {name: value for name, value in ways.items() if value}
    spare = [number for number in (mobile, direct) if number and number != fields.get("phone")]
    _leftovers(row, fields, others + more + ([own_email] if own_email and email else []), spare + phones)
    return {}


def _leftovers(row: Row, fields: dict[str, Any], mails: list[str], phones: list[str]) -> None:
    kept = [_("Autre e-mail : %s") % mail for mail in mails] + [_("Autre téléphone : %s") % phone for phone in phones]
    if kept:
        fields["note"] = "\n".join(filter(None, (fields.get("note", ""), *kept)))
        row.notices.append(_("plusieurs valeurs dans une cellule ou sans contact : gardées dans la note"))


def _row_hash(row: Row, *, defaulted: bool) -> str:
    """The same line, however it is spelled or ordered, gives the same 64 characters. A type that the file itself does
    not say is left out: the same file declared otherwise is still the same file."""
    fields = {name: value for name, value in row.customer.items() if value and not (name == "type" and defaulted)}
    whole = [fields, {name: value for name, value in row.contact.items() if value}, sorted(row.tags)]
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, default=_as_text)
    return hashlib.sha256(fold(text).encode()).hexdigest()


def _as_text(value: Any) -> str:
    return value.public_id if isinstance(value, User) else str(value)
