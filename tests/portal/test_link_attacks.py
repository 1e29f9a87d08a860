"""What is tried on the links of mails: guessed, cut, forwarded, revoked, opened by programs, renewed by strangers.

The 100 000 guesses and the times of each answer are measured by `benchmarks/link_guesses.py`."""

import email
import email.policy
import logging
import re
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import limits
from billing import links, questions
from billing.models import AccessLink, Question
from crm.mail_decisions import correct_address
from crm.mail_message import build
from crm.models import Email, Interaction
from crm.outbox import queue_mail
from crm.personal_links import key_of
from lib import clock
from portal import doors
from tests.matrix.rows import differences, fingerprints
from tests.portal.conftest import followed, on, past

pytestmark = pytest.mark.django_db
# What stands for a key in trust.md E6, and what mail programs make of one. None of them opens anything.
MALFORMED = [
    "shared", "null", "0", "[]", "None", "undefined", "true", "*", "%", "..", "-", "_", "1", "admin", "demo", "'", '"', "<b>", "{{key}}",
    "é" * 43, "\u202e" + "A" * 42, "A" * 42, "A" * 44, "A" * 300, "\x00" * 43, "A" * 42 + "=", "A" * 42 + ">", "A" * 42 + ".",
    "'+OR+1=1+--", "F2026-000001",
    "2e87e6b62cda9cb6956af8a09c41f30805f606daa308d48b8b00e6f5234f4ec9",
]  # fmt: skip


def knock(key, *, part="", address="127.0.0.1", verb="get"):
    return getattr(Client(REMOTE_ADDR=address), verb)(f"/f/{quote(key, safe='')}/{part}")


def told(answer):
    """An answer without the address of its form, which is the one that was asked for, nor the form's own key."""
    page = re.sub(r'csrfmiddlewaretoken" value="[^"]*', "", answer.content.decode())
    return answer.status_code, re.sub(r'action="[^"]*"', "", page)


@pytest.fixture
def dead(link):
    """A key of each kind that opens nothing, by name."""
    invoice = link.invoice
    over, closed = (links.mint(invoice, contact=None, address="a@b.example", by=None, on=on(0)) for _ in "ab")
    past(over)
    links.revoke(closed, by=None)
    live = key_of(link.public_id)
    return {
        "unknown": "A" * 43,
        "over": key_of(over.public_id),
        "revoked": key_of(closed.public_id),
        "another case": live.swapcase(),
        "one letter off": ("B" if live[0] != "B" else "C") + live[1:],
        "cut": live[:-1],
        "lengthened": live + "A",
        "the reference": link.public_id,
        "what is kept": link.key_hash,
    }


def test_each_dead_key_is_answered_by_the_same_words_and_the_same_work(dead):
    answers, work = {}, {}
    for place, (name, key) in enumerate(dead.items()):
        knock(key, address=f"198.51.100.{place}")  # what a first visit prepares is done
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answers[name] = told(knock(key, address=f"198.51.100.{place}"))
        work[name] = [re.sub(r"'[^']*'|\b\d[\d.:-]*\b|s\d+_x\d+", "?", query["sql"]) for query in asked]
    assert [name for name in answers if answers[name] != answers["unknown"]] == []
    assert answers["unknown"][0] == 404
    assert [name for name in work if work[name] != work["unknown"]] == []


@pytest.mark.parametrize("key", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_key_is_the_page_of_dead_links(link, key):
    assert told(knock(key)) == told(knock("A" * 43))


def test_a_living_key_is_told_apart(link):
    """The negative control of the two tests above."""
    key = key_of(link.public_id)
    assert told(knock(key)) != told(knock("A" * 43))


def test_who_guesses_waits_and_then_learns_nothing_even_of_a_living_key(link):
    codes = [knock(f"{number:043d}").status_code for number in range(doors.TRIES + 20)]
    assert codes == [404] * doors.TRIES + [429] * 20
    key = key_of(link.public_id)
    with CaptureQueriesContext(connection) as asked:
        answers = {told(knock(one)) for one in (key, "A" * 43)}
    assert len(answers) == 1
    assert [query["sql"] for query in asked if "accesslink" in query["sql"]] == []
    assert knock("A" * 43, part="nouveau/", verb="post").status_code == 429
    assert knock(key, address="203.0.113.9").status_code == 302  # whoever is elsewhere is not made to wait


def test_the_wait_ends_and_ipv6_neighbours_are_one(link, monkeypatch):
    for number in range(doors.TRIES):
        knock(f"{number:043d}", address=f"2001:db8:1:2::{number:x}")
    key = key_of(link.public_id)
    assert knock(key, address="2001:db8:1:2:ffff::1").status_code == 429
    assert knock(key, address="2001:db8:1:3::1").status_code == 302
    moment = clock.real_now().timestamp() + limits.WINDOW
    monkeypatch.setattr(limits, "WINDOW", moment)  # another window of time: its number is another one
    assert knock(key, address="2001:db8:1:2:ffff::1").status_code == 302


@pytest.mark.parametrize("part", ["", "regler/", "question/", "difficulte/"])
def test_programs_that_open_everything_change_nothing_and_log_nobody_in(link, part):
    """A mail scanner follows each link fifty times, by GET and HEAD, and the pages behind it."""
    before, key = fingerprints(), key_of(link.public_id)
    for _time in range(25):
        scanner = Client()
        for verb in ("get", "head"):
            answer = getattr(scanner, verb)(f"/f/{key}/{part}")
            assert answer.status_code == 302
            assert getattr(scanner, verb)(answer["Location"].partition("#")[0]).status_code == 200
        assert "sessionid" not in {name.replace("__Host-", "") for name in scanner.cookies}
        assert scanner.get("/espace/").status_code == 302
    assert differences(before, fingerprints()) == []
    browser, place = followed(link)  # the person comes after the scanner
    assert browser.get(place).status_code == 200


def test_a_forwarded_link_opens_this_document_and_nothing_else(link, invoice):
    """Whoever it was forwarded to reads this invoice and may speak of it; not the client's space, records nor other papers."""
    browser, place = followed(link, Client(REMOTE_ADDR="203.0.113.50"))
    assert browser.get(place).status_code == 200
    closed = ["/espace/", "/espace/documents/", f"/espace/documents/{invoice.public_id}/", "/espace/mes-donnees.json", "/", "/clients/",
              f"/factures/{invoice.public_id}/", f"/clients/{invoice.customer.public_id}/"]  # fmt: skip
    assert {browser.get(page).status_code for page in closed} == {302}
    assert {browser.get(page)["Location"].partition("?")[0] for page in closed} <= {"/compte/login/", "/compte/login/code/"}
    assert browser.post(f"{place}question/", {"line": 1, "words": "Puis-je payer pour lui ?"}).status_code == 302
    row = Interaction.objects.get(kind="question_asked")
    assert row.customer == invoice.customer


def test_revoked_at_once_for_whoever_is_on_the_page(link, karim):
    """The cookie that the link gave dies with it, in both hands: the person's and whoever's it was forwarded to."""
    hands = [followed(link)[0] for _hand in range(2)]
    other = links.mint(link.invoice, contact=None, address="b@c.example", by=None, on=on(0))
    place = f"/document/{link.public_id}/"
    links.revoke(link, by=karim)
    before = fingerprints()
    for browser in hands:
        assert browser.get(place).status_code == 404
        assert browser.get(f"{place}pdf/").status_code == 404
        for verb in ("vu", "question", "en-parler", "virement", "regler"):
            assert browser.post(f"{place}{verb}/", {"words": "x", "help": "word", "line": 1}).status_code == 404, verb
    assert differences(before, fingerprints()) == []
    assert knock(key_of(link.public_id)).status_code == 404
    browser, beside = followed(other)  # the links of other mails live on
    assert browser.get(beside).status_code == 200


def test_a_fresh_link_is_never_sent_where_somebody_asks(link):
    """The form has no address; one that is sent all the same is not read, and the page says what it always says."""
    past(link)
    before = Email.objects.count()
    asked = {"email": "pirate@mal.example", "to": "pirate@mal.example", "address": "pirate@mal.example"}
    keys = (key_of(link.public_id), key_of(link.public_id), "D" * 43, "shared")
    pages = [Client().post(f"/f/{key}/nouveau/", asked) for key in keys]
    assert len({told(page) for page in pages}) == 1
    assert [mail.recipient_email for mail in Email.objects.order_by("pk")[before:]] == ["diallo@example.org"]
    (fresh,) = AccessLink.objects.order_by("-pk")[:1]
    assert (fresh.address, fresh.invoice) == ("diallo@example.org", link.invoice)


def logged(record):
    """A line of the log as the house writes it."""
    (handler,) = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]
    assert handler.filter(record)
    return handler.format(record)


@pytest.mark.parametrize(
    "place", ["/agenda/{}.ics", "/invitation/{}/", "/bienvenue/{}/", "/compte/password/reset/key/1-{}/", "/f/{}/"]
)
def test_no_key_of_any_door_is_written_in_the_log(db, caplog, place):
    """Programmes of calendars ask with verbs we do not answer; each refusal is a line that Django writes with the address."""
    key = "SecretSecretSecretSecretSecretSecretSecret0"
    Client(enforce_csrf_checks=True).post(place.format(key))
    (record,) = caplog.records
    written = logged(record)
    assert (key in written, place.partition("{}")[0].removesuffix("1-") + "…" in written) == (False, True)


def test_the_place_of_a_key_typed_by_hand_is_never_filled(link, reader, karim, le_goff):
    """Who knows the reference of another link (it stands in the address of its page) has it quoted back in a mail of theirs."""
    browser, place = reader
    other = links.mint(link.invoice, contact=None, address="anne@legoff.example", by=None, on=clock.today())
    marked = links.invoice_links(link.invoice, contact=None, address="anne@legoff.example", by=None, on=clock.today()).view
    copied = marked.rpartition("/f/")[2]  # as a colleague reads it in a kept mail
    typed = f"Voyez /f/personnel-{other.public_id}/ et /f/personnel-{other.public_id}{'0' * 20}/ et /f/{copied}"
    browser.post(f"{place}question/", {"line": 1, "words": typed})
    questions.answer(Question.objects.get(), words=f"Oui. {typed}", by=karim)
    (mail,) = Email.objects.filter(key__startswith="answer:")
    content = email.message_from_bytes(build(mail).content, policy=email.policy.default)
    words = "".join(part.get_content() for part in content.walk() if part.get_content_type() in ("text/plain", "text/html"))
    keys = set(re.findall(r"/f/([\w-]{43})/", words))
    assert keys == {key_of(row.public_id) for row in AccessLink.objects.filter(address=mail.recipient_email).order_by("-pk")[:1]}
    assert words.count(f"/f/{copied}") >= 2


def test_a_corrected_address_gets_a_link_that_opens(link, karim):
    with transaction.atomic():
        made = links.invoice_links(link.invoice, contact=None, address="faux@example.org", by=None, on=clock.today()).view
        wrong = queue_mail(key="x", to="faux@example.org", subject="Facture", text=f"La voici : {made}", by=karim)
    Email.objects.filter(pk=wrong.pk).update(state=Email.State.FAILED)
    right = correct_address(wrong, address="juste@example.org", by=karim)
    key = key_of(AccessLink.objects.latest("pk").public_id)
    assert [key in build(one).content.decode() for one in (wrong, right)] == [True, True]


def test_the_key_is_written_nowhere(link, caplog):
    """Neither rows, nor logs, nor the address one ends at, nor what the next site is told."""
    key = key_of(link.public_id)
    browser, place = followed(link)
    page = browser.get(place)
    browser.post(f"{place}question/", {"line": 1, "words": "Quand ?"})
    assert Question.objects.count() == 1
    knock(key + ".")  # a full stop that a mail program took along: a page not found, which Django logs
    assert len(caplog.records) == 1
    written = [logged(record) for record in caplog.records]
    assert "Not Found: /f/…/" in written[0]
    assert key not in "".join([place, page.content.decode(), *written])
    assert page["Referrer-Policy"] == "same-origin"
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert key not in repr(cursor.fetchall()), table
