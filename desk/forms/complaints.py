"""The forms of complaints. They read; the gestures judge."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from accounts.views.answers import refused
from billing.models import Invoice
from complaints import handling, proving
from complaints.models import Complaint, ComplaintLetter, FactKind, LetterKind, Way
from complaints.states import MEDIATION
from crm import attachments
from crm.models import Contact, Customer
from crm.models.customers import Channel, CustomerType
from desk.forms.amounts import AmountField
from desk.promising import colleague_choices, offer
from lib.errors import Refusal
from lib.public_ids import public_id
from ui.files import FilesField, ask_files_again

CHANNELS = [row for row in Channel.choices if row[0]]
WRITTEN_BY = [row for row in CHANNELS if row[0] != Channel.PHONE]  # nothing written comes by telephone
SAID_BY = [(Channel.PHONE, lazy("Au téléphone")), (Channel.VISIT, lazy("De vive voix"))]
WORDS = {"rows": 5, "data-most": handling.MAX_WORDS}


def day_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    """A civil day."""
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class Acting(forms.Form):
    """A form whose gesture may refuse: the refusal stands beside its field."""

    hide_optional = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False

    def attempt(self, gesture: Any) -> Any:
        """What the gesture returns; None when it refused, and the form says why."""
        try:
            return gesture()
        except Refusal as refusal:
            refused(self, refusal)
            ask_files_again(self, "attached")
            return None

    def full_clean(self) -> None:
        """As usual; a browser keeps no file of a page that comes back, so that the proof is asked for again by name."""
        super().full_clean()
        if self.is_bound and self.errors:
            ask_files_again(self, "attached")

    def with_files(self, uploads: list[Any], gesture: Any) -> Any:
        """Store the files, then act; what no row kept goes: a gesture that refused, or that was done already."""
        try:
            stored = attachments.store(uploads)
        except Refusal as refusal:
            self.add_error("attached", refusal.message)
            return None
        done = self.attempt(lambda: gesture(stored))
        attachments.discard_unused(stored)
        return done


class Once(Acting):
    """A form whose key makes sending it twice the same as once."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", public_id())


def own_key(by: User, key: str) -> str:
    """The key of a request of this person."""
    return f"{by.pk}-{key}" if key else ""


class WritingForm(Once):
    """A letter or words received: by what means, when, the proof."""

    body = forms.CharField(
        label=lazy("Ce que dit le client, dans ses mots"), strip=False, required=False, widget=forms.Textarea(attrs=WORDS)
    )
    channel = forms.ChoiceField(label=lazy("Arrivée par"), choices=CHANNELS, initial=Channel.EMAIL)
    sent_on = day_field(lazy("Envoyée le"), help_text=lazy("Cachet de la poste, date de l’e-mail. Inconnue : laissez vide."))
    received_on = day_field(lazy("Reçue le"))
    number = forms.CharField(
        label=lazy("Numéro du recommandé"), required=False, max_length=200,
        help_text=lazy("Celui de l’enveloppe ou de l’avis, quand la lettre est recommandée."),
    )  # fmt: skip
    before_invoice = forms.BooleanField(label=lazy("Oui, elle a été envoyée avant cette facture"), required=False)
    attached = FilesField(label=lazy("La preuve : la lettre, l’e-mail, l’enveloppe"), required=False)

    @property
    def asks_before_invoice(self) -> bool:
        """Whether the confirmation is asked: only once its day was found to be before the invoice."""
        return self.is_bound and (bool(self.data.get("before_invoice")) or "before_invoice" in self.errors)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].widget.choices = WRITTEN_BY

    def clean(self) -> dict[str, Any]:
        """As usual; what was said by telephone was not written, and starts no date of the law."""
        fields = super().clean() or self.cleaned_data
        if fields.get("form") != "oral" and fields.get("channel") == Channel.PHONE and not fields.get("number"):
            self.add_error(
                "channel", _("Au téléphone, rien n’est écrit : aucun délai de loi ne court. Dites comment l’écrit est arrivé.")
            )
        return fields

    def add_to(self, complaint: Complaint, *, by: User, today: date) -> Any:
        """Another letter of the same complaint."""
        fields = dict(self.cleaned_data)
        fields["key"] = own_key(by, fields["key"])
        return self.with_files(
            fields.pop("attached"), lambda files: handling.add_writing(complaint, by=by, today=today, files=files, **fields)
        )


class ComplaintForm(WritingForm):
    """A complaint received by the house."""

    subject = forms.CharField(
        label=lazy("De quoi se plaint-il, en quelques mots ?"), required=False, max_length=400,
        widget=forms.TextInput(attrs={"placeholder": lazy("Volet qui gonfle, livraison incomplète…")}),
    )  # fmt: skip
    form = forms.ChoiceField(
        label=lazy("Comment l’a-t-il dit ?"), initial="written", widget=forms.RadioSelect,
        choices=[("written", lazy("Par écrit")), ("oral", lazy("À l’oral"))],
    )  # fmt: skip
    heard = forms.ChoiceField(
        label=lazy("Par quel moyen"), required=False, initial=Channel.PHONE, widget=forms.RadioSelect, choices=SAID_BY
    )
    client_type = forms.ChoiceField(label=lazy("Pour cette affaire, ce client est"), required=False)
    contact = forms.ChoiceField(
        label=lazy("Qui se plaint"), required=False,
        error_messages={"invalid_choice": lazy("Cette personne n’est pas un contact de ce client. Choisissez-la dans la liste.")},
    )  # fmt: skip
    invoice = forms.ChoiceField(
        label=lazy("Au sujet de la facture"), required=False,
        error_messages={"invalid_choice": lazy("Cette facture n’est pas une facture de ce client. Choisissez-la dans la liste.")},
    )  # fmt: skip
    owner = forms.ChoiceField(label=lazy("Suivie par"), required=False)

    def __init__(
        self, *args: Any, customer: Customer, contacts: Sequence[Contact], invoices: Sequence[Invoice], colleagues: list[User], by: User,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.by = by
        self.people = {one.public_id: one for one in contacts}
        self.invoices = {one.public_id: one for one in invoices}
        self.colleagues = {one.public_id: one for one in colleagues}
        offer(self, "contact", [("", _("sans précision")), *((key, one.full_name) for key, one in self.people.items())])
        offer(self, "invoice", [("", _("aucune")), *((key, one.number) for key, one in self.invoices.items())])
        offer(self, "owner", colleague_choices(colleagues, first=by))
        offer(
            self,
            "client_type",
            [(value, name) for value, name in CustomerType.choices if value != CustomerType.UNKNOWN or customer.type == value],
        )
        self.initial.setdefault("client_type", customer.type)

    def clean(self) -> dict[str, Any]:
        """As usual; what was said has its own means and neither postmark nor registered number. Words that came on paper or by
        e-mail were not said: which one is it?"""
        fields = super().clean() or self.cleaned_data
        if fields.get("form") == "oral":
            fields |= {"channel": fields.get("heard") or fields.get("channel"), "sent_on": None, "number": ""}
        if fields.get("form") == "oral" and fields.get("channel") in (Channel.EMAIL, Channel.POST):
            self.add_error(
                "channel",
                _("Ce qui arrive par e-mail ou par courrier est écrit. Dite à l’oral, c’était par téléphone ou en visite ?"),
            )
        return fields

    def receive(self, customer: Customer, *, today: date) -> Complaint | None:
        """Receive it; None when it is refused."""
        fields = dict(self.cleaned_data)
        key, oral, _heard = fields.pop("key"), fields.pop("form") == "oral", fields.pop("heard")
        fields |= {
            "contact": self.people.get(fields["contact"]),
            "invoice": self.invoices.get(fields["invoice"]),
            "owner": self.colleagues.get(fields["owner"]),
        }
        return self.with_files(
            fields.pop("attached"),
            lambda files: handling.open_complaint(
                customer=customer,
                by=self.by,
                today=today,
                written=not oral,
                files=files,
                key=own_key(self.by, key),
                **fields,
            ),
        )


class FactForm(Once):
    """A dated fact: what happened, when, in a few words, and what proves it."""

    kind = forms.ChoiceField(label=lazy("Ce qui s’est passé"))
    on = day_field(lazy("Le"), required=True)
    words = forms.CharField(
        label=lazy("En quelques mots"), required=False, strip=False, widget=forms.Textarea(attrs={**WORDS, "rows": 2})
    )
    until = day_field(lazy("Date donnée"), help_text=lazy("Celle que le médiateur indique, s’il en donne une."))
    place = forms.CharField(label=lazy("Médiateur ou tribunal"), required=False, max_length=400)
    number = forms.CharField(label=lazy("Leur référence"), required=False, max_length=200)
    attached = FilesField(label=lazy("Ce qui le prouve : lettre, avis, photographie"), required=False)

    def note(self, complaint: Complaint, *, by: User, today: date) -> Any:
        """Note it; None when it is refused."""
        fields = dict(self.cleaned_data)
        fields["key"] = own_key(by, fields["key"])
        return self.with_files(
            fields.pop("attached"), lambda files: handling.record_fact(complaint, by=by, today=today, files=files, **fields)
        )

    def __init__(self, *args: Any, mediation: bool, steps: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [kind for kind in handling.NOTED if mediation or kind not in MEDIATION]
        offer(self, "kind", [(kind.value, FactKind(kind).label) for kind in kinds])


class ProofForm(Once):
    """The proof that a letter of ours was posted."""

    on = day_field(lazy("Postée le"), required=True)
    number = forms.CharField(label=lazy("Numéro du recommandé"), required=False, max_length=200)
    attached = FilesField(label=lazy("L’avis de dépôt ou de réception"), required=False)

    def keep(self, letter: ComplaintLetter, *, by: User, today: date) -> Any:
        """Keep it; None when it is refused."""
        fields = dict(self.cleaned_data)
        fields["key"] = own_key(by, fields["key"])
        return self.with_files(
            fields.pop("attached"), lambda files: proving.keep_proof(letter, by=by, today=today, files=files, **fields)
        )


class MistakeForm(Acting):
    """Why a fact was recorded in error."""

    reason = forms.CharField(
        label=lazy("Ce qui s’est passé vraiment"),
        required=False,
        strip=False,
        help_text=lazy("Votre nom, le jour et ces mots restent écrits à côté du fait."),
        widget=forms.Textarea(attrs={**WORDS, "rows": 3}),
    )


class ReasonForm(Acting):
    """Why."""

    words = forms.CharField(
        label=lazy("Ce qui a été fait, ou pourquoi"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={**WORDS, "rows": 3}),
    )


class ClosingForm(ReasonForm):
    """How it ends."""

    satisfied = forms.ChoiceField(
        label=lazy("Comment se termine-t-elle ?"), widget=forms.RadioSelect, initial="yes",
        choices=[("yes", lazy("Le client est satisfait")), ("no", lazy("Sans suite"))],
    )  # fmt: skip


class OwnerForm(Acting):
    """To whom it is entrusted."""

    owner = forms.ChoiceField(label=lazy("Suivie par"))

    def __init__(self, *args: Any, colleagues: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {one.public_id: one for one in colleagues}
        offer(self, "owner", colleague_choices(colleagues))


class LetterForm(Acting):
    """The words of a letter, and how it goes."""

    decision = forms.ChoiceField(
        label=lazy("Notre réponse"), required=False, initial="favourable", widget=forms.RadioSelect,
        choices=[("favourable", lazy("Oui")), ("partial", lazy("Oui en partie")), ("refused", lazy("Non"))],
    )  # fmt: skip
    words = forms.CharField(
        label=lazy("Vos mots"), required=False, strip=False, widget=forms.Textarea(attrs={**WORDS, "rows": 8})
    )
    amount = AmountField(label=lazy("Somme rendue, en euros"), required=False)
    until = day_field(lazy("Fait au plus tard le"))
    number = forms.CharField(label=lazy("Référence du médiateur"), required=False, max_length=80)
    way = forms.ChoiceField(
        label=lazy("La lettre part"), choices=[row for row in Way.choices if row[0] != Way.PORTAL], initial=Way.EMAIL
    )
    override_reason = forms.CharField(
        label=lazy("Pourquoi la laisser partir malgré la fin de la convention"), required=False, max_length=300
    )

    # Which fields each letter asks for, beside its words.
    FIELDS = {
        LetterKind.ACKNOWLEDGEMENT: ("words", "way"),
        LetterKind.HOLDING: ("words", "until", "way"),
        LetterKind.FAVOURABLE: ("decision", "words", "amount", "until", "way", "override_reason"),
        LetterKind.INVITATION: ("words", "way"),
        LetterKind.CLOSING: ("words", "way"),
        LetterKind.TO_MEDIATOR: ("words", "number"),
    }

    def __init__(self, *args: Any, kind: str, ended: bool = False, may_refuse: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = set(self.FIELDS[LetterKind(kind)]) - (set() if ended else {"override_reason"})
        for name in [name for name in self.fields if name not in asked]:
            del self.fields[name]
        if "decision" in self.fields and not may_refuse:
            offer(self, "decision", [("favourable", _("Oui"))])
        if kind == LetterKind.HOLDING:
            self.fields["until"].label = _("Réponse promise pour le")
