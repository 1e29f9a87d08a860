"""Files that come with what a client says: kept when it is heard, gone when it is refused or was said already."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from crm import attachments
from crm.attachments import Stored
from lib.errors import Refusal
from portal.once import once


def once_with_files(
    act: Callable[[Sequence[Stored]], object], *, attached: Sequence[UploadedFile], who: str, where: str, what: Mapping[str, Any],
    key: str,
) -> bool:  # fmt: skip
    """Do `act` with the files in storage, once however often its form is sent (`portal.once`); returns whether it was done now.
    Raises Refusal, of the field `attached` when a file may not come in."""
    try:
        stored = attachments.store(attached)
    except Refusal as refusal:
        raise Refusal(refusal.message, field="attached") from refusal
    # The same words with another file are something else to say.
    said = {**what, "files": [file.sha256 for file in stored]} if stored else what
    try:
        return once(lambda: act(stored), who=who, where=where, what=said, key=key)
    finally:
        attachments.discard_unused(stored)
