"""The letters of a complaint: composed, shown, then sent with the fact they are. Their words are complete in the mail; the
page typeset from them (`complaints.typesetting`) joins it before it leaves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.rights import Right
from complaints import projecting, typesetting
from complaints.deadlines import MEDIATION_TYPES
from complaints.handling import _line, _text, add_fact, lock
from complaints.letters import (
    NAMES_MEDIATOR,
    TEXT_VERSION,
    Composed,
    Content,
    MediatorBlock,
    MediatorMissing,
    compose,
    printed_website,
)
from complaints.models import Complaint, ComplaintLetter, LetterKind, Way
from complaints.states import ANSWERS, MEDIATION, F, Standing
from crm.mail_words import closing, salutation
from crm.models import Company, ContactAccess, Email
from crm.models.timeline import Audience
from crm.outbox import queue_mail
from crm.writing import Recipient, language_for, recipients
from lib.errors import Refusal
from lib.french_calendar import refuse_far
from lib.public_ids import public_id

PURPOSE = "complaint"
ANSWER_LETTERS = {F.FAVOURABLE: LetterKind.FAVOURABLE, F.PARTIAL: LetterKind.PARTIAL, F.REFUSED: LetterKind.REFUSAL}


@dataclass(frozen=True)
class Wanted:
    """The letter a person asks for: its kind, the fact it will be, the words typed."""

    kind: str
    fact: str
    words: str = ""
    amount: Decimal | None = None
    until: date | None = None
    way: str = Way.EMAIL
    number: str = ""
    override_reason: str = ""


@dataclass(frozen=True)
class Draft:
    """The letter as it would leave today: a row not saved, its composed words, to whom."""

    letter: ComplaintLetter
    composed: Composed
    to: Recipient | None


def acknowledge(complaint: Complaint, *, by: User | None, today: date, words: str = "", way: str = Way.EMAIL) -> ComplaintLetter:
    """Send the acknowledgement: received when, answered by when, studied by whom."""
    return send(complaint, Wanted(LetterKind.ACKNOWLEDGEMENT, F.ACKNOWLEDGED, words, way=way), by=by, today=today)


def hold(complaint: Complaint, *, words: str, until: date, by: User | None, today: date, way: str = Way.EMAIL) -> ComplaintLetter:
    """Say why the answer is not ready and by when it will be, never after its due day."""
    return send(complaint, Wanted(LetterKind.HOLDING, F.HOLDING, words, until=until, way=way), by=by, today=today)


def invite(complaint: Complaint, *, by: User | None, today: date, words: str = "", way: str = Way.EMAIL) -> ComplaintLetter:
    """Tell who complained aloud how to write it: only what is written starts their rights."""
    return send(complaint, Wanted(LetterKind.INVITATION, F.INVITED, words, way=way), by=by, today=today)


def answer(
    complaint: Complaint, *, decision: str, words: str, by: User | None, today: date, amount: Decimal | None = None,
    until: date | None = None, way: str = Way.EMAIL, override_reason: str = "",
) -> ComplaintLetter:  # fmt: skip
    """Answer: `decision` is favourable, partial or refused; `amount` EUR given back, `until` when it will be done.

    A refusal, even partial, needs the right to refuse; to a consumer it needs the mediator's name, postal address and
    website (C. conso. L616-1) and an agreement in force: past its end, only a responsable's `override_reason` lets it leave.
    """
    if decision not in ANSWERS:
        raise Refusal(_("Choisissez la réponse : favorable, favorable en partie, ou refus."), field="decision")
    wanted = Wanted(ANSWER_LETTERS[F(decision)], decision, words, amount, until, way, override_reason=override_reason)
    return send(complaint, wanted, by=by, today=today)


def refuse(
    complaint: Complaint, *, words: str, by: User | None, today: date, way: str = Way.EMAIL, override_reason: str = ""
) -> ComplaintLetter:
    """Refuse the whole of it, with the reasons: `answer` with its hardest decision."""
    return answer(complaint, decision=F.REFUSED, words=words, by=by, today=today, way=way, override_reason=override_reason)


def send_closing(complaint: Complaint, *, words: str, by: User | None, today: date, way: str = Way.EMAIL) -> ComplaintLetter:
    """The letter that tells the client it is closed, and how to have it opened again; after `handling.close`."""
    return send(complaint, Wanted(LetterKind.CLOSING, "", words, way=way), by=by, today=today)


def write_to_mediator(complaint: Complaint, *, words: str, by: User | None, today: date, number: str = "") -> ComplaintLetter:
    """Our answer to the mediator, printed and posted: kept as a paper of the mediation."""
    wanted = Wanted(LetterKind.TO_MEDIATOR, F.POSITION, words, way=Way.POST, number=number)
    return send(complaint, wanted, by=by, today=today)


def draft(complaint: Complaint, wanted: Wanted, *, by: User | None, today: date) -> Draft:
    """The letter as it would leave today; writes nothing. Refuses what stands in its way. Read the row `with_facts`."""
    standing = complaint.standing_on(today)
    _refuse_out_of_course(complaint, standing, wanted, by=by, today=today)
    company = Company.objects.filter(pk=1).first() or Company()
    to = _recipient(complaint, wanted)
    content = _content(complaint, standing, wanted, company, to, by=by, today=today)
    try:
        composed = compose(content)
    except MediatorMissing:
        raise Refusal(no_mediator(), field="decision") from None
    return Draft(_letter(complaint, wanted, content, composed, company, to, by=by, today=today), composed, to)


def send(complaint: Complaint, wanted: Wanted, *, by: User | None, today: date) -> ComplaintLetter:
    """Send a letter and write the fact it is, all at once: the letter, its mail, its fact, its history and the dates on the
    record. The same words sent twice the same day are sent once."""
    with transaction.atomic():
        current = lock(complaint, today=today, closed=True)
        if (already := _already(current, wanted, by=by, today=today)) is not None:
            return already
        made = draft(current, wanted, by=by, today=today)
        if wanted.way == Way.EMAIL:
            made.letter.email = _mail(current, made, by=by)
        made.letter.save(force_insert=True)
        if wanted.fact:
            _write_fact(current, wanted, made.letter, by=by, today=today)
        projecting.rebuild(current, today=today)
        typesetting.soon()
    return made.letter


def no_mediator() -> str:
    """What to say of a refusal that names nobody."""
    return _(
        "La lettre ne peut pas partir : un refus à un particulier donne le nom, l’adresse postale et le site du médiateur de la "
        "consommation (Code de la consommation, L616-1). Complétez-les dans Maison, Conditions ; votre texte est gardé."
    )


def _refuse_out_of_course(complaint: Complaint, standing: Standing, wanted: Wanted, *, by: User | None, today: date) -> None:
    for guard in _GUARDS.get(wanted.kind, ()):
        guard(complaint, standing, wanted)
    if not standing.is_open and wanted.kind != LetterKind.CLOSING:
        raise Refusal(_("Cette réclamation est close. Rouvrez-la d’abord : ses dates ne changeront pas."))
    if wanted.amount is not None and wanted.amount <= 0:
        raise Refusal(_("Le montant est supérieur à zéro."), field="amount")
    if wanted.until is not None and wanted.until < today:
        raise Refusal(_("Cette date est déjà passée."), field="until")
    if wanted.until is not None:
        refuse_far(wanted.until, "until")
    if wanted.kind in NAMES_MEDIATOR:
        _refuse_refusal(complaint, wanted, by=by, today=today)


def _refuse_refusal(complaint: Complaint, wanted: Wanted, *, by: User | None, today: date) -> None:
    if by is not None and not by.may(Right.CLOSE_COMPLAINTS):
        raise Refusal(_("Un refus, même partiel, est décidé par un responsable : confiez-lui cette réponse."), field="decision")
    company = Company.objects.filter(pk=1).first() or Company()
    if complaint.regime not in MEDIATION_TYPES:
        return
    if not mediator_of(company).is_complete:
        raise Refusal(no_mediator(), field="decision")
    ended = company.mediator_agreement_to
    if ended is None or ended >= today:
        return
    if not _line(wanted.override_reason, "override_reason", 300):
        raise Refusal(
            _(
                "La convention avec le médiateur a pris fin : renouvelez-la dans Maison, Conditions, ou un responsable dit pourquoi la "
                "lettre part quand même."
            ),
            field="override_reason",
        )
    if by is None or by.role != Role.MANAGER:
        raise Refusal(
            _("Seul un responsable peut laisser partir cette lettre malgré la fin de la convention."), field="override_reason"
        )


def _needs_words(complaint: Complaint, standing: Standing, wanted: Wanted) -> None:
    if not _text(wanted.words):
        raise Refusal(_("Écrivez vos raisons, dans vos mots : la lettre les attend."), field="words")


def _needs_writing(complaint: Complaint, standing: Standing, wanted: Wanted) -> None:
    if not standing.is_written:
        raise Refusal(
            _("Rien n’est encore écrit. Invitez d’abord le client à écrire, ou consignez sa lettre si elle est arrivée.")
        )


def _never_written(complaint: Complaint, standing: Standing, wanted: Wanted) -> None:
    if standing.is_written:
        raise Refusal(_("Cette réclamation est déjà écrite : elle n’a pas besoin d’y être invitée."))


def _not_twice(complaint: Complaint, standing: Standing, wanted: Wanted) -> None:
    if any(fact.kind == wanted.fact and fact.stands for fact in complaint.known_facts):
        raise Refusal(_("Cette lettre est déjà partie."))


def _within_answer(complaint: Complaint, standing: Standing, wanted: Wanted) -> None:
    if wanted.until is None:
        raise Refusal(_("Dites pour quel jour vous promettez la réponse."), field="until")
    if standing.dates is not None and wanted.until > standing.dates.answer_due:
        raise Refusal(_("Une réponse d’attente ne dépasse pas le jour où la réponse est due."), field="until")
    if standing.answer:
        raise Refusal(_("La réponse a déjà été donnée."))


def _seized(complaint: Complaint, standing: Standing, wanted: Wanted) -> None:
    if not any(fact.kind in MEDIATION for fact in complaint.known_facts):
        raise Refusal(_("Notez d’abord la saisine du médiateur."))


_Guard = Callable[[Complaint, Standing, Wanted], None]
_GUARDS: dict[str, tuple[_Guard, ...]] = {
    LetterKind.ACKNOWLEDGEMENT: (_needs_writing, _not_twice),
    LetterKind.HOLDING: (_needs_writing, _needs_words, _within_answer),
    LetterKind.FAVOURABLE: (_needs_writing, _needs_words),
    LetterKind.PARTIAL: (_needs_writing, _needs_words),
    LetterKind.REFUSAL: (_needs_writing, _needs_words),
    LetterKind.INVITATION: (_never_written, _not_twice),
    LetterKind.CLOSING: (_needs_words,),
    LetterKind.TO_MEDIATOR: (_needs_writing, _needs_words, _seized),
}


def mediator_of(company: Company) -> MediatorBlock:
    """The firm's mediator as a letter prints it."""
    return MediatorBlock(company.mediator_name, company.mediator_postal_address, printed_website(company.mediator_website))


def _recipient(complaint: Complaint, wanted: Wanted) -> Recipient | None:
    """To whom: the person who complained when they have an address, else the first who can be written to."""
    if wanted.kind == LetterKind.TO_MEDIATOR:
        return None
    fit = [one for one in recipients(complaint.customer.head) if one.bad is None]
    own = next((one for one in fit if one.contact is not None and one.contact.pk == complaint.contact_id), None)
    found = own or next(iter(fit), None)
    if found is None and wanted.way == Way.EMAIL:
        raise Refusal(
            _("Personne chez ce client n’a d’adresse e-mail qui réponde : choisissez la poste, ou ajoutez-en une."), field="way"
        )
    if wanted.way == Way.PORTAL and not _is_read_in_space(complaint):
        raise Refusal(_("Personne n’a d’espace client où lire cette lettre : choisissez l’e-mail ou la poste."), field="way")
    return found


def _is_read_in_space(complaint: Complaint) -> bool:
    """Whether somebody may read the letters of this complaint in the client's space."""
    if complaint.audience == Audience.HOUSE:
        return False
    readers = ContactAccess.objects.living().filter(customer_id__in=complaint.customer.family_ids())
    return readers.filter(Q(sees_all=True) | Q(contact=complaint.contact_id)).exists()


def _content(
    complaint: Complaint, standing: Standing, wanted: Wanted, company: Company, to: Recipient | None, *, by: User | None, today: date
) -> Content:  # fmt: skip
    facts = complaint.counted
    written = min((row for row in facts if row.kind == F.WRITTEN), key=lambda row: row.on, default=None)
    said = min((row.on for row in facts if row.kind == F.ORAL), default=None)
    customer, contact = complaint.customer.head, complaint.contact or (to.contact if to else None)
    language = "fr" if wanted.kind == LetterKind.TO_MEDIATOR else language_for(customer, to)
    with translation.override(language):
        polite = _("Madame, Monsieur,") if wanted.kind == LetterKind.TO_MEDIATOR else salutation(customer, contact, company.tone)
        farewell, address = closing(contact, company.tone), _where(company)
    return Content(
        kind=wanted.kind, language=language, client_type=complaint.regime, salutation=polite, closing=farewell,
        signature="\n".join(line for line in (by.name if by else "", company.name) if line), reference=complaint.reference,
        subject=complaint.subject, address=address, today=today, client=customer.name,
        responsible=complaint.owner.name if complaint.owner else company.name, words=_text(wanted.words),
        received_on=written.received_on if written else None, said_on=said, dates=standing.dates, until=wanted.until,
        amount=wanted.amount, number=wanted.number, mediator=mediator_of(company),
    )  # fmt: skip


def _where(company: Company) -> str:
    """Where a client writes to us, on one line."""
    post = ", ".join(part for part in (company.address, f"{company.postal_code} {company.city}".strip()) if part)
    if company.email and post:
        return _("%(mail)s ou %(post)s") % {"mail": company.email, "post": post}
    return company.email or post or company.name


def _letter(
    complaint: Complaint, wanted: Wanted, content: Content, composed: Composed, company: Company, to: Recipient | None, *,
    by: User | None, today: date,
) -> ComplaintLetter:  # fmt: skip
    customer = complaint.customer.head
    named = bool(composed.block) and content.client_type in MEDIATION_TYPES
    block = content.mediator if named else MediatorBlock("", "", "")
    who = complaint.contact.full_name if complaint.contact else ""
    lines = [
        customer.name,
        who if who != customer.name and not customer.is_person else "",
        customer.address,
        customer.address_extra,
    ]
    if wanted.kind == LetterKind.TO_MEDIATOR:
        lines = [content.mediator.name, content.mediator.postal_address]
    else:
        lines.append(f"{customer.postal_code} {customer.city}".strip())
    return ComplaintLetter(
        public_id=public_id(), complaint=complaint, kind=wanted.kind, way=wanted.way, language=content.language,
        text_version=TEXT_VERSION, client_type=complaint.regime, subject=composed.subject[:200], text=composed.text,
        house=printed_house(company), recipient="\n".join(line for line in lines if line)[:400], mediator_name=block.name,
        mediator_postal_address=block.postal_address, mediator_website=block.website,
        mediator_agreement_to=company.mediator_agreement_to if named else None,
        override_reason=_line(wanted.override_reason, "override_reason", 300), written_on=today, author=by,
    )  # fmt: skip


def printed_house(company: Company) -> dict[str, str]:
    """Our own name and address, as frozen on the letter."""
    return {
        "name": company.name, "legal": company.legal_form, "address": company.address, "extra": company.address_extra,
        "town": f"{company.postal_code} {company.city}".strip(), "city": company.city, "phone": company.phone,
        "email": company.email, "siren": company.siren,
    }  # fmt: skip


def _already(complaint: Complaint, wanted: Wanted, *, by: User | None, today: date) -> ComplaintLetter | None:
    """The same letter with the same words, sent today by the same person: a second click."""
    words = _text(wanted.words)
    if not wanted.fact:  # a closing letter is told by the closing fact, not by one of its own
        sent = complaint.letters.filter(kind=wanted.kind, way=wanted.way, written_on=today, author=by).select_related("email")
        return next((row for row in sent.order_by("-id") if row.has_left and words in row.text), None)
    for fact in complaint.counted:
        letter = fact.letter
        if letter is None or letter.kind != wanted.kind or letter.written_on != today or not letter.has_left:
            continue
        if (fact.words, fact.amount, fact.until, letter.way, letter.author_id) == (
            words, wanted.amount, wanted.until, wanted.way, by.pk if by else None,
        ):  # fmt: skip
            return letter
    return None


def _mail(complaint: Complaint, made: Draft, *, by: User | None) -> Email:
    assert made.to is not None
    return queue_mail(
        key=f"complaint:{made.letter.public_id}", to=made.to.address, to_name=made.to.name, customer=complaint.customer.head,
        contact=made.to.contact, subject=made.letter.subject, text=made.letter.text, by=by, purpose=PURPOSE,
        language=made.letter.language,
    )  # fmt: skip


def _write_fact(complaint: Complaint, wanted: Wanted, letter: ComplaintLetter, *, by: User | None, today: date) -> None:
    words = _text(wanted.words)
    add_fact(
        complaint, kind=wanted.fact, on=today, by=by, letter=letter, words=words, until=wanted.until, amount=wanted.amount,
        number=wanted.number, channel="" if wanted.way == Way.POST else wanted.way, history="" if wanted.fact in MEDIATION else words,
    )  # fmt: skip
