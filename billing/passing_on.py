"""A client brings or announces money to a colleague who may not record it: they pass it on to one who may."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Right, User
from billing.models import Invoice
from billing.projecting import label_of
from crm import commitments
from crm.models import Commitment, Customer
from lib.errors import Refusal
from lib.plain_text import refuse_control_characters

LONGEST = 100  # signs of what was brought: it stands in the title of the promise


def pass_on(
    customer: Customer, *, to: User, by: User, today: date, words: str = "", invoice: Invoice | None = None
) -> Commitment:
    """Promise, in the name of `to` and for `today`, that the money a client brought or announced (`words`, perhaps on `invoice`)
    is recorded: it stands in their Aujourd’hui at once. Returns the promise; the same one said again that day is one.

    Nothing is counted as paid. Refuses a colleague who may not record payments, an invoice of somebody else.
    """
    if not (to.is_active and to.is_house and to.may(Right.MANAGE_PAYMENTS)):
        raise Refusal(_("Cette personne n’enregistre pas les paiements. Choisissez-en une autre dans la liste."), field="to")
    words = refuse_control_characters(" ".join(words.split())).rstrip(" .")
    if len(words) > LONGEST:
        raise Refusal(_("Dites-le en %(count)s caractères au plus.") % {"count": LONGEST}, field="words")
    if invoice is not None and (invoice.is_draft or invoice.customer_id not in customer.family_ids()):
        raise Refusal(_("Cette facture n’est pas une facture de ce client. Choisissez-la dans la liste."), field="invoice")
    what = _promise(words, invoice)
    with transaction.atomic():
        Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer.pk)
        same = Commitment.objects.open().filter(customer=customer, owner=to, author=by, what=what, due_on=today)
        if former := same.first():
            return former
        made = commitments.promise(customer, owed_by=Commitment.Owed.US, what=what, due_on=today, by=by, owner=to)
        if invoice is not None:
            about = {"about_kind": "invoice", "about_ref": invoice.public_id, "about_label": label_of(invoice)}
            Commitment.objects.filter(pk=made.pk).update(**about)
    return made


def _promise(words: str, invoice: Invoice | None) -> str:
    """«Enregistrer un paiement sur la facture F2026-000123, 80 € en espèces», in the language of the house."""
    with translation.override(settings.LANGUAGE_CODE):
        if invoice is None:
            return _("Enregistrer un paiement, %(words)s") % {"words": words} if words else _("Enregistrer un paiement")
        values = {"what": invoice.in_a_sentence, "words": words}
        told = _("Enregistrer un paiement sur %(what)s, %(words)s") if words else _("Enregistrer un paiement sur %(what)s")
        return told % values
