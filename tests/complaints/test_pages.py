"""The pages of complaints: the board, a case, its letters, the calendar."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from complaints import calendar
from complaints.handling import close, open_complaint, record_fact, reopen
from complaints.mistakes import declare_mistaken
from complaints.models import CalendarFeed, Complaint, ComplaintLetter
from complaints.replying import acknowledge, refuse
from crm import access
from crm.customers import create_customer
from crm.merging import merge_customers
from crm.models import Company, Contact, Email
from desk.complaint_board import left, order, placed
from desk.complaint_course import axis_for, draw, sentences
from tests.billing.house import issued, open_firm, settle
from tests.complaints.conftest import days
from tests.desk.reading import words as text_of


@pytest.fixture
def late(house, diallo, nadia, today) -> Complaint:
    """Written three months ago, never answered."""
    return open_complaint(
        customer=diallo, subject="Parquet rayé", body="Il est rayé.", channel="post", by=nadia, today=today, sent_on=days(today, -95),
        received_on=days(today, -93),
    )  # fmt: skip


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return text_of(answer)


def test_the_board_says_which_date_falls_first(as_nadia, late, business):
    words = page(as_nadia, "complaints")
    assert "Une date est passée, pour M. Diallo" in words
    assert words.index("M. Diallo") < words.index("Erreur de cotes")
    assert "Entre professionnels, pas de médiateur de la consommation" in words


def test_the_board_places_without_reading_them_as_reading_them_would(late, business, complaint, nadia, today):
    """A letter that never left, a fact recorded in error, one closed and one opened again: from the facts alone, in one
    statement, each stands where its own page says, and again after each gesture."""

    def both():
        rows = Complaint.objects.read_by(nadia).open_on(today)
        read = sorted(((one, one.standing_on(today)) for one in rows), key=order)
        assert placed(nadia, today=today) == ([one.pk for one, _it in read], {one.pk: standing for one, standing in read})
        return len(read)

    assert both() == 3
    letter = acknowledge(complaint, by=nadia, today=today, way="post")
    assert both() == 3
    letter = acknowledge(late, by=nadia, today=today)
    assert both() == 3
    Email.objects.filter(pk=letter.email_id).update(state=Email.State.CANCELLED)
    assert (letter.email_id is not None, both()) == (True, 3)
    listened = record_fact(business, kind="listened", on=today, words="Il a raison.", by=nadia, today=today)
    assert both() == 3
    declare_mistaken(listened, reason="Ce n’était pas lui.", by=nadia, today=today)
    assert both() == 3
    close(business, satisfied=True, reason="Remplacés.", by=nadia, today=today)
    assert both() == 2
    reopen(business, reason="Il en manque un.", by=nadia, today=today)
    assert both() == 3


def test_an_empty_board_says_where_to_begin(as_nadia, house):
    assert "Aucune réclamation n’est ouverte." in page(as_nadia, "complaints")


def test_the_board_costs_the_same_whatever_its_length(as_nadia, house, diallo, nadia, today, django_assert_max_num_queries):
    for number in range(8):
        one = open_complaint(customer=diallo, subject=f"Volet {number}", body="Il gonfle.", channel="post", by=nadia, today=today)
        acknowledge(one, by=nadia, today=today)
    with django_assert_max_num_queries(9):  # four beside those of who asks: one places all of them, the others read those shown
        as_nadia.get(reverse("complaints"))
    with django_assert_max_num_queries(20):
        as_nadia.get(reverse("complaint", args=[one.public_id]))
    with django_assert_max_num_queries(20):
        as_nadia.get(reverse("complaint_letter", args=[one.public_id, "reponse"]))
    with django_assert_max_num_queries(20):
        as_nadia.get(reverse("complaint_receive", args=[diallo.public_id]))
    with django_assert_max_num_queries(12):
        as_nadia.get(reverse("complaint_letter_read", args=[ComplaintLetter.objects.first().public_id]))
    with django_assert_max_num_queries(8):
        as_nadia.get(reverse("complaint_calendar"))


def test_a_complaint_is_received_from_the_record(as_camille, house, diallo, today):
    assert (
        reverse("complaint_receive", args=[diallo.public_id])
        in as_camille.get(reverse("customer", args=[diallo.public_id])).content.decode()
    )
    sent = days(today, -4)
    answer = as_camille.post(
        reverse("complaint_receive", args=[diallo.public_id]),
        {"key": "k", "form": "written", "subject": "Volet", "body": "Il gonfle.", "channel": "post", "sent_on": sent.isoformat(),
         "received_on": today.isoformat(), "client_type": "consumer"},
    )  # fmt: skip
    made = Complaint.objects.with_facts().get()
    assert answer["Location"] == reverse("complaint", args=[made.public_id])
    assert made.standing_on(today).dates.sent_on == sent
    words = page(as_camille, "complaint", made.public_id)
    assert "Elle est écrite. Accusez-en réception" in words
    assert "Réclamation ouverte" in page(as_camille, "customer", diallo.public_id)


def test_tomorrow_is_refused_beside_its_field(as_camille, house, diallo, today):
    answer = as_camille.post(
        reverse("complaint_receive", args=[diallo.public_id]),
        {"form": "written", "subject": "Volet", "body": "Il gonfle.", "channel": "post", "sent_on": days(today, 1).isoformat(),
         "client_type": "consumer"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "dans le futur" in text_of(answer)
    assert Complaint.objects.count() == 0


def test_the_proof_is_asked_for_again_by_its_name(as_camille, house, diallo, today):
    answer = as_camille.post(
        reverse("complaint_receive", args=[diallo.public_id]),
        {"form": "written", "subject": "Volet", "body": "Il gonfle.", "channel": "post", "sent_on": days(today, 1).isoformat(),
         "client_type": "consumer", "attached": SimpleUploadedFile("lettre.pdf", b"%PDF-1.4", "application/pdf")},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Choisissez de nouveau «\u00a0lettre.pdf\u00a0»" in answer.content.decode()


def test_a_first_letter_after_words_starts_the_dates(as_nadia, house, diallo, nadia, today):
    said = open_complaint(
        customer=diallo, subject="Volet", body="Il gonfle.", channel="phone", by=nadia, today=today, written=False
    )
    words = page(as_nadia, "complaint", said.public_id)
    assert ("Sa lettre est arrivée" in words, "les dates ne changent pas" in words) == (True, False)


@pytest.mark.parametrize(
    ("facts", "words"), [("referred", "la suite vient du médiateur"), ("", "l’année du médiateur est passée")]
)
def test_what_a_complaint_without_a_date_waits_for(complaint, nadia, today, facts, words):
    refuse(complaint, words="Le bois est sain.", by=nadia, today=today)
    if facts:
        record_fact(complaint, kind=facts, on=today, by=nadia, today=today)
    on = today if facts else days(today, 400)
    assert left(Complaint.objects.with_facts().get().standing_on(on), on) == ("Rien ne presse", words)


def test_a_house_without_a_mediator_is_told_what_it_cannot_do(as_nadia, house):
    told = "aucun refus à un particulier ne peut partir"
    assert (told in page(as_nadia, "firm"), "False" in page(as_nadia, "firm")) == (False, False)
    Company.objects.update(mediator_website="")
    assert told in page(as_nadia, "firm")


def test_a_refusal_is_shown_with_its_paragraph_then_leaves(as_nadia, complaint, today):
    url = reverse("complaint_letter", args=[complaint.public_id, "reponse"])
    typed = {"decision": "refused", "words": "Le bois est sain.", "way": "email"}
    shown = text_of(as_nadia.post(url, {**typed, "action": "preview"}))
    assert "vous pouvez saisir gratuitement le médiateur" in shown
    assert ComplaintLetter.objects.count() == 0
    assert as_nadia.post(url, typed).status_code == 302
    letter = ComplaintLetter.objects.get()
    assert letter.kind == "refusal"
    assert "Le bois est sain." in page(as_nadia, "complaint_letter_read", letter.public_id)


def test_without_a_mediator_the_page_says_why_and_keeps_the_words(as_nadia, house, diallo, nadia, today):
    Company.objects.update(mediator_name="")
    complaint = open_complaint(customer=diallo, subject="Volet", body="Il gonfle.", channel="post", by=nadia, today=today)
    url = reverse("complaint_letter", args=[complaint.public_id, "reponse"])
    answer = as_nadia.post(url, {"decision": "partial", "words": "Non, parce que.", "way": "email"})
    assert answer.status_code == 422
    assert "L616-1" in text_of(answer)
    assert "Non, parce que." in answer.content.decode()
    assert ComplaintLetter.objects.count() == 0


def test_the_screen_says_why_a_business_has_no_mediator(as_nadia, business):
    assert "Pas de médiateur de la consommation pour ce client (professionnel)" in page(as_nadia, "complaint", business.public_id)


def test_mediation_papers_are_for_who_may_read_them(as_nadia, as_camille, complaint, nadia, today):
    record_fact(
        complaint, kind="referred", on=today, by=nadia, today=today, place="Médiation de l’Estuaire", words="Un secret du dossier"
    )
    assert "Un secret du dossier" in page(as_nadia, "complaint", complaint.public_id)
    hers = page(as_camille, "complaint", complaint.public_id)
    assert "Un secret du dossier" not in hers
    assert "1 pièce de médiation est lue par les responsables." in hers
    assert "Un secret du dossier" not in page(as_camille, "customer", complaint.customer.public_id)
    answer = as_camille.post(reverse("complaint_fact", args=[complaint.public_id]), {"kind": "notified", "on": today.isoformat()})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("day", "words"), [(0, "Médiateur possible depuis le "), (1, "L’année pour saisir le médiateur s’est terminée le ")]
)
def test_a_mediator_who_can_no_longer_be_asked_is_not_offered(complaint, day, words):
    read = Complaint.objects.with_facts().get(pk=complaint.pk)
    last = read.standing_on(complaint.recorded_at.date()).dates.mediation_last_day
    on = days(last, day)
    assert sentences(read, read.standing_on(on), today=on)[-1].startswith(words)


def test_facts_letters_owner_closing_and_reopening(as_nadia, complaint, karim, today):
    ref = complaint.public_id
    assert (
        as_nadia.post(
            reverse("complaint_fact", args=[ref]), {"kind": "listened", "on": today.isoformat(), "words": "14 min."}
        ).status_code
        == 302
    )
    assert as_nadia.post(reverse("complaint_writing", args=[ref]), {"body": "Encore.", "channel": "post"}).status_code == 302
    assert as_nadia.post(reverse("complaint_entrust", args=[ref]), {"owner": karim.public_id}).status_code == 302
    assert as_nadia.post(reverse("complaint_close", args=[ref]), {"satisfied": "yes", "words": ""}).status_code == 422
    assert as_nadia.post(reverse("complaint_close", args=[ref]), {"satisfied": "yes", "words": "Ajusté."}).status_code == 302
    assert "Elle est close, et le client est satisfait." in page(as_nadia, "complaint", ref)
    assert complaint.reference in text_of(as_nadia.get(reverse("complaints") + "?voir=closes"))
    assert as_nadia.post(reverse("complaint_reopen", args=[ref]), {"words": "Il regonfle."}).status_code == 302
    assert list(complaint.facts.order_by("id").values_list("kind", flat=True)) == [
        "written", "listened", "written", "closed_satisfied", "reopened",
    ]  # fmt: skip


def test_what_people_type_is_printed_as_it_is(as_nadia, house, diallo, nadia, today):
    hostile = "<script>alert(1)</script> {{ 7*7 }} {sent_on} http://169.254.169.254/"
    one = open_complaint(customer=diallo, subject=hostile, body=hostile, channel="post", by=nadia, today=today)
    letter = refuse(one, words=hostile, by=nadia, today=today)
    assert letter.text.count(hostile) == 2
    for name, args in (("complaints", []), ("complaint", [one.public_id]), ("complaint_letter_read", [letter.public_id])):
        content = as_nadia.get(reverse(name, args=args)).content.decode()
        assert "<script>alert(1)" not in content
        assert "49" not in content.split("&lt;script&gt;")[1][:60]


def test_a_stranger_reads_nothing(as_lecture, complaint, client):
    for name in ("complaint", "complaint_receive"):
        ref = complaint.public_id if name == "complaint" else complaint.customer.public_id
        assert as_lecture.get(reverse(name, args=[ref])).status_code == 403
        assert client.get(reverse(name, args=[ref])).status_code == 302


def test_today_and_the_lists_lead_to_the_complaint(as_nadia, late, today):
    words = page(as_nadia, "home")
    assert f"Répondre à la réclamation {late.reference}" in words
    assert f"M. Diallo, réclamation {late.reference}" in words
    content = as_nadia.get(reverse("home")).content.decode()
    assert reverse("pointing", args=["complaint", late.public_id]) in content
    assert as_nadia.get(reverse("pointing", args=["complaint", late.public_id]))["Location"] == reverse(
        "complaint", args=[late.public_id]
    )


class TestCalendar:
    """The feed that a person's own calendar reads."""

    def test_it_tells_dates_and_no_name(self, client, nadia, complaint, today):
        token = calendar.give_address(nadia)
        answer = client.get(reverse("calendar_feed", args=[token]))
        content = answer.content.decode().replace("\r\n ", "")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert f"Accuser réception\u00a0: {complaint.reference}" in content
        assert f"Dernier jour du médiateur\u00a0: {complaint.reference}" in content
        assert ("Diallo" in content, "Volet" in content) == (False, False)
        due = complaint.standing_on(today).next.on
        assert f"DTSTART;VALUE=DATE:{due:%Y%m%d}" in content
        answered = complaint.standing_on(today).dates.answer_due  # told before it is acknowledged too
        assert f"Répondre à la réclamation {complaint.reference}\r\nDTSTART;VALUE=DATE:{answered:%Y%m%d}" in content
        assert CalendarFeed.objects.get().read_on == today

    def test_a_revoked_or_guessed_address_is_nothing(self, client, nadia, complaint):
        first, second = calendar.give_address(nadia), calendar.give_address(nadia)
        assert client.get(reverse("calendar_feed", args=[first])).status_code == 404
        assert client.get(reverse("calendar_feed", args=[second])).status_code == 200
        assert client.get(reverse("calendar_feed", args=["x" * 43])).status_code == 404
        nadia.is_active = False
        nadia.save()
        assert client.get(reverse("calendar_feed", args=[second])).status_code == 404

    def test_the_address_is_shown_once_and_kept_as_a_hash(self, as_nadia, complaint):
        shown = text_of(as_nadia.post(reverse("complaint_calendar"), {"gesture": "give"}))
        token = shown.split("/agenda/")[1].split(".ics")[0]
        assert CalendarFeed.objects.get().token_hash != token
        assert token not in page(as_nadia, "complaint_calendar")
        as_nadia.post(reverse("complaint_calendar"), {"gesture": "revoke"})
        assert CalendarFeed.objects.living().count() == 0


@pytest.mark.parametrize("field", ["contact", "invoice"])
def test_what_is_another_client_s_is_refused_with_a_sentence(as_camille, house, diallo, le_goff, field):
    open_firm()
    theirs = {
        "contact": Contact.objects.create(customer=le_goff, last_name="Le Goff").public_id,
        "invoice": issued(settle(le_goff)).public_id,
    }
    said = {"form": "written", "subject": "Volet", "body": "Il gonfle.", "channel": "post", "client_type": "consumer"}
    answer = as_camille.post(reverse("complaint_receive", args=[diallo.public_id]), {**said, field: theirs[field]})
    words = {"contact": "Cette personne n’est pas un contact de ce client.", "invoice": "Cette facture n’est pas une facture"}
    assert (answer.status_code, words[field] in text_of(answer), Complaint.objects.count()) == (422, True, 0)


def test_people_and_invoices_of_the_whole_family_may_be_chosen(as_camille, house, diallo, le_goff, nadia):
    open_firm()
    alias = create_customer(by=nadia, name="Moussa Diallo", type="consumer", email="moussa@d.example")
    person = Contact.objects.create(customer=alias, last_name="Diallo", email="moussa@d.example", email_key="moussa@d.example")
    bill = issued(settle(alias))
    merge_customers(diallo, alias, by=nadia, reason="la même personne")
    helper = Contact.objects.create(customer=le_goff, last_name="Comptable", email="c@c.example", email_key="c@c.example")
    access.invite(helper, customer=diallo, by=nadia)
    place = reverse("complaint_receive", args=[diallo.public_id])
    assert [one in as_camille.get(place).content.decode() for one in (person.public_id, bill.number, helper.public_id)] == [
        True
    ] * 3
    said = {"form": "written", "subject": "Volet", "body": "Il gonfle.", "channel": "post", "client_type": "consumer"}
    assert as_camille.post(place, {**said, "contact": helper.public_id, "invoice": bill.public_id}).status_code == 302
    made = Complaint.objects.get()
    assert (made.customer, made.contact, made.invoice) == (diallo, helper, bill)


def test_an_invoice_too_old_to_be_offered_may_be_come_from(as_camille, house, diallo, monkeypatch):
    open_firm()
    settle(diallo)
    old, _new = issued(diallo), issued(diallo)
    monkeypatch.setattr("desk.views.complaints.INVOICES_OFFERED", 1)
    place = reverse("complaint_receive", args=[diallo.public_id])
    shown = [as_camille.get(place + query).content.decode() for query in ("", f"?facture={old.public_id}")]
    assert [f'value="{old.public_id}"' in page for page in shown] == [False, True]
    assert f'value="{old.public_id}" selected' in shown[1]
    said = {"form": "written", "subject": "Volet", "body": "Il gonfle.", "channel": "post", "client_type": "consumer"}
    assert as_camille.post(place, {**said, "invoice": old.public_id}).status_code == 302


def test_a_complaint_begins_on_the_board_by_who_complains(as_camille, as_lecture, house, diallo, django_assert_max_num_queries):
    assert reverse("complaint_new") in as_camille.get(reverse("complaints")).content.decode()
    with django_assert_max_num_queries(5):
        found = as_camille.get(reverse("complaint_new"), {"q": "diallo"}).content.decode()
    assert reverse("complaint_receive", args=[diallo.public_id]) in found
    assert "Personne ne répond à cette recherche." in text_of(as_camille.get(reverse("complaint_new"), {"q": "zzzz"}))
    assert as_lecture.get(reverse("complaint_new")).status_code == 403


def test_the_number_of_a_registered_letter_is_kept_and_shown(as_camille, house, diallo, today):
    place = reverse("complaint_receive", args=[diallo.public_id])
    said = {"form": "written", "subject": "Volet", "body": "Il gonfle.", "client_type": "consumer", "number": "1A 203 456 7890 1"}
    wrong = as_camille.post(place, {**said, "channel": "phone"})
    assert (wrong.status_code, "Un numéro de recommandé est celui d’une lettre" in text_of(wrong)) == (422, True)
    assert as_camille.post(place, {**said, "form": "oral", "channel": "post"}).status_code == 422
    assert as_camille.post(place, {**said, "channel": "post"}).status_code == 302
    complaint = Complaint.objects.get()
    fact = complaint.facts.get()
    assert (fact.channel, fact.number) == ("post", "1A 203 456 7890 1")
    shown = page(as_camille, "complaint", complaint.public_id)
    assert "recommandé n° 1A 203 456 7890 1" in shown
    again = reverse("complaint_writing", args=[complaint.public_id])
    assert as_camille.post(again, {"body": "Encore.", "channel": "email", "number": "LRE-7"}).status_code == 302
    assert list(complaint.facts.values_list("number", flat=True)) == ["1A 203 456 7890 1", "LRE-7"]


def test_words_said_to_a_business_speak_of_no_mediator(as_nadia, house, le_goff, diallo, nadia, today):
    """« L’année du médiateur » runs for a consumer only, written or not."""
    said = [
        open_complaint(customer=one, subject="Volet", body="Il gonfle.", channel="phone", written=False, by=nadia, today=today)
        for one in (diallo, le_goff)
    ]
    words = [page(as_nadia, "complaint", one.public_id) for one in said]
    assert [("l’année du médiateur ne court pas" in text, "Le médiateur demande" in text) for text in words] == [
        (True, True),
        (False, False),
    ]
    assert [sentences(one, one.standing_on(today), today=today)[-1] for one in said] == [
        "Tant que rien n’est écrit, l’année du médiateur ne court pas.",
        "Entre professionnels, pas de médiateur de la consommation\u00a0; le Médiateur des entreprises reste possible.",
    ]


def test_words_that_came_by_e_mail_were_not_said(as_camille, house, diallo, today):
    place = reverse("complaint_receive", args=[diallo.public_id])
    said = {"subject": "Volet", "body": "Il gonfle.", "form": "oral", "received_on": str(today), "client_type": "consumer"}
    refused = as_camille.post(place, {**said, "channel": "email"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["channel"])
    assert as_camille.post(place, {**said, "channel": "phone"}).status_code == 302


def test_who_may_not_declare_an_error_reads_who_may(as_camille, as_nadia, complaint):
    words = [page(client, "complaint", complaint.public_id) for client in (as_camille, as_nadia)]
    assert ["Un fait noté au mauvais jour ?" in text for text in words] == [True, False]


def test_what_the_client_says_opens_the_invoice(as_camille, house, diallo, nadia, today):
    open_firm()
    invoice = issued(settle(diallo))
    one = open_complaint(
        customer=diallo,
        subject="Volet",
        body="Il gonfle.",
        channel="phone",
        written=False,
        by=nadia,
        today=today,
        invoice=invoice,
    )
    content = as_camille.get(reverse("complaint", args=[one.public_id])).content.decode()
    assert f'<a href="/factures/{invoice.public_id}/">Au sujet de la facture {invoice.number}</a>' in content
    assert "Téléphone. <a" in content


def test_a_date_beyond_the_line_says_its_year(complaint, nadia, today):
    """« 10 nov. » at both ends of one line would be read as the same day."""
    refuse(complaint, words="Le bois est sain.", by=nadia, today=today)
    one = Complaint.objects.with_facts().get(pk=complaint.pk)
    standing = one.standing_on(today)
    last = draw(one, standing, axis_for([(one, standing)], today), today=today).marks[-1].words
    assert (standing.next.code, str(standing.next.on.year) in last) == ("mediation_last_day", True)
