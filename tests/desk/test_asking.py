"""A question heard by telephone is noted from the page of the invoice, and is the one the client would have written."""

import pytest
from django.urls import reverse

from billing import questions
from billing.models import Question
from crm.company import the_company
from crm.models import Commitment, Contact, Email, Interaction
from lib import clock
from tact import traces
from tests.billing.house import drafted, issued, open_firm, settle
from tests.desk.reading import messages, words

pytestmark = pytest.mark.django_db
OPEN = 14  # the page, the form open


@pytest.fixture
def invoice(diallo):
    """461,25 € to M. Diallo."""
    open_firm()
    return issued(settle(diallo))


def note(client, invoice, **changes):
    sent = {"words": "La pose est-elle comprise ?", "line": "2", "contact": "", "channel": "phone", **changes}
    return client.post(reverse("question_note", args=[invoice.public_id]), sent)


def test_it_becomes_the_question_of_the_space_and_nothing_leaves(invoice, camille, as_camille, karim):
    invoice.customer.owner = karim
    invoice.customer.save()
    mails, person = Email.objects.count(), Contact.objects.get(customer=invoice.customer)
    answer = note(as_camille, invoice, contact=person.public_id)
    asked = Question.objects.get()
    row, owed = Interaction.objects.get(kind="question_asked"), Commitment.objects.get(pk=asked.commitment_id)
    assert answer["Location"] == f"/factures/{invoice.public_id}/#q-{asked.public_id}"
    assert (asked.words, asked.line.position, asked.contact) == ("La pose est-elle comprise ?", 2, person)
    assert asked.answer_by == questions.answer_by(clock.today(), the_company().holiday_zone)
    assert (row.author, row.channel, row.direction, row.about_ref) == (camille, "phone", "in", invoice.public_id)
    assert (owed.owner, owed.due_on, owed.is_open) == (karim, asked.answer_by, True)
    assert Email.objects.count() == mails
    told = messages(as_camille.get(f"/factures/{invoice.public_id}/"))
    assert [told[0].startswith("C’est noté"), "Karim s’en charge. Rien n’est parti au client." in told[0]] == [True, True]


def test_it_waits_where_the_questions_of_the_space_wait(invoice, as_camille):
    note(as_camille, invoice, line="", channel="visit")
    for page in ("/", f"/clients/{invoice.customer.public_id}/", f"/factures/{invoice.public_id}/"):
        assert "La pose est-elle comprise ?" in words(as_camille.get(page)), page
    assert [row.channel for row in Interaction.objects.filter(kind="question_asked")] == ["visit"]


def test_reminders_know_it(invoice, as_camille):
    note(as_camille, invoice)
    asked = traces.read([invoice.customer_id], [invoice.pk], today=clock.today()).questions
    assert [(row.invoice, row.exchange) for row in asked] == [
        (invoice.public_id, Interaction.objects.get(kind="question_asked").public_id)
    ]


def test_twice_is_once(invoice, as_camille):
    note(as_camille, invoice)
    note(as_camille, invoice)
    assert Question.objects.count() == 1


def test_empty_words_keep_the_rest(invoice, as_camille):
    page = note(as_camille, invoice, words="  ", channel="visit")
    seen = page.content.decode()
    assert (page.status_code, Question.objects.count()) == (422, 0)
    assert "Écrivez quelques mots" in words(page, 'id="demande"', "</section>")
    assert '<option value="2" selected>' in seen
    assert note(as_camille, invoice, line="77").status_code == 422


def test_each_line_opens_the_form_on_itself(invoice, as_camille, django_assert_max_num_queries):
    url = reverse("invoice", args=[invoice.public_id])
    closed = as_camille.get(url).content.decode()
    assert ('id="demande"' in closed, 'href="?demande=2#demande"' in closed) == (False, True)
    with django_assert_max_num_queries(OPEN):
        page = as_camille.get(url, {"demande": "2"}).content.decode()
    assert '<option value="2" selected>Pose</option>' in page
    assert 'id="demande"' in as_camille.get(url, {"demande": "<x>"}).content.decode()


def test_who_may_not_log_sees_no_form_and_a_stranger_nothing(invoice, diallo, as_lecture, as_camille, karim):
    url = reverse("invoice", args=[invoice.public_id])
    seen = as_lecture.get(url, {"demande": "1"}).content.decode()
    assert ('id="demande"' in seen, "?demande=" in as_lecture.get(url).content.decode()) == (False, False)
    assert note(as_lecture, invoice).status_code == 403
    invoice.public_id = "0" * 26
    assert note(as_camille, invoice).status_code == 404
    draft = drafted(diallo)
    assert (note(as_camille, draft).status_code, Question.objects.count()) == (404, 0)
