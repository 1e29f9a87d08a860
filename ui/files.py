"""Files sent with a form: several in one control. What they may be is the gesture's to say."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _


class ManyFiles(forms.FileInput):
    """A file control that takes several files."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"multiple": True})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        return files.getlist(name)


class FilesField(forms.FileField):
    """Several files; what they may be is the gesture's to say."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [file for file in (data or []) if file]


def ask_files_again(form: forms.Form, name: str) -> None:
    """Ask by their names, beside the field `name`, for the files of a page that comes back: a browser keeps none."""
    sent = form.files.getlist(name) if hasattr(form.files, "getlist") else []
    if sent and name in form.fields and not form.has_error(name):
        names = ", ".join(_("« %(name)s »") % {"name": file.name} for file in sent)
        form.add_error(name, _("Choisissez de nouveau %(names)s : le navigateur ne garde pas les fichiers.") % {"names": names})
