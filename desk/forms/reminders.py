"""The forms of reminders: other words, what a call gave, a dated hold, the proof of a letter."""

from django import forms
from django.utils.translation import gettext_lazy as lazy

from crm.models.timeline import Mood
from desk.dates import Due
from desk.forms.amounts import AmountField
from desk.promising import WHEN, Promising

MOODS = [("", lazy("rien à noter")), *Mood.choices]


class WordsForm(Promising):
    """The message in the person's own words."""

    seen = forms.CharField(max_length=32, widget=forms.HiddenInput)
    subject = forms.CharField(label=lazy("Objet"), max_length=200)
    body = forms.CharField(
        label=lazy("Message"),
        widget=forms.Textarea(attrs={"rows": 18}),
        strip=False,
        max_length=20_000,
        help_text=lazy("{portes} devient les liens pour régler, en parler ou dire une difficulté : gardez-le."),
    )


class CallForm(Promising):
    """What a call gave."""

    words = forms.CharField(
        label=lazy("Ce qui s’est dit"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=20_000
    )
    mood = forms.ChoiceField(label=lazy("Comment était-ce ?"), choices=MOODS, required=False)
    when = forms.CharField(label=lazy("A promis de régler pour le"), required=False, widget=forms.TextInput(attrs=WHEN))
    amount = AmountField(label=lazy("Montant promis, en euros"), required=False)

    def clean_when(self) -> Due | None:  # type: ignore[override]
        """The day, read in plain French; none when nothing was promised."""
        return super().clean_when() if self.cleaned_data["when"].strip() else None

    def refuse(self, refusal):  # type: ignore[no-untyped-def]
        """Show the refusal beside its field."""
        if refusal.field == "pays_on":
            self.add_error("when", refusal.message)
        else:
            super().refuse(refusal)


class HoldForm(Promising):
    """Nothing before a day, and why."""

    when = forms.CharField(label=lazy("Jusqu’au"), widget=forms.TextInput(attrs=WHEN))
    reason = forms.CharField(
        label=lazy("Pourquoi"), max_length=200, widget=forms.TextInput(attrs={"placeholder": lazy("Deuil dans la famille")})
    )

    def __init__(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        super().__init__(*args, auto_id="hold_%s", **kwargs)  # beside the form of a call, which has a day too

    def refuse(self, refusal):  # type: ignore[no-untyped-def]
        """Show the refusal beside its field."""
        if refusal.field == "resume_on":
            self.add_error("when", refusal.message)
        else:
            super().refuse(refusal)


class ProofForm(Promising):
    """The day a formal notice was posted, and the number of the registered letter."""

    on = forms.DateField(label=lazy("Postée le"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    proof = forms.CharField(label=lazy("Numéro du recommandé"), max_length=200)
