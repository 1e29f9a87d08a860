"""What people type on the pages of accounts. Forms check the shape; the gestures of `accounts.people` decide."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.models import Right, Role, Team, User
from accounts.rights import DEFAULTS

ROLE_SENTENCES = {
    Role.RECEPTION: _("Accueil : répond, consigne, écrit aux clients, tient leurs fiches."),
    Role.ACCOUNTANT: _("Comptable : tout ce que fait l’accueil, et l’argent, les imports, les doublons."),
    Role.MANAGER: _("Responsable : tout, avec les réglages de la maison, les personnes et leurs droits."),
    Role.VIEWER: _("Lecture : voit les fiches et les échanges, ne change rien."),
}


RIGHT_GROUPS = (
    (
        _("Les clients"),
        (
            Right.SEE_RECORDS,
            Right.LOG,
            Right.EDIT_CUSTOMERS,
            Right.MERGE_CUSTOMERS,
            Right.IMPORT_CUSTOMERS,
            Right.EXPORT_LISTS,
            Right.EXPORT_ALL,
        ),
    ),
    (
        _("L’argent"),
        (
            Right.SEE_AMOUNTS,
            Right.SEE_MARGINS,
            Right.DRAFT_DOCUMENTS,
            Right.ISSUE_DOCUMENTS,
            Right.MANAGE_PAYMENTS,
            Right.APPROVE_REMINDERS,
            Right.APPROVE_FORMAL_NOTICES,
        ),
    ),
    (_("Les réclamations"), (Right.HANDLE_COMPLAINTS, Right.CLOSE_COMPLAINTS, Right.SEE_MEDIATION)),
    (_("La maison"), (Right.MANAGE_SETTINGS, Right.MANAGE_BANK_DETAILS, Right.OWN_TOKEN, Right.MANAGE_USERS, Right.SEE_AUDIT)),
)


class InviteForm(forms.Form):
    """Somebody new."""

    name = forms.CharField(label=_("Nom"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(label=_("Adresse e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Rôle"), choices=list(ROLE_SENTENCES.items()), widget=forms.RadioSelect)
    team = forms.ModelChoiceField(Team.objects.all(), label=_("Équipe"), required=False, empty_label=_("Aucune"), blank=True)
    language = forms.ChoiceField(
        label=_("Langue de l’invitation, puis de ses pages"),
        choices=User._meta.get_field("language").choices or [],
        required=False,
    )


class PersonForm(forms.Form):
    """Role, team, address and rights of one person."""

    email = forms.EmailField(label=_("Adresse e-mail"))
    role = forms.ChoiceField(label=_("Rôle"), choices=list(ROLE_SENTENCES.items()), widget=forms.RadioSelect)
    team = forms.ModelChoiceField(Team.objects.all(), label=_("Équipe"), required=False, empty_label=_("Aucune"))
    rights = forms.MultipleChoiceField(
        label=_("Droits"), required=False, choices=Right.choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any):
        kwargs.setdefault(
            "initial", {"email": person.email, "role": person.role, "team": person.team_id, "rights": sorted(held(person))}
        )
        super().__init__(*args, **kwargs)
        self.person = person

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """The boxes of `rights` under the titles of `RIGHT_GROUPS`."""
        boxes = {box.data["value"]: box for box in self["rights"]}
        return [(title, [boxes[str(right)] for right in rights]) for title, rights in RIGHT_GROUPS]

    def clean(self) -> dict[str, Any]:
        """A new role brings its own rights: boxes ticked under the former one would be a surprise."""
        cleaned = super().clean() or {}
        if cleaned.get("role") and cleaned["role"] != self.person.role and set(cleaned.get("rights", [])) == held(self.person):
            cleaned["rights"] = sorted(DEFAULTS[cleaned["role"]])
        return cleaned


def held(person: User) -> set[str]:
    """The rights of a person, as if their access were open."""
    return {str(right) for right in (DEFAULTS[person.role] | frozenset(person.granted)) - frozenset(person.taken)}


class TeamForm(forms.Form):
    """A new team."""

    name = forms.CharField(label=_("Nom de l’équipe"), max_length=80)


class ProfileForm(forms.ModelForm):
    """What a person decides of themselves."""

    class Meta:
        model = User
        fields = ["name", "job_title", "language", "theme", "mail_signature"]
        widgets = {"mail_signature": forms.Textarea(attrs={"rows": 4}), "theme": forms.RadioSelect}
        help_texts = {
            "job_title": _("Par exemple « assistante de direction ». Les clients la lisent sous votre nom."),
            "mail_signature": _("Ajoutée à la fin de vos e-mails, avant celle de la maison."),
        }


class NewPasswordForm(forms.Form):
    """A name and a password chosen at the first coming."""

    name = forms.CharField(label=_("Votre nom"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Choisissez un mot de passe"),
        help_text=_("12 caractères au moins. Une phrase que vous seul connaissez convient très bien."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """The password follows the rules of the house, with the person's name and address in mind."""
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            try:
                validate_password(password, User(name=cleaned.get("name", ""), email=self.address(cleaned)))
            except forms.ValidationError as refused:
                self.add_error("password", refused)
        return cleaned

    def address(self, cleaned: dict[str, Any]) -> str:
        """The address the password must not resemble."""
        return str(self.initial.get("email", ""))


class TokenForm(forms.Form):
    """A credential of the API: for whom, and what for."""

    name = forms.CharField(
        label=_("À quoi servira ce jeton ?"),
        max_length=80,
        help_text=_("Par exemple « site internet » ou « tableur du comptable » : vous saurez plus tard lequel révoquer."),
    )
