"""The forms of a commitment: take one, move it, hand it over, lift it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from accounts.rights import Right
from billing.models import Invoice
from crm import commitments
from crm.models import Commitment, Contact, Customer
from crm.models.timeline import Visibility
from desk import phrases
from desk.dates import Due, read_due
from desk.forms.amounts import AmountField
from lib import clock, typography
from lib.errors import Refusal

WHEN = {
    "hx-get": reverse_lazy("read_date"), "hx-trigger": "input changed delay:400ms", "hx-target": "next .read", "autocomplete": "off",
    "placeholder": lazy("lundi 10 h, dans 15 jours, 3 janvier"),
}  # fmt: skip


def offer(form: forms.Form, field: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Give the choices of a field that depend on the record."""
    cast("forms.ChoiceField", form.fields[field]).choices = list(choices)


def colleague_choices(people: list[User], *, first: User | None = None) -> list[tuple[str, str]]:
    """Colleagues by first name, `first` at the top."""
    return [(person.public_id, person.first_name) for person in sorted(people, key=lambda one: (one != first, one.name))]


def reader_choices(by: User) -> list[tuple[Any, Any]]:
    """Who may read what `by` writes; a person of no team is not offered a team."""
    return [row for row in Visibility.choices if row[0] != Visibility.TEAM or by.team_id is not None]


class Promising(forms.Form):
    """A form whose gesture may refuse."""

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.by = by

    def refuse(self, refusal: Refusal) -> None:
        """Show the refusal beside its field, or at the top."""
        name = {"due_on": "when"}.get(refusal.field, refusal.field)
        self.add_error(name if name in self.fields else None, refusal.message)

    def clean_when(self) -> Due:
        """The day, read in plain French."""
        try:
            return read_due(self.cleaned_data["when"], now=clock.now())
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def offer_people(self, people: list[User], *, first: User | None = None) -> None:
        """Offer colleagues as owner, `first` at the top."""
        self.people = {person.public_id: person for person in people}
        offer(self, "owner", colleague_choices(people, first=first))


class PromiseForm(Promising):
    """A new commitment of ours or of the client's."""

    owed_by = forms.ChoiceField(
        label=lazy("Qui s’engage ?"),
        choices=[("us", lazy("Nous")), ("them", lazy("Le client"))],
        initial="us",
        widget=forms.RadioSelect,
    )
    what = forms.CharField(
        label=lazy("Quoi"), max_length=200, widget=forms.TextInput(attrs={"placeholder": lazy("Rappeler avec une date")})
    )
    when = forms.CharField(label=lazy("Pour le"), widget=forms.TextInput(attrs=WHEN))
    owner = forms.ChoiceField(label=lazy("Suivi par"))
    contact = forms.ChoiceField(label=lazy("Avec"), required=False)
    amount = AmountField(label=lazy("Montant promis, en euros"), required=False)
    visibility = forms.ChoiceField(label=lazy("Qui peut lire"), choices=Visibility.choices, initial=Visibility.EVERYONE)

    def __init__(self, *args: Any, contacts: list[Contact], colleagues: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_people(colleagues, first=self.by)
        self.contacts = {person.public_id: person for person in contacts}
        offer(self, "contact", [("", _nobody()), *((person.public_id, person.full_name) for person in contacts)])
        offer(self, "visibility", reader_choices(self.by))

    def promise(self, customer: Customer) -> Commitment | None:
        """Take the commitment; None when refused."""
        data = self.cleaned_data
        due: Due = data["when"]
        amount: Decimal | None = data["amount"]
        try:
            return commitments.promise(
                customer, owed_by=data["owed_by"], what=data["what"], due_on=due.on, due_at=due.at, due_before=due.before,
                owner=self.people[data["owner"]], contact=self.contacts.get(data["contact"]), amount=amount,
                visibility=data["visibility"], by=self.by,
            )  # fmt: skip
        except Refusal as refusal:
            self.refuse(refusal)
            return None


def beyond_due(made: Commitment, ids: list[int], by: User) -> str:
    """What to say of money the client promises beyond what they owe (an advance is one, and stays possible); nothing when it
    is within, or when they owe nothing yet. One statement for such a promise."""
    if made.owed_by != Commitment.Owed.THEM or made.amount is None or not by.may(Right.SEE_AMOUNTS):
        return ""
    due = sum((row.balance() for row in Invoice.objects.unpaid_of(ids).only("total_incl_tax").order_by("pk")), Decimal(0))
    if not 0 < due < made.amount:
        return ""
    values = {"due": typography.amount(due, language=phrases.language())}
    return _("Ce client doit %(due)s aujourd’hui : les rappels attendront cette somme, et pas davantage.") % values


class MoveForm(Promising):
    """Another day."""

    when = forms.CharField(label=lazy("Nouveau jour"), widget=forms.TextInput(attrs=WHEN))
    reason = forms.CharField(label=lazy("Pourquoi"), required=False, max_length=200)

    def done(self) -> str:
        """What the next page says."""
        return _("L’engagement est déplacé : %(day)s.") % {"day": self.cleaned_data["when"]}

    def act(self, row: Commitment, version: int | None) -> None:
        """Move it."""
        due: Due = self.cleaned_data["when"]
        commitments.move(
            row,
            due_on=due.on,
            due_at=due.at,
            due_before=due.before,
            reason=self.cleaned_data["reason"],
            by=self.by,
            version=version,
        )


class DelegateForm(Promising):
    """Another colleague."""

    owner = forms.ChoiceField(label=lazy("À qui"))

    def __init__(self, *args: Any, colleagues: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_people(colleagues)

    def done(self) -> str:
        """What the next page says."""
        return _("L’engagement est confié à %(who)s.") % {"who": self.people[self.cleaned_data["owner"]].first_name}

    def act(self, row: Commitment, version: int | None) -> None:
        """Hand it over."""
        commitments.delegate(row, to=self.people[self.cleaned_data["owner"]], by=self.by, version=version)


class ReleaseForm(Promising):
    """It no longer holds."""

    reason = forms.CharField(label=lazy("Pourquoi"), max_length=200, required=False)

    def act(self, row: Commitment, version: int | None) -> None:
        """Lift it."""
        commitments.release(row, reason=self.cleaned_data["reason"], by=self.by, version=version)


def seen_version(request: HttpRequest) -> int | None:
    """The version of the commitment that the person had before them."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def back(request: HttpRequest, default: str) -> str:
    """Where to go after a gesture: the page it was asked from, when it is one of ours."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    mine = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if mine else default


def with_done(url: str, ref: str) -> str:
    """`url` told that the commitment `ref` was just settled, so that it offers to take it back."""
    page, _hash, place = url.partition("#")
    path, _mark, query = page.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("fait=")]
    return f"{path}?{'&'.join([*kept, f'fait={ref}'])}" + (f"#{place}" if place else "")


def _nobody() -> str:
    return phrases.capital(str(lazy("personne en particulier")))
