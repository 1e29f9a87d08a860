"""The people of the house: who they are, what they may do."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts import people, tokens
from accounts.forms import InviteForm, PersonForm, TeamForm
from accounts.models import ApiToken, Role, Team, User
from accounts.policy import Right, policy
from accounts.rights import DEFAULTS
from accounts.views.answers import refused
from lib.errors import Refusal

GROUPS = ["active", "invited", "closed"]


@policy(right=Right.MANAGE_USERS)
@require_http_methods(["GET", "HEAD"])
def list_people(request: HttpRequest) -> HttpResponse:
    """Everyone, by state."""
    found: dict[str, list[User]] = {state: [] for state in GROUPS}
    for person in User.objects.house().select_related("team"):
        found[person.state].append(person)
    return render(
        request, "accounts/people.html", {"groups": found, "teams": Team.objects.all(), "team_form": TeamForm(prefix="team")}
    )


@policy(right=Right.MANAGE_USERS)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody by mail."""
    form = InviteForm(request.POST or None, initial={"role": Role.RECEPTION, "language": request.user.language})
    if request.method == "POST" and form.is_valid():
        try:
            person = people.invite(**form.cleaned_data, by=request.user)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("L’invitation est partie à %(address)s.") % {"address": person.email})
            return redirect("people")
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


@policy(right=Right.MANAGE_USERS)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, person: str) -> HttpResponse:
    """One person: role, team, rights, credentials."""
    tokens_in_use = Prefetch("api_tokens", ApiToken.objects.filter(revoked_at=None), to_attr="tokens_in_use")
    who = get_object_or_404(User.objects.house().select_related("team").prefetch_related(tokens_in_use), public_id=person)
    form = PersonForm(request.POST or None, person=who)
    if request.method == "POST" and form.is_valid():
        try:
            people.change_person(who, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            refused(form, refusal)
        else:
            messages.success(
                request,
                _("C’est enregistré. Si ses droits ont changé, %(name)s devra se reconnecter.") % {"name": who.first_name},
            )
            return redirect("person", who.public_id)
    usual = [str(right) for right in DEFAULTS[who.role]]
    return render(
        request, "accounts/person.html", {"person": who, "form": form, "usual": usual}, status=422 if form.errors else 200
    )


@policy(right=Right.MANAGE_USERS)
@require_POST
def act_on_person(request: HttpRequest, person: str, gesture: str) -> HttpResponse:
    """Close, reopen, log out everywhere, invite again: gestures without a field."""
    who = get_object_or_404(User.objects.house(), public_id=person)
    act, done = _GESTURES[gesture]
    try:
        act(who, by=request.user)
        messages.success(request, done % {"name": who.name})
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("people") if who == request.user else redirect("person", who.public_id)


@policy(right=Right.MANAGE_USERS)
@require_POST
def add_team(request: HttpRequest) -> HttpResponse:
    """A new team."""
    try:
        team = people.add_team(request.POST.get("team-name", ""), by=request.user)
        messages.success(request, _("L’équipe « %(name)s » existe.") % {"name": team.name})
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("people")


@policy(right=Right.MANAGE_USERS)
@require_POST
def revoke_person_token(request: HttpRequest, person: str, token: int) -> HttpResponse:
    """Revoke a credential of a colleague."""
    found = get_object_or_404(ApiToken.objects.select_related("user"), pk=token, user__public_id=person)
    tokens.revoke_token(found, by=request.user)
    messages.success(request, _("Le jeton « %(name)s » est révoqué.") % {"name": found.name})
    return redirect("person", person)


_GESTURES = {
    "close": (people.close, gettext_lazy("L’accès de %(name)s est fermé. Son nom reste sur ce qui a été écrit.")),
    "reopen": (people.reopen, gettext_lazy("L’accès de %(name)s est rouvert : une invitation vient de partir.")),
    "end-sessions": (people.end_sessions, gettext_lazy("Les sessions de %(name)s sont fermées.")),
    "invite-again": (people.send_invitation, gettext_lazy("Une nouvelle invitation est partie pour %(name)s.")),
}
