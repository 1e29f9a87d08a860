"""A dated fact recorded in error: declared so by a new dated fact, still visible, no longer counted, on every side."""

import random
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse

from complaints import states
from complaints.handling import add_writing, close, open_complaint, open_from_portal, record_fact, reopen
from complaints.mistakes import declare_mistaken, may_be_mistaken, standing_without
from complaints.models import Complaint, ComplaintFact
from complaints.proving import keep_proof
from complaints.replying import acknowledge, answer, hold, refuse
from complaints.states import State
from crm import access, attachments
from crm.models import Commitment, Contact, Interaction
from lib.errors import Refusal
from lib.french_calendar import add_months
from tact.contacts import written_or_spoken
from tests.api.test_api import Api
from tests.complaints.conftest import days
from tests.desk.reading import words as text_of
from tests.harness.personas import signed_in


def read(complaint: Complaint) -> Complaint:
    return Complaint.objects.with_facts().get(pk=complaint.pk)


def fact_of(complaint: Complaint, kind: str) -> ComplaintFact:
    return complaint.facts.filter(kind=kind).latest("pk")


def refused(fact: ComplaintFact, *, by, today, reason="Erreur de saisie.") -> str:
    with pytest.raises(Refusal) as told:
        declare_mistaken(fact, reason=reason, by=by, today=today)
    return told.value.message


@pytest.fixture
def person(house, diallo) -> Contact:
    return Contact.objects.create(customer=diallo, last_name="Diallo", email="diallo@example.org", email_key="diallo@example.org")


@pytest.fixture
def his(person, nadia):
    """His browser, which reads every complaint of his record."""
    return signed_in(access.invite(person, by=nadia, sees_all=True).user)


def test_a_wrong_day_is_put_right_by_two_new_facts_and_every_date_follows(complaint, nadia, today):
    wrong = fact_of(complaint, "written")
    add_writing(complaint, body="La même.", channel="post", by=nadia, today=today, sent_on=days(today, -3), number="1A 1")
    assert read(complaint).standing_on(today).dates.sent_on == wrong.on
    said = declare_mistaken(wrong, reason="Le cachet est du mois suivant.", by=nadia, today=today)
    assert (said.kind, said.on, said.author, said.words, said.withdraws) == (
        "mistaken", today, nadia, "Le cachet est du mois suivant.", wrong,
    )  # fmt: skip
    dates = read(complaint).standing_on(today).dates
    assert (dates.sent_on, dates.answer_due) == (days(today, -3), add_months(days(today, -3), 2))
    due = Commitment.objects.get(what__startswith="Répondre", about_ref=complaint.public_id)
    assert (due.due_on, due.is_open) == (dates.answer_due, True)
    assert declare_mistaken(wrong, reason="Autre chose.", by=nadia, today=today) == said
    assert list(complaint.facts.order_by("pk").values_list("kind", flat=True)) == ["written", "written", "mistaken"]


def test_the_only_letter_in_error_leaves_no_complaint_and_none_of_its_words_to_the_client(complaint, his, diallo, nadia, today):
    assert "Volet qui gonfle" in text_of(his.get(reverse("portal:messages")))
    declare_mistaken(fact_of(complaint, "written"), reason="C’était un autre client.", by=nadia, today=today)
    assert read(complaint).standing_on(today).state == State.VOID
    assert (Complaint.objects.open_on(today).count(), Complaint.objects.closed_on(today).count()) == (0, 1)
    assert not Commitment.objects.open().filter(about_ref=complaint.public_id).exists()
    shown = text_of(his.get(reverse("portal:messages")))
    assert ("Volet" in shown, "C’était un autre client" in shown, "pluies" in shown) == (False, False, False)
    assert f"Réclamation {complaint.reference} Nous l’avions enregistrée par erreur." in shown
    assert f"Nous avons rectifié ce que nous avions noté : Réclamation {complaint.reference}." in shown
    told = his.get(reverse("portal:data_json")).content.decode()
    assert ("Volet" in told, "pluies" in told) == (False, False)
    for gesture in (reopen, lambda *a, **k: close(*a, satisfied=True, **k)):
        with pytest.raises(Refusal, match="enregistrée par erreur"):
            gesture(complaint, reason="Si.", by=nadia, today=today)
    with pytest.raises(Refusal, match="enregistrée par erreur"):
        add_writing(complaint, body="Si.", channel="post", by=nadia, today=today)


def test_what_was_recorded_in_error_was_no_contact(complaint, nadia, today):
    rows = Interaction.objects.filter(customer=complaint.customer)
    assert written_or_spoken(rows).count() == 1
    declare_mistaken(fact_of(complaint, "written"), reason="Un autre client.", by=nadia, today=today)
    assert written_or_spoken(rows).count() == 0


def test_what_the_client_wrote_or_received_is_a_fact(person, complaint, nadia, today, house):
    own = open_from_portal(customer=person.customer, contact=person, subject="Retard", body="Trois semaines.")
    assert "Le client l’a écrit lui-même" in refused(fact_of(own, "written"), by=nadia, today=today)
    letter = acknowledge(complaint, by=nadia, today=today)
    assert "Son e-mail attend encore" in refused(fact_of(complaint, "acknowledged"), by=nadia, today=today)
    letter.email.state = "sent"
    letter.email.save()
    assert "Le client a reçu cette lettre" in refused(fact_of(complaint, "acknowledged"), by=nadia, today=today)
    letter.email.state = "failed"
    letter.email.save()
    assert "ne compte déjà pas" in refused(fact_of(complaint, "acknowledged"), by=nadia, today=today)


def test_a_letter_printed_and_never_posted_is_owed_again_and_the_client_reads_so(complaint, his, nadia, today):
    letter = refuse(complaint, words="Le bois est sain.", by=nadia, today=today, way="post")
    proof = keep_proof(letter, on=today, number="1A 2", by=nadia, today=today)
    assert "La preuve de son envoi est gardée" in refused(fact_of(complaint, "refused"), by=nadia, today=today)
    declare_mistaken(proof, reason="Le numéro d’un autre pli.", by=nadia, today=today)
    assert "c’était une erreur de notre part" in text_of(his.get(reverse("portal:messages")))
    declare_mistaken(fact_of(complaint, "refused"), reason="Restée dans le bac.", by=nadia, today=today)
    standing = read(complaint).standing_on(today)
    assert (standing.answer, standing.state, standing.dates.mediation_open_from) == (
        "", State.WRITTEN, days(standing.dates.answer_due, 1),
    )  # fmt: skip
    shown = text_of(his.get(reverse("portal:messages")))
    assert "Nous avions noté cette lettre comme envoyée le" in shown
    assert ("Restée dans le bac" in shown, "1A 2" in shown) == (False, False)
    with pytest.raises(Refusal, match="écrivez-la à nouveau"):
        keep_proof(letter, on=today, number="1A 3", by=nadia, today=today)
    told = text_of(signed_in(nadia).get(reverse("complaint_letter_read", args=[letter.public_id])))
    assert "Enregistré par erreur, déclaré le" in told
    assert ("Elle ne compte pas comme une réponse." in told, "1A 2" in told, "Garder une preuve" in told) == (True, False, False)
    assert refuse(complaint, words="Le bois est sain.", by=nadia, today=today, way="post") != letter


def test_facts_go_in_the_reverse_of_their_order(complaint, nadia, today):
    answer(complaint, decision="favourable", words="Oui.", by=nadia, today=today, way="post")
    for kind in ("client_refused", "referred", "notified"):
        record_fact(complaint, kind=kind, on=today, by=nadia, today=today)
    until = days(today, 100)
    record_fact(complaint, kind="extended", on=today, until=until, by=nadia, today=today)
    assert "« Réponse favorable », du" in refused(fact_of(complaint, "written"), by=nadia, today=today).replace("\u00a0", " ")
    assert "en dépend" in refused(fact_of(complaint, "favourable"), by=nadia, today=today)
    assert "en dépend" in refused(fact_of(complaint, "referred"), by=nadia, today=today)
    assert read(complaint).standing_on(today).dates.mediation_outcome_by == until
    declare_mistaken(fact_of(complaint, "extended"), reason="Une autre affaire.", by=nadia, today=today)
    assert read(complaint).standing_on(today).dates.mediation_outcome_by == days(today, 90)
    for kind in ("notified", "referred", "client_refused", "favourable"):
        declare_mistaken(fact_of(complaint, kind), reason="Une autre affaire.", by=nadia, today=today)
    assert read(complaint).standing_on(today).state == State.WRITTEN


def test_a_closing_in_error_opens_again_and_neither_a_reopening_nor_a_declaration_is_withdrawn(complaint, his, nadia, today):
    closing = close(complaint, satisfied=True, reason="Ajusté.", by=nadia, today=today)
    said = declare_mistaken(closing, reason="Un autre dossier.", by=nadia, today=today)
    assert list(Complaint.objects.open_on(today)) == [complaint]
    assert "Nous l’avions notée close le" in text_of(his.get(reverse("portal:messages")))
    assert "notez-le à nouveau" in refused(said, by=nadia, today=today)
    close(complaint, satisfied=True, reason="Ajusté.", by=nadia, today=today)
    again = reopen(complaint, reason="Il regonfle.", by=nadia, today=today)
    assert "Une réouverture ne se retire pas" in refused(again, by=nadia, today=today)


def test_only_a_responsable_and_with_a_reason(complaint, camille, karim, nadia, today):
    said = record_fact(complaint, kind="listened", on=today, by=camille, today=today, words="Au téléphone.")
    for person in (camille, karim):
        assert "par un responsable" in refused(said, by=person, today=today)
    assert "la raison reste écrite" in refused(said, by=nadia, today=today, reason="  ")
    assert complaint.facts.count() == 2


def test_the_database_refuses_to_change_either_and_a_declaration_of_nothing(complaint, business, nadia, today):
    said = record_fact(complaint, kind="listened", on=today, by=nadia, today=today, words="Non.")
    declare_mistaken(said, reason="Pas elle.", by=nadia, today=today)
    other = fact_of(business, "written")
    for wrong in ({"withdraws": None}, {"withdraws": other}, {"withdraws": said}, {"withdraws": fact_of(complaint, "mistaken")}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ComplaintFact.objects.create(complaint=complaint, kind="mistaken", on=today, **wrong)
    with pytest.raises(DatabaseError), transaction.atomic():
        ComplaintFact.objects.create(complaint=complaint, kind="repaired", on=today, withdraws=fact_of(complaint, "written"))
    for change in (lambda: ComplaintFact.objects.filter(withdraws=said).delete(), lambda: ComplaintFact.objects.update(on=today)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_page_says_what_would_change_then_strikes_it(as_nadia, as_camille, complaint, nadia, today):
    said = record_fact(complaint, kind="listened", on=today, by=nadia, today=today, words="Quatorze minutes.")
    written = fact_of(complaint, "written")
    shown = as_nadia.get(reverse("complaint", args=[complaint.public_id])).content.decode()
    assert [reverse("complaint_mistake", args=[row.public_id]) in shown for row in (said, written)] == [True, True]
    assert "complaint_mistake" not in as_camille.get(reverse("complaint", args=[complaint.public_id])).content.decode()
    place = reverse("complaint_mistake", args=[said.public_id])
    assert as_camille.get(place).status_code == 403
    assert "Aucune date de loi ne change." in text_of(as_nadia.get(place))
    void = text_of(as_nadia.get(reverse("complaint_mistake", args=[written.public_id])))
    assert "elle serait close, comme enregistrée par erreur. Le client lira dans son espace" in void
    assert as_nadia.post(place, {"reason": ""}).status_code == 422
    assert as_nadia.post(place, {"reason": "C’était M. Morel."})["Location"] == reverse("complaint", args=[complaint.public_id])
    page = as_nadia.get(reverse("complaint", args=[complaint.public_id]))
    assert "<del>Quatorze minutes.</del>" in page.content.decode()
    assert "Enregistré par erreur, déclaré le" in text_of(page)
    assert "C’était M. Morel." in text_of(page)
    assert "C’est déjà déclaré." in text_of(as_nadia.get(place))


def test_the_page_tells_that_the_dates_have_changed(as_nadia, complaint, nadia, today):
    add_writing(complaint, body="La même.", channel="post", by=nadia, today=today, sent_on=days(today, -3))
    place = reverse("complaint_mistake", args=[complaint.facts.first().public_id])
    assert "Les dates deviendraient :" in text_of(as_nadia.get(place))
    after = text_of(as_nadia.post(place, {"reason": "Mauvais cachet."}, follow=True))
    assert "Ses dates ont changé. Si le client en connaissait d’autres, écrivez-le-lui." in after


def test_a_declaration_about_the_mediation_is_as_confidential(complaint, as_nadia, as_camille, nadia, today):
    paper = attachments.store([SimpleUploadedFile("saisine.pdf", b"%PDF-1.4")])
    seized = record_fact(complaint, kind="referred", on=today, by=nadia, today=today, words="Un secret", files=paper)
    declare_mistaken(seized, reason="Un autre secret", by=nadia, today=today)
    assert "Un autre secret" in text_of(as_nadia.get(reverse("complaint", args=[complaint.public_id])))
    hers = text_of(as_camille.get(reverse("complaint", args=[complaint.public_id])))
    assert ("secret" in hers, "2 pièces de médiation" in hers) == (False, True)
    assert not Interaction.objects.filter(body__contains="secret").exists()
    assert read(complaint).standing_on(today).state == State.WRITTEN


def test_the_api_declares_and_tells_it(complaint, nadia, camille, today):
    listened = record_fact(complaint, kind="listened", on=today, by=nadia, today=today, words="Non.")
    place, sent = f"complaints/{complaint.public_id}/mistakes/", {"fact": listened.public_id, "reason": "Un autre client."}
    assert Api(camille)("POST", place, sent)[0] == 400
    api = Api(nadia)
    status, told = api("POST", place, sent)
    assert (status, [fact["mistaken"] for fact in told["facts"]]) == (
        200, [None, {"on": today.isoformat(), "reason": "Un autre client."}, None],
    )  # fmt: skip
    assert told["facts"][2]["withdraws"] == listened.public_id
    for wrong in ({"fact": "nothing", "reason": "x"}, {"fact": listened.public_id}):
        assert api("POST", place, wrong)[0] == 400


@pytest.mark.parametrize("seed", range(12))
def test_every_date_is_that_of_the_same_facts_without_the_one_in_error(house, diallo, nadia, today, seed):
    """Roads of chance: whatever may be declared an error is, and on each day all is as had it never been written."""
    chance = random.Random(seed)
    start = days(today, -80)
    one = open_complaint(
        customer=diallo,
        subject="Volet",
        body="Il gonfle.",
        channel="post",
        by=nadia,
        today=today,
        sent_on=start,
        received_on=start,
    )
    for _step in range(9):
        on = days(start, chance.randrange(1, 80))
        kind = chance.choice(
            ["listened", "repaired", "client_refused", "referred", "notified", "extended", "court", "write", "answer"]
        )
        try:
            _walk(one, kind, on, nadia, today)
        except Refusal:
            continue
    declared = 0
    for _turn in range(3):
        rows = [row for row in read(one).counted if _allowed(one, row, nadia)]
        if not rows:
            break
        row = chance.choice(rows)
        others = [other.plain for other in read(one).counted if other.pk != row.pk]
        declare_mistaken(row, reason="Erreur.", by=nadia, today=today)
        declared += 1
        for day in (start, days(start, 40), today, days(today, 30), days(today, 400)):
            alone = states.standing(others, client_type="consumer", zone="national", silence_delay_months=2, today=day)
            assert read(one).standing_on(day) == alone
    assert declared > 0


def _walk(one: Complaint, kind: str, on: date, by, today: date) -> None:
    if kind == "write":
        add_writing(one, body="Encore.", channel="post", by=by, today=today, sent_on=on, received_on=on)
    elif kind == "answer":
        answer(one, decision="partial", words="En partie.", by=by, today=today, way="post")
    else:
        until = days(today, 120) if kind == "extended" else None
        record_fact(one, kind=kind, on=on, by=by, today=today, words="x", until=until, place="Tribunal de Quimper")


def _allowed(one: Complaint, row: ComplaintFact, by) -> bool:
    fresh = read(one)
    same = next(fact for fact in fresh.facts.all() if fact.pk == row.pk)
    return may_be_mistaken(fresh, same, by=by)


def test_what_would_change_is_reckoned_without_writing(complaint, nadia, today):
    add_writing(complaint, body="La même.", channel="post", by=nadia, today=today, sent_on=days(today, -3))
    fresh = read(complaint)
    wrong = min(fresh.facts.all(), key=lambda row: row.pk)
    assert standing_without(fresh, wrong, today=today).dates.sent_on == days(today, -3)
    assert ComplaintFact.objects.filter(kind="mistaken").count() == 0


def test_a_holding_answer_in_error_no_longer_promises(complaint, nadia, today):
    hold(complaint, words="Nous cherchons.", until=days(today, 20), by=nadia, today=today, way="post")
    promised = Commitment.objects.get(what__startswith="Donner la réponse promise")
    assert promised.is_open
    declare_mistaken(fact_of(complaint, "holding"), reason="Jamais postée.", by=nadia, today=today)
    promised.refresh_from_db()
    assert not promised.is_open


def test_both_threads_tell_that_it_was_an_error(complaint, as_nadia, his, nadia, today):
    refuse(complaint, words="Le bois est sain.", by=nadia, today=today, way="post")
    record = reverse("customer", args=[complaint.customer.public_id])
    struck = "Enregistré par erreur, déclaré le"
    assert (struck in text_of(as_nadia.get(record)), "<del>" in his.get(reverse("portal:home")).content.decode()) == (
        False,
        False,
    )
    declare_mistaken(fact_of(complaint, "refused"), reason="Restée dans le bac.", by=nadia, today=today)
    page = as_nadia.get(record)
    html = page.content.decode()
    told = html[html.index("<del>") : html.index("</del>")]
    assert ("Le bois est sain." in told, html.count("<del>"), text_of(page).count(struck)) == (True, 1, 1)
    space = his.get(reverse("portal:home"))
    html = space.content.decode()
    told = html[html.index("<del>") : html.index("</del>")]
    told = told.replace("\u00a0", " ")
    assert (f"Nous vous avons répondu : Réclamation {complaint.reference}" in told, html.count("<del>")) == (True, 1)
    assert "C’était une erreur de notre part, rectifiée le" in text_of(space)


def test_the_thread_says_no_word_of_a_step_of_the_mediation_that_was_an_error(complaint, as_camille, nadia, today):
    seized = record_fact(complaint, kind="referred", on=today, by=nadia, today=today, words="Un secret")
    declare_mistaken(seized, reason="Un autre secret", by=nadia, today=today)
    html = as_camille.get(reverse("customer", args=[complaint.customer.public_id])).content.decode()
    assert ("secret" in html, html.count("<del>")) == (False, 1)


def test_the_letter_itself_recorded_in_error_is_struck_with_its_words(complaint, as_nadia, nadia, today):
    declare_mistaken(fact_of(complaint, "written"), reason="Un autre client.", by=nadia, today=today)
    html = as_nadia.get(reverse("customer", args=[complaint.customer.public_id])).content.decode()
    assert "<del>Le volet de la cuisine ne ferme plus depuis les pluies.</del>" in html
    assert html.count("Enregistré par erreur, déclaré le") == 1
