"""Questions of clients where staff look; the links of a document, who opened them, and how one is closed."""

import pytest

from billing import links, questions
from billing.models import AccessLink, Question
from crm.models import Commitment, Contact, Email, Interaction
from crm.models.timeline import Kind
from lib import clock
from portal.doors import note_opening
from tests.billing.house import issued, open_firm, settle
from tests.desk.reading import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(diallo):
    """461,25 € to M. Diallo, whose main contact has an address."""
    open_firm()
    Contact.objects.filter(customer=diallo).update(email="diallo@example.org", email_key="diallo@example.org")
    return issued(settle(diallo))


@pytest.fixture
def asked(invoice) -> Question:
    """Is the varnish in the price? Nobody promised to answer."""
    return questions.ask(
        invoice,
        words="Le vernis est-il compris ?",
        line=invoice.lines.first(),
        contact=Contact.objects.get(customer=invoice.customer),
    )


def test_a_waiting_question_stands_on_the_record_and_today_and_leads_to_its_answer(asked, invoice, as_camille):
    place = f"/factures/{invoice.public_id}/#q-{asked.public_id}"
    for page in (f"/clients/{invoice.customer.public_id}/", "/"):
        answer = as_camille.get(page)
        assert ("Le vernis est-il compris ?" in words(answer), place in answer.content.decode()) == (True, True), page
    assert f'id="q-{asked.public_id}"' in as_camille.get(place).content.decode()


def test_an_owner_reads_it_among_their_promises_and_goes_to_it(invoice, camille, as_camille, as_nadia):
    invoice.customer.owner = camille
    invoice.customer.save()
    row = questions.ask(invoice, words="Et la livraison ?", contact=None)
    promise = Commitment.objects.get(pk=row.commitment_id)
    assert (promise.owner, promise.due_on) == (camille, row.answer_by)
    assert f"#q-{row.public_id}" in as_camille.get(f"/engagements/{promise.public_id}/").content.decode()
    assert f"#q-{row.public_id}" not in as_nadia.get("/").content.decode()


def test_an_answered_question_waits_nowhere(asked, invoice, camille, as_camille):
    questions.answer(asked, words="Oui, deux couches.", by=camille)
    for page in (f"/clients/{invoice.customer.public_id}/", "/", f"/engagements/{asked.commitment.public_id}/"):
        assert f"#q-{asked.public_id}" not in as_camille.get(page).content.decode(), page
    assert [mail.recipient_email for mail in Email.objects.filter(key=f"answer:{asked.public_id}")] == ["diallo@example.org"]


def test_without_amounts_there_is_no_question(asked, camille, as_camille):
    camille.taken = ["see_amounts"]
    camille.save()
    for page in (f"/clients/{asked.invoice.customer.public_id}/", "/"):
        assert f"#q-{asked.public_id}" not in as_camille.get(page).content.decode(), page


def test_words_of_strangers_are_words(invoice, as_camille):
    questions.ask(invoice, words="<b>gras</b> {{ 7|add:7 }}", contact=None)
    for page in ("/", f"/clients/{invoice.customer.public_id}/", f"/factures/{invoice.public_id}/"):
        assert "&lt;b&gt;gras&lt;/b&gt; {{ 7|add:7 }}" in as_camille.get(page).content.decode(), page


def test_who_opened_a_link_and_when_is_on_the_invoice(invoice, as_karim):
    link = links.mint(invoice, contact=None, address="diallo@example.org", by=None, on=clock.today())
    before = words(as_karim.get(f"/factures/{invoice.public_id}/"))
    note_opening(link)
    after = words(as_karim.get(f"/factures/{invoice.public_id}/"))
    assert ("pas encore ouvert" in before, "ouvert aujourd’hui" in after) == (True, True)


def test_a_link_is_closed_and_the_others_live(invoice, as_camille, as_lecture):
    link, other = (
        links.mint(invoice, contact=None, address="diallo@example.org", by=None, on=clock.today()) for _one in range(2)
    )
    place = f"/liens/{link.public_id}/fermer/"
    assert as_lecture.post(place).status_code == 403
    for _time in range(2):
        assert as_camille.post(place).status_code == 302
    living = AccessLink.objects.living(clock.today())
    assert (living.filter(pk=link.pk).exists(), living.filter(pk=other.pk).exists()) == (False, True)
    assert Interaction.objects.filter(kind=Kind.PORTAL_ACCESS).count() == 1
    assert as_camille.post(f"/liens/{'0' * 26}/fermer/").status_code == 404
    assert as_camille.get(place).status_code == 405
