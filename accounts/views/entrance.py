"""Doors that need no session: an invitation, the role cards of the demonstration."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, people
from accounts.demo import SENTENCES
from accounts.forms import NewPasswordForm
from accounts.models import User
from accounts.policy import policy
from accounts.views.answers import refused
from lib.errors import Refusal


@policy(public=True)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Opening the link changes nothing (mail scanners open links too); sending the form comes in."""
    invitation = people.invitation_of(key)
    if invitation is None:
        raise Http404
    person = invitation.user
    form = NewPasswordForm(request.POST or None, initial={"name": person.name, "email": person.email})
    if request.method == "POST" and form.is_valid():
        try:
            people.accept(invitation, **form.cleaned_data)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("Bienvenue. Connectez-vous avec votre adresse et votre nouveau mot de passe."))
            return redirect("account_login")
    context = {"form": form, "person": person, "invited_by": invitation.made_by}
    response = render(request, "accounts/accept_invitation.html", context, status=422 if form.errors else 200)
    response["Referrer-Policy"] = "strict-origin"  # tells nobody the key; «no-referrer» would have browsers post «Origin: null»
    return response


@policy(public=True, demo=True)
@require_POST
def enter_demo(request: HttpRequest) -> HttpResponse:
    """One click, one role: only where everything is invented."""
    email = request.POST.get("email", "")
    person = get_object_or_404(User, is_active=True, email=email if email in SENTENCES else "")
    login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
    audit.note("login.demo", by=person, subject=person.email)
    return redirect("home" if person.is_house else settings.PORTAL_URL)
