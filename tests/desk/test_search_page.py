"""The search page and the Ctrl K dialog's answer."""

from datetime import timedelta

import pytest
from django.db import transaction

from crm import outbox, timeline
from crm import search as index
from crm.models import Customer
from crm.models.timeline import Kind, Visibility
from lib import clock
from tests.desk.test_customers import HOSTILE

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(le_goff, karim):
    with transaction.atomic():
        return timeline.record(
            customer=le_goff, kind=Kind.CALL, summary="Appel reçu", by=karim, body="Les <b>charnières</b> arrivent jeudi.",
            occurred_at=clock.now() - timedelta(days=1),
        )  # fmt: skip


def test_a_colleague_s_words_of_yesterday_are_found(as_camille, said, le_goff):
    answer = as_camille.get("/recherche/?q=charniere")
    assert [(hit.ref, hit.customer) for hit in answer.context["found"].exchanges] == [(said.public_id, le_goff)]
    page = answer.content.decode()
    assert "Les &lt;b&gt;<mark>charnières</mark>&lt;/b&gt; arrivent jeudi." in page
    assert f"/echanges/{said.public_id}/" in page


def test_the_dialog_gets_the_answer_alone(as_camille, said):
    answer = as_camille.get("/recherche/?q=goff", headers={"HX-Request": "true"})
    assert next(template.name for template in answer.templates if template.name) == "desk/search/results.html"
    assert "<html" not in answer.content.decode()


def test_reserved_words_leave_no_trace_in_the_page(as_camille, le_goff, karim):
    with transaction.atomic():
        timeline.record(
            customer=le_goff, kind=Kind.NOTE, summary="Note", by=karim, body="divorce difficile", visibility=Visibility.ME
        )
    assert "Rien ne répond à" in as_camille.get("/recherche/?q=divorce").content.decode()


@pytest.mark.parametrize("value", HOSTILE)
def test_no_words_are_ever_a_crash(as_camille, said, value):
    assert as_camille.get("/recherche/", {"q": value}).status_code == 200


def test_a_search_page_costs_the_same(as_camille, camille, said, le_goff, django_assert_max_num_queries):
    """An exchange and a mail are found; the session, noted every five minutes, is not what the page costs."""
    with transaction.atomic():
        outbox.queue_mail(
            key="k", to="anne@legoff.example", subject="Vos charnières", text="Jeudi.", by=camille, customer=le_goff
        )
    as_camille.get("/")
    with django_assert_max_num_queries(8 + 2):  # session and user beside the page
        found = as_camille.get("/recherche/?q=charniere").context["found"]
    assert (len(found.exchanges), len(found.emails)) == (1, 1)


def test_only_the_house_searches(client, as_lecture, said):
    assert client.get("/recherche/?q=goff").status_code == 302
    assert as_lecture.get("/recherche/?q=goff").context["found"].customers[0].title == "Menuiserie Le Goff"


@pytest.mark.parametrize("typed", ["C00001", " c00001 ", "02 40 00 00 01", "+33240000001"])
def test_a_whole_reference_or_number_opens_the_record(as_camille, said, le_goff, typed):
    Customer.objects.filter(pk=le_goff.pk).update(phone="+33240000001")
    index.index_customers([Customer.objects.get(pk=le_goff.pk)])
    answer = as_camille.get("/recherche/", {"q": typed})
    assert (answer.status_code, answer.get("Location")) == (302, f"/clients/{le_goff.public_id}/")
    assert as_camille.get("/recherche/", {"q": typed}, headers={"HX-Request": "true"}).status_code == 200
    assert as_camille.get("/recherche/", {"q": "goff"}).status_code == 200


def test_madame_on_the_telephone_is_mme_on_the_record(as_camille, said):
    answer = as_camille.get("/recherche/?q=madame+goff", headers={"HX-Request": "true"})
    assert [hit.title for hit in answer.context["found"].customers] == ["Menuiserie Le Goff"]
