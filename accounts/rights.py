"""Who may do what: the roles, the rights, and each role's defaults (`docs/data.md`).

A responsable may grant or take single rights per person (`User.granted`, `User.taken`).
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a member of staff is in the house. A client's contact has no role: the portal has its own rights."""

    RECEPTION = "reception", _("Accueil")
    ACCOUNTANT = "accountant", _("Comptable")
    MANAGER = "manager", _("Responsable")
    VIEWER = "viewer", _("Lecture")


class Right(TextChoices):
    """One thing a person may do."""

    SEE_RECORDS = "see_records", _("lire les fiches, les échanges et la recherche")
    LOG = "log", _("consigner, écrire aux clients, prendre et tenir des engagements")
    EDIT_CUSTOMERS = "edit_customers", _("créer et modifier des clients, des contacts et des étiquettes")
    MERGE_CUSTOMERS = "merge_customers", _("réunir deux fiches d’un même client")
    IMPORT_CUSTOMERS = "import_customers", _("importer des fichiers et annuler un import")
    EXPORT_LISTS = "export_lists", _("exporter des listes")
    EXPORT_ALL = "export_all", _("exporter toute la base")
    SEE_AMOUNTS = "see_amounts", _("voir les montants et les soldes")
    SEE_MARGINS = "see_margins", _("voir les marges")
    DRAFT_DOCUMENTS = "draft_documents", _("préparer devis et factures")
    ISSUE_DOCUMENTS = "issue_documents", _("émettre factures et avoirs")
    MANAGE_PAYMENTS = "manage_payments", _("enregistrer et affecter les paiements")
    APPROVE_REMINDERS = "approve_reminders", _("valider les relances")
    APPROVE_FORMAL_NOTICES = "approve_formal_notices", _("valider les mises en demeure")
    HANDLE_COMPLAINTS = "handle_complaints", _("recevoir les réclamations et y répondre")
    CLOSE_COMPLAINTS = "close_complaints", _("clore ou refuser une réclamation")
    SEE_MEDIATION = "see_mediation", _("lire les pièces de médiation")
    MANAGE_SETTINGS = "manage_settings", _("régler la maison")
    MANAGE_BANK_DETAILS = "manage_bank_details", _("changer les coordonnées bancaires")
    OWN_TOKEN = "own_token", _("créer son propre jeton d’accès")
    MANAGE_USERS = "manage_users", _("gérer les personnes, les droits et les jetons")
    SEE_AUDIT = "see_audit", _("lire le journal de sécurité")


_VIEWER = frozenset({Right.SEE_RECORDS, Right.SEE_AMOUNTS})
_RECEPTION = _VIEWER | {Right.LOG, Right.EDIT_CUSTOMERS, Right.DRAFT_DOCUMENTS, Right.HANDLE_COMPLAINTS}
_ACCOUNTANT = _RECEPTION | {
    Right.MERGE_CUSTOMERS,
    Right.IMPORT_CUSTOMERS,
    Right.EXPORT_LISTS,
    Right.SEE_MARGINS,
    Right.ISSUE_DOCUMENTS,
    Right.MANAGE_PAYMENTS,
    Right.APPROVE_REMINDERS,
    Right.OWN_TOKEN,
}

DEFAULTS: dict[str, frozenset[Right]] = {
    Role.VIEWER: _VIEWER,
    Role.RECEPTION: _RECEPTION,
    Role.ACCOUNTANT: _ACCOUNTANT,
    Role.MANAGER: frozenset(Right),
}
