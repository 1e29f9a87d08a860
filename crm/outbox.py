"""Mail out: a row first, time to cancel, facts read again at the claim, claimed once, sent once or explained.

`drain` is safe to run twice, in several processes, and to be killed anywhere: what it was handing over at that
moment becomes «uncertain», and a person decides. Nothing else may be lost and nothing may leave twice.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import User
from crm import timeline, transport
from crm.addresses import bad_among, mark_bad
from crm.attachments import Stored, attach
from crm.mail_message import build, house_address, letter_html, message_id, one_line
from crm.mail_reasons import retold
from crm.models import Attachment, BadAddress, Company, Contact, Customer, Email
from crm.models.customers import Channel
from crm.models.timeline import Audience, Direction, Kind, Visibility
from crm.search import index_emails
from lib import clock
from lib.errors import Refusal
from lib.identifiers import check_email, email_key
from lib.plain_text import check_text

COUNTDOWN = timedelta(seconds=60)
BATCH_COUNTDOWN = timedelta(minutes=10)
LEASE = timedelta(minutes=5)  # longer than any message may take (transport.DEADLINE)
RETRY_AFTER = [timedelta(minutes=minutes) for minutes in (2, 10, 30, 120, 360, 720, 1440)]  # eight tries in two days
STALE_LETTER = timedelta(days=3)
STALE_ACCOUNT = timedelta(hours=1)
OUTAGE = timedelta(minutes=15)  # a mail due for longer deserves a banner

# Reads the facts of one mail again at its claim: gives a reason to hold it, or "". Inside the claim's transaction.
Guard = Callable[[Email], str]


class Moot(str):
    """A guard's reason that leaves nothing to decide: the mail is withdrawn by itself, its words and this reason stay."""

    __slots__ = ()


_OURS = (Email.State.SENDING, Email.State.UNCERTAIN)  # what a claim may still write: a late worker settles its own doubt


@dataclass
class Drained:
    """What one sweep did, and what stopped it."""

    sent: int = 0
    failed: int = 0
    held: int = 0
    put_off: int = 0
    uncertain: int = 0
    trouble: str = ""


def queue_mail(
    *, key: str, to: str, subject: str, text: str, by: User | None, to_name: str = "", customer: Customer | None = None,
    contact: Contact | None = None, html: str = "", purpose: str = Email.LETTER, guard: str = "", delay: timedelta = COUNTDOWN,
    batch: str = "", template: str = "", language: str = "fr", visibility: str = Visibility.EVERYONE, in_reply_to: str = "",
    files: Iterable[Stored] = (), company: Company | None = None, fresh: bool = False,
) -> Email:  # fmt: skip
    """Put one mail to one person in the outbox, with its row of history, in the caller's transaction; returns it.

    Idempotent by `key` (at most 120 characters): a second call gives back the first mail, unchanged. `delay` is the
    time to take it back. `guard` names which facts are read again at the claim. A mail of an account (`purpose`)
    has no customer, no history, and its words are erased when it has left. `files` are already in storage
    (`crm.attachments.store`); `company` is the firm, when the caller has read it; `fresh` spares looking
    for a former mail of that key, whose fact is only being written. Refuses an address that is not exactly
    one, an empty subject or text, and a bad address.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("queue_mail is called inside the transaction of the fact it tells")
    if not fresh and (found := Email.objects.filter(key=key).first()):
        return found
    company = company or Company.objects.first()
    subject, text = one_line(subject, 200), _words(text)
    _refuse_unfit(subject, text, to, by, visibility, purpose)
    email = Email(
        key=key, **_headers(key, to, to_name, company), customer=customer, contact=contact, author=by, direction=Direction.OUT,
        state=Email.State.QUEUED, purpose=purpose, guard=guard, subject=subject, text=text,
        html=html or ("" if purpose == Email.ACCOUNT else letter_html(text, language=language, company=company)),
        language=language, template=template, in_reply_to=one_line(in_reply_to, 200), batch=batch, visibility=visibility,
        team_id=by.team_id if by and visibility == Visibility.TEAM else None, send_after=clock.real_now() + delay,
    )  # fmt: skip
    try:
        with transaction.atomic():
            _write_with_history(email)
    except IntegrityError:
        if found := Email.objects.filter(key=key).first():
            return found  # another process queued the same key since we looked
        raise
    attach(files, by=by, email=email, interaction=email.interaction)
    if not delay and settings.OUTBOX_DOORBELL:
        transaction.on_commit(ring, robust=True)
    return email


def _headers(key: str, to: str, to_name: str, company: Company | None) -> dict[str, str]:
    """Who writes to whom, frozen with the row; what the firm has not said yet is completed at the claim."""
    name, sender = house_address(company)
    return {
        "sender_name": one_line(name, 120),
        "sender_email": sender,
        "recipient_name": one_line(to_name, 160),
        "recipient_email": check_email(to),
        "reply_to": company.email if company else "",
        "message_id": message_id(key, sender),
    }


def _words(text: str) -> str:
    try:
        return check_text(text)
    except Refusal as refusal:
        raise Refusal(refusal.message, field="body") from refusal


def _refuse_unfit(subject: str, text: str, to: str, by: User | None, visibility: str, purpose: str) -> None:
    if not subject:
        raise Refusal(_("Donnez un objet à ce message : c’est ce que la personne lira d’abord."), field="subject")
    if not text:
        raise Refusal(_("Ce message est vide. Écrivez quelques mots avant de l’envoyer."), field="body")
    try:
        check_email(to)
    except Refusal as refusal:
        raise Refusal(refusal.message, field="to") from refusal
    if visibility == Visibility.TEAM and (by is None or by.team_id is None):
        raise Refusal(_("Vous n’êtes dans aucune équipe : choisissez qui peut lire ce message."), field="visibility")
    if purpose != Email.ACCOUNT and (bad := bad_among([to])):
        (row,) = bad.values()
        raise Refusal(
            _("L’adresse %(address)s ne répond plus : %(reason)s") % {"address": to, "reason": retold(row.reason)}, field="to"
        )


def _write_with_history(email: Email) -> None:
    if email.customer is None:
        email.save(force_insert=True)
        return
    email.interaction = timeline.record(
        customer=email.customer, contact=email.contact, kind=Kind.EMAIL, summary=_("E-mail"), by=email.author,
        channel=Channel.EMAIL, direction=Direction.OUT, audience=Audience.CONTACT, visibility=email.visibility,
    )  # fmt: skip
    email.save(force_insert=True)
    index_emails([email])


def ring() -> None:
    """Ask the worker to look at once rather than at its next round. The rows are the truth; this is only a bell."""
    from django_q.tasks import async_task  # inline: heavy, and the queue is not needed to write mail

    async_task(settings.OUTBOX_DOORBELL)


def cancel(email: Email, *, by: User) -> Email:
    """Take back a mail that has not left; its words stay for a new start. Cancelling twice is cancelling once."""
    with transaction.atomic():
        current = Email.objects.select_for_update().get(pk=email.pk)
        if current.state == Email.State.CANCELLED:
            return current
        if current.state == Email.State.SENDING:
            raise Refusal(_("Ce message est en train de partir : il n’est plus temps de le reprendre."))
        if not current.is_cancellable:
            raise Refusal(_("Ce message n’attend plus : il ne peut plus être repris."))
        note(current, "cancelled", by=by)
        withdraw(current)
    return current


def withdraw(email: Email) -> None:
    """Save `email` as cancelled: nothing left the house, so its row of history is no longer the client's to see."""
    email.state = Email.State.CANCELLED
    email.save()
    if email.interaction is not None:
        email.interaction.audience = Audience.HOUSE
        email.interaction.save(update_fields=["audience"])


def note(email: Email, what: str, *, by: User | None, detail: str = "") -> None:
    """Write on the row (not saved) what a person decided, who and when."""
    at = clock.now()
    email.settled_at, email.settled_by = at, by
    email.decisions = [*email.decisions, {"what": what, "by": by.pk if by else None, "at": at.isoformat(), "detail": detail}]


def waiting_since(now: datetime) -> Email | None:
    """The mail that has waited longest since it was due, when that is too long (`OUTAGE`); with its `reason` if known."""
    return Email.objects.over(now - OUTAGE).order_by("send_after", "id").first()


def drain(
    *,
    now: datetime,
    guards: Mapping[str, Guard] | None = None,
    way: transport.Transport | None = None,
    limit: int = 1000,
    seconds: float = 10.0,
) -> Drained:
    """Send what is due at `now` (a real instant): at most `limit` mails, beginning none after `seconds`.

    `guards` gives for each `Email.guard` the function that reads its facts again; a mail whose guard is missing is
    held. `way` is the transport, by default the installation's. One connection serves the whole sweep.
    """
    done = Drained(uncertain=_give_up_abandoned(now))
    if not Email.objects.due(now).exists():
        return done
    began = time.monotonic()
    try:
        way = way or transport.chosen(Company.objects.first())
        if way is None:
            return done
        way.open()
    except transport.ServerTrouble as trouble:
        done.trouble = str(trouble)
        _tell_outage(now, done.trouble)
        return done
    last: _Handed | None = None
    try:
        while True:
            spent = time.monotonic() - began
            stop = limit <= 0 or spent > seconds or (last is not None and last.stop)
            with transaction.atomic():  # what was sent is marked with the next claim: one commit a mail
                email = _mark_and_claim(last, now + timedelta(seconds=spent), {} if guards is None else guards, done, stop=stop)
            if email is None:
                return done
            limit -= 1
            last = _hand_over(email, way)
    finally:
        way.close()


def _mark_and_claim(
    last: "_Handed | None", now: datetime, guards: Mapping[str, Guard], done: Drained, *, stop: bool
) -> Email | None:
    if last is not None:
        _mark(last, done, now)
    return None if stop else _claim(now, guards, done)


@dataclass
class _Handed:
    """What became of one claimed mail."""

    email: Email
    outcome: str
    reason: str = ""
    stop: bool = False
    bad_address: bool = False


def _claim(now: datetime, guards: Mapping[str, Guard], done: Drained) -> Email | None:
    """Take the next mail that may leave, for `LEASE`; those whose facts have changed are held on the way."""
    while True:
        email = _next_row(now)
        if email is None:
            return None
        reason = _reason_to_hold(email, now, guards)
        if not reason:
            break
        done.held += 1
        _hold(email, reason)
    email.state, email.claim, email.attempts = Email.State.SENDING, secrets.token_hex(16), email.attempts + 1
    email.claimed_at, email.lease_until = now, now + LEASE
    written = ["state", "claim", "attempts", "claimed_at", "lease_until"]
    if not email.sender_email:
        email.sender_name, email.sender_email = house_address(Company.objects.first())
        email.reply_to = email.reply_to or email.sender_email
        written += ["sender_name", "sender_email", "reply_to"]
    email.save(update_fields=written)
    return email


_MAIL_COLUMNS = [field.name for field in Email._meta.concrete_fields]
_FACTS = ["customer__merged_into", "customer__email_key", "contact__archived_at", "contact__email_key"]


def _next_row(now: datetime) -> Email | None:
    """The next mail, locked, with the facts that every claim reads, in one statement: what it costs is paid per mail.
    Stored addresses are ASCII (`check_email`), so that LOWER is `email_key`."""
    bad = BadAddress.objects.filter(address=Lower(OuterRef("recipient_email"))).values("reason")[:1]
    files = Attachment.objects.filter(email=OuterRef("pk"), erased_at=None)
    rows = Email.objects.due(now).select_related("customer", "contact").only(*_MAIL_COLUMNS, *_FACTS)
    rows = rows.annotate(bad_reason=Subquery(bad), has_files=Exists(files))
    return rows.select_for_update(skip_locked=True, of=("self",)).first()


def _reason_to_hold(email: Email, now: datetime, guards: Mapping[str, Guard]) -> str:
    """The facts, read again. What a person has confirmed since (`settled_at`) is not asked twice, except hard facts."""
    if email.purpose == Email.ACCOUNT:
        return _("Ce code ou ce lien était périmé avant de pouvoir partir.") if now - email.send_after > STALE_ACCOUNT else ""
    if email.erased_at is not None:
        return _("Les mots de ce message ont été effacés.")
    if email.bad_reason is not None:  # type: ignore[attr-defined]
        return _("L’adresse ne répond plus : %(reason)s") % {"reason": email.bad_reason}  # type: ignore[attr-defined]
    if email.guard:
        guard = guards.get(email.guard)
        reason = guard(email) if guard else _("Les faits de ce message ne peuvent plus être relus.")
        if reason:
            return reason
    return "" if email.settled_at else _reason_to_ask(email, now)


def _reason_to_ask(email: Email, now: datetime) -> str:
    if now - email.send_after > STALE_LETTER:
        return _("Ce message attend depuis plus de trois jours : relisez-le avant qu’il parte.")
    if email.customer is not None and email.customer.merged_into_id:
        return _("Cette fiche a été réunie avec une autre depuis la rédaction : vérifiez que le message convient encore.")
    contact = email.contact
    if contact is not None and contact.archived_at:
        return _("Cette personne a été retirée des contacts depuis la rédaction.")
    now_at = (contact.email_key or (email.customer.email_key if email.customer else "")) if contact else ""
    if contact is not None and now_at != email_key(email.recipient_email):
        return _("L’adresse de cette personne a changé depuis la rédaction.")
    return ""


def _hold(email: Email, reason: str) -> None:
    email.reason = reason[:300]
    if isinstance(reason, Moot):
        note(email, "moot", by=None)
        withdraw(email)
        return
    if email.purpose == Email.ACCOUNT:
        _erase_words(email)
        email.state = Email.State.CANCELLED
    else:
        email.state, email.settled_at, email.settled_by = Email.State.HELD, None, None
    email.save()


def _hand_over(email: Email, way: transport.Transport) -> _Handed:
    """Outside any transaction: the only place where a message leaves."""
    try:
        message = build(email, files=email.has_files)  # type: ignore[attr-defined]
    except (Refusal, ValueError, OSError) as trouble:  # a message that cannot be made will not be made better by trying
        words = trouble.message if isinstance(trouble, Refusal) else one_line(str(trouble), 200)
        return _Handed(email, Email.State.FAILED, _("Ce message n’a pas pu être préparé : %(words)s") % {"words": words})
    try:
        way.deliver(message)
    except transport.TriedTooEarly as wait:
        return _Handed(email, Email.State.QUEUED, str(wait), stop=wait.stop)
    except transport.Refused as refusal:
        why = (
            _("Cette adresse n’existe pas, dit le serveur (%(words)s).")
            if refusal.address
            else _("Le serveur le refuse (%(words)s).")
        )
        return _Handed(email, Email.State.FAILED, why % {"words": refusal}, bad_address=refusal.address)
    except transport.NobodyKnows as unknown:
        reason = _("La connexion s’est interrompue pendant l’envoi : le message est peut-être arrivé. %(words)s") % {
            "words": unknown
        }
        return _Handed(email, Email.State.UNCERTAIN, reason, stop=True)
    return _Handed(email, Email.State.SENT)


def _mark(handed: _Handed, done: Drained, now: datetime) -> None:
    """Write what became of a claimed mail, unless the claim is no longer ours."""
    if handed.outcome == Email.State.SENT and handed.email.purpose != Email.ACCOUNT:  # one statement for the usual case
        ours = Email.objects.filter(pk=handed.email.pk, claim=handed.email.claim, state__in=_OURS)
        done.sent += ours.update(state=Email.State.SENT, sent_at=clock.now(), reason="", lease_until=None)
        return
    email = Email.objects.select_for_update().filter(pk=handed.email.pk, claim=handed.email.claim).first()
    if email is None or email.state not in _OURS:
        return
    _set_outcome(email, handed, now)
    done.sent += email.state == Email.State.SENT
    done.failed += email.state == Email.State.FAILED
    done.put_off += email.state == Email.State.QUEUED
    done.uncertain += email.state == Email.State.UNCERTAIN
    if email.purpose == Email.ACCOUNT and email.state != Email.State.QUEUED:
        _erase_words(email)
    email.save()
    if handed.bad_address and email.purpose != Email.ACCOUNT:
        mark_bad(email.recipient_email, reason=email.reason, by=None, customer=email.customer)


def _set_outcome(email: Email, handed: _Handed, now: datetime) -> None:
    email.state, email.reason, email.lease_until = handed.outcome, handed.reason[:300], None
    if handed.outcome == Email.State.SENT:
        email.sent_at = clock.now()
        return
    if handed.outcome == Email.State.QUEUED:
        if email.attempts <= len(RETRY_AFTER):
            email.retry_at = now + RETRY_AFTER[email.attempts - 1]
            return
        email.state = Email.State.FAILED
        email.reason = (_("Le serveur a demandé d’attendre huit fois en deux jours : %(words)s") % {"words": handed.reason})[:300]
    email.settled_at = email.settled_by = None  # whatever was decided before, somebody must look again


def _give_up_abandoned(now: datetime) -> int:
    """What a dead worker was handing over: nobody knows whether it left. Returns how many."""
    with transaction.atomic():
        rows = list(Email.objects.select_for_update(skip_locked=True).filter(state=Email.State.SENDING, lease_until__lte=now))
        for email in rows:
            email.state, email.lease_until, email.settled_at, email.settled_by = Email.State.UNCERTAIN, None, None, None
            email.reason = _("Le programme s’est arrêté au moment même de l’envoi : le message est peut-être parti.")
            if email.purpose == Email.ACCOUNT:
                _erase_words(email)
            email.save()
    return len(rows)


def _erase_words(email: Email) -> None:
    email.text = email.html = ""
    email.erased_at = clock.now()


def _tell_outage(now: datetime, reason: str) -> None:
    """Leave the server's words on the mail that has waited longest, where the banner reads them."""
    first = Email.objects.over(now).order_by("send_after", "id").first()
    if first is not None:
        Email.objects.filter(pk=first.pk).update(reason=reason[:300])
