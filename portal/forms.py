"""The two forms of an invoice's page: a question on a line, and «En parler»."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice
from billing.questions import LONGEST
from crm import attachments
from crm.checks import check_contact
from ui.files import FilesField


class Help(models.TextChoices):
    """What would help the client."""

    TIME = "time", _("Un peu de temps")
    PARTS = "parts", _("Régler en plusieurs fois")
    QUESTION = "question", _("Une question")
    DISAGREE = "disagree", _("Je ne suis pas d’accord")
    WORD = "word", _("Un mot à vous dire")


class QuestionForm(forms.Form):
    """A question on the invoice or one of its lines, by the position of the line."""

    hide_optional = True
    line = forms.IntegerField(required=False, min_value=1, max_value=10_000, widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("Votre question"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class TalkForm(forms.Form):
    """«En parler»: what would help, a day or a number of payments when it says so, and a few words."""

    hide_optional = True
    help = forms.ChoiceField(label=_("Qu’est-ce qui vous aiderait ?"), choices=Help, widget=forms.RadioSelect, initial=Help.TIME)
    on = forms.DateField(
        label=_("Pour quel jour ?"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    parts = forms.TypedChoiceField(
        label=_("En combien de fois ?"), required=False, coerce=int, empty_value=0,
        choices=[("", "—"), *((number, str(number)) for number in range(2, 7))],
        help_text=_("Si vous préférez régler en plusieurs fois."),
    )  # fmt: skip
    words = forms.CharField(
        label=_("Quelques mots, si vous le souhaitez"), required=False, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    attached = FilesField(
        label=_("Photos ou documents, pour un désaccord"), required=False,
        help_text=_("Ce qui montre le défaut, le devis, la lettre : dix fichiers au plus, 20 Mo chacun."),
    )  # fmt: skip

    def __init__(self, *args: Any, dropped: Sequence[str] = (), **kwargs: Any) -> None:
        """`dropped` names the files too big to be let in."""
        super().__init__(*args, **kwargs)
        self.dropped = dropped

    def tell_days(self, rule: str) -> None:
        """Say under the day what will become of it."""
        self.fields["on"].help_text = rule

    def without_money(self) -> "TalkForm":
        """The same, when nothing is left to pay: neither time nor several payments are offered."""
        self.fields["help"].choices = [choice for choice in Help.choices if choice[0] not in (Help.TIME, Help.PARTS)]
        self.initial["help"] = Help.QUESTION
        return self

    def clean(self) -> dict[str, Any]:
        """What the choice needs is there."""
        said = super().clean() or {}
        choice = said.get("help")
        if choice == Help.TIME and not said.get("on") and "on" not in self.errors:
            self.add_error("on", _("Dites-nous quel jour vous conviendrait."))
        if choice == Help.PARTS and not said.get("parts"):
            self.add_error("parts", _("Dites-nous en combien de fois."))
        if choice in (Help.QUESTION, Help.DISAGREE, Help.WORD) and not said.get("words"):
            self.add_error("words", _("Écrivez quelques mots : nous ne pouvons pas répondre à rien."))
        for name in self.dropped:
            self.add_error("attached", attachments.too_big(name))
        if said.get("attached") and choice != Help.DISAGREE:
            sentence = _(
                "Des fichiers se joignent à un désaccord : choisissez « Je ne suis pas d’accord », ou envoyez-les par e-mail."
            )
            self.add_error("attached", sentence)
        return said


def line_of(invoice: Invoice, position: int | None) -> Any:
    """The line of that position; None for the whole invoice, or for a line that is not there."""
    return invoice.lines.filter(position=position).first() if position else None


class Matter(models.TextChoices):
    """What a message from the space is."""

    WORD = "word", _("Un mot, une question")
    COMPLAINT = "complaint", _("Une réclamation")


class MessageForm(forms.Form):
    """A message to the house, or a complaint: written here, it has its dates of law from today."""

    hide_optional = True
    matter = forms.ChoiceField(label=_("C’est"), choices=Matter, widget=forms.RadioSelect, initial=Matter.WORD)
    subject = forms.CharField(label=_("Objet"), max_length=120, required=False)
    words = forms.CharField(label=_("Vos mots"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}))
    attached = FilesField(
        label=_("Photos ou documents, pour une réclamation"), required=False,
        help_text=_("Ce qui montre le défaut, le devis, la lettre : dix fichiers au plus, 20 Mo chacun."),
    )  # fmt: skip

    def __init__(self, *args: Any, dropped: Sequence[str] = (), **kwargs: Any) -> None:
        """`dropped` names the files too big to be let in."""
        super().__init__(*args, **kwargs)
        self.dropped = dropped

    def clean(self) -> dict[str, Any]:
        """Files come with a complaint, whose proof they are."""
        said = super().clean() or {}
        for name in self.dropped:
            self.add_error("attached", attachments.too_big(name))
        if said.get("attached") and said.get("matter") == Matter.WORD:
            self.add_error(
                "attached",
                _("Des fichiers se joignent à une réclamation : choisissez « Une réclamation », ou envoyez-les par e-mail."),
            )
        return said


class CoordinatesForm(forms.Form):
    """How to reach the person; the address they come in by is changed by the house, which checks it."""

    hide_optional = True
    first_name = forms.CharField(label=_("Prénom"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Nom"), max_length=80, required=False)
    phone = forms.CharField(label=_("Téléphone"), max_length=30, required=False)
    mobile = forms.CharField(label=_("Mobile"), max_length=30, required=False)

    def checked(self) -> dict[str, Any]:
        """The values as the house keeps them. Raises Refusal naming every wrong field."""
        return check_contact(self.cleaned_data)
