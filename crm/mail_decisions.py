"""What a person decides of a mail that was held, refused or of unknown fate. Each decision is kept on the row."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.addresses import bad_among
from crm.attachments import copy
from crm.models import Customer, Email
from crm.outbox import COUNTDOWN, note, queue_mail, withdraw
from crm.personal_links import readdress
from lib import clock
from lib.errors import Conflict, Refusal
from lib.identifiers import check_email, email_key


def resend(email: Email, *, by: User) -> Email:
    """Put it back in the outbox, with the same Message-ID (a second copy is recognised as such) and a new countdown."""
    with transaction.atomic():
        current = _lock(email)
        if current.erased_at is not None:
            raise Refusal(_("Les mots de ce message ont été effacés : il n’y a plus rien à envoyer."))
        if bad_among([current.recipient_email]):
            raise Refusal(_("Cette adresse ne répond plus. Corrigez-la, ou rétablissez-la si vous savez qu’elle est bonne."))
        note(current, "resent", by=by, detail=current.reason)
        current.state, current.reason, current.claim = Email.State.QUEUED, "", ""
        current.attempts, current.retry_at, current.send_after = 0, None, clock.real_now() + COUNTDOWN
        current.save()
    return current


def consider_sent(email: Email, *, by: User) -> Email:
    """A person knows that it arrived (only for a mail of unknown fate)."""
    with transaction.atomic():
        current = _lock(email)
        if current.state != Email.State.UNCERTAIN:
            raise Refusal(_("Ce message n’est pas parti : il ne peut pas être considéré comme envoyé."))
        note(current, "considered_sent", by=by, detail=current.reason)
        current.state, current.sent_at, current.claim = Email.State.SENT, clock.now(), ""
        current.save()
    return current


def give_up(email: Email, *, by: User) -> Email:
    """It will not be sent (again). A refused one stays refused, only looked at."""
    with transaction.atomic():
        current = _lock(email)
        note(current, "given_up", by=by, detail=current.reason)
        current.claim = ""
        if current.state == Email.State.FAILED:
            current.save()
        else:
            withdraw(current)
    return current


def correct_address(email: Email, *, address: str, by: User) -> Email:
    """Write the same words to another address: a new mail leaves, the former one keeps the address it had.

    Correcting the record itself is another gesture. Only for a mail that surely did not arrive.
    """
    copies = [copy(file) for file in email.attachments.filter(erased_at=None)]
    with transaction.atomic():
        current = _lock(email)
        if current.state == Email.State.UNCERTAIN:
            raise Refusal(_("Ce message est peut-être arrivé à la première adresse : décidez d’abord de cela."))
        address = _checked(address)
        if email_key(address) == email_key(current.recipient_email):
            raise Refusal(_("C’est l’adresse que ce message avait déjà."), field="address")
        text, html = (readdress(words, current.recipient_email, address) for words in (current.text, current.html))
        new = queue_mail(
            key=f"{current.key[:80]}>{current.public_id}", to=address, to_name=current.recipient_name, subject=current.subject,
            text=text, html=html, by=by, customer=_head(current), purpose=current.purpose, guard=current.guard,
            template=current.template, language=current.language, visibility=current.visibility, files=copies,
        )  # fmt: skip
        note(current, "corrected", by=by, detail=f"{current.recipient_email} → {address}")
        current.claim = ""
        if current.state == Email.State.FAILED:
            current.save()
        else:
            withdraw(current)
    return new


def _lock(email: Email) -> Email:
    current = Email.objects.select_for_update().get(pk=email.pk)
    if not current.is_to_decide:
        raise Conflict(_("Un collègue vient de décider de ce message. Relisez-le ci-dessous."))
    return current


def _head(email: Email) -> Customer | None:
    return email.customer.head if email.customer is not None else None


def _checked(address: str) -> str:
    try:
        return check_email(address)
    except Refusal as refusal:
        raise Refusal(refusal.message, field="address") from refusal
