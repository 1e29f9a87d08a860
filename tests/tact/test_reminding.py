"""Gestures on reminders: nothing leaves without a person, nor when a fact has changed since."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from billing.models import AccessLink, Invoice, TransferNotice
from billing.questions import ask
from complaints.handling import open_complaint
from crm import outbox
from crm.exchanges import log_interaction
from crm.models import Commitment, Company, Customer, Email, Interaction
from lib import clock
from lib.errors import Conflict, Refusal
from tact import reminding
from tact.models import Hold, Reminder
from tact.planning import Planned, plan_one
from tact.reminding import Ready, Said, prepare
from tact.rereading import reason_to_hold
from tests.tact.owing import MONDAY, Nowhere, credited, invoice, pay, promised

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_monday(company: Company) -> Iterator[None]:
    """It is Monday morning."""
    with clock.travelling(NOW):
        yield


def planned(customer: Customer, *, on: date = MONDAY) -> Planned:
    found = plan_one(customer, on=on, now=NOW)
    assert found is not None
    return found


def ready(customer: Customer, by: User, *, on: date = MONDAY) -> Ready:
    found = prepare(planned(customer, on=on), by=by, on=on, company=Company.objects.get())
    assert found is not None
    return found


def approve(customer: Customer, by: User, *, on: date = MONDAY, **more: str) -> Reminder:
    seen = more.pop("seen", "") or ready(customer, by, on=on).message.digest
    return reminding.approve(customer, by=by, on=on, now=NOW, seen=seen, **more)


def test_an_approved_reminder_is_a_mail_that_waits_and_a_frozen_decision(le_goff: Customer, karim: User) -> None:
    bill = invoice(le_goff)
    made = approve(le_goff, karim)
    mail = Email.objects.get()
    assert (made.mail, mail.state, mail.purpose, mail.guard) == (mail, "queued", "reminder", "reminder")
    assert mail.send_after - clock.real_now() > timedelta(seconds=55)
    assert (made.step, made.tone, made.amount, made.approved_by) == ("first", "delicate", Decimal("860.00"), karim)
    assert made.reasons == [{"code": "step", "text": "J+3, premier rappel", "ref": {"kind": "invoice", "id": bill.public_id}}]
    assert [(line.invoice, line.amount, line.step) for line in made.lines.all()] == [(bill, Decimal("860.00"), "first")]
    assert list(Interaction.objects.order_by("pk").values_list("kind", flat=True))[1:] == ["email", "reminder_sent"]
    assert "F2026-000001 de 860,00\u00a0€" in mail.text
    assert "{" not in mail.text


def test_approving_twice_is_approving_once(le_goff: Customer, karim: User) -> None:
    invoice(le_goff)
    seen = ready(le_goff, karim).message.digest
    assert approve(le_goff, karim, seen=seen) == approve(le_goff, karim, seen=seen)
    assert Email.objects.count() == 1


def test_it_leaves_as_it_was_seen_or_not_at_all(le_goff: Customer, karim: User) -> None:
    bill = invoice(le_goff)
    seen = ready(le_goff, karim).message.digest
    pay(bill, "60.00")
    with pytest.raises(Conflict):
        approve(le_goff, karim, seen=seen)
    pay(bill)
    with pytest.raises(Refusal, match="Plus rien n’est dû"):
        approve(le_goff, karim, seen=seen)
    assert not Email.objects.exists()


def test_who_does_not_hold_the_right_approves_nothing(le_goff: Customer, camille: User, karim: User) -> None:
    invoice(le_goff)
    seen = ready(le_goff, karim).message.digest
    with pytest.raises(Refusal, match="droit"):
        approve(le_goff, camille, seen=seen)
    with pytest.raises(Refusal, match="droit"):
        reminding.put_off(le_goff, by=camille, on=MONDAY)


def test_a_person_changes_the_words_but_not_the_way_out(le_goff: Customer, karim: User) -> None:
    bill = invoice(le_goff)
    with pytest.raises(Refusal) as refused:
        approve(le_goff, karim, body="Bonjour, payez.")
    assert "{portes}" in refused.value.message
    made = approve(le_goff, karim, body="Bonjour,\n\nUn mot.\n\n{portes}\n\nKarim", subject="Un mot")
    assert (made.edited, made.mail.subject) == (True, "Un mot")  # type: ignore[union-attr]
    text = made.mail.text  # type: ignore[union-attr]
    links = re.findall(r"^(.+?) http://\S+/f/personnel-\w+/(\w+)/$", text, re.MULTILINE)
    assert links == [("La régler\u00a0:", "regler"), ("En parler\u00a0:", "question"), ("Une difficulté\u00a0?", "difficulte")]
    assert AccessLink.objects.get().invoice == bill


def test_what_is_typed_is_never_compiled(le_goff: Customer, karim: User) -> None:
    invoice(le_goff)
    body = "{{ 7|add:7 }} {% now %} <b>gras</b> ${x}\n\n{portes}"
    made = approve(le_goff, karim, body=body)
    assert made.mail.text.startswith("{{ 7|add:7 }} {% now %} <b>gras</b> ${x}")  # type: ignore[union-attr]
    assert "<b>gras" not in made.mail.html  # type: ignore[union-attr]


def test_a_batch_leaves_after_ten_minutes_and_puts_aside_what_changed(le_goff: Customer, diallo: Customer, karim: User) -> None:
    invoice(le_goff)
    other = invoice(diallo)
    seen = {one.public_id: ready(one, karim).message.digest for one in (le_goff, diallo)}
    pay(other)
    made, aside = reminding.approve_batch(seen, by=karim, on=MONDAY, now=NOW)
    assert ([one.customer for one in made], aside) == ([le_goff], [diallo.name])
    assert made[0].mail.send_after - clock.real_now() > timedelta(minutes=9)  # type: ignore[union-attr]


def test_what_is_approved_on_a_sunday_leaves_on_monday_morning(le_goff: Customer, karim: User) -> None:
    invoice(le_goff)
    sunday = NOW - timedelta(days=1)
    seen = ready(le_goff, karim).message.digest
    made = reminding.approve(le_goff, by=karim, on=MONDAY, now=sunday, seen=seen)
    wait = made.mail.send_after - clock.real_now()  # type: ignore[union-attr]
    assert timedelta(hours=21, minutes=59) < wait < timedelta(hours=22, minutes=1)  # 10 h on Sunday, 8 h on Monday in Paris


def test_tomorrow_is_the_next_working_day_and_once(le_goff: Customer, karim: User) -> None:
    friday = date(2026, 11, 27)
    first = reminding.put_off(le_goff, by=karim, on=friday)
    assert reminding.put_off(le_goff, by=karim, on=friday) == first
    assert first.resume_on == date(2026, 11, 30)
    assert Interaction.objects.filter(kind="reminder_held").count() == 1


def test_a_hold_says_why_until_when_and_is_released_with_a_reason(le_goff: Customer, diallo: Customer, karim: User) -> None:
    invoice(le_goff)
    other = invoice(diallo)
    for wrong in ({"reason": " "}, {"resume_on": MONDAY}, {"invoice": other}):
        fields = {"resume_on": date(2026, 12, 1), "reason": "Deuil dans la famille", **wrong}
        with pytest.raises(Refusal):
            reminding.hold(le_goff, by=karim, today=MONDAY, **fields)  # type: ignore[arg-type]
    held = reminding.hold(le_goff, by=karim, today=MONDAY, resume_on=date(2026, 12, 1), reason="Deuil dans la famille")
    assert (
        planned(le_goff).decision.reasons[0].text
        == "Retenu jusqu’à mardi 1er\u00a0décembre\u00a0: Deuil dans la famille, par Karim"
    )
    reminding.release(held, by=karim, reason="Il a rappelé")
    assert planned(le_goff).decision.decision == "send"
    assert Hold.objects.get().release_reason == "Il a rappelé"


def test_a_call_is_noted_with_what_was_promised(le_goff: Customer, karim: User) -> None:
    bill = invoice(le_goff)
    said = Said(words="Il attend un virement.", mood="calm", pays_on=date(2026, 11, 27), amount=Decimal("400.00"))
    made = reminding.note_call(le_goff, by=karim, on=MONDAY, now=NOW, said=said)
    assert (made.how, [(line.invoice, line.step) for line in made.lines.all()]) == ("call", [(bill, "first")])
    promise = Commitment.objects.get(nature="primary")
    assert (promise.owed_by, promise.amount, promise.due_on) == ("them", Decimal("400.00"), date(2026, 11, 27))
    assert Interaction.objects.get(kind="call").body == "Il attend un virement."
    with pytest.raises(Refusal):
        reminding.note_call(le_goff, by=karim, on=MONDAY, now=NOW, said=Said(pays_on=date(2026, 11, 20)))


def notice_step(customer: Customer, by: User, draft: Invoice | None = None) -> Invoice:
    bill = invoice(customer, late=40, draft=draft)
    for step, days in (("first", 37), ("second", 30), ("call", 20)):
        row = Reminder.objects.create(
            customer=customer, how="call", decision="call", tone="spoken", step=step, on=MONDAY - timedelta(days=days), amount=860,
            reasons=[], scenario_version=1, approved_by=by,
        )  # fmt: skip
        row.lines.create(invoice=bill, amount=860, step=step)
    return bill


@pytest.mark.parametrize("client_type", ["consumer", "non_professional", "unknown", "professional", "public"])
def test_penalties_and_forty_euros_are_for_professionals_and_public_bodies_only(
    client_type: str, le_goff: Customer, karim: User, nadia: User
) -> None:
    notice_step(le_goff, karim)
    Customer.objects.filter(pk=le_goff.pk).update(type=client_type)
    le_goff.refresh_from_db()
    _subject, words = reminding.notice_of(planned(le_goff), by=nadia)
    forbidden = "40\u00a0€" in words or "pénalités" in words
    assert forbidden == (client_type in ("professional", "public"))


@pytest.mark.parametrize(("bought_as", "penalties"), [("consumer", False), ("professional", True), ("", True)])
def test_what_a_professional_bought_for_their_home_bears_no_penalty(
    bought_as: str, penalties: bool, le_goff: Customer, karim: User, nadia: User
) -> None:
    Customer.objects.filter(pk=le_goff.pk).update(type="professional")
    le_goff.refresh_from_db()
    notice_step(le_goff, karim)
    notice_step(le_goff, karim, draft=Invoice(customer=le_goff, client_type=bought_as))
    _subject, words = reminding.notice_of(planned(le_goff), by=nadia)
    assert ("40\u00a0€" in words, "F2026-000001" in words, "F2026-000002" in words) == (penalties, True, True)


# --- as it leaves

FACTS: dict[str, Callable[[Customer, Invoice, User], object]] = {
    "paid": lambda customer, bill, by: pay(bill),
    "credited": lambda customer, bill, by: credited(bill),
    "partly": lambda customer, bill, by: pay(bill, "1.00"),
    "promise": lambda customer, bill, by: promised(bill, due_on=date(2026, 11, 27), amount="860.00", author=by),
    "question": lambda customer, bill, by: ask(bill, words="Pourquoi ?", contact=None),
    "call": lambda customer, bill, by: log_interaction(customer, by=by, kind="call", direction="in", body="Il appelle."),
    "complaint": lambda customer, bill, by: open_complaint(
        customer=customer,
        subject="La porte",
        body="Elle frotte.",
        channel="email",
        by=by,
        today=MONDAY,
        sent_on=MONDAY,
        invoice=bill,
        owner=by,
    ),
    "transfer": lambda customer, bill, by: TransferNotice.objects.create(
        invoice=bill, announced_on=MONDAY, expected_by=date(2026, 11, 26)
    ),
    "hold": lambda customer, bill, by: reminding.hold(
        customer, by=by, today=MONDAY, resume_on=date(2026, 12, 1), reason="Deuil dans la famille"
    ),
    "tomorrow": lambda customer, bill, by: reminding.put_off(customer, by=by, on=MONDAY),
}
WORDS = {
    "paid": "La facture F2026-000001 a été payée depuis : ce rappel n’a plus lieu d’être.",
    "credited": "La facture F2026-000001 a été corrigée par un avoir depuis : ce rappel n’a plus lieu d’être.",
    "partly": "Un règlement est arrivé depuis sur la facture F2026-000001 : relisez ce rappel.",
    "promise": "Depuis l’approbation : A promis 860,00 € pour vendredi 27 novembre, noté par Karim aujourd’hui.",
    "question": "Depuis l’approbation : Question posée aujourd’hui, nous n’avons pas encore répondu.",
    "call": "Depuis l’approbation : Échange aujourd’hui, avec Karim.",
    "complaint": "Depuis l’approbation : Réclamation R2026-000001 sur cette facture, suivie par Karim.",
    "transfer": "Depuis l’approbation : Règlement annoncé aujourd’hui, il est en chemin.",
    "hold": "Depuis l’approbation : Retenu jusqu’à mardi 1er décembre : Deuil dans la famille, par Karim.",
    "tomorrow": "Depuis l’approbation : Remis à demain, par Karim.",
}


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_since_the_approval_holds_the_mail_and_says_so(fact: str, le_goff: Customer, karim: User) -> None:
    bill = invoice(le_goff)
    made = approve(le_goff, karim)
    assert made.mail is not None
    assert reason_to_hold(made.mail) == ""
    FACTS[fact](le_goff, bill, karim)
    reason = reason_to_hold(made.mail)
    assert reason.replace("\u00a0", " ") == WORDS[fact]
    outbox.drain(now=clock.real_now() + timedelta(minutes=2), guards={"reminder": reason_to_hold}, way=Nowhere())
    made.mail.refresh_from_db()
    assert (made.mail.state, made.mail.reason) == ("cancelled" if fact in ("paid", "credited") else "held", reason)
    assert Reminder.objects.done().count() == 0


def test_a_held_reminder_did_nothing_and_is_decided_again(le_goff: Customer, karim: User) -> None:
    invoice(le_goff)
    made = approve(le_goff, karim)
    assert planned(le_goff).decision.reasons[0].code == "leaving"
    outbox.cancel(made.mail, by=karim)  # type: ignore[arg-type]
    assert planned(le_goff).decision.decision == "send"
    assert approve(le_goff, karim) != made


def test_who_paid_yesterday_is_not_written_to_again_today(le_goff: Customer, karim: User) -> None:
    first = invoice(le_goff)
    approve(le_goff, karim)
    Email.objects.update(state=Email.State.SENT)
    pay(first)
    invoice(le_goff, late=2)  # its first step falls the day after
    decision = planned(le_goff, on=MONDAY + timedelta(days=1)).decision
    assert (decision.decision, decision.reasons[0].code, decision.resume_on) == ("wait", "just_reminded", date(2026, 11, 26))
    assert planned(le_goff, on=MONDAY + timedelta(days=3)).decision.decision == "send"


@pytest.mark.parametrize("count", [1, 2])
def test_a_reminder_says_that_the_account_printed_is_not_ours_any_more_and_gives_none(
    le_goff: Customer, karim: User, count: int
) -> None:
    printed, today = "FR7630006000011234567890189", "FR7614508059411234567890167"
    Company.objects.update(iban=printed)
    for _number in range(count):
        invoice(le_goff, printed=printed)
    before = ready(le_goff, karim)
    Company.objects.update(iban=today)
    with pytest.raises(Conflict):  # what was seen did not say it
        reminding.approve(le_goff, by=karim, on=MONDAY, now=NOW, seen=before.message.digest)
    mail = approve(le_goff, karim).mail
    assert mail is not None
    said = "cette facture" if count == 1 else "d’une de ces factures"
    assert f"Notre compte bancaire a changé depuis l’envoi {'de ' if count == 1 else ''}{said}" in mail.text
    assert ("FR76" in mail.text, "0189" in mail.text, "0167" in mail.text) == (False, False, False)
    assert "compte bancaire" not in before.message.body
