"""The first person comes in: an empty installation, a one-time link, and the firm has a name."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms import NewPasswordForm
from accounts.models import Installation, User
from accounts.policy import policy
from accounts.tokens import hash_of
from accounts.views.answers import refused
from crm.company import open_house
from lib.errors import Refusal


class FirstRunForm(NewPasswordForm):
    """Who opens the house, and what it is called."""

    company_name = forms.CharField(
        label=gettext_lazy("Le nom de votre maison"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    email = forms.EmailField(label=gettext_lazy("Votre adresse e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    field_order = ("company_name", "name", "email", "password")

    def address(self, cleaned: dict[str, Any]) -> str:
        return str(cleaned.get("email", ""))


@policy(public=True)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def first_run(request: HttpRequest, key: str) -> HttpResponse:
    """Opening the link changes nothing; sending the form consumes it. 404 once somebody is in."""
    installation = Installation.objects.filter(first_run_hash=hash_of(key)).exclude(first_run_hash="").exists()
    if not installation or User.objects.exists():
        raise Http404
    form = FirstRunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            open_house(key_hash=hash_of(key), **form.cleaned_data)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("La maison est ouverte. Entrez avec votre adresse et votre mot de passe."))
            return redirect("account_login")
    response = render(request, "desk/first_run.html", {"form": form}, status=422 if form.errors else 200)
    response["Referrer-Policy"] = "strict-origin"  # tells nobody the key; «no-referrer» would have browsers post «Origin: null»
    return response
