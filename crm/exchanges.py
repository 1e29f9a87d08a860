"""Gestures on what people said to each other: log, correct, erase, change who may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import Role, User
from crm import attachments, commitments, search, timeline
from crm.models import Commitment, Contact, Customer, Email, Interaction
from crm.models.customers import Channel
from crm.models.timeline import HUMAN_KINDS, Direction, Kind, Mood, Visibility
from lib import clock
from lib.errors import Conflict, Refusal
from lib.plain_text import check_text, refuse_control_characters

MAX_WORDS = 20_000  # signs in one exchange; longer texts are joined as files
MAX_MINUTES = 24 * 60
CHANNELS = {
    Kind.CALL: Channel.PHONE,
    Kind.EMAIL: Channel.EMAIL,
    Kind.VISIT: Channel.VISIT,
    Kind.MEETING: Channel.VISIT,
    Kind.MESSAGE: Channel.MESSAGE,
    Kind.LETTER: Channel.POST,
    Kind.NOTE: Channel.NONE,
}
# What the row is called for ever, whoever wrote it: no typed word, no name of a person.
SUMMARIES = {
    (Kind.CALL, Direction.OUT): gettext_lazy("Appel passé"),
    (Kind.CALL, Direction.IN): gettext_lazy("Appel reçu"),
    (Kind.EMAIL, Direction.OUT): gettext_lazy("E-mail envoyé"),
    (Kind.EMAIL, Direction.IN): gettext_lazy("E-mail reçu"),
    (Kind.MESSAGE, Direction.OUT): gettext_lazy("Message envoyé"),
    (Kind.MESSAGE, Direction.IN): gettext_lazy("Message reçu"),
    (Kind.LETTER, Direction.OUT): gettext_lazy("Courrier envoyé"),
    (Kind.LETTER, Direction.IN): gettext_lazy("Courrier reçu"),
}
DIRECTED = (Kind.CALL, Kind.EMAIL, Kind.MESSAGE, Kind.LETTER)


@dataclass(frozen=True)
class NextStep:
    """What was agreed to come next; becomes a commitment. `due_on` is a civil date, `due_at` on the firm's clock."""

    what: str
    due_on: date
    due_at: time | None = None
    due_before: bool = False
    owner: User | None = None  # nobody named: whoever logs the exchange
    owed_by: str = Commitment.Owed.US


def log_interaction(
    customer: Customer,
    *,
    by: User | None,
    kind: str,
    direction: str = "",
    occurred_at: datetime | None = None,
    contact: Contact | None = None,
    body: str = "",
    minutes: int | None = None,
    mood: str = "",
    visibility: str = Visibility.EVERYONE,
    next_step: NextStep | None = None,
    files: Sequence[UploadedFile] = (),
    keeps: Sequence[Commitment] = (),
    key: str = "",
) -> Interaction:
    """Log one exchange with its files, its next step and the commitments it `keeps`, all together or not at all; returns its row.

    `key` names this very request: the same person asking twice with the same key gets the first row back and nothing
    is written again (double click, retry); the same key with other words is a `Conflict`, so that none is lost in
    silence. Refuses words beyond `MAX_WORDS`, a moment in the future, a contact of another client, a file that is not
    what it says, a commitment that was released meanwhile.
    """
    fields = exchange_fields(by=by, kind=kind, direction=direction, body=body, minutes=minutes, mood=mood, visibility=visibility)
    if kind == Kind.NOTE and not (fields["body"] or files or next_step):
        raise Refusal(_("Écrivez quelques mots : une note vide n’apprend rien à vos collègues."), field="body")
    done = _already(by, key, customer, fields)
    if done is not None:
        return done
    stored = attachments.store(files)
    try:
        with transaction.atomic():
            row = timeline.record(customer=customer, contact=contact, by=by, occurred_at=occurred_at, key=key, **fields)
            attachments.attach(stored, interaction=row, by=by)
            _promise(customer, next_step, keeps, row=row, contact=contact, by=by)
    except IntegrityError:
        attachments.discard(stored)
        done = _already(by, key, customer, fields)
        if done is None:
            raise
        return done
    except BaseException:
        attachments.discard(stored)
        raise
    return row


def correct_words(interaction: Interaction, *, by: User, body: str, seen: int) -> Interaction:
    """Replace the words of an exchange by better ones; the former stay readable with the moment they were replaced.

    Only their author may. `seen` is how many former wordings the person had before them: when there are more by now,
    raises `Conflict` and writes nothing.
    """
    words = _words(body)
    with transaction.atomic():
        row = _lock(interaction)
        if row.author_id != by.pk:
            raise Refusal(_("Seule la personne qui a écrit ces mots peut les corriger. Ajoutez plutôt une note."))
        if row.kind not in HUMAN_KINDS or Email.objects.filter(interaction=row).exists():
            raise Refusal(_("Cette ligne ne se corrige pas : elle dit un fait de la maison."))
        former = row.data.get("former", [])
        if len(former) != seen:
            raise Conflict(_("Ces mots ont été corrigés entre-temps. Relisez-les, puis corrigez à nouveau si besoin."))
        if words == row.body:
            return row
        if not words:
            raise Refusal(
                _("Pour retirer des mots, effacez l’échange : l’effacement dit qui l’a fait et pourquoi."), field="body"
            )
        row.data = {**row.data, "former": [*former, {"words": row.body, "until": clock.now().isoformat()}]}
        row.body = words
        row.save(update_fields=["body", "data"])
        search.index_exchange(row)
    return row


def erase_interaction(interaction: Interaction, *, by: User, reason: str) -> Interaction:
    """Erase the words and files of an exchange in place: that it happened stays, with who erased it, when and why.

    Its author or a responsable may. Erasing twice is erasing once.
    """
    reason = refuse_control_characters(" ".join(reason.split()))[:200]
    if not reason:
        raise Refusal(_("Dites pourquoi ces mots sont effacés : la ligne restera, avec votre raison."), field="reason")
    with transaction.atomic():
        row = _lock(interaction, erased=True)
        if row.erased_at is not None:
            return row
        _only_author_or_manager(row, by)
        kept = {name: value for name, value in row.data.items() if name not in ("former", "mood")}
        row.data = {**kept, "erased": {"by": by.name, "reason": reason}}
        row.body, row.erased_at = "", clock.now()
        row.save(update_fields=["body", "data", "erased_at"])
        Email.objects.filter(interaction=row).update(text="", html="", erased_at=row.erased_at)
        attachments.erase(row.attachments.all())
        search.index_exchange(row)
        search.compact_soon()
        audit.note("interaction.erased", by=by, subject=row.public_id, reason=reason)
    return row


def change_visibility(interaction: Interaction, *, by: User, visibility: str) -> Interaction:
    """Change who may read an exchange, and the commitments born of it. Its author or a responsable may; journaled."""
    with transaction.atomic():
        row = _lock(interaction, erased=True)
        _only_author_or_manager(row, by)
        if visibility == row.visibility:
            return row
        team = _team(by, visibility)
        former, row.visibility, row.team_id = row.visibility, visibility, team
        row.save(update_fields=["visibility", "team"])
        promised = Commitment.objects.filter(interaction=row)
        promised.update(visibility=visibility, team_id=team)
        told = Interaction.objects.filter(about_kind="commitment", about_ref__in=promised.values("public_id"))
        told.update(visibility=visibility, team_id=team)  # what became of them says their words too
        search.index_interactions(told)
        Email.objects.filter(interaction=row).update(visibility=visibility, team_id=team)
        search.index_exchange(row)
        audit.note("interaction.visibility", by=by, subject=row.public_id, former=former, to=visibility)
    return row


def exchange_fields(
    *, by: User | None, kind: str, direction: str, body: str, minutes: int | None, mood: str, visibility: str
) -> dict[str, Any]:
    """The columns of an exchange as `crm.timeline` takes them, from what a person said of it; refuses what makes no
    sense. For the gesture above and for the writers in bulk."""
    if kind not in HUMAN_KINDS:
        raise Refusal(_("Choisissez la nature de l’échange."), field="kind")
    if kind in DIRECTED and direction not in (Direction.IN, Direction.OUT):
        raise Refusal(_("Dites qui a pris contact : le client, ou nous."), field="direction")
    if mood and mood not in Mood.values:
        raise Refusal(_("Cette humeur n’est pas dans la liste."), field="mood")
    if minutes is not None and not 0 < minutes <= MAX_MINUTES:
        raise Refusal(_("Une durée va d’une minute à une journée."), field="minutes")
    _team(by, visibility)
    kind = Kind(kind)
    direction = Direction.NONE if kind == Kind.NOTE else Direction(direction)
    data: dict[str, Any] = {name: value for name, value in (("minutes", minutes), ("mood", str(mood))) if value}
    summary = SUMMARIES.get((kind, direction), kind.label)
    return {
        "kind": kind, "direction": direction, "channel": CHANNELS[kind], "summary": summary, "body": _words(body),
        "data": data, "visibility": visibility,
    }  # fmt: skip


def _words(body: str) -> str:
    try:
        return check_text(body, most=MAX_WORDS)
    except Refusal as refusal:
        raise Refusal(refusal.message, field="body") from refusal


def _team(by: User | None, visibility: str) -> int | None:
    """The team that may read, when it is one; refuses a visibility that would hide the words from everybody."""
    if visibility not in Visibility.values:
        raise Refusal(_("Choisissez qui peut lire cet échange."), field="visibility")
    if visibility == Visibility.EVERYONE:
        return None
    if by is None:
        raise Refusal(_("Ce que la maison écrit d’elle-même se lit par tous."), field="visibility")
    if visibility == Visibility.TEAM and by.team_id is None:
        raise Refusal(_("Vous n’êtes dans aucune équipe : choisissez toute la maison, ou vous seulement."), field="visibility")
    return by.team_id if visibility == Visibility.TEAM else None


def _promise(
    customer: Customer, step: NextStep | None, keeps: Sequence[Commitment], *, row: Interaction, contact: Contact | None, by: User | None
) -> None:  # fmt: skip
    """What the exchange kept, and what it promises next."""
    for promised in keeps:
        commitments.keep(promised, by=by)
    if step is None:
        return
    commitments.promise(
        customer,
        owed_by=step.owed_by,
        what=step.what,
        due_on=step.due_on,
        due_at=step.due_at,
        due_before=step.due_before,
        owner=step.owner or by,
        contact=contact,
        interaction=row,
        visibility=row.visibility,
        by=by,
        record=False,
    )


def _already(by: User | None, key: str, customer: Customer, fields: dict[str, Any]) -> Interaction | None:
    """The row that this very request already wrote."""
    row = Interaction.objects.filter(author=by, key=key).first() if key else None
    if row is None or row.erased_at is not None:
        return row
    first = row.data.get("former", [{"words": row.body}])[0]["words"]
    if (row.customer_id, row.kind, first) != (customer.pk, fields["kind"], fields["body"]):
        raise Conflict(_("Ce formulaire a déjà servi à consigner autre chose. Enregistrez à nouveau : ceci sera consigné aussi."))
    return row


def _lock(interaction: Interaction, *, erased: bool = False) -> Interaction:
    row = Interaction.objects.select_for_update().get(pk=interaction.pk)
    if row.erased_at is not None and not erased:
        raise Refusal(_("Ces mots ont été effacés : il n’y a plus rien à corriger."))
    return row


def _only_author_or_manager(row: Interaction, by: User) -> None:
    if row.author_id != by.pk and by.role != Role.MANAGER:
        raise Refusal(_("Seuls la personne qui a écrit ces mots et les responsables peuvent le faire."))
