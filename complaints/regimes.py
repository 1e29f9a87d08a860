"""The regime of a complaint when its client's record is put right: a consumer's rights are added by a dated fact and never
taken away in silence (docs/decisions.md 101)."""

from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from complaints import projecting
from complaints.deadlines import MEDIATION_TYPES
from complaints.handling import add_fact, lock
from complaints.models import Complaint
from complaints.states import F, known_on
from crm.models import Customer
from crm.models.customers import CustomerType
from lib import clock


@dataclass(frozen=True)
class Moved:
    """What a correction of the client's type does to their open complaints, by reference: `gain` come under a consumer's rules,
    `keep` stay under them, of `unnamed` a refusal has left that named no mediator."""

    gain: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gain or self.keep)


def follow(ids: list[int], new: str, by: User | None) -> None:
    """Give a consumer's rights to every complaint of these records, closed ones too, when their type becomes one that protects
    (`crm.customers.TypeFollower`). Any other correction changes no complaint."""
    if new not in MEDIATION_TYPES:
        return
    today = clock.today()
    for row in Complaint.objects.of_family(ids).not_void().order_by("pk"):
        current = lock(row, today=today, closed=True)
        if current.regime in MEDIATION_TYPES:
            continue
        with translation.override("fr"):  # kept on the complaint, in the house's language
            said = _("Type du client corrigé : %(former)s, puis %(new)s. Tout refus à venir donne le nom du médiateur.") % {
                "former": str(CustomerType(current.regime).label).lower(), "new": str(CustomerType(new).label).lower(),
            }  # fmt: skip
        add_fact(current, kind=F.CONSUMER_RIGHTS, on=today, by=by, words=said, history=said)
        projecting.rebuild(current, today=today)


def moved(customer: Customer, *, former: str, today: date) -> Moved:
    """What the correction of `customer` from the type `former` to its own does to their open complaints."""
    if (former in MEDIATION_TYPES) == (customer.type in MEDIATION_TYPES):
        return Moved()
    rows = list(Complaint.objects.of_family(customer.family_ids()).open_on(today).with_facts().order_by("pk"))
    protected = [row for row in rows if row.regime in MEDIATION_TYPES]
    if former in MEDIATION_TYPES:
        return Moved(keep=tuple(row.reference for row in protected))
    gain = [row for row in protected if row.client_type not in MEDIATION_TYPES]
    unnamed = [row for row in gain if projecting.told_nobody(known_on(row.known_facts, today)) is not None]
    return Moved(gain=tuple(row.reference for row in gain), unnamed=tuple(row.reference for row in unnamed))


def sentences(change: Moved) -> list[str]:
    """What to tell whoever corrected the record."""
    told = []
    if change.gain:
        told.append(
            _(
                "Ce client est protégé comme un particulier : ses réclamations ouvertes (%(complaints)s) le sont aussi, et tout refus "
                "y donnera le nom du médiateur."
            )
            % {"complaints": ", ".join(change.gain)}
        )
    if change.unnamed:
        told.append(
            _("Un refus est déjà parti sans le nom du médiateur (%(complaints)s) : répondez à nouveau, la lettre le donnera.")
            % {"complaints": ", ".join(change.unnamed)}
        )
    if change.keep:
        told.append(
            _("Ses réclamations ouvertes (%(complaints)s) gardent les droits d’un particulier : ils ne sont jamais retirés.")
            % {"complaints": ", ".join(change.keep)}
        )
    return told


def before_correcting(customer: Customer, *, today: date) -> str:
    """What to say beside the type of a record whose complaints are open; nothing when none is."""
    rows = Complaint.objects.of_family(customer.family_ids()).open_on(today).order_by("pk")
    named = ", ".join(rows.values_list("reference", flat=True))
    if not named:
        return ""
    return _(
        "Ce client a des réclamations ouvertes : %(complaints)s. S’il devient un particulier, elles en prennent les droits ; "
        "s’il cesse de l’être, elles les gardent."
    ) % {"complaints": named}
