"""Who may come into the client's space, opened and closed from the record."""

from datetime import UTC, datetime, time, timedelta

import pytest

from crm import access
from crm.contacts import archive_contact, edit_contact
from crm.models import Contact, ContactAccess, Email
from lib import clock
from lib.typography import long_date
from tests.billing.house import open_firm
from tests.desk.reading import words
from tests.harness.personas import signed_in

pytestmark = pytest.mark.django_db
PAGE = 9


@pytest.fixture
def person(diallo) -> Contact:
    """M. Diallo, who has an address."""
    open_firm()
    Contact.objects.filter(customer=diallo).update(email="diallo@example.org", email_key="diallo@example.org")
    return Contact.objects.get(customer=diallo)


def place(customer) -> str:
    """The page of a client's space, as staff see it."""
    return f"/clients/{customer.public_id}/espace/"


def test_a_person_is_invited_from_the_record(person, as_camille, camille):
    assert place(person.customer) in as_camille.get(f"/clients/{person.customer.public_id}/").content.decode()
    answer = as_camille.post(place(person.customer), {"contact": person.public_id})
    made = ContactAccess.objects.get()
    assert (answer.status_code, made.contact, made.customer, made.sees_all, made.invited_by) == (
        302, person, person.customer, False, camille,
    )  # fmt: skip
    assert [mail.recipient_email for mail in Email.objects.filter(key__startswith="portal_invitation:")] == ["diallo@example.org"]
    shown = words(as_camille.get(place(person.customer)))
    assert ("par Camille, pas encore venue" in shown, "Fermer cet accès" in shown) == (True, True)
    assert "a son espace client" in words(as_camille.get(f"/clients/{person.customer.public_id}/"))


def test_one_person_is_let_in_for_another_client_by_their_address(person, le_goff, as_camille):
    assert as_camille.post(place(le_goff), {"email": " Diallo@Example.org "}).status_code == 302
    made = ContactAccess.objects.get()
    assert (made.contact, made.customer) == (person, le_goff)
    assert "M. Diallo" in words(as_camille.get(place(le_goff)))


@pytest.mark.parametrize(
    "said", [{}, {"contact": "x"}, {"email": "nobody@x.example"}, {"email": "a\u0000b"}, {"email": "x" * 400}]
)
def test_nobody_is_invited_by_mistake(person, as_camille, said):
    assert as_camille.post(place(person.customer), said).status_code == 422
    assert not ContactAccess.objects.exists()


def test_an_access_is_closed_with_its_visits(person, as_camille, nadia):
    made = access.invite(person, by=nadia)
    browser = signed_in(made.user)
    assert browser.get("/espace/").status_code == 200
    for _time in range(2):
        assert as_camille.post(f"/acces/{made.public_id}/fermer/").status_code == 302
    made.refresh_from_db()
    assert (made.ended_at is None, ContactAccess.objects.living().exists()) == (False, False)
    assert "par Camille" in words(as_camille.get(place(person.customer)))
    assert as_camille.post(f"/acces/{'0' * 26}/fermer/").status_code == 404


def test_reading_invites_nobody(person, as_lecture, client, nadia):
    made = access.invite(person, by=nadia)
    assert as_lecture.get(place(person.customer)).status_code == 200
    assert "Ouvrir son espace" not in words(as_lecture.get(place(person.customer)))
    for url in (place(person.customer), f"/acces/{made.public_id}/fermer/"):
        assert as_lecture.post(url, {"contact": person.public_id}).status_code == 403
    assert client.get(place(person.customer)).status_code == 302
    assert ContactAccess.objects.living().count() == 1


def test_who_left_or_has_another_address_comes_in_no_more(person, nadia):
    browser = signed_in(access.invite(person, by=nadia).user)
    edit_contact(person, by=nadia, email="neuve@example.org")
    assert browser.get("/espace/").status_code == 404
    person.refresh_from_db()
    second = access.invite(person, by=nadia)
    assert (second.user.email, ContactAccess.objects.filter(ended_at=None).count()) == ("neuve@example.org", 1)
    again = signed_in(second.user)
    assert again.get("/espace/").status_code == 200
    archive_contact(person, by=nadia)
    assert again.get("/espace/").status_code == 404


def test_the_page_costs_the_same_whoever_comes_in(person, as_camille, nadia, django_assert_max_num_queries):
    access.invite(person, by=nadia)
    for number in range(6):
        other = Contact.objects.create(
            customer=person.customer, last_name=f"N{number}", email=f"n{number}@x.example", email_key=f"n{number}@x.example"
        )
        access.invite(other, by=nadia)
    as_camille.get(place(person.customer))
    with django_assert_max_num_queries(PAGE):
        as_camille.get(place(person.customer))


def test_an_access_ends_by_itself_after_its_last_day(person, as_camille, camille):
    last = clock.today() + timedelta(days=3)
    answer = as_camille.post(place(person.customer), {"contact": person.public_id, "until": last.isoformat()})
    made = ContactAccess.objects.get()
    assert (answer.status_code, made.until, made.opens) == (302, last, True)
    assert f"jusqu’au {long_date(last)}".replace("\u00a0", " ") in words(as_camille.get(place(person.customer)))
    browser = signed_in(made.user)
    for day, code in ((last, 200), (last + timedelta(days=1), 404)):
        with clock.travelling(datetime.combine(day, time(12), UTC)):
            assert browser.get("/espace/").status_code == code
            made.refresh_from_db()
            assert (made.opens, ContactAccess.objects.living().exists()) == (code == 200, code == 200)
            if code == 404:
                assert "n’ouvre plus depuis le" in words(as_camille.get(place(person.customer)))
                assert access.invite(person, by=camille).pk != made.pk  # invited anew


def test_another_last_day_replaces_the_first_and_a_past_one_is_refused(person, as_camille, nadia):
    first = access.invite(person, by=nadia, until=clock.today())
    assert access.invite(person, by=nadia, until=clock.today()) == first
    second = access.invite(person, by=nadia)
    first.refresh_from_db()
    assert (first.ended_at is None, second.until, ContactAccess.objects.living().get()) == (False, None, second)
    said = {"contact": person.public_id, "until": (clock.today() - timedelta(days=1)).isoformat()}
    assert as_camille.post(place(person.customer), said).status_code == 422
    assert ContactAccess.objects.count() == 2
