"""Links to one document, for mails: 256 bits, kept hashed. The pages they open are the portal's."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy

from accounts.models import User
from billing.models import AccessLink, Invoice
from crm import personal_links, timeline
from crm.models import Contact
from crm.models.customers import Channel
from crm.models.timeline import Kind
from lib import clock
from lib.public_ids import public_id

# Decided in docs/decisions.md: the longer of the two, to the client's advantage.
LIFE_DAYS = 60  # from the day of sending
DAYS_AFTER_DUE = 30


@dataclass(frozen=True)
class Links:
    """What one mail offers on one document, all of them the same key: read it, pay it, ask about it, ask for time."""

    view: str
    pay: str
    question: str
    difficulty: str


def invoice_links(invoice: Invoice, *, contact: Contact | None, address: str, by: User | None, on: date) -> Links:
    """Make a link of `invoice` for the person a mail goes to; returns its absolute addresses as the mail keeps them: the key
    itself is written as it leaves (`crm.personal_links`).

    In the transaction of the mail that carries them. `on` is the civil day of sending.
    """
    base = personal_links.place(mint(invoice, contact=contact, address=address, by=by, on=on).public_id, address)
    return Links(view=base, pay=f"{base}regler/", question=f"{base}question/", difficulty=f"{base}difficulte/")


def mint(invoice: Invoice, *, contact: Contact | None, address: str, by: User | None, on: date) -> AccessLink:
    """The row of a new link; `personal_links.key_of(link.public_id)` is what opens it."""
    ref = public_id()
    return AccessLink.objects.create(
        public_id=ref, invoice=invoice, contact=contact, address=address, made_by=by, ends_on=last_day(invoice, on),
        key_hash=hash_of(personal_links.key_of(ref)),
    )  # fmt: skip


def revoke(link: AccessLink, *, by: User | None) -> AccessLink:
    """Close a link at once, and the visits it opened. Revoking twice is revoking once."""
    with transaction.atomic():
        current = AccessLink.objects.select_for_update(of=("self",)).select_related("invoice__customer").get(pk=link.pk)
        if current.revoked_at is not None:
            return current
        current.revoked_at, current.revoked_by = clock.now(), by
        current.save(update_fields=["revoked_at", "revoked_by"])
        timeline.record(
            customer=current.invoice.customer, kind=Kind.PORTAL_ACCESS, summary=gettext_lazy("Lien d’un document fermé"), by=by,
            about=current.invoice, about_kind="invoice", channel=Channel.PORTAL,
        )  # fmt: skip
    return current


def last_day(invoice: Invoice, on: date) -> date:
    """The last civil day of a link sent on `on`: 60 days later, or 30 days after the due date, whichever is later."""
    life = on + timedelta(days=LIFE_DAYS)
    return max(life, invoice.due_on + timedelta(days=DAYS_AFTER_DUE)) if invoice.due_on else life


def hash_of(key: str) -> str:
    """What is kept of a key: 256 bits of chance need no salt and no slow hash (ASVS 11.5.1)."""
    return hashlib.sha256(key.encode()).hexdigest()


def find(key: str) -> AccessLink | None:
    """The link of that key, living or not, with its document and client; None for a key nobody made."""
    return AccessLink.objects.select_related("invoice", "invoice__customer", "contact").filter(key_hash=hash_of(key)).first()
