"""Files that come with an exchange or a mail: accepted by extension and by content, stored under a name of chance,
handed back inert, erased in place (OWASP File Upload; ASVS 5.2)."""

import hashlib
import re
import secrets
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import IO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.models import Attachment, Email, Interaction
from lib import clock
from lib.errors import Refusal

MAX_SIZE = 20 * 1024 * 1024  # bytes, one file
MAX_FILES = 10  # in one exchange
FOLDER = "pieces"

_ZIP_ENTRIES, _ZIP_UNPACKED, _ZIP_RATIO = 10_000, 512 * 1024 * 1024, 200
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

# extension → (content type we serve, family of its content check)
ALLOWED = {
    "pdf": ("application/pdf", "pdf"),
    "jpg": ("image/jpeg", "jpeg"),
    "jpeg": ("image/jpeg", "jpeg"),
    "png": ("image/png", "png"),
    "gif": ("image/gif", "gif"),
    "webp": ("image/webp", "webp"),
    "heic": ("image/heic", "isom"),
    "mp4": ("video/mp4", "isom"),
    "mov": ("video/quicktime", "isom"),
    "m4a": ("audio/mp4", "isom"),
    "mp3": ("audio/mpeg", "mp3"),
    "ogg": ("audio/ogg", "ogg"),
    "wav": ("audio/wav", "wav"),
    "txt": ("text/plain", "text"),
    "csv": ("text/csv", "text"),
    "eml": ("message/rfc822", "text"),
    "vcf": ("text/vcard", "text"),
    "ics": ("text/calendar", "text"),
    "docx": (_OFFICE + "wordprocessingml.document", "word/"),
    "xlsx": (_OFFICE + "spreadsheetml.sheet", "xl/"),
    "pptx": (_OFFICE + "presentationml.presentation", "ppt/"),
    "odt": (_ODF + "text", "odf"),
    "ods": (_ODF + "spreadsheet", "odf"),
    "odp": (_ODF + "presentation", "odf"),
    "doc": ("application/msword", "ole"),
    "xls": ("application/vnd.ms-excel", "ole"),
    "ppt": ("application/vnd.ms-powerpoint", "ole"),
}
_SIGNATURES: dict[str, tuple[tuple[int, bytes], ...]] = {
    "pdf": ((0, b"%PDF-"),),
    "jpeg": ((0, b"\xff\xd8\xff"),),
    "png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "gif": ((0, b"GIF87a"), (0, b"GIF89a")),
    "isom": ((4, b"ftyp"),),
    "mp3": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2")),
    "ogg": ((0, b"OggS"),),
    "ole": ((0, _OLE),),
}
_MACROS = ("vbaproject.bin", "vbadata.xml")
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Stored:
    """A file already in storage that no row points to yet."""

    name: str
    content_type: str
    size: int
    sha256: str
    stored_as: str


def clean_name(name: str) -> str:
    """The name a person gave a file, as plain text: no path, no control or direction character, 120 signs at most,
    extension kept. Never used to find or write a file."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(character for character in last if unicodedata.category(character)[0] != "C")
    plain = " ".join(plain.split()).strip(". ")
    stem, dot, extension = plain.rpartition(".")
    return f"{stem[: 119 - len(extension)]}.{extension}" if dot and len(extension) < 12 else plain[:120]


def too_big(name: str) -> str:
    """What to say of a file beyond the limit."""
    return _("« %(name)s » dépasse 20 Mo. Allégez-le, ou envoyez un lien.") % {"name": clean_name(name)}


def check(upload: UploadedFile) -> tuple[str, str]:
    """Whether a file may come in; returns its clean name and the content type it will be served with.
    Raises `Refusal` in words: too big, a kind we do not take, or a content that is not what its name says."""
    name = clean_name(upload.name or "")
    if not name:
        raise Refusal(_("Ce fichier n’a pas de nom : renommez-le, puis joignez-le à nouveau."), field="files")
    if not upload.size:
        raise Refusal(_("« %(name)s » est vide : rien n’a été joint.") % {"name": name}, field="files")
    if upload.size > MAX_SIZE:
        raise Refusal(too_big(name), field="files")
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension not in ALLOWED:
        raise Refusal(
            _(
                "« %(name)s » n’est pas d’un type que nous gardons. Joignez un PDF, une image, un texte ou un document bureautique."
            )
            % {"name": name},
            field="files",
        )
    content_type, family = ALLOWED[extension]
    if not _content_is(family, content_type, upload):
        raise Refusal(
            _(
                "Le contenu de « %(name)s » n’est pas celui que son nom annonce. Ouvrez-le, enregistrez-le à nouveau, puis joignez-le."
            )
            % {"name": name},
            field="files",
        )
    return name, content_type


def store(uploads: Sequence[UploadedFile]) -> list[Stored]:
    """Check all files, then write each in storage under a name of chance. To be called before the transaction of the
    gesture, which `attach`es them; a gesture that fails `discard`s them."""
    if len(uploads) > MAX_FILES:
        raise Refusal(_("Dix fichiers au plus par échange : joignez les autres à un second échange."), field="files")
    checked = [(upload, *check(upload)) for upload in uploads]
    done: list[Stored] = []
    try:
        for upload, name, content_type in checked:
            done.append(_write(upload, name, content_type))
    except BaseException:
        discard(done)
        raise
    return done


def discard(stored: Iterable[Stored]) -> None:
    """Remove from storage files that no row will point to."""
    _delete(file.stored_as for file in stored)


def discard_unused(stored: Sequence[Stored]) -> None:
    """Remove those that no row points to: a gesture sent twice keeps its first files only."""
    used = set(Attachment.objects.filter(stored_as__in=[file.stored_as for file in stored]).values_list("stored_as", flat=True))
    discard(file for file in stored if file.stored_as not in used)


def attach(
    stored: Iterable[Stored], *, by: User | None, interaction: Interaction | None = None, email: Email | None = None
) -> list[Attachment]:
    """Write the rows of stored files, in the transaction of the gesture they come with."""
    return Attachment.objects.bulk_create(
        [
            Attachment(
                interaction=interaction, email=email, added_by=by, name=file.name, content_type=file.content_type,
                size=file.size, sha256=file.sha256, stored_as=file.stored_as,
            )
            for file in stored
        ]
    )  # fmt: skip


def erase(attachments: Iterable[Attachment]) -> int:
    """Erase files in place: the row stays, without name, hash nor content. Their bytes go when the transaction commits.
    Returns how many."""
    rows = [row for row in attachments if row.erased_at is None]
    paths = [row.stored_as for row in rows]
    Attachment.objects.filter(pk__in=[row.pk for row in rows]).update(name="", sha256="", stored_as="", erased_at=clock.now())
    transaction.on_commit(partial(_delete, paths))
    return len(rows)


def _delete(paths: Iterable[str]) -> None:
    for path in paths:
        default_storage.delete(path)


def open_stored(attachment: Attachment) -> IO[bytes]:
    """The bytes of a file. FileNotFoundError when storage lost it."""
    return default_storage.open(attachment.stored_as)


def copy(attachment: Attachment) -> Stored:
    """The same bytes under another name of chance, for a second row: each file can be erased without the other."""
    chance = secrets.token_hex(20)
    with open_stored(attachment) as content:
        path = default_storage.save(f"{FOLDER}/{chance[:2]}/{chance}", File(content, name=chance))
    return Stored(attachment.name, attachment.content_type, attachment.size, attachment.sha256, path)


def remove_orphans() -> int:
    """Remove files that no row points to and that are older than a day (a crash between writing and the commit).
    Safe to run twice. Returns how many."""
    limit = clock.real_now() - timedelta(days=1)
    gone = 0
    for shelf in default_storage.listdir(FOLDER)[0] if default_storage.exists(FOLDER) else []:
        paths = [f"{FOLDER}/{shelf}/{name}" for name in default_storage.listdir(f"{FOLDER}/{shelf}")[1]]
        known = set(Attachment.objects.filter(stored_as__in=paths).values_list("stored_as", flat=True))
        for path in paths:
            if path not in known and default_storage.get_modified_time(path) < limit:
                default_storage.delete(path)
                gone += 1
    return gone


def _write(upload: UploadedFile, name: str, content_type: str) -> Stored:
    digest, size = hashlib.sha256(), 0
    for chunk in upload.chunks():
        digest.update(chunk)
        size += len(chunk)
    upload.seek(0)
    chance = secrets.token_hex(20)
    stored_as = default_storage.save(f"{FOLDER}/{chance[:2]}/{chance}", File(upload.file, name=chance))
    return Stored(name, content_type, size, digest.hexdigest(), stored_as)


def _content_is(family: str, content_type: str, upload: UploadedFile) -> bool:
    upload.seek(0)
    head = upload.read(4096)
    upload.seek(0)
    if family in _SIGNATURES:
        return any(head[at : at + len(mark)] == mark for at, mark in _SIGNATURES[family])
    if family in ("webp", "wav"):
        return head[:4] == b"RIFF" and head[8:12] == (b"WEBP" if family == "webp" else b"WAVE")
    if family == "text":
        return all(not _BINARY.search(chunk) for chunk in upload.chunks())
    return _is_package(family, content_type, upload)


def _is_package(family: str, content_type: str, upload: UploadedFile) -> bool:
    """An office document that is what it says: names inside it stay inside, no macro, nothing that unpacks to a bomb."""
    try:
        with zipfile.ZipFile(cast("IO[bytes]", upload.file)) as package:
            entries = package.infolist()
            names = [entry.filename for entry in entries]
            sane = (
                0 < len(entries) <= _ZIP_ENTRIES
                and sum(entry.file_size for entry in entries) <= min(_ZIP_UNPACKED, _ZIP_RATIO * (upload.size or 0))
                and not any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names)
                and not any(name.lower().endswith(_MACROS) for name in names)
            )
            if not sane:
                return False
            if family == "odf":
                first = entries[0]
                return first.filename == "mimetype" and first.file_size < 200 and package.read(first) == content_type.encode()
            return "[Content_Types].xml" in names and any(name.startswith(family) for name in names)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return False
    finally:
        upload.seek(0)
