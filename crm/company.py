"""Gestures on the firm itself. What touches money or the sending of mail is journaled and told to every responsable."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, people, vault
from accounts.models import Installation, Right, User
from crm.company_checks import check_company
from crm.models import BankChange, Company
from lib import clock
from lib.errors import Conflict, Refusal
from lib.images import clean_picture
from lib.public_ids import public_id

BANK = ("iban", "bic", "account_holder")
SERVER = ("smtp_host", "smtp_port", "smtp_security", "smtp_user")  # what the password of sending is told to
SENDING = ("sender_email", "smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_secret")


# What rooms above keep of the firm: each is asked inside the lock, with what would be written, and may raise Refusal.
Keeper = Callable[[Company, Mapping[str, Any]], None]
_keepers: list[Keeper] = []
_of_page: ContextVar[Company | None] = ContextVar("firm of the page", default=None)


def keep(keeper: Keeper) -> None:
    """For `AppConfig.ready`: ask `keeper` before each change of the firm. Twice is once."""
    if keeper not in _keepers:
        _keepers.append(keeper)


@dataclass(frozen=True)
class Update:
    """What a change of the firm did: `changed` are the fields written, `pending` what waits for a second person."""

    company: Company
    changed: list[str] = field(default_factory=list)
    pending: BankChange | None = None


def the_company() -> Company:
    """The firm's row, made at the first question."""
    return Company.objects.get_or_create(pk=1)[0]


def civil_zone() -> str:
    """The firm's civil time, an IANA name: what decides the day of every act. One statement."""
    return Company.objects.filter(pk=1).values_list("time_zone", flat=True).first() or clock.PARIS


def company_of_page() -> Company:
    """The firm as a page of the client shows it: read once a page, whoever asks first."""
    found = _of_page.get()
    if found is None:
        found = Company.objects.filter(pk=1).first() or Company()
        _of_page.set(found)
    return found


def zone_of_page() -> str:
    """The firm's civil time, on such a page."""
    return company_of_page().time_zone or clock.PARIS


def turn_page() -> None:
    """Another request begins, or one has ended: nothing of the firm is known any more."""
    _of_page.set(None)


def update_company(*, by: User | None, version: int | None = None, bank_too: bool = True, **fields: Any) -> Update:
    """Change the firm's fields (raw values: checked here, every wrong one named in the Refusal).

    `version` is the one the person saw: when somebody else wrote meanwhile, raises Conflict. `smtp_password` is written
    encrypted and never read back; empty keeps the former one, which no other server is ever told. With a second holder
    of the right on bank details, theirs wait for that person. `by=None` is the operator of the machine, or the house
    itself: nothing waits. `bank_too=False` is a door where nobody proves again who they are (a credential of the API):
    bank details that would change are refused.
    """
    the_company()
    with transaction.atomic():
        company = Company.objects.select_for_update().get(pk=1)
        if version is not None and company.version != version:
            raise Conflict(_("Quelqu’un a changé ces réglages pendant votre saisie. Relisez-les, puis enregistrez à nouveau."))
        values = check_company(fields, existing=company)
        if password := values.pop("smtp_password", ""):
            values["smtp_secret"] = vault.seal(password)
        elif company.smtp_secret and any(values.get(name, getattr(company, name)) != getattr(company, name) for name in SERVER):
            values["smtp_secret"] = _keep_from_other_server(values, company)
        changed = {name: value for name, value in values.items() if getattr(company, name) != value}
        for keeper in _keepers:
            keeper(company, changed)
        bank = {name: changed[name] for name in BANK if name in changed}
        pending = None
        if bank:
            if not bank_too:
                raise Refusal(
                    _(
                        "Les coordonnées bancaires ne se changent qu’à l’écran, dans les réglages de la maison, avec votre mot de "
                        "passe. Rien n’a été modifié."
                    ),
                    field=min(bank, key=BANK.index),
                )
            _refuse_bank(by)
            if by is not None and second_persons(by):
                changed = {name: value for name, value in changed.items() if name not in BANK}
                pending = _propose(company, bank, by)
        _write(company, changed, by)
    return Update(company, sorted(changed), pending)


def _keep_from_other_server(values: dict[str, Any], company: Company) -> str:
    """The secret kept, empty, when the server changes and needs none; Refusal when it needs one, which must be typed."""
    if values.get("smtp_user", company.smtp_user):
        sentence = _("Le serveur ou l’identifiant change : retapez le mot de passe, pour qu’il ne parte pas à un autre serveur.")
        raise Refusal(sentence, field="smtp_password")
    return ""


def second_persons(by: User) -> list[User]:
    """Who, beside `by`, may approve bank details."""
    return [person for person in User.objects.holding(Right.MANAGE_BANK_DETAILS) if person.pk != by.pk]


def approve_bank_change(change: BankChange, *, by: User) -> Company:
    """The second person agrees: the details proposed become the firm's."""
    with transaction.atomic():
        company = Company.objects.select_for_update().get(pk=1)
        row = _undecided(change)
        if row.proposed_by_id == by.pk:
            raise Refusal(_("Une autre personne que vous doit approuver ce changement."))
        _refuse_bank(by)
        row.approved_at, row.decided_by = clock.now(), by
        row.save(update_fields=["approved_at", "decided_by"])
        values = {"iban": row.iban, "bic": row.bic, "account_holder": row.account_holder}
        _write(
            company,
            {name: value for name, value in values.items() if getattr(company, name) != value},
            by,
            proposed_by=row.proposed_by,
        )
    return company


def refuse_bank_change(change: BankChange, *, by: User) -> None:
    """Either of the two gives up the change."""
    with transaction.atomic():
        Company.objects.select_for_update().get(pk=1)
        row = _undecided(change)
        _refuse_bank(by)
        row.refused_at, row.decided_by = clock.now(), by
        row.save(update_fields=["refused_at", "decided_by"])
        audit.note("company.bank_refused", by=by, subject=_name(), iban=row.iban)
        people.notify_managers("bank_refused", by=by, iban=row.iban)


def open_house(*, key_hash: str, name: str, email: str, password: str, company_name: str) -> User:
    """The first person of an empty installation comes in by the one-time link and names the firm. Consumes the link."""
    with transaction.atomic():
        gone = Installation.objects.filter(pk=1, first_run_hash=key_hash).exclude(first_run_hash="").update(first_run_hash="")
        if not gone or User.objects.exists():
            raise Refusal(_("Ce lien a déjà servi."))
        person = people.first_person(name=name, email=email, password=password)
        update_company(by=person, name=company_name)
    return person


def set_logo(data: bytes, *, by: User | None) -> Company:
    """Put the picture `data` on the house, rewritten with only what draws; empty takes the logo off. Refusal when it is
    no sound PNG or JPEG."""
    picture = clean_picture(data) if data else None
    the_company()
    name = ""
    if picture is not None:
        ending = "png" if picture.content_type == "image/png" else "jpg"
        name = default_storage.save(f"logo/{public_id()}.{ending}", ContentFile(picture.content))
    with transaction.atomic():
        company = Company.objects.select_for_update().get(pk=1)
        former = company.logo
        _write(company, {"logo": name} if name != former else {}, by)
        if former and former != name:
            transaction.on_commit(lambda: default_storage.delete(former))
    return company


def note_mail_test(*, by: User | None, worked: bool, version: int) -> None:
    """Remember that the settings of sending work (those of `version`: others may have been typed meanwhile)."""
    with transaction.atomic():
        if worked:
            Company.objects.filter(pk=1, version=version).update(smtp_tested_at=clock.now())
        audit.note("company.mail_tested", by=by, subject=_name(), worked=worked)


def _propose(company: Company, bank: dict[str, str], by: User) -> BankChange:
    now = clock.now()
    BankChange.objects.undecided().update(refused_at=now, decided_by=by)  # a newer proposal replaces the former
    change = BankChange.objects.create(proposed_by=by, **{name: bank.get(name, getattr(company, name)) for name in BANK})
    audit.note("company.bank_proposed", by=by, subject=_name(), **{name: getattr(change, name) for name in BANK})
    people.notify_managers("bank_proposed", by=by, change=change, link=settings.PUBLIC_URL)
    return change


def _write(company: Company, changed: dict[str, Any], by: User | None, *, proposed_by: User | None = None) -> None:
    if not changed:
        return
    before = {name: getattr(company, name) for name in changed}
    for name, value in changed.items():
        setattr(company, name, value)
    if set(changed) & set(SENDING):
        company.smtp_tested_at = None
    company.version += 1
    company.updated_at = clock.now()
    company.save()
    audit.note("company.changed", by=by, subject=company.name, fields=sorted(changed))
    if bank := {name: changed[name] for name in BANK if name in changed}:
        former = {f"former_{name}": before[name] for name in bank}
        audit.note("company.bank_changed", by=by, subject=company.name, **bank, **former)
        people.notify_managers("bank_changed", by=by, company=company, proposed_by=proposed_by)
    if set(changed) & set(SENDING):
        told = {name: value for name, value in changed.items() if name in SENDING and name != "smtp_secret"}
        audit.note("company.sender_changed", by=by, subject=company.name, secret="smtp_secret" in changed, **told)
        people.notify_managers("sender_changed", by=by, company=company)


def _undecided(change: BankChange) -> BankChange:
    row = BankChange.objects.select_for_update().get(pk=change.pk)
    if row.approved_at or row.refused_at:
        raise Refusal(_("Ce changement est déjà décidé."))
    return row


def _refuse_bank(by: User | None) -> None:
    if by is not None and not by.may(Right.MANAGE_BANK_DETAILS):
        raise Refusal(
            _("Vous n’avez pas le droit de changer les coordonnées bancaires. Demandez à une personne responsable."), field="iban"
        )


def _name() -> str:
    return Company.objects.values_list("name", flat=True).first() or ""
