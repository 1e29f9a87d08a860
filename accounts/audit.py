"""The security journal: one writer, lines that nobody edits, forgotten after a year."""

from contextvars import ContextVar
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, User

KEPT_DAYS = 366  # CNIL, délibération 2021-122: six months to one year

# What each event says to a reader; a test finds every `note` of the code whose event is not here.
EVENTS = {
    "login.succeeded": _("Connexion"),
    "login.failed": _("Connexion refusée"),
    "login.demo": _("Connexion de démonstration"),
    "logout": _("Déconnexion"),
    "password.changed": _("Mot de passe changé"),
    "factor.added": _("Deuxième étape de connexion ajoutée"),
    "factor.removed": _("Deuxième étape de connexion retirée"),
    "factor.codes_made": _("Codes de secours refaits"),
    "portal.invited": _("Accès à l’espace client ouvert"),
    "portal.ended": _("Accès à l’espace client fermé"),
    "sessions.ended": _("Sessions fermées"),
    "person.created": _("Personne créée"),
    "person.invited": _("Invitation envoyée"),
    "person.joined": _("Invitation acceptée"),
    "person.changed": _("Personne modifiée"),
    "person.role_changed": _("Rôle changé"),
    "person.rights_changed": _("Droits changés"),
    "person.closed": _("Accès fermé"),
    "person.reopened": _("Accès rouvert"),
    "profile.changed": _("Préférences changées"),
    "team.changed": _("Équipes modifiées"),
    "token.made": _("Jeton créé"),
    "token.revoked": _("Jeton révoqué"),
    "company.changed": _("Réglages de la maison changés"),
    "company.bank_changed": _("Coordonnées bancaires changées"),
    "company.bank_proposed": _("Changement de coordonnées bancaires proposé"),
    "company.bank_refused": _("Changement de coordonnées bancaires refusé"),
    "company.sender_changed": _("Envoi des e-mails changé"),
    "company.mail_tested": _("Message d’essai"),
    "customers.exported": _("Liste de clients exportée"),
    "invoices.exported": _("Liste de factures exportée"),
    "payments.exported": _("Liste d’encaissements exportée"),
    "import.started": _("Import lancé"),
    "import.done": _("Import terminé"),
    "import.undo_started": _("Annulation d’un import demandée"),
    "import.undone": _("Import annulé"),
    "seals.key_replaced": _("Clé des scellés remplacée"),
    "refund.refused": _("Remboursement par carte refusé par Stripe"),
    "stripe.refused": _("Message de paiement refusé : ce n’est pas Stripe"),
    "interaction.erased": _("Mots d’un échange effacés"),
    "interaction.visibility": _("Lecteurs d’un échange changés"),
}

_address: ContextVar[str | None] = ContextVar("address", default=None)


def use_address(address: str | None) -> None:
    """Say from which IP address the request in hand comes; None for a command or a job."""
    _address.set(address)


def note(event: str, *, by: User | None, subject: str = "", **data: object) -> AuditEntry:
    """Write one line of the journal. `event` is one of `EVENTS`; `subject` names what was touched; `data` holds no
    secret. `by=None` is the system or somebody unknown. Line breaks cannot forge a line: each is one row."""
    clean = "".join(char if char.isprintable() else " " for char in subject)[:200]
    return AuditEntry.objects.create(event=event, actor=by, subject=clean, address=_address.get(), data=data)


def page(*, before: int | None = None, size: int = 50) -> tuple[list[AuditEntry], int | None]:
    """The newest lines, older than the line `before`; and the mark of the next page, None at the end. Two statements
    at most, whatever the size of the journal."""
    rows: QuerySet[AuditEntry] = AuditEntry.objects.select_related("actor").order_by("-at", "-id")
    if before is not None and (mark := AuditEntry.objects.filter(pk=before).values_list("at", flat=True).first()):
        rows = rows.filter(at__lte=mark).exclude(at=mark, pk__gte=before)
    found = list(rows[: size + 1])
    return found[:size], found[size - 1].pk if len(found) > size else None


def forget(before: datetime) -> int:
    """Delete the lines older than `before`; returns how many. The only deletion of the journal."""
    return AuditEntry.objects.filter(at__lt=before).delete()[0]
