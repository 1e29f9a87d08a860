"""The frame of every page: one statement, whatever waits."""

import pytest
from django.db import connection

from accounts.models import Right, Role, Team
from crm.commitments import promise
from crm.models import Company, DuplicateCandidate
from desk.frame import ROOMS, address_of, menu, read_frame
from lib import clock

pytestmark = pytest.mark.django_db


def test_the_frame_takes_one_statement_and_tells_what_waits(company, camille, le_goff, diallo, django_assert_num_queries):
    promise(le_goff, owed_by="us", what="Rappeler", due_on=clock.today(), by=camille, owner=camille)
    DuplicateCandidate.objects.create(first=le_goff, second=diallo)
    read_frame(camille)
    with django_assert_num_queries(1):
        frame = read_frame(camille)
    assert (frame.counts, frame.owes_second_factor) == ({"due": 1, "complaints": 0, "mails": 0, "duplicates": 1}, False)


@pytest.mark.parametrize("in_team", [True, False])
def test_the_firm_is_read_as_a_queryset_would(company, nadia, in_team):
    if in_team:
        nadia.team = Team.objects.create(name="Atelier")
        nadia.save()
    read, wanted = read_frame(nadia).company, Company.objects.get()
    assert {name: getattr(read, name) for name in values_of(wanted)} == values_of(wanted)


def values_of(company):
    return {field.attname: getattr(company, field.attname) for field in Company._meta.concrete_fields}


def test_who_sees_no_record_counts_nothing(company, camille, le_goff):
    promise(le_goff, owed_by="us", what="Rappeler", due_on=clock.today(), by=camille, owner=camille)
    camille.taken = [Right.SEE_RECORDS]
    assert read_frame(camille).counts["due"] == 0


def test_an_installation_without_a_firm_has_a_frame(nadia):
    assert read_frame(nadia).company.name == ""


def test_a_page_of_the_house_costs_session_user_and_frame(company, as_nadia, django_assert_max_num_queries):
    as_nadia.get("/profil/jetons/")
    with django_assert_max_num_queries(4):  # session, user, frame, and the tokens of the page
        as_nadia.get("/profil/jetons/")


@pytest.mark.parametrize(
    ("url", "most"), [("/personnes/", 5), ("/journal/", 4), ("/maison/", 4), ("/maison/identite/", 3), ("/profil/", 4)]
)
def test_pages_keep_their_budget(company, as_nadia, url, most, django_assert_max_num_queries):
    as_nadia.get(url)
    with django_assert_max_num_queries(most):
        as_nadia.get(url)


def test_the_firms_civil_time_is_in_force(company, as_nadia, nadia):
    Company.objects.update(time_zone="Pacific/Noumea")
    before = clock.zone()
    zones = []
    with connection.execute_wrapper(lambda execute, *rest: (zones.append(clock.zone()), execute(*rest))[1]):
        as_nadia.get("/profil/jetons/")
    assert (set(zones), clock.zone()) == ({before, "Pacific/Noumea"}, before)


def test_each_role_sees_the_rooms_it_has_something_to_do_in(company, camille, karim, nadia, lecture):
    shown = {
        person.role: [entry["key"] for entry in menu(person, read_frame(person), "/maison/")]
        for person in (camille, karim, nadia, lecture)
    }
    built = [room.url_name for room in ROOMS if address_of(room.url_name)]
    assert shown[Role.MANAGER] == built
    assert shown[Role.VIEWER] == [name for name in built if name in ("home", "customers", "invoices", "mails")]
    assert set(shown[Role.RECEPTION]) <= set(shown[Role.ACCOUNTANT]) < set(shown[Role.MANAGER])
    assert len(ROOMS) <= 7


def test_every_room_is_built():
    assert [room.url_name for room in ROOMS if not address_of(room.url_name)] == []
