"""The formal notice: prepared, typeset, kept with its hash, posted by a person with its proof, never by itself."""

import hashlib
import io
from datetime import UTC, date, datetime, timedelta

import pikepdf
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing.models import Invoice
from config import jobs
from crm.models import Company, Customer, Email, Interaction
from lib import clock
from lib.errors import Conflict, Refusal
from tact.models import FormalNotice, NoticeFile, Reminder
from tact.noticing import post_notice, prepare_notice
from tact.planning import plan_one
from tact.typesetting import notice_html, typeset_waiting
from tests.desk.reading import words as text_of
from tests.tact.owing import MONDAY, invoice, pay

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AFTER = MONDAY + timedelta(days=1)


@pytest.fixture
def bill(le_goff: Customer, karim: User) -> Invoice:
    """An invoice at its formal notice."""
    Company.objects.update_or_create(
        pk=1, defaults={"name": "Atelier Morvan", "address": "8 rue des Cannes", "postal_code": "29000", "city": "Quimper"}
    )
    Customer.objects.filter(pk=le_goff.pk).update(address="3 quai des Exemples", postal_code="44000")
    made = invoice(le_goff, late=40)
    for step, days in (("first", 37), ("second", 30), ("call", 20)):
        row = Reminder.objects.create(
            customer=le_goff, how="call", decision="call", tone="spoken", step=step, on=MONDAY - timedelta(days=days), amount=860,
            reasons=[], scenario_version=1, approved_by=karim,
        )  # fmt: skip
        row.lines.create(invoice=made, amount=860, step=step)
    return made


def prepared(bill: Invoice, by: User, on: date = MONDAY) -> FormalNotice:
    return prepare_notice(Customer.objects.get(pk=bill.customer_id), by=by, on=on, now=NOW)


def test_it_is_prepared_once_by_who_may_and_nothing_leaves(bill, karim, nadia):
    with pytest.raises(Refusal, match="droit"):
        prepared(bill, karim)
    first, second = prepared(bill, nadia), prepared(bill, nadia)
    assert first == second
    assert (Email.objects.count(), Reminder.objects.filter(how="letter").count(), Interaction.objects.filter(kind="letter").count()) == (
        0, 0, 0,
    )  # fmt: skip
    assert first.recipient == "Menuiserie Le Goff\n3 quai des Exemples\n44000 Nantes"
    assert (first.amount, first.house["name"], first.written_on, first.author) == (860, "Atelier Morvan", MONDAY, nadia)
    for part in ("mettons en demeure", bill.number, "860,00\u00a0€", "huit jours", "L441-10"):
        assert part in first.text
    plan = plan_one(bill.customer, on=MONDAY, now=NOW)
    assert plan is not None
    assert plan.decision.tone == "formal"  # still to be posted


@pytest.mark.parametrize(
    ("client_type", "language", "said", "never"),
    [
        ("consumer", "fr", "articles 1231-6 et 1344-1 du code civil", "40\u00a0€"),
        ("non_professional", "fr", "articles 1231-6 et 1344-1 du code civil", "pénalités"),
        ("unknown", "fr", "articles 1231-6 et 1344-1 du code civil", "40\u00a0€"),
        ("professional", "fr", "article L441-10 du code de commerce", "1231-6"),
        ("public", "fr", "articles L2192-12 et suivants", "L441-10"),
        ("consumer", "en", "French civil code, articles 1231-6 and 1344-1", "€40"),
        ("professional", "en", "article L441-10 of the French commercial code", "1231-6"),
    ],
)
def test_the_law_is_said_by_type_of_client_and_in_their_language(bill, nadia, client_type, language, said, never):
    Customer.objects.filter(pk=bill.customer_id).update(type=client_type, language=language)
    notice = prepared(bill, nadia)
    assert (said in notice.text, never in notice.text, notice.language) == (True, False, language)
    page = notice_html(notice)
    assert {"fr": "Lettre recommandée avec avis de réception", "en": "Registered letter with acknowledgement"}[language] in page
    assert f'<html lang="{language}">' in page


def test_its_page_is_made_once_and_kept_with_its_hash(bill, nadia, as_nadia, as_karim, as_camille):
    notice = prepared(bill, nadia)
    place = reverse("notice_pdf", args=[notice.public_id])
    assert as_nadia.get(place)["Location"] == reverse("notice", args=[notice.public_id])
    jobs.typeset_letters()
    file = NoticeFile.objects.get()
    content = bytes(file.content)
    assert (content[:5], hashlib.sha256(content).hexdigest(), typeset_waiting()) == (b"%PDF-", file.sha256, 0)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert (len(pdf.pages), str(pdf.docinfo["/Title"])) == (1, "Mise en demeure")
    answer = as_nadia.get(place)
    assert (answer.content, answer["Content-Security-Policy"]) == (content, "default-src 'none'; sandbox")
    assert file.sha256 in text_of(as_nadia.get(reverse("notice", args=[notice.public_id])))
    assert as_karim.post(reverse("notice", args=[notice.public_id]), {"on": "2026-11-23", "proof": "1"}).status_code == 403


def test_its_posting_is_a_dated_fact_with_its_proof_once(bill, nadia):
    notice = prepared(bill, nadia)
    pay(bill, "60.00")  # what is noted is what was posted, whatever happened since
    with clock.travelling(NOW + timedelta(days=1)):
        first = post_notice(notice, by=nadia, on=MONDAY, today=AFTER, proof=" 1A 234\u00a0567 ")
        again = post_notice(notice, by=nadia, on=MONDAY, today=AFTER, proof="1A 234\u00a0567")
    assert (first, first.notice, first.on, first.proof, first.amount) == (again, notice, MONDAY, "1A 234\u00a0567", 860)
    assert [(line.invoice, line.amount, line.step) for line in first.lines.all()] == [(bill, 860, "formal_notice")]
    row = Interaction.objects.get(kind="letter")
    assert (row.channel, row.direction, row.data["proof"], row.about_kind) == ("post", "out", "1A 234\u00a0567", "reminder")
    assert notice.text in row.body
    with pytest.raises(Conflict):
        post_notice(notice, by=nadia, on=MONDAY, today=AFTER, proof="9Z")
    with pytest.raises(Refusal, match="n’en est pas"):
        prepared(bill, nadia)
    assert Reminder.objects.filter(how="letter").count() == 1


@pytest.mark.parametrize(
    "wrong", [{"proof": " "}, {"on": AFTER}, {"on": MONDAY - timedelta(days=1)}, {"proof": "x" * 201}, {"proof": "a\u202eb"}]
)
def test_a_posting_that_cannot_be_is_refused(bill, nadia, karim, wrong):
    notice = prepared(bill, nadia)
    with pytest.raises(Refusal):
        post_notice(notice, **{"by": nadia, "on": MONDAY, "today": MONDAY, "proof": "1A"} | wrong)
    with pytest.raises(Refusal, match="droit"):
        post_notice(notice, by=karim, on=MONDAY, today=MONDAY, proof="1A")
    assert not Reminder.objects.filter(how="letter").exists()


def test_the_database_keeps_it_as_it_was_prepared(bill, nadia):
    prepared(bill, nadia)
    jobs.typeset_letters()
    for act in (
        lambda: FormalNotice.objects.update(text="Rien."),
        lambda: FormalNotice.objects.all()._raw_delete("default"),
        lambda: NoticeFile.objects.update(sha256="0"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_hostile_words_are_printed_as_words(bill, nadia):
    hostile = '<img src="http://169.254.169.254/x"><script>alert(1)</script>{{ 7*7 }}'
    Customer.objects.filter(pk=bill.customer_id).update(name=hostile, address=hostile[:60])
    page = notice_html(prepared(bill, nadia))
    assert ("<img" in page, "<script" in page, "{{ 7*7 }}" in page) == (False, False, True)


def test_the_pages_from_the_letter_to_its_proof(bill, as_nadia: Client, as_karim: Client, django_assert_max_num_queries):
    with clock.travelling(NOW):
        place = reverse("formal_notice", args=[bill.customer.public_id])
        assert "telle qu’elle serait aujourd’hui" in text_of(as_nadia.get(place))
        assert FormalNotice.objects.count() == 0
        answers = [as_nadia.post(place) for _click in range(2)]
        notice = FormalNotice.objects.get()
        page = reverse("notice", args=[notice.public_id])
        assert [answer["Location"] for answer in answers] == [page, page]
        assert "Préparée le 23 novembre 2026, pas encore postée" in text_of(as_nadia.get(place))
        assert "C’est posté" in text_of(as_nadia.get(page))
        assert as_nadia.post(page, {"on": "2026-11-23", "proof": ""}).status_code == 422
        assert as_nadia.post(page, {"on": "2026-11-23", "proof": "1A 234"}).status_code == 302
        shown = text_of(as_nadia.get(page))
        assert ("Postée le 23 novembre 2026, recommandé n° 1A 234" in shown, "C’est posté" in shown) == (True, False)
        made = Reminder.objects.get(how="letter")
        assert page in as_nadia.get(reverse("reminder", args=[made.public_id])).content.decode()
        with django_assert_max_num_queries(14):
            as_nadia.get(page)
        assert as_karim.get(page).status_code == 200  # who sees amounts reads it
