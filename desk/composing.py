"""The composer of the record: one exchange, its files, its next step."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.requests import HouseRequest
from crm import attachments
from crm.exchanges import MAX_WORDS, NextStep, log_interaction
from crm.models import Commitment, Contact, Customer, Interaction
from crm.models.timeline import Direction, Kind, Mood, Visibility
from desk import phrases
from desk.dates import read_due, read_moment
from desk.promising import colleague_choices, offer, reader_choices
from lib import clock
from lib.errors import Conflict, Refusal
from lib.public_ids import public_id
from ui.files import FilesField

KINDS = [
    (Kind.CALL, lazy("Appel")),
    (Kind.EMAIL, lazy("E-mail")),
    (Kind.MEETING, lazy("Rendez-vous")),
    (Kind.NOTE, pgettext_lazy("échange", "Note")),
    (Kind.VISIT, lazy("Visite")),
    (Kind.MESSAGE, lazy("Message")),
    (Kind.LETTER, lazy("Courrier")),
]
READ_NEXT = {
    "hx-get": reverse_lazy("read_date"), "hx-trigger": "input changed delay:400ms", "hx-target": "#next-read",
    "hx-include": "[name=next_what],[name=next_when]", "autocomplete": "off",
}  # fmt: skip
READ_WHEN = {
    "hx-get": reverse_lazy("read_date"), "hx-trigger": "input changed delay:400ms", "hx-target": "#when-read", "hx-vals": '{"past":"1"}',
    "autocomplete": "off",
}  # fmt: skip
MINUTES = (2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180)


class KeptField(forms.MultipleChoiceField):
    """Promises that an exchange may have kept. One that is no longer open was kept meanwhile, perhaps by this very request sent
    twice: it is left alone."""

    def valid_value(self, value: str) -> bool:
        """Any: the form takes those it offered."""
        return True


class ExchangeForm(forms.Form):
    """What was said, with whom, and what comes next. Its dates are plain French; the gesture has the last word."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    kind = forms.ChoiceField(label=lazy("Nature de l’échange"), choices=KINDS, initial=Kind.CALL, widget=forms.RadioSelect)
    direction = forms.ChoiceField(
        label=lazy("Qui a pris contact ?"),
        choices=[("in", lazy("Le client")), ("out", lazy("Nous"))],
        initial="in",
        required=False,
    )
    contact = forms.ChoiceField(label=lazy("Avec"), required=False)
    minutes = forms.TypedChoiceField(label=lazy("Durée"), required=False, coerce=int, empty_value=None)
    body = forms.CharField(
        label=lazy("Ce qui s’est dit"), required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": lazy("En une phrase."), "data-most": MAX_WORDS}),
    )  # fmt: skip
    kept = KeptField(label=lazy("C’était l’appel promis ?"), required=False, widget=forms.CheckboxSelectMultiple)
    next_what = forms.CharField(
        label=lazy("Et ensuite ?"),
        required=False,
        widget=forms.TextInput(attrs={**READ_NEXT, "placeholder": lazy("Rappeler lundi 10 h")}),
    )
    next_when = forms.CharField(label=lazy("Pour le"), required=False, widget=forms.TextInput(attrs=READ_NEXT))
    next_owner = forms.ChoiceField(label=lazy("Par"), required=False)
    when = forms.CharField(
        label=lazy("Quand"), required=False,
        widget=forms.TextInput(attrs={**READ_WHEN, "placeholder": lazy("maintenant, ou « hier 16 h 30 »")}),
    )  # fmt: skip
    mood = forms.ChoiceField(label=lazy("Humeur, si elle compte"), choices=[("", "—"), *Mood.choices], required=False)
    visibility = forms.ChoiceField(
        label=lazy("Qui peut lire"), choices=Visibility.choices, initial=Visibility.EVERYONE, required=False
    )
    attached = FilesField(label=lazy("Pièces jointes"), required=False)

    hide_optional = True  # nearly every field is: saying so a dozen times would tell nothing
    folded = ("when", "mood", "visibility", "attached")

    def __init__(
        self, *args: Any, contacts: list[Contact], colleagues: list[User], calls: list[Commitment], by: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.by = by
        self.dropped: list[str] = []
        self.people = {contact.public_id: contact for contact in contacts}
        self.colleagues = {person.public_id: person for person in colleagues}
        people = [(person.public_id, _with_link(person)) for person in contacts]
        offer(self, "contact", [*people, ("", _("personne en particulier"))])
        self.calls = {call.public_id: call for call in calls}
        today = clock.today()
        offer(self, "kept", [(key, f"{call.told}, {phrases.due(call, today)}") for key, call in self.calls.items()])
        if any(call.due_on <= today for call in calls):
            self.initial.setdefault("direction", Direction.OUT)  # we call because we said we would
        offer(self, "minutes", [("", "—"), *((count, phrases.lasting(count)) for count in MINUTES)])
        offer(self, "next_owner", colleague_choices(colleagues, first=by))
        offer(self, "visibility", reader_choices(by))
        self.initial.setdefault("key", public_id())
        self.initial.setdefault("contact", contacts[0].public_id if contacts else "")

    @property
    def is_folded(self) -> bool:
        """Whether the rarer fields may stay out of sight: nothing was typed in them and nothing is wrong there."""
        return not any(
            name in self.errors or (self.is_bound and self.data.get(name, "") not in ("", "everyone")) for name in self.folded
        )

    def clean(self) -> dict[str, Any]:
        """Reads the dates; an unreadable one keeps every word and says what to write."""
        data = super().clean() or {}
        now = clock.now()
        for name in self.dropped:
            self.add_error("attached", attachments.too_big(name))
        self._try(lambda: data.update(occurred_at=read_moment(data.get("when", ""), now=now, field="when")))
        self._try(lambda: data.update(next_step=self._next_step(data, now)))
        return data

    def log(self, customer: Customer) -> Interaction | None:
        """Log the exchange; None when it is refused, and the form says why."""
        data = self.cleaned_data
        try:
            return log_interaction(
                customer,
                by=self.by,
                kind=data["kind"],
                direction=data["direction"],
                occurred_at=data["occurred_at"],
                contact=self.people.get(data["contact"]),
                body=data["body"],
                minutes=data["minutes"],
                mood=data["mood"],
                visibility=data["visibility"] or Visibility.EVERYONE,
                next_step=data["next_step"],
                files=data["attached"],
                keeps=[self.calls[ref] for ref in data["kept"] if ref in self.calls],
                key=data["key"],
            )
        except Refusal as refusal:
            self.refuse(refusal)
            return None

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal beside the field it concerns; words too long come back up to the limit."""
        fields = {"occurred_at": "when", "what": "next_what", "files": "attached"}
        name = fields.get(refusal.field, refusal.field)
        self.add_error(name if name in self.fields else None, refusal.message)
        if isinstance(refusal, Conflict):  # the key already served other words
            self.data = {**self.data.dict(), "key": public_id()}  # type: ignore[attr-defined]
        if len(self.data.get("body", "")) > MAX_WORDS:
            self.data = {**self.data.dict(), "body": self.data["body"][:MAX_WORDS]}  # type: ignore[attr-defined]

    def _try(self, read: Any) -> None:
        try:
            read()
        except Refusal as refusal:
            self.refuse(refusal)

    def _next_step(self, data: dict[str, Any], now: Any) -> NextStep | None:
        what, typed = data.get("next_what", "").strip(), data.get("next_when", "").strip()
        if not what and not typed:
            return None
        if not what:
            raise Refusal(_("Dites en quelques mots ce qui vient ensuite."), field="next_what")
        due = read_due(typed or what, now=now, field="next_when", asked=bool(typed))
        return NextStep(
            what=what if typed else phrases.capital(due.text or what),
            due_on=due.on,
            due_at=due.at,
            due_before=due.before,
            owner=self.colleagues.get(data.get("next_owner", "")),
        )


def exchange_form(
    request: HouseRequest, *, contacts: list[Contact], colleagues: list[User], calls: list[Commitment]
) -> ExchangeForm:
    """The composer, bound when something was sent; `calls`: those we promised, which this exchange may keep."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ExchangeForm(*sent, contacts=contacts, colleagues=colleagues, calls=calls, by=request.user)
    form.dropped = request.META.get("egards.skipped_files", [])  # what config.uploads stopped while it arrived
    return form


def _with_link(person: Contact) -> str:
    return f"{person.full_name}, {person.job_title}" if person.job_title else person.full_name
