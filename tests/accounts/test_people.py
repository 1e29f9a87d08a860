"""People come in by invitation, and nobody leaves the house without a responsable."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts import people
from accounts.models import ApiToken, AuditEntry, Invitation, Right, Role, User
from accounts.tokens import create_token
from lib.errors import Refusal

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://localhost:8000(/invitation/\S+/)")


def events() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("event", flat=True))


def invited(by: User) -> tuple[User, str]:
    person = people.invite(email="Lea@Maison.example", name="  Léa   Riou ", role=Role.RECEPTION, by=by)
    return person, LINK.findall(mail.outbox[-1].body)[0]


def test_an_invitation_is_opened_many_times_and_used_once(nadia):
    person, link = invited(nadia)
    assert (person.email, person.name, person.state) == ("lea@maison.example", "Léa Riou", "invited")
    scanner = Client()
    for _ in range(50):
        assert scanner.get(link).status_code == 200
        assert scanner.head(link).status_code == 200
    person.refresh_from_db()
    assert person.state == "invited"
    answer = scanner.post(link, {"name": "Léa Riou", "password": "une phrase longue et rien qu’à moi"})
    assert (answer.status_code, answer["Location"]) == (302, "/compte/login/")
    person.refresh_from_db()
    assert (person.state, person.check_password("une phrase longue et rien qu’à moi")) == ("active", True)
    assert scanner.get(link).status_code == 404
    assert events() == ["person.invited", "person.joined"]


@pytest.mark.parametrize(
    ("hers", "asked", "subject"),
    [("fr", "", "Votre accès à Égards"), ("en", "", "Your access to Égards"), ("fr", "en", "Your access to Égards")],
)
def test_an_invitation_speaks_the_language_that_is_chosen_else_its_senders(nadia, as_nadia, hers, asked, subject):
    User.objects.filter(pk=nadia.pk).update(language=hers)
    assert as_nadia.get("/personnes/inviter/").context["form"]["language"].value() == hers
    told = {"name": "Léa Riou", "email": "lea@maison.example", "role": Role.RECEPTION, "language": asked}
    assert as_nadia.post("/personnes/inviter/", told).status_code == 302
    assert (mail.outbox[-1].subject, User.objects.get(email="lea@maison.example").language) == (subject, asked or hers)


def test_a_weak_password_keeps_the_link(nadia):
    _person, link = invited(nadia)
    answer = Client().post(link, {"name": "Léa", "password": "lea@maison.example"})
    assert answer.status_code == 422
    assert Client().get(link).status_code == 200


def test_a_new_link_replaces_the_former_one(nadia):
    person, first = invited(nadia)
    people.send_invitation(person, by=nadia)
    second = LINK.findall(mail.outbox[-1].body)[0]
    assert [Client().get(link).status_code for link in (first, second)] == [404, 200]
    assert Invitation.objects.count() == 2


def test_the_same_address_is_refused_whatever_its_case(nadia):
    invited(nadia)
    with pytest.raises(Refusal) as refused:
        people.invite(email="LEA@maison.example", name="Autre", role=Role.VIEWER, by=nadia)
    assert refused.value.field == "email"


def test_the_house_keeps_a_responsable(nadia, karim):
    for leave in (
        lambda: people.close(nadia, by=nadia),
        lambda: people.change_person(nadia, by=nadia, role=Role.VIEWER, team=None),
        lambda: people.change_person(nadia, by=nadia, role=Role.MANAGER, team=None, rights=[Right.SEE_RECORDS]),
    ):
        with pytest.raises(Refusal):
            leave()
    people.change_person(karim, by=nadia, role=Role.MANAGER, team=None)
    people.close(nadia, by=karim)
    nadia.refresh_from_db()
    assert nadia.state == "closed"


def test_a_closed_person_loses_sessions_and_tokens_but_keeps_their_name(nadia, camille, as_camille):
    create_token(user=camille, name="essai", by=nadia)
    assert as_camille.get("/profil/").status_code == 200
    people.close(camille, by=nadia)
    assert as_camille.get("/profil/").status_code == 302
    assert ApiToken.objects.filter(revoked_at=None).count() == 0
    camille.refresh_from_db()
    assert (camille.name, camille.may(Right.LOG)) == ("Camille", False)


def test_a_reopened_person_needs_a_new_password(nadia, camille):
    people.close(camille, by=nadia)
    people.reopen(camille, by=nadia)
    camille.refresh_from_db()
    assert (camille.state, camille.has_usable_password()) == ("invited", False)


def test_single_rights_are_granted_and_taken(nadia, camille):
    wanted = {Right.SEE_RECORDS, Right.LOG, Right.IMPORT_CUSTOMERS}
    people.change_person(camille, by=nadia, role=Role.RECEPTION, team=None, rights=wanted)
    camille.refresh_from_db()
    assert camille.rights == wanted
    assert camille.granted == ["import_customers"]
    assert events() == ["person.rights_changed"]


def test_a_new_address_is_told_to_the_former_one(nadia, camille):
    people.change_person(camille, by=nadia, role=Role.RECEPTION, team=None, email="camille@ailleurs.example")
    camille.refresh_from_db()
    assert camille.email == "camille@ailleurs.example"
    assert [message.to for message in mail.outbox] == [["camille@demo.example"]]
