"""The role cards of the demonstration's login page. Outside it, neither these addresses nor their URL exist."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User

SENTENCES: dict[str, str | Promise] = {
    "accueil@demo.example": _("Répond au téléphone, consigne, tient les fiches."),
    "comptable@demo.example": _("L’argent, les imports, les doublons."),
    "responsable@demo.example": _("Tout, avec les réglages et les droits."),
    "lecture@demo.example": _("Regarde sans rien changer."),
    "anne.lemoine@courriel.example": _("Une cliente : ce qu’elle doit, pourquoi, et si elle ne peut pas."),
}


@dataclass(frozen=True)
class Card:
    """One person of the demonstration, entered by one click."""

    email: str
    name: str
    role: str
    sentence: str


def cards() -> list[Card]:
    """The cards of the people who exist; none outside the demonstration. One statement."""
    if not settings.DEMO:
        return []
    people = {person.email: person for person in User.objects.filter(email__in=SENTENCES, is_active=True)}
    return [
        Card(
            email, people[email].name, str(Role(people[email].role).label if people[email].role else _("Cliente")), str(sentence)
        )
        for email, sentence in SENTENCES.items()
        if email in people
    ]
