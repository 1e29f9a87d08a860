"""Gestures on customers: create, change, tag, give an owner, archive."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from crm import search, timeline
from crm.checks import TAG_LENGTH, clean_text
from crm.contacts import main_contact_of
from crm.keys import set_customer_keys
from crm.models import Customer, Tag
from crm.models.timeline import Kind
from crm.numbering import CUSTOMERS, customer_reference, next_numbers
from lib import clock
from lib.errors import Conflict, Refusal
from lib.folding import fold

# What a form, the API and an import may write; the rest is the gestures' own.
EDITABLE = (
    "type name external_reference siren siret vat_number email phone website address address_extra postal_code city country "
    "delivery_address "
    "payment_days payment_counting language preferred_channel preferred_moment owner source since_on note extra"
).split()


# What rooms above follow of a client's type: each is told inside the lock, before the row is written, of which records (ids of
# one family) become of which type, by whom.
TypeFollower = Callable[[list[int], str, User | None], None]
_followers: list[TypeFollower] = []


def follow_type(follower: TypeFollower) -> None:
    """For `AppConfig.ready`: tell `follower` of each correction of a client's type. Twice is once."""
    if follower not in _followers:
        _followers.append(follower)


def tell_type(ids: list[int], new: str, *, by: User | None) -> None:
    """Tell the rooms above that these records become of type `new`, in the caller's transaction and before the row is written."""
    for follower in _followers:
        follower(ids, new, by)


def create_customer(*, by: User | None, **fields: Any) -> Customer:
    """Create a customer with the next reference and write it in the history; `fields` are among `EDITABLE`, already
    normalised by `crm.checks.check_customer`. A consumer is born with the main contact of that name. Returns the
    customer."""
    with transaction.atomic():
        (number,) = next_numbers(CUSTOMERS)
        customer = Customer(reference=customer_reference(number), **_only_editable(fields))
        set_customer_keys(customer).save(force_insert=True)
        search.index_customers([customer])
        if contact := main_contact_of(customer):
            contact.save(force_insert=True)
            search.index_contacts([contact])
        timeline.record(customer=customer, kind=Kind.CUSTOMER_CREATED, summary=_("Fiche créée"), by=by, about=None)
    return customer


def edit_customer(customer: Customer, *, by: User | None, version: int | None = None, **fields: Any) -> Customer:
    """Change fields of a customer; the history keeps which fields changed. `version` is the one the person saw:
    when somebody else wrote meanwhile, raises `Conflict` and writes nothing."""
    with transaction.atomic():
        current = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        changed = [name for name, value in _only_editable(fields).items() if getattr(current, name) != value]
        if not changed:
            return current
        if version is not None and current.version != version:
            raise Conflict(
                _("Quelqu’un a modifié cette fiche pendant votre saisie. Rien n’est perdu : relisez, puis enregistrez à nouveau.")
            )
        if "type" in changed:
            tell_type(current.family_ids(), fields["type"], by=by)
        for name in changed:
            setattr(current, name, fields[name])
        current.version += 1
        current.updated_at = clock.now()
        set_customer_keys(current).save()
        search.index_customers([current])
        if "name" in changed:
            search.index_history(current)
        timeline.record(
            customer=current, kind=Kind.CUSTOMER_CHANGED, summary=_("Fiche modifiée"), by=by, data={"fields": changed}
        )
    return current


def archive_customer(customer: Customer, *, by: User | None) -> Customer:
    """Put a record aside: it leaves the lists, keeps everything, and can come back. Archiving twice is archiving once."""
    return _archive(customer, _("Fiche archivée"), archived=True, by=by)


def restore_customer(customer: Customer, *, by: User | None) -> Customer:
    """Bring back a record that had been put aside."""
    return _archive(customer, _("Fiche rétablie"), archived=False, by=by)


def _archive(customer: Customer, summary: str, *, archived: bool, by: User | None) -> Customer:
    with transaction.atomic():
        current = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        if bool(current.archived_at) == archived:
            return current
        now = clock.now()
        current.archived_at = now if archived else None
        current.version, current.updated_at = current.version + 1, now
        current.save()
        data = {"fields": ["archived_at"]}
        timeline.record(customer=current, kind=Kind.CUSTOMER_CHANGED, summary=summary, by=by, data=data)
    return current


def tag_customers(customers: Iterable[Customer], *, tag: Tag, by: User | None) -> list[int]:
    """Put a tag on customers; returns the ids of those that did not have it, which is what undo needs."""
    with transaction.atomic():
        wanted = {customer.pk for customer in customers}
        had = set(Customer.tags.through.objects.filter(tag=tag, customer_id__in=wanted).values_list("customer_id", flat=True))
        new = sorted(wanted - had)
        Customer.tags.through.objects.bulk_create(
            [Customer.tags.through(customer_id=pk, tag=tag) for pk in new], ignore_conflicts=True
        )
        _tell_tags(new, by=by)
    return new


def untag_customers(customers: Iterable[Customer], *, tag: Tag, by: User | None) -> list[int]:
    """Take a tag off customers; returns the ids of those that had it, which is what undo needs."""
    with transaction.atomic():
        worn = Customer.tags.through.objects.filter(tag=tag, customer_id__in=[customer.pk for customer in customers])
        had = sorted(worn.values_list("customer_id", flat=True))
        worn.delete()
        _tell_tags(had, by=by)
    return had


def _tell_tags(ids: Iterable[int], *, by: User | None) -> None:
    """Write in the history of these customers that their tags changed; which ones is for the record to say."""
    told = {"kind": Kind.CUSTOMER_CHANGED, "summary": _("Étiquettes changées"), "by": by, "data": {"fields": ["tags"]}}
    timeline.record_many({"customer": row, **told} for row in Customer.objects.filter(pk__in=ids).order_by("pk"))


def set_tags(customer: Customer, *, names: Iterable[str], by: User | None) -> list[str]:
    """Make the tags of a customer exactly those of `names` (new ones are created); returns them in order."""
    with transaction.atomic():
        current = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        wanted = list(dict.fromkeys(find_tag(name) for name in names))
        had = list(current.tags.all())
        if set(wanted) != set(had):
            current.tags.set(wanted)
            timeline.record(
                customer=current, kind=Kind.CUSTOMER_CHANGED, summary=_("Étiquettes changées"), by=by, data={"fields": ["tags"]}
            )
    return sorted(tag.name for tag in wanted)


def find_tag(name: str) -> Tag:
    """The tag of that name, whatever its case and accents; created when there is none. Refuses an empty or too long one."""
    name = clean_text(name, limit=TAG_LENGTH)
    if not name or "," in name:
        raise Refusal(_("Une étiquette est un mot ou deux, sans virgule."), field="tag")
    same = {fold(tag.name): tag for tag in Tag.objects.all()}
    return same.get(fold(name)) or Tag.objects.create(name=name)


def assign_owner(customers: Iterable[Customer], *, owner: User | None, by: User | None) -> dict[int, int | None]:
    """Give customers an owner; returns the former owner of each that changed, which is what undo needs."""
    with transaction.atomic():
        rows = (
            Customer.objects.select_for_update(no_key=True).filter(pk__in=[customer.pk for customer in customers]).order_by("pk")
        )
        former = {row.pk: row.owner_id for row in rows if row.owner_id != (owner.pk if owner else None)}
        Customer.objects.filter(pk__in=former).update(owner=owner, version=F("version") + 1, updated_at=clock.now())
        told = {"kind": Kind.CUSTOMER_CHANGED, "summary": _("Suivi confié"), "by": by, "data": {"fields": ["owner"]}}
        timeline.record_many({"customer": row, **told} for row in rows if row.pk in former)
    return former


def _only_editable(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    return fields
