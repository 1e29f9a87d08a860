"""The queue of doubles and the merge from a record."""

import pytest

from crm.customers import create_customer
from crm.duplicates import queue_candidates
from crm.models import Customer, CustomerMerge, DuplicateCandidate

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(camille, le_goff):
    other = create_customer(by=camille, name="Le Goff menuiserie", type="professional", city="Rennes")
    queue_candidates([other])
    return DuplicateCandidate.objects.get()


def test_the_queue_shows_both_with_reasons(as_karim, pair):
    shown = as_karim.get("/doublons/").context["pairs"][0]
    assert (shown.first.reference, shown.second.reference, shown.why) == ("C00001", "C00002", "même nom")
    assert [(str(line.label), line.first, line.second, line.same) for line in shown.lines if line.label == "Ville"] == [
        ("Ville", "Nantes", "Rennes", False)
    ]


def test_each_number_stands_under_its_own_name(as_karim, pair):
    """An establishment against a firm: nine digits are compared, fourteen are called SIRET."""
    Customer.objects.filter(reference="C00001").update(siren="732829320", siret="73282932000074")
    Customer.objects.filter(reference="C00002").update(siren="732829320")
    lines = as_karim.get("/doublons/").context["pairs"][0].lines
    found = [
        (str(line.label), line.first.replace("\u00a0", " "), line.second.replace("\u00a0", " "), line.same) for line in lines
    ]
    assert [line for line in found if line[0].startswith("SIRE")] == [
        ("SIREN", "732 829 320", "732 829 320", True),
        ("SIRET", "732 829 320 00074", "", False),
    ]


@pytest.mark.parametrize(("decision", "kept", "alias"), [("first", "C00001", "C00002"), ("second", "C00002", "C00001")])
def test_a_pair_becomes_one(as_karim, pair, decision, kept, alias):
    as_karim.post(f"/doublons/{pair.public_id}/", {"decision": decision, "reason": "même nom"})
    assert Customer.objects.get(reference=alias).merged_into == Customer.objects.get(reference=kept)
    assert as_karim.get("/doublons/").context["pairs"] == []


def test_a_pair_stays_two_and_comes_back(as_karim, pair):
    answer = as_karim.post(f"/doublons/{pair.public_id}/", {"decision": "apart", "reason": "père et fils"}, follow=True)
    assert (answer.context["pairs"], answer.context["apart"]) == ([], pair)
    as_karim.post(f"/doublons/{pair.public_id}/rouvrir/")
    assert len(as_karim.get("/doublons/").context["pairs"]) == 1


@pytest.mark.parametrize("data", [{}, {"decision": "x"}, {"decision": "first", "reason": " "}])
def test_a_decision_without_sense_is_refused(as_karim, pair, data):
    answer = as_karim.post(f"/doublons/{pair.public_id}/", data, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not CustomerMerge.objects.exists()


def test_from_the_record_one_finds_the_other_and_comes_back(as_karim, pair, le_goff):
    other = Customer.objects.get(reference="C00002")
    url = f"/clients/{le_goff.public_id}/reunir/"
    assert as_karim.get(url).context["found"] == [other]
    assert as_karim.get(url, {"q": "goff"}).context["found"] == [other]
    assert as_karim.get(url, {"q": "goff"}, headers={"HX-Request": "true"}).content.decode().count("<li>") == 1
    refused = as_karim.post(url, {"other": other.public_id, "keep": "this", "reason": ""})
    assert (refused.status_code, CustomerMerge.objects.count()) == (422, 0)
    as_karim.post(url, {"other": other.public_id, "keep": "other", "reason": "même gérante"})
    made = CustomerMerge.objects.get()
    assert (made.kept, made.alias, made.reason) == (other, le_goff, "même gérante")
    page = as_karim.get(url)  # the alias leads to its head
    assert (page.context["customer"], page.context["merges"]) == (other, [made])
    as_karim.post(f"/reunions/{made.public_id}/annuler/")
    assert not Customer.objects.exclude(merged_into=None).exists()


def test_no_parameter_is_ever_a_crash(as_karim, pair, le_goff):
    for value in (
        "\x00",
        "'",
        "%",
        "9" * 300,
        le_goff.public_id,
        "0" * 26,
        "x",
        "WzEsIDFd",
        "WzksIDk5OTk5OTk5OTk5OTk5OTk5OTk5OTldCg",
    ):
        for name in ("q", "avec", "apres", "avant", "fait"):
            assert as_karim.get("/doublons/", {name: value}).status_code == 200
            assert as_karim.get(f"/clients/{le_goff.public_id}/reunir/", {name: value}).status_code in (200, 404)


def test_only_those_who_merge_see_the_queue(as_camille, as_lecture, pair, le_goff):
    for browser in (as_camille, as_lecture):
        assert browser.get("/doublons/").status_code == 403
        assert browser.post(f"/doublons/{pair.public_id}/", {"decision": "first", "reason": "x"}).status_code == 403
        assert browser.post(f"/clients/{le_goff.public_id}/reunir/", {"other": "x"}).status_code == 403


def test_the_queue_costs_the_same_however_long(as_karim, camille, le_goff, django_assert_max_num_queries):
    rows = [create_customer(by=camille, name="Le Goff Menuiserie", type="professional") for _number in range(12)]
    queue_candidates(rows)
    with django_assert_max_num_queries(8):
        assert len(as_karim.get("/doublons/").context["pairs"]) == 10


def test_what_was_just_made_one_is_undone_from_the_queue(as_karim, pair):
    answer = as_karim.post(f"/doublons/{pair.public_id}/", {"decision": "first", "reason": "même nom"}, follow=True)
    made = CustomerMerge.objects.get()
    assert answer.context["merged"] == made
    assert f'action="/reunions/{made.public_id}/annuler/"' in answer.content.decode()
    as_karim.post(f"/reunions/{made.public_id}/annuler/")
    again = as_karim.get(f"/doublons/?reunies={made.public_id}")
    assert (again.context["merged"], len(again.context["pairs"])) == (None, 1)
