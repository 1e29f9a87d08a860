"""Two records that may be one client: found by indexed keys, with reasons, and left to a person to decide."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from crm.keys import address_key, name_key
from crm.models import Contact, Customer, DuplicateCandidate, ImportBatch
from lib import clock
from lib.errors import Refusal
from lib.identifiers import email_key
from lib.plain_text import refuse_control_characters

REASONS = {
    "siren": gettext_lazy("même SIREN"),
    "email": gettext_lazy("même adresse e-mail"),
    "phone": gettext_lazy("même téléphone"),
    "name": gettext_lazy("même nom"),
    "address": gettext_lazy("même adresse et un mot du nom"),
}
_WEIGHTS = {"siren": 50, "email": 45, "phone": 40, "name": 40, "address": 30}
_NAME_ELSEWHERE = 20  # the same name in another town: two people more often than one
COMMON = 20  # a key that so many share tells nothing of itself
_MOST = 5  # pairs proposed for one record

Near = tuple[Customer, list[str]]


@dataclass(frozen=True)
class Keys:
    """What one record can be recognised by."""

    name: str
    siren: str
    emails: frozenset[str]
    phones: frozenset[str]
    address: str

    def of(self, reason: str) -> Collection[str]:
        """The values compared for `reason`."""
        several = {"email": self.emails, "phone": self.phones}.get(reason)
        return several if several is not None else [value for value in [getattr(self, reason)] if value]


def keys_of(fields: Mapping[str, Any], contacts: Iterable[Mapping[str, Any]] = ()) -> Keys:
    """The keys of normalised fields (`crm.checks`), those of the record's contacts included."""
    people = [fields, *contacts]
    return Keys(
        name=name_key(fields.get("name") or ""),
        siren=fields.get("siren") or (fields.get("siret") or "")[:9],
        emails=frozenset(email_key(person["email"]) for person in people if person.get("email")),
        phones=frozenset(person[name] for person in people for name in ("phone", "mobile") if person.get(name)),
        address=address_key(fields.get("postal_code") or "", fields.get("address") or ""),
    )


def find_near(fields: Mapping[str, Any], *, contacts: Iterable[Mapping[str, Any]] = (), but: Collection[int] = ()) -> list[Near]:
    """The customers (heads of their families) that may already be the one described by normalised `fields`, each with
    its reasons (keys of `REASONS`), the likeliest first. `but` are ids to leave out. A constant number of statements."""
    return find_near_bulk([keys_of(fields, contacts)], but=[but])[0]


def find_near_bulk(rows: Sequence[Keys], *, but: Sequence[Collection[int]] = ()) -> list[list[Near]]:
    """`find_near` for many rows at once, for imports: the same number of statements whatever the rows."""
    matches = _matches(rows)
    wanted = {pk for found in matches for pk in found}
    known = {row.pk: row for row in Customer.objects.filter(pk__in=wanted).select_related("merged_into")}
    answers = []
    for number, (keys, found) in enumerate(zip(rows, matches, strict=True)):
        left_out = but[number] if but else ()
        answers.append(_likeliest(keys, {known[pk]: reasons for pk, reasons in found.items() if pk in known}, left_out))
    return answers


def score(reasons: Iterable[str], *, elsewhere: bool = False) -> int:
    """How likely two records are one, from 0 to 100."""
    reasons = set(reasons)
    if reasons == {"name"} and elsewhere:
        return _NAME_ELSEWHERE
    return min(sum(_WEIGHTS[reason] for reason in reasons), 100)


def queue_candidates(customers: Sequence[Customer], *, import_batch: ImportBatch | None = None) -> int:
    """Compare saved customers with all others (and each other) and queue the likely pairs for a person, once each;
    pairs already decided stay decided. Returns how many were added. For imports and the API, in their transaction."""
    contacts: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for contact in Contact.objects.filter(customer__in=customers).values("customer_id", "email", "phone", "mobile"):
        contacts[contact["customer_id"]].append(contact)
    rows = [keys_of(_fields(customer), contacts[customer.pk]) for customer in customers]
    own = [{customer.pk, customer.merged_into_id or customer.pk} for customer in customers]
    pairs = {}
    for customer, near in zip(customers, find_near_bulk(rows, but=own), strict=True):
        head = customer.merged_into_id or customer.pk
        for other, reasons in near:
            first, second = sorted((head, other.pk))
            pairs[first, second] = DuplicateCandidate(
                first_id=first, second_id=second, reasons=reasons, score=score(reasons, elsewhere=_elsewhere(customer, other)),
                import_batch=import_batch,
            )  # fmt: skip
    known = set(
        DuplicateCandidate.objects.filter(first__in=[first for first, _second in pairs]).values_list("first_id", "second_id")
    )
    new = [candidate for pair, candidate in sorted(pairs.items()) if pair not in known]
    DuplicateCandidate.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)
    return len(new)


def keep_apart(candidate: DuplicateCandidate, *, by: User | None, reason: str = "") -> DuplicateCandidate:
    """A person says that these are two clients; the pair leaves the queue for good, or until `ask_again`."""
    reason = refuse_control_characters(" ".join(reason.split()))[:300]
    with transaction.atomic():
        current = DuplicateCandidate.objects.select_for_update().get(pk=candidate.pk)
        if current.decision == DuplicateCandidate.Decision.MERGED:
            raise Refusal(_("Ces deux fiches viennent d’être réunies. Séparez-les d’abord depuis la fiche."))
        current.decision, current.decision_reason = DuplicateCandidate.Decision.DISTINCT, reason
        current.decided_by, current.decided_at = by, clock.now()
        current.save()
    return current


def ask_again(candidate: DuplicateCandidate, *, by: User | None) -> DuplicateCandidate:
    """Undo `keep_apart`: the pair comes back to the queue."""
    with transaction.atomic():
        current = DuplicateCandidate.objects.select_for_update().get(pk=candidate.pk)
        if current.decision == DuplicateCandidate.Decision.DISTINCT:
            current.decision, current.decision_reason = "", ""
            current.decided_by = current.decided_at = None
            current.save()
    return current


def _fields(customer: Customer) -> dict[str, Any]:
    return {name: getattr(customer, name) for name in ("name", "siren", "siret", "email", "phone", "postal_code", "address")}


def _matches(rows: Sequence[Keys]) -> list[dict[int, set[str]]]:
    """For each row, the ids of the customers that share a key with it, and which keys; one statement per index."""
    holders: dict[str, dict[str, set[int]]] = {reason: defaultdict(set) for reason in REASONS}
    for reason, model, column, owner in (
        ("name", Customer, "name_key", "pk"),
        ("siren", Customer, "siren", "pk"),
        ("email", Customer, "email_key", "pk"),
        ("phone", Customer, "phone", "pk"),
        ("address", Customer, "address_key", "pk"),
        ("email", Contact, "email_key", "customer_id"),
        ("phone", Contact, "phone", "customer_id"),
        ("phone", Contact, "mobile", "customer_id"),
    ):
        values = {value for row in rows for value in row.of(reason)}
        if values:
            # the second condition is the index's own: without it the engines may not use it
            found = model._default_manager.filter(Q((f"{column}__in", values)), ~Q((column, "")))
            for value, pk in found.values_list(column, owner):
                holders[reason][value].add(pk)
    return [_of_row(row, holders) for row in rows]


def _of_row(row: Keys, holders: Mapping[str, Mapping[str, set[int]]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for reason in REASONS:
        for value in row.of(reason):
            same = holders[reason].get(value, set())
            if len(same) <= COMMON or reason == "siren":
                for pk in same:
                    found[pk].add(reason)
    return found


def _likeliest(row: Keys, found: Mapping[Customer, set[str]], left_out: Collection[int]) -> list[Near]:
    heads: dict[Customer, set[str]] = defaultdict(set)
    words = {word for word in row.name.split() if len(word) > 2}
    for customer, reasons in found.items():
        if "address" in reasons and not words & set(customer.name_key.split()):
            reasons = reasons - {"address"}  # neighbours, or a family: told only by another reason
        head = customer.head
        if reasons and head.pk not in left_out and customer.pk not in left_out:
            heads[head] |= reasons
    ordered = sorted(heads.items(), key=lambda item: (-score(item[1]), item[0].sort_name, item[0].pk))
    return [(head, [reason for reason in REASONS if reason in reasons]) for head, reasons in ordered[:_MOST]]


def _elsewhere(one: Customer, other: Customer) -> bool:
    return bool(one.postal_code and other.postal_code and one.postal_code != other.postal_code)
