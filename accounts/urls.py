"""People, their rights and their credentials."""

from django.urls import path, re_path

from accounts.views import entrance, journal, own, people
from lib.public_ids import PATTERN

_GESTURE = r"(?P<gesture>close|reopen|end-sessions|invite-again)"

urlpatterns = [
    path("personnes/", people.list_people, name="people"),
    path("personnes/inviter/", people.invite, name="invite"),
    path("personnes/equipes/", people.add_team, name="add_team"),
    path("personnes/<ref:person>/", people.person, name="person"),
    re_path(rf"^personnes/(?P<person>{PATTERN})/{_GESTURE}/$", people.act_on_person, name="act_on_person"),
    path("personnes/<ref:person>/jetons/<int:token>/revoquer/", people.revoke_person_token, name="revoke_person_token"),
    path("profil/", own.my_account, name="my_account"),
    path("profil/preferences/", own.preferences, name="preferences"),
    path("profil/jetons/", own.own_tokens, name="own_tokens"),
    path("profil/jetons/<int:token>/revoquer/", own.revoke_own_token, name="revoke_own_token"),
    path("journal/", journal.journal, name="journal"),
    path("invitation/<str:key>/", entrance.accept_invitation, name="accept_invitation"),
    path("demo/entrer/", entrance.enter_demo, name="enter_demo"),
]
