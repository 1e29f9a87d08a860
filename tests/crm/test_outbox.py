"""Mail out: a row first, time to take it back, facts read again, sent once or explained."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction

from crm import outbox
from crm.addresses import mark_bad, restore
from crm.exchanges import erase_interaction
from crm.mail_decisions import consider_sent, correct_address, give_up, resend
from crm.models import BadAddress, Company, Contact, Email, Interaction
from crm.transport import Smtp, SmtpSettings
from lib import clock
from lib.errors import Conflict, Refusal
from tests.harness.smtp import Sink

State = Email.State


@pytest.fixture
def sink(company):
    with Sink() as server:
        yield server


def way_to(sink, **options):
    return Smtp(SmtpSettings("127.0.0.1", sink.port, "none"), **options)


def queue(customer, by, *, key="k1", to="anne@legoff.example", **options):
    with transaction.atomic():
        return outbox.queue_mail(
            key=key, to=to, subject="Votre rendez-vous", text="Bonjour,\nà lundi.", by=by, customer=customer, **options
        )


def later(**distance):
    return clock.real_now() + timedelta(**(distance or {"minutes": 2}))


def state_of(email):
    email.refresh_from_db()
    return email.state


def test_a_mail_is_a_row_with_its_line_of_history_and_no_second_copy_of_its_words(company, le_goff, camille):
    email = queue(le_goff, camille)
    row = Interaction.objects.get(kind="email")
    assert (email.interaction, row.customer, row.author, row.body, row.audience) == (row, le_goff, camille, "", "contact")
    assert (email.state, email.sender_email, email.reply_to) == (
        "queued",
        "bonjour@atelier-morvan.example",
        "bonjour@atelier-morvan.example",
    )


def test_one_key_is_one_mail(company, le_goff, camille):
    assert queue(le_goff, camille) == queue(le_goff, camille)
    assert (Email.objects.count(), Interaction.objects.filter(kind="email").count()) == (1, 1)


def test_it_is_written_only_in_the_transaction_of_its_fact(committing):
    with pytest.raises(RuntimeError):
        outbox.queue_mail(key="k", to="a@b.example", subject="s", text="t", by=None)


def test_nothing_leaves_before_the_countdown_is_over(sink, le_goff, camille):
    email = queue(le_goff, camille)
    outbox.drain(now=clock.real_now() + timedelta(seconds=58), way=way_to(sink))
    assert (state_of(email), sink.received) == (State.QUEUED, [])
    outbox.drain(now=clock.real_now() + timedelta(seconds=61), way=way_to(sink))
    assert (state_of(email), len(sink.received)) == (State.SENT, 1)


def test_what_arrives_is_one_message_to_one_person_with_a_fixed_identity(sink, le_goff, camille):
    email = queue(le_goff, camille, to_name="Anne Le Goff")
    outbox.drain(now=later(), way=way_to(sink))
    (received,) = sink.received
    message = received.message
    assert (received.sender, received.recipients) == ("bonjour@atelier-morvan.example", ["anne@legoff.example"])
    assert message["To"] == "Anne Le Goff <anne@legoff.example>"
    assert message["From"] == "Atelier Morvan <bonjour@atelier-morvan.example>"
    assert message["Reply-To"] == "bonjour@atelier-morvan.example"
    assert message["Message-ID"] == email.message_id
    assert (message["Cc"], message["Bcc"], message["Auto-Submitted"]) == (None, None, None)
    assert message["Date"] is not None
    assert received.words() == "Bonjour,\nà lundi."
    assert "<p>Bonjour,<br>à lundi.</p>" in received.words("html")


def test_an_automatic_mail_says_so(sink, le_goff):
    queue(le_goff, None)
    outbox.drain(now=later(), way=way_to(sink))
    assert sink.received[0].message["Auto-Submitted"] == "auto-generated"


def test_a_line_that_begins_with_a_dot_arrives_with_it(sink, le_goff, camille):
    with transaction.atomic():
        outbox.queue_mail(key="k", to="a@b.example", subject="s", text=".\n..\n.fin", by=camille, customer=le_goff)
    outbox.drain(now=later(), way=way_to(sink))
    assert sink.received[0].words() == ".\n..\n.fin"


def test_a_mail_taken_back_never_leaves_and_is_not_the_client_s_to_see(sink, le_goff, camille):
    email = queue(le_goff, camille)
    outbox.cancel(email, by=camille)
    outbox.cancel(email, by=camille)
    outbox.drain(now=later(), way=way_to(sink))
    assert (state_of(email), sink.received) == (State.CANCELLED, [])
    assert (email.interaction.audience, email.text, email.settled_by) == ("house", "Bonjour,\nà lundi.", camille)
    assert [decision["what"] for decision in email.decisions] == ["cancelled"]


def test_what_has_left_cannot_be_taken_back(sink, le_goff, camille):
    email = queue(le_goff, camille)
    outbox.drain(now=later(), way=way_to(sink))
    with pytest.raises(Refusal):
        outbox.cancel(email, by=camille)
    assert state_of(email) == State.SENT


@pytest.mark.parametrize(
    ("to", "state", "bad", "stop_at"),
    [
        ("wait@x.example", State.QUEUED, 0, 1),
        ("later@x.example", State.QUEUED, 0, 1),
        ("leave@x.example", State.QUEUED, 0, 1),
        ("unknown@x.example", State.FAILED, 1, 1),
        ("full@x.example", State.FAILED, 0, 1),
        ("unwanted@x.example", State.FAILED, 0, 1),
        ("spam@x.example", State.FAILED, 0, 1),
        ("drop@x.example", State.UNCERTAIN, 0, 1),
    ],
)
def test_each_answer_of_a_server_has_its_consequence(sink, le_goff, camille, to, state, bad, stop_at):
    email = queue(le_goff, camille, to=to)
    outbox.drain(now=later(), way=way_to(sink))
    outbox.drain(now=later(), way=way_to(sink))
    assert (state_of(email), BadAddress.objects.count(), email.attempts) == (state, bad, stop_at)
    assert email.reason != ""


def test_a_refusal_of_one_does_not_stop_the_others(sink, le_goff, diallo, camille):
    queue(le_goff, camille, key="k1", to="unknown@x.example")
    queue(diallo, camille, key="k2", to="wait@x.example")
    good = queue(diallo, camille, key="k3", to="diallo@example.org")
    other = queue(le_goff, camille, key="k4", to="anne@legoff.example")
    done = outbox.drain(now=later(), way=way_to(sink))
    assert (done.sent, done.failed, done.put_off, sink.connections) == (1, 1, 1, 1)
    assert state_of(other) == State.SENT
    assert state_of(good) == State.QUEUED  # behind a message to the same client that waits


def test_a_server_that_hangs_after_the_content_leaves_an_uncertain_mail(sink, le_goff, camille):
    email = queue(le_goff, camille, to="hang@x.example")
    done = outbox.drain(now=later(), way=way_to(sink, timeout=4))
    assert (state_of(email), done.uncertain) == (State.UNCERTAIN, 1)


def test_a_server_asked_again_is_asked_at_longer_and_longer_intervals_then_a_person_is(sink, le_goff, camille):
    email = queue(le_goff, camille, to="wait@x.example")
    now, waits = later(), []
    for _try in range(8):
        outbox.drain(now=now, way=way_to(sink))
        email.refresh_from_db()
        if email.state == State.QUEUED:
            waits.append(round((email.retry_at - now).total_seconds() / 60))
            now = email.retry_at
    assert waits == [2, 10, 30, 120, 360, 720, 1440]
    assert (email.state, email.attempts, email.is_to_decide) == (State.FAILED, 8, True)


def test_a_refused_address_is_written_in_the_history_of_the_client(sink, le_goff, camille):
    queue(le_goff, camille, to="unknown@x.example")
    outbox.drain(now=later(), way=way_to(sink))
    row = Interaction.objects.get(kind="address_refused")
    assert (row.customer, row.author, row.data["address"]) == (le_goff, None, "unknown@x.example")
    with pytest.raises(Refusal):
        queue(le_goff, camille, key="k2", to="Unknown@X.example")


def test_an_address_marked_between_writing_and_sending_holds_the_mail(sink, le_goff, camille):
    email = queue(le_goff, camille)
    mark_bad("anne@legoff.example", reason="Elle ne travaille plus là.", by=camille)
    outbox.drain(now=later(), way=way_to(sink))
    assert (state_of(email), sink.received) == (State.HELD, [])
    assert email.reason == "L’adresse ne répond plus\u00a0: Elle ne travaille plus là."


def test_an_address_restored_is_written_to_again(sink, le_goff, camille):
    mark_bad("anne@legoff.example", reason="Refusée.", by=None, customer=le_goff)
    mark_bad("anne@legoff.example", reason="Encore.", by=None, customer=le_goff)
    restore("Anne@legoff.example", by=camille, customer=le_goff)
    kinds = Interaction.objects.filter(kind__startswith="address_").order_by("id").values_list("kind", "author")
    assert list(kinds) == [("address_refused", None), ("address_restored", camille.pk)]
    queue(le_goff, camille)
    assert outbox.drain(now=later(), way=way_to(sink)).sent == 1


def test_facts_are_read_again_by_the_rooms_above(sink, le_goff, diallo, camille):
    held = queue(le_goff, camille, key="k1", guard="invoice:F1")
    sent = queue(diallo, camille, key="k2", to="diallo@example.org", guard="free")
    unknown = queue(diallo, camille, key="k3", to="diallo@example.org", guard="no such room")
    guards = {"invoice:F1": lambda email: "Cette facture vient d’être réglée.", "free": lambda email: ""}
    outbox.drain(now=later(), way=way_to(sink), guards=guards)
    assert [state_of(email) for email in (held, sent, unknown)] == [State.HELD, State.SENT, State.HELD]
    assert held.reason == "Cette facture vient d’être réglée."


def test_what_changed_on_the_record_is_asked_once(sink, le_goff, diallo, camille):
    anne = Contact.objects.create(
        customer=le_goff, last_name="Le Goff", email="anne@legoff.example", email_key="anne@legoff.example"
    )
    moved = queue(le_goff, camille, key="k1", contact=anne)
    Contact.objects.filter(pk=anne.pk).update(email="a@legoff.example", email_key="a@legoff.example")
    merged = queue(diallo, camille, key="k2", to="diallo@example.org")
    type(diallo).objects.filter(pk=diallo.pk).update(merged_into=le_goff)
    stale = queue(None, camille, key="k3", to="x@y.example", delay=timedelta(days=-4))
    outbox.drain(now=later(), way=way_to(sink))
    assert [state_of(email) for email in (moved, merged, stale)] == [State.HELD] * 3
    for email in (moved, merged, stale):
        resend(email, by=camille)
    outbox.drain(now=later(), way=way_to(sink))
    outbox.drain(now=later(), way=way_to(sink))
    assert [state_of(email) for email in (moved, merged, stale)] == [State.SENT] * 3


def test_erased_words_never_leave(sink, le_goff, camille):
    email = queue(le_goff, camille)
    erase_interaction(email.interaction, by=camille, reason="Mauvais client.")
    outbox.drain(now=later(), way=way_to(sink))
    assert (state_of(email), sink.received) == (State.HELD, [])
    with pytest.raises(Refusal):
        resend(email, by=camille)


def test_a_dead_worker_leaves_an_uncertain_mail_that_nobody_retries_but_a_person(sink, le_goff, camille):
    email = queue(le_goff, camille)
    Email.objects.update(state=State.SENDING, claim="dead", lease_until=later(minutes=5))
    outbox.drain(now=later(minutes=4), way=way_to(sink))
    assert state_of(email) == State.SENDING
    outbox.drain(now=later(minutes=6), way=way_to(sink))
    outbox.drain(now=later(minutes=60), way=way_to(sink))
    assert (state_of(email), sink.received) == (State.UNCERTAIN, [])
    again = resend(email, by=camille)
    outbox.drain(now=later(minutes=2), way=way_to(sink))
    assert (state_of(email), sink.received[0].message["Message-ID"]) == (State.SENT, again.message_id)


def test_a_late_worker_that_did_send_settles_its_own_doubt(sink, le_goff, camille):
    email = queue(le_goff, camille)
    way = way_to(sink)
    deliver = way.deliver

    def slowly(message):  # as if the machine had slept during the sending
        deliver(message)
        outbox.drain(now=later(minutes=30), way=way_to(sink))
        assert state_of(email) == State.UNCERTAIN

    way.deliver = slowly
    outbox.drain(now=later(), way=way)
    assert (state_of(email), len(sink.received)) == (State.SENT, 1)


def test_a_late_worker_does_not_undo_a_decision(sink, le_goff, camille):
    email = queue(le_goff, camille)
    way = way_to(sink)

    def slowly(message):
        outbox.drain(now=later(minutes=30), way=way_to(sink))
        give_up(Email.objects.get(), by=camille)

    way.deliver = slowly
    outbox.drain(now=later(), way=way)
    assert (state_of(email), email.settled_by) == (State.CANCELLED, camille)


def test_decisions_say_who_and_are_taken_once(sink, le_goff, camille, karim):
    email = queue(le_goff, camille, to="drop@x.example")
    outbox.drain(now=later(), way=way_to(sink))
    consider_sent(email, by=karim)
    assert (state_of(email), email.settled_by, email.is_to_decide) == (State.SENT, karim, False)
    assert [(decision["what"], decision["by"]) for decision in email.decisions] == [("considered_sent", karim.pk)]
    with pytest.raises(Conflict):
        give_up(email, by=camille)


def test_a_refused_mail_can_go_to_a_corrected_address(sink, le_goff, camille):
    email = queue(le_goff, camille, to="unknown@x.example")
    outbox.drain(now=later(), way=way_to(sink))
    with pytest.raises(Refusal):
        resend(email, by=camille)
    with pytest.raises(Refusal):
        consider_sent(email, by=camille)
    with pytest.raises(Refusal) as refusal:
        correct_address(email, address="deux@x.example, trois@x.example", by=camille)
    assert refusal.value.field == "address"
    new = correct_address(email, address="anne@legoff.example", by=camille)
    outbox.drain(now=later(), way=way_to(sink))
    assert (state_of(email), email.recipient_email, email.is_to_decide) == (State.FAILED, "unknown@x.example", False)
    assert (state_of(new), sink.received[0].recipients) == (State.SENT, ["anne@legoff.example"])


def test_a_server_down_for_a_day_loses_nothing_and_keeps_each_client_s_order(sink, le_goff, diallo, camille):
    sink.stop()
    for number in range(20):
        queue(
            le_goff if number % 2 else diallo,
            camille,
            key=f"k{number}",
            to=f"n{number}@x.example",
            delay=timedelta(minutes=20 - number),
        )
    start = clock.real_now()
    for hour in range(24):
        done = outbox.drain(now=start + timedelta(hours=hour), way=way_to(sink))
    assert done.trouble.startswith("Le serveur d’envoi refuse la connexion.")
    first = outbox.waiting_since(start + timedelta(hours=1))
    assert (first.reason, Email.objects.filter(attempts=0, state=State.QUEUED).count()) == (done.trouble, 20)
    sink.start()
    outbox.drain(now=start + timedelta(hours=24), way=way_to(sink))
    order = [received.recipients[0] for received in sink.received]
    assert Email.objects.filter(state=State.SENT).count() == 20
    assert [one for one in order if int(one[1:].split("@")[0]) % 2] == [f"n{n}@x.example" for n in range(1, 20, 2)]
    assert [one for one in order if not int(one[1:].split("@")[0]) % 2] == [f"n{n}@x.example" for n in range(0, 20, 2)]


def test_a_server_that_refuses_our_own_address_stops_the_sweep_and_loses_nothing(sink, le_goff, diallo, camille):
    sink.refuse_sender = "553 5.7.1 not your address"
    one, two = queue(le_goff, camille, key="k1"), queue(diallo, camille, key="k2", to="diallo@example.org")
    done = outbox.drain(now=later(), way=way_to(sink))
    assert (done.put_off, state_of(one), state_of(two), two.attempts) == (1, State.QUEUED, State.QUEUED, 0)
    assert one.reason == "Le serveur refuse notre adresse d’expédition\u00a0: 553 5.7.1 not your address"


def test_without_a_server_a_real_house_keeps_its_mail(settings, company, le_goff, camille):
    settings.INSTALLATION_KIND = "real"
    email = queue(le_goff, camille)
    assert outbox.drain(now=later()) == outbox.Drained()
    assert state_of(email) == State.QUEUED


def test_a_sender_given_later_is_the_one_that_writes(sink, le_goff, camille):
    Company.objects.update(email="")
    email = queue(le_goff, camille)
    Company.objects.update(sender_email="accueil@atelier-morvan.example")
    outbox.drain(now=later(), way=way_to(sink))
    assert (state_of(email), sink.received[0].sender) == (State.SENT, "accueil@atelier-morvan.example")


def test_account_mail_leaves_at_once_is_nobody_s_reading_and_is_erased(sink, nadia):
    mail.get_connection("crm.mailing.OutboxBackend").send_messages(
        [mail.EmailMessage("Votre code", "Code : KXNM-PRTW", to=["nadia@demo.example"])]
    )
    email = Email.objects.get()
    assert (email.purpose, email.customer, email.interaction, list(Email.objects.visible_to(nadia))) == (
        "account",
        None,
        None,
        [],
    )
    outbox.drain(now=clock.real_now() + timedelta(seconds=1), way=way_to(sink))
    assert (state_of(email), email.text, email.html) == (State.SENT, "", "")
    assert sink.received[0].words() == "Code : KXNM-PRTW\n"


@pytest.mark.parametrize(("to", "state"), [("unknown@x.example", "failed"), ("drop@x.example", "uncertain")])
def test_account_mail_that_did_not_leave_is_erased_too(sink, nadia, to, state):
    mail.get_connection("crm.mailing.OutboxBackend").send_messages([mail.EmailMessage("Votre code", "KXNM-PRTW", to=[to])])
    outbox.drain(now=clock.real_now() + timedelta(seconds=1), way=way_to(sink))
    assert Email.objects.values_list("state", "text", "html").get() == (state, "", "")
    assert BadAddress.objects.count() == 0  # a person of the house must still be able to come in


def test_a_code_that_is_too_old_is_not_sent(sink, nadia):
    mail.get_connection("crm.mailing.OutboxBackend").send_messages(
        [mail.EmailMessage("Votre code", "KXNM-PRTW", to=["nadia@demo.example"])]
    )
    outbox.drain(now=later(hours=2), way=way_to(sink))
    assert Email.objects.values_list("state", "text").get() == ("cancelled", "")
    assert sink.received == []
