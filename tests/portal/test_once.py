"""What a client sends twice is heard once: double click, reload, back button, two tabs, two processes at the same moment."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client

from billing import links
from billing.models import Question, TransferNotice
from complaints.models import Complaint
from crm import access
from crm.customers import create_customer
from crm.models import Commitment, Contact, Interaction
from crm.models.timeline import Kind
from lib import clock
from lib.errors import Refusal
from portal import once as forms
from portal.models import SaidOnce
from portal.once import once
from tests.billing.house import issued, open_firm, settle
from tests.harness.personas import signed_in
from tests.portal.conftest import followed, on

SAYINGS = {
    "question": ({"line": 1, "words": "Le vernis est-il compris ?"}, {"line": 1, "words": "Et la pose ?"}),
    "parts": ({"help": "parts", "parts": "2"}, {"help": "parts", "parts": "3"}),
    "long": ({"help": "time", "on": on(60).isoformat()}, {"help": "time", "on": on(61).isoformat()}),
    "word": ({"help": "word", "words": "Merci."}, {"help": "word", "words": "Merci encore."}),
    "disagree": ({"help": "disagree", "words": "Une étagère est fendue."}, {"help": "disagree", "words": "Deux sont fendues."}),
}


def key_of_page(browser: Client, place: str) -> str:
    """The key of the forms of the page as it is now."""
    return re.findall(r'name="key" value="([^"]+)"', browser.get(place).content.decode())[0]


def spoken() -> int:
    """How many things the client said, as the history has them."""
    kinds = (Kind.QUESTION_ASKED, Kind.TIME_REQUESTED, Kind.MESSAGE, Kind.COMPLAINT_RECEIVED, Kind.TRANSFER_ANNOUNCED)
    return Interaction.objects.filter(kind__in=kinds).count()


@pytest.mark.django_db
@pytest.mark.parametrize("name", SAYINGS)
def test_twice_the_same_is_one_and_two_texts_are_two(reader, name):
    browser, place = reader
    where = f"{place}question/" if name == "question" else f"{place}en-parler/"
    said, other = SAYINGS[name]
    key = key_of_page(browser, place)
    answers = [browser.post(where, {**said, "key": key}) for _click in range(3)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, place)}
    assert spoken() == 1
    second_tab = key_of_page(browser, place)
    assert (second_tab == key, browser.post(where, {**said, "key": second_tab}).status_code, spoken()) == (False, 302, 1)
    assert browser.post(where, {**other, "key": key}).status_code == 302
    assert spoken() == 2
    assert browser.post(where, {**said, "key": key}).status_code == 302
    assert (spoken(), Commitment.objects.filter(owed_by="us", what__contains="Lui répondre").count()) == (
        2, 2 if name in ("parts", "long", "word") else 0,
    )  # fmt: skip


@pytest.mark.django_db
def test_the_back_button_days_later_says_nothing_anew(reader):
    browser, place = reader
    said = SAYINGS["disagree"][0] | {"key": key_of_page(browser, place)}
    browser.post(f"{place}en-parler/", said)
    SaidOnce.objects.update(said_at=clock.now() - timedelta(days=3))
    browser.post(f"{place}en-parler/", said)
    assert Complaint.objects.count() == 1
    browser.post(f"{place}en-parler/", said | {"key": key_of_page(browser, place)})
    assert Complaint.objects.count() == 2  # a form of today: they say it again


@pytest.mark.django_db
def test_a_day_given_twice_is_one_promise_and_may_be_given_again_after_another(reader):
    browser, place = reader
    days = [on(10), on(10), on(12), on(10)]
    seen = []
    for day in days:
        assert browser.post(f"{place}en-parler/", {"help": "time", "on": day.isoformat(), "key": "k"}).status_code == 302
        seen.append((spoken(), [row.due_on for row in Commitment.objects.open().filter(owed_by="them", nature="primary")]))
    assert seen == [(1, [on(10)]), (1, [on(10)]), (2, [on(12)]), (3, [on(10)])]


@pytest.mark.django_db
def test_a_transfer_announced_twice_is_one(reader):
    browser, place = reader
    assert [browser.post(f"{place}virement/").status_code for _click in range(2)] == [302, 302]
    assert (TransferNotice.objects.count(), spoken()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("matter", ["word", "complaint"])
def test_a_message_of_the_space_is_heard_once(invoice, nadia, matter):
    browser = signed_in(access.invite(Contact.objects.get(customer=invoice.customer), by=nadia).user)
    place = "/espace/messages/"
    said = {"matter": matter, "subject": "Volet", "words": "Il gonfle."}
    for key in (key_of_page(browser, place), key_of_page(browser, place)):
        for _click in range(2):
            assert browser.post(place, {**said, "key": key})["Location"] == place
    assert spoken() == 1
    browser.post(place, {**said, "words": "Il gonfle encore.", "key": key})
    assert spoken() == 2


@pytest.mark.django_db
def test_a_refused_form_is_heard_once_corrected_and_keeps_its_key(reader):
    browser, place = reader
    key = key_of_page(browser, place)
    answer = browser.post(f"{place}en-parler/", {"help": "word", "words": "", "key": key})
    assert (answer.status_code, f'name="key" value="{key}"' in answer.content.decode(), SaidOnce.objects.count()) == (
        422,
        True,
        0,
    )

    def refused():
        raise Refusal("Non.")

    with pytest.raises(Refusal):
        once(refused, who="a", where="b", what={}, key=key)
    assert not SaidOnce.objects.exists()
    assert once(lambda: None, who="a", where="b", what={}, key=key) is True


@pytest.mark.django_db
def test_nobody_s_words_are_another_s():
    heard = [
        once(lambda: None, who=who, where=where, what=what, key="k")
        for who, where, what in (("a", "b", {"w": 1}), ("c", "b", {"w": 1}), ("a", "d", {"w": 1}), ("a", "b", {"w": 1}))
    ]
    assert heard == [True, True, True, False]


@pytest.mark.django_db
def test_traces_are_dropped_after_a_month():
    once(lambda: None, who="a", where="b", what={}, key="k")
    assert forms.forget() == 0
    SaidOnce.objects.update(said_at=clock.now() - timedelta(days=31))
    assert (forms.forget(), forms.forget(), SaidOnce.objects.count()) == (1, 0, 0)


@pytest.mark.parametrize("name", ["disagree", "word"])
def test_four_at_the_same_moment_are_one(committing, name):
    open_firm()
    customer = create_customer(by=None, name="M. Diallo", type="consumer", email="diallo@example.org")
    link = links.mint(issued(settle(customer)), contact=None, address="diallo@example.org", by=None, on=clock.today())
    said, other = SAYINGS[name]
    wanted = [{**said, "key": "k"}, {**said, "key": "k"}, {**said, "key": "second tab"}, {**other, "key": "k"}]
    readers = [followed(link) for _one in wanted]
    start, codes = threading.Barrier(len(wanted)), []

    def click(browser: Client, place: str, sent: dict) -> None:
        start.wait()
        codes.append(browser.post(f"{place}en-parler/", sent).status_code)
        connections.close_all()

    threads = [threading.Thread(target=click, args=(*reader, sent)) for reader, sent in zip(readers, wanted, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (codes, spoken(), SaidOnce.objects.count()) == ([302] * 4, 2, 2)


@pytest.mark.django_db
def test_a_question_without_key_is_still_heard_once(reader):
    browser, place = reader
    for _click in range(2):
        assert browser.post(f"{place}question/", {"words": "Quand passez-vous ?"}).status_code == 302
    assert Question.objects.count() == 1
