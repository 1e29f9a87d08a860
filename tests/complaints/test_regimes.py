"""A client recorded as a professional who is found to be a consumer: their complaints take a consumer's rights, and keep them."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from complaints import projecting
from complaints.handling import close, record_fact
from complaints.mediator import needing_the_mediator
from complaints.mistakes import declare_mistaken
from complaints.models import Complaint, ComplaintFact, ComplaintLetter
from complaints.regimes import before_correcting, moved, sentences
from complaints.replying import acknowledge, refuse
from complaints.states import State
from crm.company import update_company
from crm.customers import edit_customer
from crm.merging import merge_customers
from crm.models import Commitment, Company, Customer, Email, Interaction
from lib.errors import Refusal
from lib.french_calendar import add_months
from tests.api.test_api import Api
from tests.complaints.conftest import days
from tests.desk.reading import words as text_of


def read(complaint: Complaint) -> Complaint:
    return Complaint.objects.with_facts().get(pk=complaint.pk)


def put_right(customer: Customer, kind: str, by) -> Customer:
    return edit_customer(Customer.objects.get(pk=customer.pk), by=by, type=kind)


def added(complaint: Complaint) -> int:
    return complaint.facts.filter(kind="consumer_rights").count()


@pytest.mark.parametrize("kind", ["consumer", "unknown"])
def test_the_complaint_of_a_client_put_right_has_every_right_of_a_consumer(business, le_goff, nadia, today, kind):
    sent = days(today, -5)
    before = business.facts.get(kind="written")
    assert read(business).standing_on(today).has_mediation is False
    put_right(le_goff, kind, nadia)
    row = read(business)
    fact = row.facts.get(kind="consumer_rights")
    assert (row.client_type, row.regime, fact.on, fact.author, added(row)) == ("professional", "consumer", today, nadia, 1)
    dates = row.standing_on(today).dates
    assert (dates.sent_on, dates.mediation_last_day) == (sent, add_months(sent, 12))
    assert (dates.client_type, dates.mediation_open_from) == ("consumer", days(dates.answer_due, 1))
    assert row.standing_on(days(today, -1)).has_mediation is False  # what was known the day before is not rewritten
    assert row.facts.get(kind="written").recorded_at == before.recorded_at
    assert needing_the_mediator(today) == [row.reference]
    told = Interaction.objects.get(about_ref=row.public_id, data__fact="consumer_rights")
    assert (told.author, told.summary, told.audience) == (nadia, "Droits d’un particulier reconnus", "house")
    assert told.body.startswith("Type du client corrigé : professionnel, puis ")


def test_a_refusal_then_names_the_mediator_or_does_not_leave(business, le_goff, nadia, today):
    put_right(le_goff, "consumer", nadia)
    Company.objects.update(mediator_agreement_to=None)
    letter = refuse(business, words="Le bois est sain.", by=nadia, today=today, way="post")
    assert (letter.client_type, letter.mediator_name) == ("consumer", "Médiation de l’Estuaire")
    assert "3 quai des Exemples, 44000 Nantes" in letter.text
    assert read(business).standing_on(today).state == State.MEDIATION_OPEN


def test_without_a_mediator_it_is_refused_by_the_gesture_and_by_the_database(company, le_goff, nadia, today, house):
    update_company(by=None, mediator_name="", mediator_postal_address="", mediator_website="")
    from complaints.handling import open_complaint  # inline: after the firm lost its mediator

    late = open_complaint(customer=le_goff, subject="Cotes", body="Fausses.", channel="post", by=nadia, today=today)
    put_right(le_goff, "consumer", nadia)
    with pytest.raises(Refusal, match="médiateur de la"):
        refuse(late, words="Non.", by=nadia, today=today, way="post")
    letter = {
        "complaint": late, "way": "post", "language": "fr", "text_version": "1", "client_type": "professional", "subject": "s",
        "recipient": "r", "text": "Non.", "written_on": today, "kind": "refusal",
    }  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        ComplaintLetter.objects.create(**letter)
    with pytest.raises(DatabaseError), transaction.atomic():
        ComplaintFact.objects.create(complaint=late, kind="refused", on=today)


def test_the_mediator_of_the_firm_is_kept_for_it_by_the_database_too(business, le_goff, nadia):
    Company.objects.update(mediator_name="Médiation")  # a change that keeps them whole passes
    put_right(le_goff, "consumer", nadia)
    with pytest.raises(DatabaseError), transaction.atomic():
        Company.objects.update(mediator_name="")


def test_no_record_becomes_a_consumer_s_by_hand_without_its_complaints(business, le_goff, nadia):
    for kind in ("consumer", "unknown"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE crm_customer SET type = %s WHERE id = %s", [kind, le_goff.pk])
    Customer.objects.filter(pk=le_goff.pk).update(type="public", name="Mairie")
    put_right(le_goff, "consumer", nadia)
    assert Customer.objects.get(pk=le_goff.pk).type == "consumer"


def test_the_reverse_takes_nothing_away(complaint, business, diallo, le_goff, nadia, today):
    before = read(complaint).standing_on(today)
    acknowledge(complaint, by=nadia, today=today, way="post")
    corrected = put_right(diallo, "professional", nadia)
    row = read(complaint)
    assert (row.regime, added(row), row.standing_on(today).dates) == ("consumer", 0, before.dates)
    change = moved(corrected, former="consumer", today=today)
    assert (change.keep, change.gain) == ((row.reference,), ())
    assert sentences(change) == [
        f"Ses réclamations ouvertes ({row.reference}) gardent les droits d’un particulier : ils ne sont jamais retirés."
    ]
    put_right(le_goff, "consumer", nadia)
    put_right(le_goff, "professional", nadia)
    put_right(le_goff, "consumer", nadia)
    assert (read(business).regime, added(business)) == ("consumer", 1)


def test_a_refusal_that_left_before_is_to_be_said_again_with_the_mediator(business, le_goff, nadia, today):
    refuse(business, words="Le bois est sain.", by=nadia, today=today, way="post")
    corrected = put_right(le_goff, "consumer", nadia)
    due = Commitment.objects.get(what=f"Donner au client le nom du médiateur : {business.reference}")
    assert (due.due_on, due.is_open) == (today, True)
    change = moved(corrected, former="professional", today=today)
    assert (change.gain, change.unnamed) == ((business.reference,), (business.reference,))
    again = refuse(business, words="Le bois est sain, nous le maintenons.", by=nadia, today=today, way="post")
    due.refresh_from_db()
    assert ("mediation-estuaire.example" in again.text, due.kept_at is not None, due.released_at) == (True, True, None)


def test_the_name_of_the_mediator_is_owed_again_when_its_letter_reached_nobody(business, le_goff, nadia, today):
    refuse(business, words="Le bois est sain.", by=nadia, today=today, way="post")
    put_right(le_goff, "consumer", nadia)
    again = refuse(business, words="Le bois est sain, nous le maintenons.", by=nadia, today=today, way="email")
    due = Commitment.objects.filter(what=f"Donner au client le nom du médiateur : {business.reference}")
    assert due.get().kept_at is not None
    Email.objects.filter(pk=again.email_id).update(state=Email.State.FAILED)
    assert (projecting.put_right(today=today), due.get().is_open, due.get().kept_at) == (1, True, None)


def test_a_closed_one_has_them_too_when_it_opens_again(business, le_goff, nadia, today):
    refuse(business, words="Le bois est sain.", by=nadia, today=today, way="post")
    close(business, satisfied=False, reason="Plus de nouvelles.", by=nadia, today=today)
    corrected = put_right(le_goff, "consumer", nadia)
    assert (read(business).regime, read(business).standing_on(today).is_open) == ("consumer", False)
    assert not moved(corrected, former="professional", today=today)
    assert needing_the_mediator(today) == [business.reference]


def test_a_record_reunited_with_a_consumer_brings_its_complaints_under_their_rights(business, le_goff, diallo, nadia, today):
    merge_customers(diallo, le_goff, by=nadia, reason="C’est elle.")
    assert (read(business).regime, added(business)) == ("consumer", 1)


def test_two_professional_types_change_nothing(business, le_goff, nadia, today):
    corrected = put_right(le_goff, "non_professional", nadia)
    assert (read(business).regime, added(business), bool(moved(corrected, former="professional", today=today))) == (
        "professional", 0, False,
    )  # fmt: skip


def test_the_rights_are_withdrawn_only_with_a_record_put_right_and_before_the_client_read_of_them(
    business, le_goff, nadia, today
):
    put_right(le_goff, "consumer", nadia)
    fact = business.facts.get(kind="consumer_rights")
    with pytest.raises(Refusal, match="corrigez-la d’abord"):
        declare_mistaken(fact, reason="Non.", by=nadia, today=today)
    put_right(le_goff, "professional", nadia)
    said = declare_mistaken(fact, reason="C’est bien l’entreprise.", by=nadia, today=today)
    assert (said.withdraws, read(business).regime) == (fact, "professional")
    put_right(le_goff, "consumer", nadia)
    fact = business.facts.filter(kind="consumer_rights").latest("pk")
    acknowledge(business, by=nadia, today=today, way="post")
    put_right(le_goff, "professional", nadia)
    with pytest.raises(Refusal, match="Le client a déjà lu"):
        declare_mistaken(fact, reason="Non.", by=nadia, today=today)
    with pytest.raises(DatabaseError), transaction.atomic():
        ComplaintFact.objects.create(complaint=business, kind="mistaken", on=today, withdraws=fact)


def test_what_the_mediator_did_holds_them_too(business, le_goff, nadia, today):
    put_right(le_goff, "consumer", nadia)
    record_fact(business, kind="referred", on=today, by=nadia, today=today, place="Médiation")
    put_right(le_goff, "professional", nadia)
    with pytest.raises(Refusal, match="Le client a déjà lu"):
        declare_mistaken(business.facts.get(kind="consumer_rights"), reason="Non.", by=nadia, today=today)


def test_the_page_of_the_record_warns_before_and_after(as_nadia, business, le_goff, today):
    place = reverse("customer_edit", args=[le_goff.public_id])
    shown = text_of(as_nadia.get(place))
    assert f"Ce client a des réclamations ouvertes : {business.reference}." in shown
    form = as_nadia.get(place).context["form"]
    posted = {name: form[name].value() or "" for name in form.fields}
    posted |= {f"initial-{name}": value for name, value in posted.items()}
    after = text_of(as_nadia.post(place, {**posted, "type": "consumer"}, follow=True))
    assert (
        f"ses réclamations ouvertes ({business.reference}) le sont aussi, et tout refus y donnera le nom du médiateur." in after
    )
    page = text_of(as_nadia.get(reverse("complaint", args=[business.public_id])))
    assert ("Droits d’un particulier reconnus" in page, "Pas de médiateur de la consommation" in page) == (True, False)


def test_a_record_without_complaint_warns_of_nothing(le_goff, today):
    assert before_correcting(le_goff, today=today) == ""


def test_the_api_corrects_and_tells_the_same(business, le_goff, nadia, today):
    api = Api(nadia)
    assert api("GET", f"complaints/{business.public_id}/")[1]["client_type"] == "professional"
    version = api("GET", f"customers/{le_goff.public_id}/")[1]["version"]
    assert api("PATCH", f"customers/{le_goff.public_id}/", {"type": "consumer", "version": version})[0] == 200
    told = api("GET", f"complaints/{business.public_id}/")[1]
    last = date.fromisoformat(told["deadlines"]["mediation_last_day"])
    assert (told["client_type"], last, told["facts"][-1]["kind"]) == (
        "consumer", add_months(days(today, -5), 12), "consumer_rights",
    )  # fmt: skip
