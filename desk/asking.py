"""«Le client demande…»: a question heard by telephone or at the counter, noted by whoever took it, on the page of the invoice.

It becomes the very question that the client would have written in their space (`billing.questions.ask`)."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Right, User
from accounts.requests import HouseRequest
from billing import questions
from billing.models import Invoice, Question
from crm.models import Contact
from crm.models.customers import Channel
from desk import phrases
from desk.promising import offer
from desk.record import present_contacts
from lib.errors import Refusal

HEARD = [(Channel.PHONE, lazy("Au téléphone")), (Channel.VISIT, lazy("De vive voix"))]


class AskedForm(forms.Form):
    """On which line, by whom, by what means, in which words."""

    hide_optional = True
    words = forms.CharField(
        label=lazy("Sa question, dans ses mots"), required=False, strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-most": questions.LONGEST, "autofocus": True}),
    )  # fmt: skip
    line = forms.ChoiceField(label=lazy("Sur"), required=False)
    contact = forms.ChoiceField(label=lazy("Qui demande"), required=False)
    channel = forms.ChoiceField(
        label=lazy("Comment l’a-t-il dit ?"), choices=HEARD, initial=Channel.PHONE, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, invoice: Invoice, contacts: list[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoice = invoice
        self.lines = {str(row.position): row for row in invoice.lines.order_by("position", "id")}
        self.people = {one.public_id: one for one in contacts}
        offer(self, "line", [("", _("toute la facture")), *((key, row.description) for key, row in self.lines.items())])
        offer(self, "contact", [*((key, one.full_name) for key, one in self.people.items()), ("", _("sans précision"))])
        meant = invoice.contact.public_id if invoice.contact else ""
        first = contacts[0].public_id if contacts else ""
        self.initial.setdefault("contact", meant if meant in self.people else first)
        if self.initial.get("line") not in self.lines:
            self.initial["line"] = ""

    def note(self, *, by: User) -> Question | None:
        """Note it; None when it is refused, and the form says why."""
        data = self.cleaned_data
        line, contact = self.lines.get(data["line"]), self.people.get(data["contact"])
        try:
            return questions.ask(self.invoice, words=data["words"], contact=contact, line=line, by=by, channel=data["channel"])
        except Refusal as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return None


def asked_form(request: HouseRequest, invoice: Invoice) -> AskedForm | None:
    """The form, bound when it was sent, or open when the link that brought here asks for it (`?demande=` and the position of a
    line, or nothing); None otherwise. Three statements, or none."""
    sent = request.POST if request.method == "POST" else None
    wanted = sent is not None or "demande" in request.GET
    if not wanted or invoice.is_draft or not request.user.may(Right.LOG):
        return None
    contacts = list(present_contacts(invoice.customer.family_ids(), user=request.user))
    return AskedForm(sent, invoice=invoice, contacts=contacts, initial={"line": request.GET.get("demande", "")})


def noted(question: Question, *, today: date) -> str:
    """What to say once it is noted: by when it is answered, and who sees it."""
    day = phrases.day(question.answer_by, today)
    owner = question.commitment.owner if question.commitment else None
    if owner is not None and owner.is_active:
        return _("C’est noté : réponse promise pour %(day)s, %(who)s s’en charge. Rien n’est parti au client.") % {
            "day": day, "who": owner.first_name,
        }  # fmt: skip
    return _("C’est noté : réponse promise pour %(day)s, la question attend dans Aujourd’hui. Rien n’est parti au client.") % {
        "day": day
    }
