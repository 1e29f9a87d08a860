"""The queue of reminders: whom to call, what to read, what is ready, what is held and why."""

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tokens import create_token
from crm.customers import create_customer
from crm.models import Company, Customer, Email
from lib import clock
from tact import reminding
from tact.models import Hold, Reminder
from tests.harness.personas import signed_in
from tests.tact.owing import MONDAY, invoice, pay, promised

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_monday(company: Company) -> Iterator[None]:
    """It is Monday morning."""
    with clock.travelling(NOW):
        yield


def text_of(answer: Any) -> str:
    """The words of a page, without its tags."""
    page = re.sub(r"<script.*?</script>|<style.*?</style>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def at(customer: Customer) -> str:
    return f"{reverse('reminders')}?client={customer.public_id}"


def digest(answer: Any) -> str:
    found = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    assert found is not None
    return found[1]


@pytest.fixture
def four(le_goff: Customer, diallo: Customer, karim: User) -> dict[str, Customer]:
    """One to call, one to read, one ready, one held."""
    call = create_customer(by=None, name="SARL Boréal", type="professional", phone="+33639980112")
    read = create_customer(by=None, name="Commune de Valmarais", type="public", email="mairie@valmarais.example")
    for customer in (call, read, le_goff):
        invoice(customer)
    kept = invoice(diallo)
    promised(kept, due_on=date(2026, 11, 25), amount="860.00", author=karim)
    return {"call": call, "read": read, "ready": le_goff, "held": diallo}


def test_the_queue_answers_whom_and_how(four: dict[str, Customer], as_karim: Client) -> None:
    told = text_of(as_karim.get(reverse("reminders")))
    assert "Relances du lundi 23 novembre" in told
    assert (
        "Un client à appeler, un message à lire avec attention, un message prêt. Un client attend, pour une bonne raison." in told
    )
    order = [told.index(words) for words in ("À appeler 1 client", "À lire 1 message", "Prêts 1 message", "Retenus 1 client")]
    assert order == sorted(order)
    assert "Appeler le 06 39 98 01 12" in told
    assert "A promis 860,00 € pour mercredi 25 novembre, noté par Karim aujourd’hui" in told.replace("\u00a0", " ")


def test_the_queue_the_api_and_the_command_say_the_same(four: dict[str, Customer], karim: User, as_karim: Client) -> None:
    page = as_karim.get(reverse("reminders")).content.decode()
    caller = Client(headers={"authorization": f"Bearer {create_token(user=karim, name='t', by=None)}"})
    results = caller.get("/api/v1/reminders/").json()["results"]
    assert [row["decision"] for row in results] == ["call", "soften", "send", "wait"]
    for row in results:
        line = re.search(rf"client={row['customer']}#apercu.*?</li>", page, re.DOTALL)
        assert line is not None
        told = html.unescape(line[0])
        assert row["reasons"][0]["text"] in told
        assert f"/vers/{row['reasons'][0]['ref']['kind']}/{row['reasons'][0]['ref']['id']}/" in told


def test_each_record_says_what_becomes_of_its_reminders(four: dict[str, Customer], as_karim: Client, as_lecture: Client) -> None:
    words = {"call": "À appeler", "read": "Un rappel est prêt", "ready": "Un rappel est prêt", "held": "Rien ne part"}
    for key, customer in four.items():
        page = as_karim.get(reverse("customer", args=[customer.public_id]))
        assert f"{words[key]} : " in text_of(page)
        assert f'href="{reverse("reminders")}?client={customer.public_id}#apercu"' in page.content.decode()
    held = text_of(as_karim.get(reverse("customer", args=[four["held"].public_id]))).replace("\u00a0", " ")
    assert "A promis 860,00 € pour mercredi 25 novembre, noté par Karim aujourd’hui" in held
    reader = as_lecture.get(reverse("customer", args=[four["held"].public_id]))
    assert f"{reverse('reminders')}?client=" not in reader.content.decode()


def test_one_customer_in_full(four: dict[str, Customer], as_karim: Client) -> None:
    told = text_of(as_karim.get(at(four["read"]))).replace("\u00a0", " ")
    assert "J−5 lundi 16 novembre, information" in told
    assert "J+3 aujourd’hui, premier rappel" in told
    assert "Compté depuis l’échéance du vendredi 20 novembre." in told
    assert "J−5 et J+30 tomberaient un jour non travaillé" in told
    assert "On en déduit Un mandat en cours, sans doute : on demande une date." in told
    assert "Lu, envoyer (1 sur 1)" in told


def test_what_is_sent_waits_a_minute_and_is_taken_back(four: dict[str, Customer], as_karim: Client) -> None:
    page = as_karim.get(at(four["ready"]))
    answer = as_karim.post(reverse("reminder_send", args=[four["ready"].public_id]), {"seen": digest(page)}, follow=True)
    assert "Message à Menuiserie Le Goff : il est prêt à partir." in text_of(answer).replace("\u00a0", " ")
    made = Reminder.objects.get()
    assert (made.step, Email.objects.get().state) == ("first", "queued")
    as_karim.post(reverse("reminder_take_back", args=[made.public_id]))
    assert Email.objects.get().state == "cancelled"
    assert "Prêts" in text_of(as_karim.get(reverse("reminders")))


def test_what_changed_since_it_was_seen_does_not_leave(four: dict[str, Customer], as_karim: Client) -> None:
    seen = digest(as_karim.get(at(four["ready"])))
    pay(four["ready"].invoices.get())
    answer = as_karim.post(reverse("reminder_send", args=[four["ready"].public_id]), {"seen": seen}, follow=True)
    assert "Plus rien n’est dû par ce client" in text_of(answer)
    assert not Email.objects.exists()


def test_the_batch_opens_when_each_was_seen(four: dict[str, Customer], as_karim: Client) -> None:
    url = reverse("reminders_send_ready")
    assert "L’envoi groupé s’ouvre quand chaque message a été vu. Rien n’est parti." in text_of(as_karim.post(url, follow=True))
    as_karim.get(at(four["ready"]))
    assert "Envoyer le message prêt" in text_of(as_karim.get(reverse("reminders")))
    as_karim.post(url)
    assert [made.customer for made in Reminder.objects.all()] == [four["ready"]]
    assert Email.objects.get().send_after - clock.real_now() > timedelta(minutes=9)


def test_other_words_keep_the_way_out(four: dict[str, Customer], as_karim: Client) -> None:
    url = reverse("reminder_edit", args=[four["ready"].public_id])
    seen = digest(as_karim.get(at(four["ready"])))
    refused = as_karim.post(url, {"seen": seen, "subject": "Un mot", "body": "Payez."})
    assert (refused.status_code, "{portes}" in text_of(refused)) == (422, True)
    as_karim.post(url, {"seen": seen, "subject": "Un mot", "body": "Bonjour,\n\n{portes}\n\nKarim"})
    assert (Email.objects.get().subject, Reminder.objects.get().edited) == ("Un mot", True)


def test_a_call_is_noted_from_the_queue(four: dict[str, Customer], as_karim: Client) -> None:
    url = reverse("reminder_call", args=[four["call"].public_id])
    wrong = as_karim.post(url, {"words": "Il paiera.", "when": "n’importe quand"})
    assert wrong.status_code == 422
    as_karim.post(url, {"words": "Il paiera.", "mood": "calm", "when": "vendredi", "amount": "860"})
    assert (Reminder.objects.get().how, four["call"].commitments.get(nature="primary").amount) == ("call", 860)
    assert "À appeler" not in text_of(as_karim.get(reverse("reminders")))


def test_tomorrow_and_a_dated_hold(four: dict[str, Customer], as_karim: Client) -> None:
    as_karim.post(reverse("reminder_put_off", args=[four["ready"].public_id]))
    as_karim.post(
        reverse("reminder_hold", args=[four["read"].public_id]), {"when": "1er décembre", "reason": "Conseil municipal"}
    )
    told = text_of(as_karim.get(reverse("reminders"))).replace("\u00a0", " ")
    assert "Remis à demain, par Karim" in told
    assert "Retenu jusqu’à mardi 1er décembre : Conseil municipal, par Karim" in told
    as_karim.post(reverse("reminder_release", args=[Hold.objects.get(tomorrow=False).public_id]))
    assert "Conseil municipal" not in text_of(as_karim.get(reverse("reminders")))


def test_on_a_sunday_the_queue_is_monday_s(four: dict[str, Customer], as_karim: Client) -> None:
    with clock.travelling(NOW - timedelta(days=1)):
        told = text_of(as_karim.get(reverse("reminders"))).replace("\u00a0", " ")
    assert "Relances du lundi 23 novembre" in told
    assert "Aujourd’hui n’est pas un jour de travail : ce qui est approuvé partira lundi 23 novembre à 8 h." in told


def test_a_frozen_reminder_says_who_decided_and_why(four: dict[str, Customer], karim: User, as_camille: Client) -> None:
    made = reminding.note_call(four["call"], by=karim, on=MONDAY, now=NOW, said=reminding.Said())
    told = text_of(as_camille.get(reverse("pointing", args=["reminder", made.public_id]), follow=True))
    assert "Aucune adresse e-mail n’est connue" in told
    assert "Approuvé par Karim" in told


def test_the_formal_notice_is_read_printed_and_noted_with_its_proof(
    le_goff: Customer, karim: User, as_karim: Client, as_nadia: Client
) -> None:
    bill = invoice(le_goff, late=40)
    for step, days in (("first", 37), ("second", 30), ("call", 20)):
        row = Reminder.objects.create(
            customer=le_goff, how="call", decision="call", tone="spoken", step=step, on=MONDAY - timedelta(days=days), amount=860,
            reasons=[], scenario_version=1, approved_by=karim,
        )  # fmt: skip
        row.lines.create(invoice=bill, amount=860, step=step)
    url = reverse("formal_notice", args=[le_goff.public_id])
    assert "Un responsable peut l’envoyer." in text_of(as_karim.get(at(le_goff)))
    assert "Lire la lettre" in text_of(as_nadia.get(at(le_goff)))
    assert "mettons en demeure" in text_of(as_nadia.get(url))
    letter = as_nadia.post(url)["Location"]
    assert as_nadia.post(letter, {"on": MONDAY.isoformat(), "proof": ""}).status_code == 422
    as_nadia.post(letter, {"on": MONDAY.isoformat(), "proof": "1A 234 567 890"})
    assert Reminder.objects.filter(how="letter").count() == 1
    thread = text_of(as_nadia.get(reverse("customer", args=[le_goff.public_id])))
    assert "Mise en demeure" in thread


def test_the_record_tells_what_was_reminded_and_what_was_held(four: dict[str, Customer], karim: User, as_karim: Client) -> None:
    page = as_karim.get(at(four["ready"]))
    as_karim.post(reverse("reminder_send", args=[four["ready"].public_id]), {"seen": digest(page)})
    as_karim.post(reverse("reminder_put_off", args=[four["read"].public_id]))
    records = [as_karim.get(reverse("customer", args=[four[name].public_id])).content.decode() for name in ("ready", "read")]
    assert f"/vers/reminder/{Reminder.objects.get().public_id}/" in records[0]
    assert "Remis à demain, par Karim" in html.unescape(records[1])


def test_today_says_whom_to_call_and_what_waits_in_the_same_words(
    four: dict[str, Customer], as_karim: Client, as_camille: Client
) -> None:
    told = text_of(as_karim.get(reverse("home")))
    assert "à appeler SARL Boréal Aucune adresse e-mail n’est connue." in told
    assert "Un message à lire avec attention, un message prêt Rien ne part sans vous." in told
    assert "SARL Boréal" not in text_of(as_camille.get(reverse("home")))


def test_today_costs_the_same_whatever_is_due(
    four: dict[str, Customer], as_karim: Client, django_assert_max_num_queries: Any
) -> None:
    as_karim.get(reverse("home"))
    for number in range(20):
        invoice(create_customer(by=None, name=f"Client {number}", type="professional", email=f"c{number}@client.example"))
    with django_assert_max_num_queries(20 + 2):
        as_karim.get(reverse("home"))


def test_an_empty_queue_says_so(as_karim: Client) -> None:
    assert "Personne à relancer." in text_of(as_karim.get(reverse("reminders")))


def test_it_costs_the_same_whatever_the_number(
    four: dict[str, Customer], as_karim: Client, django_assert_max_num_queries: Any
) -> None:
    as_karim.get(at(four["read"]))
    for number in range(20):
        invoice(create_customer(by=None, name=f"Client {number}", type="professional", email=f"c{number}@client.example"))
    with django_assert_max_num_queries(12 + 2):
        as_karim.get(at(four["read"]))


PAGES = ("reminder_send", "reminder_edit", "reminder_put_off", "reminder_hold", "reminder_call")


def test_strangers_find_nothing(four: dict[str, Customer], client: Client, as_camille: Client, as_karim: Client) -> None:
    contact = signed_in(User.objects.create_user("anne@example.org", name="Anne"))
    for browser, status in ((client, 302), (contact, 404), (as_camille, 403)):
        assert browser.get(reverse("reminders")).status_code == status
    missing = [as_karim.post(reverse(name, args=["0" * 26])).status_code for name in PAGES]
    assert missing == [404] * 5
    assert as_karim.get(reverse("formal_notice", args=[four["ready"].public_id])).status_code == 403


def test_the_menu_shows_it_to_who_decides(four: dict[str, Customer], as_karim: Client, as_camille: Client) -> None:
    assert ["/relances/" in browser.get(reverse("home")).content.decode() for browser in (as_karim, as_camille)] == [True, False]


def test_the_answer_of_the_api_is_the_command_s(four: dict[str, Customer], karim: User) -> None:
    caller = Client(headers={"authorization": f"Bearer {create_token(user=karim, name='t', by=None)}"})
    assert json.loads(caller.get("/api/v1/reminders/?decision=wait").content)["results"][0]["customer"] == four["held"].public_id
