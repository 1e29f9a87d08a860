"""Gestures on the people of the house: invite, welcome, change role and rights, close, reopen. Nobody is ever deleted."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, sessions
from accounts.models import ApiToken, Invitation, Right, Role, Team, User
from accounts.rights import DEFAULTS
from accounts.tokens import hash_of
from lib import clock
from lib.errors import Refusal
from lib.identifiers import check_email
from lib.plain_text import refuse_control_characters

INVITATION_DAYS = 7
LAST_MANAGER = gettext_lazy("Il faut au moins une personne responsable. Donnez d’abord ce rôle à quelqu’un d’autre.")
PROFILE = ("name", "job_title", "language", "theme", "mail_signature")


def first_person(*, name: str, email: str, password: str) -> User:
    """The responsable who opens an empty installation: nobody else can vouch for their address."""
    return User.objects.create_superuser(_check_address(email), password, name=_check_name(name))


def invite(*, email: str, name: str, role: str, by: User | None, team: Team | None = None, language: str = "") -> User:
    """Write a person who may come in by a link sent to `email`; until then they cannot. They are written to in `language`,
    that of whoever invites when nothing is said. Returns the person.

    Refuses an address that is somebody's already.
    """
    address = _check_address(email)
    if role not in Role.values:
        raise Refusal(_("Choisissez un rôle."), field="role")
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                address, name=_check_name(name), role=role, team=team, is_active=False,
                language=language or (by.language if by else settings.LANGUAGE_CODE),
            )  # fmt: skip
            audit.note("person.invited", by=by, subject=person.email, role=role)
            send_invitation(person, by=by)
    except IntegrityError:
        raise Refusal(_("Cette adresse est déjà celle d’une personne de la maison."), field="email") from None
    return person


def send_invitation(person: User, *, by: User | None) -> None:
    """Mail a fresh link to somebody who has not come in yet; the former ones stop working."""
    if person.state != "invited":
        raise Refusal(
            _("Cette personne est déjà venue : elle peut demander un nouveau mot de passe depuis la page de connexion.")
        )
    key, now = secrets.token_urlsafe(32), clock.real_now()
    with transaction.atomic():
        person.invitations.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
        Invitation.objects.create(
            user=person, key_hash=hash_of(key), made_by=by, made_at=now, expires_at=now + timedelta(days=INVITATION_DAYS)
        )
        link = settings.PUBLIC_URL + reverse("accept_invitation", args=[key])
        _mail(person, "invitation", by=by, link=link, days=INVITATION_DAYS)


def invitation_of(key: str) -> Invitation | None:
    """The invitation that `key` opens, if it still does."""
    return (
        Invitation.objects.select_related("user")
        .filter(key_hash=hash_of(key), used_at=None, expires_at__gt=clock.real_now(), user__closed_at=None)
        .first()
    )


def accept(invitation: Invitation, *, name: str, password: str) -> User:
    """The person comes in: their address is proved by the link, their password is theirs. Consumes the link."""
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=invitation.user_id)
        used = Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=clock.real_now())
        if not used or person.closed_at:
            raise Refusal(_("Ce lien a déjà servi. Connectez-vous, ou demandez une nouvelle invitation."))
        person.name, person.is_active = _check_name(name), True
        person.set_password(password)
        person.save(update_fields=["name", "is_active", "password"])
        person.verify_address()
        audit.note("person.joined", by=person, subject=person.email)
    return person


def change_person(
    person: User, *, by: User | None, role: str, team: Team | None, rights: Iterable[str] | None = None, email: str = ""
) -> User:
    """Change a person's role, team, single rights (`rights` is everything they shall hold; None means the role's own) and
    address. A change of role, rights or address ends their sessions. Refuses to leave the house without a responsable.
    """
    address = _check_address(email or person.email)
    with transaction.atomic():
        row, managers = _lock(person)
        if row.role == Role.MANAGER and row.is_active and role != Role.MANAGER:
            _refuse_without_manager(managers, but=row)
        before = (row.role, set(row.granted), set(row.taken), row.email)
        held, usual = set(DEFAULTS[role] if rights is None else rights), set(DEFAULTS[role])
        _refuse_unknown(held)
        row.role, row.team, row.email = role, team, address
        row.granted, row.taken = sorted(held - usual), sorted(usual - held)
        _refuse_without_rights(row)
        _save_unique(row)
        if role != before[0]:
            audit.note("person.role_changed", by=by, subject=row.email, before=before[0], after=role)
        if (set(row.granted), set(row.taken)) != before[1:3]:
            audit.note("person.rights_changed", by=by, subject=row.email, granted=row.granted, taken=row.taken)
        if row.email != before[3]:
            audit.note("person.changed", by=by, subject=row.email, former_address=before[3])
            _move_address(row, before[3])
        if (row.role, set(row.granted), set(row.taken), row.email) != before:
            sessions.end_all(row)
    return row


def close(person: User, *, by: User | None) -> None:
    """End a person's access: sessions, tokens, invitations. Their name stays on what they wrote."""
    with transaction.atomic():
        row, managers = _lock(person)
        if row.closed_at:
            return
        if row.role == Role.MANAGER and row.is_active:
            _refuse_without_manager(managers, but=row)
        now = clock.now()
        row.is_active, row.closed_at = False, now
        row.save(update_fields=["is_active", "closed_at"])
        ApiToken.objects.filter(user=row, revoked_at=None).update(revoked_at=now)
        row.invitations.filter(used_at=None).update(expires_at=clock.real_now())
        sessions.end_all(row)
        audit.note("person.closed", by=by, subject=row.email)


def reopen(person: User, *, by: User | None) -> None:
    """Give a closed person their access back. Their password is forgotten: a new invitation is mailed."""
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=person.pk)
        if not row.closed_at:
            return
        row.closed_at = None
        row.set_unusable_password()
        row.save(update_fields=["closed_at", "password"])
        audit.note("person.reopened", by=by, subject=row.email)
        send_invitation(row, by=by)


def end_sessions(person: User, *, by: User | None) -> None:
    """Log a person out everywhere."""
    with transaction.atomic():
        sessions.end_all(person)
        audit.note("sessions.ended", by=by, subject=person.email)


def update_profile(person: User, **fields: str) -> User:
    """A person changes their own `PROFILE` fields; returns the person. Unknown fields are a programming error."""
    if unknown := set(fields) - set(PROFILE):
        raise TypeError(f"not editable: {unknown}")
    if "name" in fields:
        fields["name"] = _check_name(fields["name"])
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=person.pk)
        changed = [name for name, value in fields.items() if getattr(row, name) != value]
        for name in changed:
            setattr(row, name, fields[name])
        if changed:
            row.save(update_fields=changed)
            audit.note("profile.changed", by=row, subject=row.email, fields=changed)
    return row


def add_team(name: str, *, by: User | None) -> Team:
    """A new team. Refuses a name already taken."""
    clean = refuse_control_characters(" ".join(name.split()))
    if not clean:
        raise Refusal(_("Donnez un nom à l’équipe."), field="name")
    with transaction.atomic():
        team, made = Team.objects.get_or_create(name=clean[:80])
        if not made:
            raise Refusal(_("Cette équipe existe déjà."), field="name")
        audit.note("team.changed", by=by, subject=team.name)
    return team


def notify_managers(template: str, *, but: User | None = None, **words: Any) -> None:
    """Mail every responsable, in their own language, about something that touches security or money."""
    for manager in User.objects.staff().filter(role=Role.MANAGER):
        if manager != but:
            _mail(manager, template, **words)


def _mail(person: User, template: str, *, to: str = "", **words: Any) -> None:
    """Queue one mail of the house to one of its people; subject and text are `templates/accounts/mail/<template>.txt`,
    the first line being the subject."""
    with translation.override(person.language):
        text = render_to_string(f"accounts/mail/{template}.txt", {"person": person, **words})
    subject, _separator, body = text.strip().partition("\n")
    EmailMessage(subject=subject.strip(), body=body.strip() + "\n", to=[to or person.email]).send()


def _move_address(person: User, former: str) -> None:
    """The new address counts as proved, a responsable vouches for it; the former one is told."""
    if person.is_active:
        person.verify_address()
    _mail(person, "address_changed", to=former, former=former)


def _check_address(email: str) -> str:
    try:
        return check_email(email).lower()
    except Refusal as refusal:
        raise Refusal(refusal.message, field="email") from None


def _check_name(name: str) -> str:
    clean = " ".join("".join(char if char.isprintable() else " " for char in name).split())
    if not clean:
        raise Refusal(_("Écrivez le nom de la personne."), field="name")
    if len(clean) > 120:
        raise Refusal(_("Ce nom dépasse 120 caractères."), field="name")
    return clean


def _save_unique(row: User) -> None:
    if User.objects.filter(email__iexact=row.email).exclude(pk=row.pk).exists():
        raise Refusal(_("Cette adresse est déjà celle d’une personne de la maison."), field="email")
    row.save(update_fields=["role", "team", "email", "granted", "taken"])


def _refuse_unknown(rights: set[str]) -> None:
    if rights - set(Right.values):
        raise Refusal(_("Un de ces droits n’existe pas."), field="rights")


def _lock(person: User) -> tuple[User, list[User]]:
    """The person's row and those of the responsables, all locked in one order: two of them cannot leave at once."""
    wanted = Q(pk=person.pk) | Q(role=Role.MANAGER, is_active=True)
    rows = {row.pk: row for row in User.objects.select_for_update().filter(wanted).order_by("pk")}
    return rows[person.pk], [row for row in rows.values() if row.role == Role.MANAGER and row.is_active]


def _refuse_without_manager(managers: list[User], *, but: User) -> None:
    if not any(row != but and row.may(Right.MANAGE_USERS) for row in managers):
        raise Refusal(LAST_MANAGER, field="role")


def _refuse_without_rights(row: User) -> None:
    """Somebody must always hold the right to manage people."""
    if row.is_active and not row.may(Right.MANAGE_USERS):
        others = User.objects.staff().exclude(pk=row.pk)
        if not any(person.may(Right.MANAGE_USERS) for person in others):
            raise Refusal(
                _(
                    "Il faut au moins une personne qui gère les personnes et les droits. Donnez d’abord ce droit à quelqu’un d’autre."
                ),
                field="rights",
            )
