"""The forms of mail: writing to a client, deciding of a mail, an address that no longer answers, the texts."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from crm.mail_reasons import retold
from crm.models import Attachment, Email
from crm.models.timeline import Visibility
from crm.writing import Recipient
from desk.promising import reader_choices
from lib.errors import Conflict, Refusal
from lib.public_ids import public_id
from ui.files import FilesField


class RecipientSelect(forms.Select):
    """The people of a client; one whose address no longer answers is shown with the reason and cannot be chosen."""

    bad: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        made = super().create_option(name, value, *args, **options)
        if str(value) in self.bad:
            made["attrs"]["disabled"] = True
        return made


class LetterForm(forms.Form):
    """One letter to one person. `once` makes a double click harmless."""

    once = forms.CharField(max_length=26, widget=forms.HiddenInput, initial=public_id)
    template = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    taken = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)
    to = forms.ChoiceField(label=lazy("À"), widget=RecipientSelect)
    visibility = forms.ChoiceField(label=lazy("Qui peut lire, dans la maison"), choices=Visibility, initial=Visibility.EVERYONE)
    subject = forms.CharField(label=lazy("Objet"), max_length=200)
    body = forms.CharField(label=lazy("Message"), widget=forms.Textarea(attrs={"rows": 16}), strip=False)
    files = FilesField(label=lazy("Joindre des fichiers"), required=False)  # type: ignore[assignment]

    kept = forms.MultipleChoiceField(label=lazy("Déjà joints"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, people: list[Recipient], author: User, kept: list[Attachment], **options: Any):
        super().__init__(*args, **options)
        self.offered = {file.public_id: file for file in kept}
        files: Any = self.fields["kept"]
        files.choices = [(file.public_id, file.name) for file in kept]
        files.initial = list(self.offered)
        if not kept:
            del self.fields["kept"]
        self.people = {person.value: person for person in people}
        to: Any = self.fields["to"]
        visibility: Any = self.fields["visibility"]
        to.choices = [(person.value, choice_label(person)) for person in people]
        to.widget.bad = frozenset(person.value for person in people if person.bad)
        to.initial = next((person.value for person in people if not person.bad), "")
        visibility.choices = reader_choices(author)

    def clean_to(self) -> Recipient:
        person = self.people[self.cleaned_data["to"]]
        if person.bad:
            raise forms.ValidationError(_("Cette adresse ne répond plus : %(reason)s") % {"reason": retold(person.bad.reason)})
        return person

    def kept_files(self) -> list[Attachment]:
        """The files of the mail taken back that leave with this one too."""
        return [self.offered[ref] for ref in self.cleaned_data.get("kept", [])]

    def refuse(self, refusal: Refusal) -> None:
        """Show why the gesture refused, beside the field at fault when it is one of ours; a key that already served
        another letter is changed for a new one."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
        if isinstance(refusal, Conflict):
            self.data = {**self.data.dict(), "once": public_id()}


def choice_label(person: Recipient) -> str:
    """«Anne Lemoine, anne@…», or why not."""
    label = f"{person.name}, {person.address}"
    return _("%(who)s (ne répond plus)") % {"who": label} if person.bad else label


class AddressForm(forms.Form):
    """Why an address no longer answers."""

    address = forms.CharField(widget=forms.HiddenInput, max_length=254)
    reason = forms.CharField(
        label=lazy("Ce qui est arrivé"),
        max_length=300,
        help_text=lazy("Un collègue le lira avant d’écrire : « elle a changé de poste », par exemple."),
    )


class CorrectionForm(forms.Form):
    """Another address for a mail that did not arrive; `refused` when nothing can leave for the present one."""

    address = forms.CharField(label=lazy("Nouvelle adresse"), max_length=254, widget=forms.EmailInput)

    def __init__(self, *args: Any, email: Email, refused: bool = False, **options: Any):
        super().__init__(*args, **options)
        self.auto_id = f"id_{email.public_id[:6]}_%s"  # several on one page
        self.refused = refused


class TextForm(forms.Form):
    """A text to start a mail from."""

    name = forms.CharField(label=lazy("Nom du texte"), max_length=120)
    emotion = forms.CharField(label=lazy("Ce que le client doit ressentir"), max_length=120, required=False)
    subject = forms.CharField(label=lazy("Objet"), max_length=200)
    body = forms.CharField(label=lazy("Texte"), widget=forms.Textarea(attrs={"rows": 16}), strip=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def refuse(self, refusal: Refusal) -> None:
        """Show why the gesture refused, beside the field at fault when it is one of ours."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
