"""What a person decides of themselves: profile, language, theme, credentials."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import people, tokens
from accounts.forms import ProfileForm, TokenForm
from accounts.models import ApiToken, User
from accounts.policy import Right, policy
from accounts.views.answers import refused
from lib.errors import Refusal

_SWITCHES = {name: [code for code, _label in User._meta.get_field(name).choices or []] for name in ("language", "theme")}


@policy(signed_in=True)
@require_http_methods(["GET", "HEAD", "POST"])
def my_account(request: HttpRequest) -> HttpResponse:
    """Name, function, language, appearance, signature."""
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        try:
            changed = people.update_profile(request.user, **form.cleaned_data)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            translation.activate(changed.language)
            messages.success(request, _("C’est enregistré."))
            return redirect("my_account")
    return render(
        request,
        "accounts/my_account.html",
        {"form": form, "may_own_token": request.user.may(Right.OWN_TOKEN)},
        status=422 if form.errors else 200,
    )


@policy(signed_in=True)
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Language or appearance, from the menu of any page."""
    wanted = {name: request.POST[name] for name in _SWITCHES if request.POST.get(name) in _SWITCHES[name]}
    if wanted:
        people.update_profile(request.user, **wanted)
    return _back(request)


@policy(right=Right.OWN_TOKEN)
@require_http_methods(["GET", "HEAD", "POST"])
def own_tokens(request: HttpRequest) -> HttpResponse:
    """The person's credentials of the API; a new one is shown this once."""
    form, shown = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        shown = tokens.create_token(user=request.user, name=form.cleaned_data["name"], by=request.user)
        form = TokenForm()
    rows = request.user.api_tokens.filter(revoked_at=None)
    return render(
        request, "accounts/tokens.html", {"form": form, "tokens": rows, "shown": shown}, status=422 if form.errors else 200
    )


@policy(right=Right.OWN_TOKEN)
@require_POST
def revoke_own_token(request: HttpRequest, token: int) -> HttpResponse:
    """Revoke one's own credential."""
    found = get_object_or_404(ApiToken, pk=token, user=request.user)
    tokens.revoke_token(found, by=request.user)
    messages.success(request, _("Le jeton « %(name)s » est révoqué.") % {"name": found.name})
    return redirect("own_tokens")


def _back(request: HttpRequest) -> HttpResponse:
    """To the page the person was on; never to another site."""
    wanted = request.POST.get("next") or request.META.get("HTTP_REFERER", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if safe else "/")
