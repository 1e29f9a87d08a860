"""Texts to start a mail from: the house's own in files, and what the firm made of them, version by version.

Saving never overwrites: it makes a new version, and any former one can be brought back, the original included.
"""

import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from crm.mail_message import one_line
from crm.mail_words import WORDS
from crm.models import MailTemplate
from lib.errors import Conflict, Refusal
from lib.plain_text import check_text
from lib.templating import check_template

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("fr", "en")


@dataclass(frozen=True)
class Text:
    """One text in one language; version 0 is the original of the house."""

    key: str
    language: str
    name: str
    subject: str
    body: str
    emotion: str = ""
    version: int = 0


@cache
def originals() -> dict[tuple[str, str], Text]:
    """The texts that come with Égards, by key and language."""
    return {(path.stem, path.parent.name): _read(path) for path in sorted(FOLDER.glob("*/*.txt"))}


def current_texts(language: str) -> list[Text]:
    """What one may start from in this language, by name. One statement."""
    texts = {key: text for (key, spoken), text in originals().items() if spoken == language}
    for row in MailTemplate.objects.filter(language=language, is_current=True):
        texts[row.key] = as_text(row)
    return sorted(texts.values(), key=lambda text: text.name.casefold())


def find_text(key: str, language: str) -> Text | None:
    """The text in force, or nothing."""
    row = MailTemplate.objects.filter(key=key, language=language, is_current=True).first()
    return as_text(row) if row else originals().get((key, language))


def save_text(
    *, key: str = "", language: str, name: str, subject: str, body: str, emotion: str = "", by: User, version: int | None = None
) -> MailTemplate:
    """A new version of a text, or with no key a new text. `version` is the one the person saw: when a colleague saved
    meanwhile, raises Conflict and writes nothing. Refuses words between braces that are not known."""
    name, subject, emotion = one_line(name, 120), one_line(subject, 200), one_line(emotion, 120)
    body = _checked(body, "body")
    _checked(subject, "subject")
    if not name:
        raise Refusal(_("Donnez un nom à ce texte, pour le retrouver."), field="name")
    if language not in LANGUAGES:
        raise Refusal(_("Un texte est en français ou en anglais."), field="language")
    with transaction.atomic():
        key = key or f"house-{secrets.token_hex(8)}"
        rows = MailTemplate.objects.select_for_update().filter(key=key, language=language)
        current = next((row.version for row in rows.order_by("-version") if row.is_current), 0)
        if version is not None and version != current:
            raise Conflict(
                _("Un collègue a enregistré une autre version pendant votre saisie. Relisez la sienne, puis recommencez.")
            )
        rows.update(is_current=False)
        last = rows.aggregate(last=Max("version"))["last"] or 0
        return MailTemplate.objects.create(
            key=key, language=language, version=last + 1, name=name, subject=subject, body=body, emotion=emotion, by=by
        )


def restore_text(key: str, language: str, version: int, *, by: User) -> MailTemplate:
    """Bring a former version back, as a new one: the list of versions only grows."""
    former = next((text for text in versions(key, language) if text.version == version), None)
    if former is None:
        raise Refusal(_("Cette version n’existe pas."))
    return save_text(
        key=key, language=language, name=former.name, subject=former.subject, body=former.body, emotion=former.emotion, by=by
    )


def versions(key: str, language: str) -> list[Text]:
    """Every version of a text, newest first, the original last."""
    rows = [as_text(row) for row in MailTemplate.objects.filter(key=key, language=language).order_by("-version")]
    original = originals().get((key, language))
    return [*rows, original] if original else rows


def as_text(row: MailTemplate) -> Text:
    """A row as what one starts from."""
    return Text(row.key, row.language, row.name, row.subject, row.body, row.emotion, row.version)


def _checked(text: str, field: str) -> str:
    try:
        text = check_text(text)
        if not text:
            raise Refusal(_("Écrivez quelques mots."))
        return check_template(text, list(WORDS))
    except Refusal as refusal:
        raise Refusal(refusal.message, field=field) from refusal


def _read(path: Path) -> Text:
    head, _blank, body = path.read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return Text(path.stem, path.parent.name, fields["name"], fields["subject"], body.strip(), fields["emotion"])
