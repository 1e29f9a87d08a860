"""The gestures on a complaint: each adds one dated fact with its history, none rewrites, none is done twice."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from complaints import projecting
from complaints.handling import add_writing, close, entrust, open_complaint, open_from_portal, record_fact, reopen
from complaints.models import Complaint, ComplaintFact, ComplaintLetter
from complaints.replying import acknowledge, answer, hold, invite, refuse, send_closing
from complaints.states import State
from crm import access
from crm.addresses import mark_bad
from crm.models import Commitment, Company, Contact, Email, Interaction
from lib import clock
from lib.errors import Conflict, Refusal
from lib.french_calendar import add_months
from tests.billing.house import issued, open_firm, settle
from tests.complaints.conftest import days

BLOCK = "vous pouvez saisir gratuitement le médiateur de la consommation dont nous relevons"


def read(complaint: Complaint) -> Complaint:
    return Complaint.objects.with_facts().get(pk=complaint.pk)


def state(complaint: Complaint, on: date) -> str:
    return read(complaint).standing_on(on).state


def course(complaint: Complaint) -> list[str]:
    return list(complaint.facts.order_by("id").values_list("kind", flat=True))


def history(complaint: Complaint) -> list[tuple[str, str]]:
    rows = Interaction.objects.filter(about_kind="complaint", about_ref=complaint.public_id).order_by("id")
    return [(row.kind, row.about_label) for row in rows]


def owed(complaint: Complaint) -> list[tuple[str, date, bool]]:
    rows = Commitment.objects.filter(about_ref=complaint.public_id).order_by("due_on", "what")
    return [(row.what, row.due_on, row.is_open) for row in rows]


def refused(gesture, *args, **kwargs) -> tuple[str, str]:
    with pytest.raises(Refusal) as told:
        gesture(*args, **kwargs)
    return told.value.field, told.value.message


def test_a_written_complaint_starts_its_dates_from_its_sending(complaint, today):
    sent = days(today, -10)
    year = today.year
    assert complaint.reference == f"R{year}-000001"
    assert course(complaint) == ["written"]
    assert history(complaint) == [("complaint_received", f"Réclamation R{year}-000001")]
    standing = read(complaint).standing_on(today)
    assert (standing.state, standing.dates.sent_on, standing.dates.answer_due) == (State.WRITTEN, sent, add_months(sent, 2))
    assert owed(complaint) == [
        (f"Accuser réception\u00a0: {complaint.reference}", standing.dates.ack_due, True),
        (f"Répondre à la réclamation {complaint.reference}", standing.dates.answer_due, True),
    ]
    assert set(Commitment.objects.values_list("nature", "owed_by")) == {("projected", "us")}


def test_a_34_spoken_then_written(house, diallo, nadia):
    said, wrote = date(2026, 11, 2), date(2026, 11, 21)
    oral = open_complaint(
        customer=diallo,
        subject="Retard",
        body="Il attend depuis trois semaines.",
        channel="phone",
        by=nadia,
        today=said,
        written=False,
    )
    standing = read(oral).standing_on(said)
    assert (standing.state, standing.dates, standing.next.code, standing.next.on) == ("oral", None, "invite", date(2026, 11, 14))
    add_writing(oral, body="Je vous écris donc.", channel="email", by=nadia, today=wrote)
    dates = read(oral).standing_on(wrote).dates
    assert (dates.answer_due, dates.mediation_last_day) == (date(2027, 1, 21), date(2027, 11, 21))


def test_a_32_a_second_letter_is_the_same_case(house, diallo, nadia):
    first, second = date(2026, 11, 21), date(2027, 1, 10)
    case = open_complaint(customer=diallo, subject="Volet", body="Il gonfle.", channel="post", by=nadia, today=first)
    add_writing(case, body="Toujours rien.", channel="post", by=nadia, today=second)
    assert read(case).standing_on(second).dates.mediation_last_day == date(2027, 11, 21)
    assert Complaint.objects.count() == 1


def test_an_earlier_letter_found_later_counts_from_its_own_day(complaint, nadia, today):
    add_writing(
        complaint,
        body="La première.",
        channel="post",
        by=nadia,
        today=today,
        sent_on=days(today, -20),
        received_on=days(today, -18),
    )
    assert read(complaint).standing_on(today).dates.sent_on == days(today, -20)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sent_on": 1}, "sent_on"),
        ({"sent_on": 0, "received_on": 1}, "received_on"),
        ({"sent_on": 0, "received_on": -1}, "received_on"),
        ({"subject": "  "}, "subject"),
        ({"body": " \n "}, "body"),
        ({"channel": ""}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"subject": "x" * 161}, "subject"),
        ({"body": "x" * 20_001}, "body"),
        ({"body": "a\u202eb"}, "body"),
    ],
)
def test_what_cannot_be_is_refused(house, diallo, nadia, today, change, field):
    given = {"subject": "Volet", "body": "Il gonfle.", "channel": "post", **change}
    for name in ("sent_on", "received_on"):
        if name in given:
            given[name] = days(today, given[name])
    assert refused(open_complaint, customer=diallo, by=nadia, today=today, **given)[0] == field
    assert Complaint.objects.count() == 0


def test_a_day_our_texts_do_not_know_is_refused(house, diallo, nadia, today):
    told = refused(
        open_complaint, customer=diallo, subject="Volet", body="Il gonfle.", channel="post", by=nadia, today=today,
        sent_on=date(2015, 12, 31),
    )  # fmt: skip
    assert told[0] == "sent_on"


def test_somebody_elses_person_is_refused(house, diallo, le_goff, nadia, today):
    stranger = Contact.objects.create(customer=le_goff, last_name="Le Goff")
    told = refused(
        open_complaint,
        customer=diallo,
        subject="Volet",
        body="Il gonfle.",
        channel="post",
        by=nadia,
        today=today,
        contact=stranger,
    )
    assert told == ("contact", "Cette personne n’est pas un contact de ce client.")


def test_somebody_elses_document_is_refused(house, diallo, le_goff, nadia, today):
    open_firm()
    theirs, his = issued(settle(le_goff)), issued(settle(diallo))
    given = {"customer": diallo, "subject": "Volet", "body": "Il gonfle.", "channel": "post", "by": nadia, "today": today}
    assert refused(open_complaint, **given, invoice=theirs) == ("invoice", "Cette facture n’est pas une facture de ce client.")
    assert refused(open_complaint, **given, invoice=his, line=theirs.lines.first())[0] == "line"
    found = open_complaint(**given, invoice=his, line=his.lines.first())
    assert list(Complaint.objects.open_on(today).filter(invoice=his)) == [found]


def test_the_same_form_twice_is_one_complaint(house, diallo, nadia, today):
    given = {"customer": diallo, "subject": "Volet", "body": "Il gonfle.", "channel": "post", "by": nadia, "today": today}
    assert open_complaint(**given, key="k") == open_complaint(**given, key="k")
    with pytest.raises(Conflict):
        open_complaint(**{**given, "body": "Autre chose."}, key="k")
    assert Complaint.objects.count() == 1


def test_the_acknowledgement_leaves_once_by_mail(complaint, nadia, today):
    letter = acknowledge(complaint, by=nadia, today=today)
    assert letter.email.recipient_email == "diallo@example.org"
    assert letter.email.text == letter.text
    assert course(complaint) == ["written", "acknowledged"]
    assert state(complaint, today) == State.ACKNOWLEDGED
    assert owed(complaint)[0][2] is False
    assert acknowledge(complaint, by=nadia, today=today) == letter
    assert (course(complaint), Email.objects.count()) == (["written", "acknowledged"], 1)
    assert refused(acknowledge, complaint, by=nadia, today=today, words="Encore")[1] == "Cette lettre est déjà partie."


@pytest.mark.parametrize("fate", ["cancelled", "held", "failed"])
def test_a_mail_that_reaches_nobody_is_no_answer(complaint, nadia, today, fate):
    letter = answer(complaint, decision="favourable", words="Nous venons l’ajuster.", by=nadia, today=today)
    assert state(complaint, today) == State.FAVOURABLE
    Email.objects.filter(pk=letter.email_id).update(state=fate)
    assert state(complaint, today) == State.WRITTEN


def test_a_consumers_refusal_names_the_mediator(complaint, nadia, today):
    letter = refuse(complaint, words="Le bois est sain.", by=nadia, today=today)
    assert BLOCK in letter.text
    assert "www.mediation-estuaire.example" in letter.text
    assert (letter.mediator_name, letter.mediator_website) == ("Médiation de l’Estuaire", "www.mediation-estuaire.example")
    standing = read(complaint).standing_on(today)
    assert (standing.state, standing.dates.mediation_open_from, standing.next.code) == (
        State.MEDIATION_OPEN, today, "mediation_last_day",
    )  # fmt: skip


def test_a_33_a_business_refused_is_told_of_no_consumer_mediator(business, nadia, today):
    letter = refuse(business, words="Les cotes sont les vôtres.", by=nadia, today=today)
    assert BLOCK not in letter.text
    assert "Médiateur des entreprises" in letter.text
    standing = read(business).standing_on(today)
    assert (standing.state, standing.dates.mediation_open_from, standing.dates.mediation_last_day) == (State.REFUSED, None, None)


@pytest.mark.parametrize("lacking", ["mediator_name", "mediator_postal_address", "mediator_website"])
@pytest.mark.parametrize("decision", ["partial", "refused"])
def test_without_a_whole_mediator_no_refusal_leaves(house, diallo, nadia, today, lacking, decision):
    Company.objects.update(**{lacking: ""})
    complaint = open_complaint(customer=diallo, subject="Volet", body="Il gonfle.", channel="post", by=nadia, today=today)
    field, message = refused(answer, complaint, decision=decision, words="Non.", by=nadia, today=today)
    assert (field, "L616-1" in message) == ("decision", True)
    assert (ComplaintLetter.objects.count(), course(complaint)) == (0, ["written"])


def test_a_38_an_agreement_that_ended_needs_a_manager_and_a_reason(complaint, nadia, camille, today):
    Company.objects.update(mediator_agreement_to=days(today, -1))
    camille.granted = ["close_complaints"]
    camille.save()
    assert refused(refuse, complaint, words="Non.", by=nadia, today=today)[0] == "override_reason"
    assert (
        refused(refuse, complaint, words="Non.", by=camille, today=today, override_reason="Renouvelée hier")[0]
        == "override_reason"
    )
    letter = refuse(complaint, words="Non.", by=nadia, today=today, override_reason="Renouvelée hier, signature en route")
    assert (letter.override_reason, letter.mediator_agreement_to) == ("Renouvelée hier, signature en route", days(today, -1))


def test_who_may_not_refuse_does_not(complaint, camille, today):
    assert refused(refuse, complaint, words="Non.", by=camille, today=today)[0] == "decision"
    assert answer(complaint, decision="favourable", words="Oui.", by=camille, today=today).kind == "favourable"


def test_a_holding_answer_never_goes_beyond_the_due_day(complaint, nadia, today):
    due = read(complaint).standing_on(today).dates.answer_due
    assert refused(hold, complaint, words="Le fournisseur tarde.", until=days(due, 1), by=nadia, today=today)[0] == "until"
    hold(complaint, words="Le fournisseur tarde.", until=days(today, 5), by=nadia, today=today)
    falls = read(complaint).standing_on(today).next
    assert (falls.code, falls.on, falls.nature) == ("promised", days(today, 5), "house")


def test_an_oral_complaint_is_invited_to_write(house, diallo, nadia, today):
    oral = open_complaint(
        customer=diallo, subject="Retard", body="Il attend.", channel="phone", by=nadia, today=today, written=False
    )
    letter = invite(oral, by=nadia, today=today)
    assert (letter.kind, read(oral).standing_on(today).next) == ("invitation", None)
    assert refused(refuse, oral, words="Non.", by=nadia, today=today)[1].startswith("Rien n’est encore écrit")


def test_the_road_to_the_mediator(complaint, nadia, today):
    refuse(complaint, words="Le bois est sain.", by=nadia, today=today)
    assert refused(record_fact, complaint, kind="notified", on=today, by=nadia, today=today)[0] == "kind"
    record_fact(complaint, kind="referred", on=today, by=nadia, today=today, place="Médiation de l’Estuaire", number="M-12")
    record_fact(complaint, kind="notified", on=today, by=nadia, today=today)
    assert read(complaint).standing_on(today).dates.mediation_outcome_by == days(today, 90)
    assert refused(record_fact, complaint, kind="extended", on=today, by=nadia, today=today)[0] == "until"
    assert refused(record_fact, complaint, kind="extended", on=today, until=days(today, 90), by=nadia, today=today)[0] == "until"
    record_fact(complaint, kind="extended", on=today, until=days(today, 120), by=nadia, today=today)
    assert read(complaint).standing_on(today).dates.mediation_outcome_by == days(today, 120)
    assert course(complaint) == ["written", "refused", "referred", "notified", "extended"]
    words = Interaction.objects.filter(about_ref=complaint.public_id, kind="complaint_step")
    assert [(row.body, row.data, row.audience) for row in words.order_by("id")] == [("", {}, "house")] * 3


@pytest.mark.parametrize("kind", ["referred", "notified", "proposal"])
def test_no_mediation_for_a_business(business, nadia, today, kind):
    field, message = refused(record_fact, business, kind=kind, on=today, until=today, by=nadia, today=today)
    assert (field, "particuliers" in message) == ("kind", True)


def test_a_fact_to_come_or_before_the_complaint_is_refused(complaint, nadia, today):
    assert refused(record_fact, complaint, kind="court", on=days(today, 1), place="Rennes", by=nadia, today=today)[0] == "on"
    assert refused(record_fact, complaint, kind="court", on=days(today, -11), place="Rennes", by=nadia, today=today)[0] == "on"
    assert refused(record_fact, complaint, kind="written", on=today, by=nadia, today=today)[0] == "kind"


def test_closing_and_reopening_move_no_date(complaint, nadia, today):
    before = read(complaint).standing_on(today).dates
    assert refused(close, complaint, satisfied=False, reason="Plus de nouvelles", by=nadia, today=today)[0] == "satisfied"
    done = close(complaint, satisfied=True, reason="Volet ajusté", by=nadia, today=today)
    assert close(complaint, satisfied=True, reason="Volet ajusté", by=nadia, today=today) == done
    assert not Complaint.objects.open_on(today).exists()
    assert [is_open for _what, _due, is_open in owed(complaint)] == [False, False]
    assert refused(record_fact, complaint, kind="repaired", on=today, by=nadia, today=today)[1].startswith(
        "Cette réclamation est close"
    )
    letter = send_closing(complaint, words="Volet ajusté le 3.", by=nadia, today=today)
    assert send_closing(complaint, words="Volet ajusté le 3.", by=nadia, today=today) == letter
    reopen(complaint, reason="Il regonfle", by=nadia, today=today)
    assert read(complaint).standing_on(today).dates == before
    assert list(Complaint.objects.open_on(today)) == [complaint]
    assert list(Complaint.objects.open_on(days(today, -1))) == [complaint]


def test_entrusting_changes_only_the_owner(complaint, nadia, karim, today):
    entrust(complaint, to=karim, by=nadia, today=today)
    assert Complaint.objects.get().owner == karim
    assert set(Commitment.objects.values_list("owner", flat=True)) == {karim.pk}


def test_from_the_portal(house, diallo):
    person = Contact.objects.create(customer=diallo, last_name="Diallo", email="diallo@example.org")
    found = open_from_portal(
        customer=person.customer, contact=person, subject="Facture fausse", body="La pose était offerte.", key="p"
    )
    assert (found.channel, found.recorded_by, found.contact, course(found)) == ("portal", None, person, ["written"])
    assert read(found).standing_on(clock.today()).dates.sent_on == clock.today()


def test_a_person_is_named_once_on_the_envelope(house, diallo, nadia, today):
    person = diallo.contacts.first()
    diallo.name, diallo.type = f"M. {person.full_name}", "consumer"
    diallo.save()
    told = open_complaint(
        customer=diallo, contact=person, subject="Volet", body="Il gonfle.", channel="post", by=nadia, today=today, sent_on=today
    )
    assert acknowledge(told, by=nadia, today=today).recipient.count(person.full_name) == 1


def test_a_letter_to_nobody_leaves_nothing(complaint, nadia, today):
    mark_bad("diallo@example.org", reason="n’existe plus", by=None, customer=complaint.customer)
    assert refused(acknowledge, complaint, by=nadia, today=today)[0] == "way"
    assert (course(complaint), ComplaintLetter.objects.count(), Email.objects.count()) == (["written"], 0, 0)
    assert acknowledge(complaint, by=nadia, today=today, way="post").email is None


class TestDatabase:
    """What the database refuses by itself, whoever asks."""

    @pytest.mark.parametrize("change", [{"words": "x"}, {"on": date(2030, 1, 1)}])
    def test_a_fact_never_changes(self, complaint, change):
        with pytest.raises(DatabaseError), transaction.atomic():
            ComplaintFact.objects.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            ComplaintFact.objects.all()._raw_delete("default")

    def test_a_letter_never_changes(self, complaint, nadia, today):
        acknowledge(complaint, by=nadia, today=today)
        with pytest.raises(DatabaseError), transaction.atomic():
            ComplaintLetter.objects.update(text="x")
        with pytest.raises(DatabaseError), transaction.atomic():
            ComplaintLetter.objects.all()._raw_delete("default")

    @pytest.mark.parametrize("change", [{"client_type": "professional"}, {"body": "x"}, {"zone": "974"}, {"reference": "R1"}])
    def test_a_complaint_is_never_rewritten(self, complaint, change):
        with pytest.raises(DatabaseError), transaction.atomic():
            Complaint.objects.update(**change)

    def test_a_complaint_is_never_removed(self, complaint):
        with pytest.raises(DatabaseError), transaction.atomic():
            Complaint.objects.all()._raw_delete("default")

    @pytest.mark.parametrize("kind", ["partial", "refusal"])
    @pytest.mark.parametrize(
        "change", [{"mediator_name": ""}, {"mediator_website": ""}, {"mediator_postal_address": ""}, {"text": "Non."}]
    )
    def test_a_consumers_refusal_without_the_mediator(self, complaint, today, kind, change):
        with pytest.raises(DatabaseError), transaction.atomic():
            self.letter(complaint, today, kind=kind, **change)
        assert ComplaintLetter.objects.count() == 0

    def test_a_consumers_refusal_with_the_mediator(self, complaint, today):
        assert self.letter(complaint, today).pk

    def test_a_businesss_refusal_needs_none(self, business, today):
        assert self.letter(business, today, mediator_name="", text="Non.").pk

    def test_an_agreement_that_ended_needs_a_reason(self, complaint, today):
        with pytest.raises(DatabaseError), transaction.atomic():
            self.letter(complaint, today, mediator_agreement_to=days(today, -1))
        assert self.letter(complaint, today, mediator_agreement_to=days(today, -1), override_reason="Renouvelée").pk

    def test_a_refusal_that_is_no_letter(self, complaint, business, today):
        with pytest.raises(DatabaseError), transaction.atomic():
            ComplaintFact.objects.create(complaint=complaint, kind="refused", on=today)
        other = self.letter(complaint, today, kind="acknowledgement")
        with pytest.raises(DatabaseError), transaction.atomic():
            ComplaintFact.objects.create(complaint=complaint, kind="refused", on=today, letter=other)
        assert ComplaintFact.objects.create(complaint=business, kind="refused", on=today).pk

    def letter(self, complaint, today, **change):
        given = {
            "kind": "refusal", "mediator_name": "M", "mediator_postal_address": "A", "mediator_website": "W", "text": "Non. M, A, W.",
            **change,
        }  # fmt: skip
        return ComplaintLetter.objects.create(
            complaint=complaint, way="post", language="fr", text_version="1", client_type="consumer", subject="s", recipient="r",
            written_on=today, **given,
        )  # fmt: skip


def test_a_letter_in_the_space_needs_somebody_who_reads_it_there(complaint, diallo, nadia, today):
    with pytest.raises(Refusal) as refused:
        refuse(complaint, words="Non.", by=nadia, today=today, way="portal")
    assert list(refused.value.errors) == ["way"]
    person = Contact.objects.create(customer=diallo, last_name="Diallo", email="d@example.org", email_key="d@example.org")
    given = access.invite(person, by=nadia)
    with pytest.raises(Refusal):  # theirs alone: this complaint is not
        refuse(complaint, words="Non.", by=nadia, today=today, way="portal")
    access.end(given, by=nadia)
    access.invite(person, sees_all=True, by=nadia)
    assert refuse(complaint, words="Non.", by=nadia, today=today, way="portal").email is None


@pytest.mark.parametrize("fate", ["cancelled", "held", "failed"])
def test_what_a_lost_letter_had_kept_is_owed_again_until_it_leaves(complaint, nadia, today, fate):
    letter = answer(complaint, decision="favourable", words="Nous venons l’ajuster.", by=nadia, today=today)
    owed = Commitment.objects.filter(about_ref=complaint.public_id, what__startswith="Répondre")
    assert (owed.get().kept_at is not None, projecting.put_right(today=today)) == (True, 0)
    Email.objects.filter(pk=letter.email_id).update(state=fate)
    assert (projecting.put_right(today=today), projecting.put_right(today=today)) == (1, 0)
    assert owed.get().is_open
    Email.objects.filter(pk=letter.email_id).update(state="sent", settled_at=clock.now())
    assert (projecting.put_right(today=today), owed.get().kept_at is not None) == (1, True)
