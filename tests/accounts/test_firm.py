"""Who the firm is: written by a page, a file or the API, judged by one gesture."""

import json
import socket
import struct
import zlib
from decimal import Decimal

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from accounts import vault
from accounts.models import AuditEntry, Role
from crm import transport
from crm.company import approve_bank_change, update_company
from crm.company_checks import company_from_json, company_to_json
from crm.mail_trial import send_trial
from crm.models import BankChange, Company
from lib.errors import Conflict, Refusal
from tests.harness.personas import PASSWORD, member

pytestmark = pytest.mark.django_db
IBAN = "FR7630006000011234567890189"
OTHER_IBAN = "FR1420041010050500013M02606"
FILE = {
    "name": "Atelier Morvan", "legal_form": "SARL", "capital": "10 000", "siren": "732 829 320", "siret": "732 829 320 00074",
    "vat_number": "FR44 732829320", "rcs": "RCS Quimper 732 829 320", "address": "3 rue du Port", "postal_code": "29000",
    "city": "Quimper", "country": "FR", "vat_regime": "normal", "iban": "FR76 3000 6000 0112 3456 7890 189",
    "account_holder": "ATELIER MORVAN SARL", "email": "bonjour@atelier-morvan.example",
    "mediator": {"name": "CM2C", "postal_address": "49 rue de Ponthieu, 75008 Paris", "website": "www.cm2c.net"},
}  # fmt: skip


def written(tmp_path, data):
    path = tmp_path / "maison.json"
    path.write_text(json.dumps(data), "utf-8")
    return str(path)


def test_a_file_writes_the_firm_and_says_what_changed(tmp_path, capsys):
    call_command("company", written(tmp_path, FILE))
    firm = Company.objects.get()
    assert (firm.siret, firm.vat_number, firm.capital, firm.rcs, firm.iban) == (
        "73282932000074", "FR44732829320", Decimal("10000.00"), "Quimper", IBAN,
    )  # fmt: skip
    assert firm.mediator_website == "https://www.cm2c.net"
    assert len(capsys.readouterr().out.splitlines()) == 16
    call_command("company", written(tmp_path, FILE))
    assert capsys.readouterr().out == "Rien à changer : la maison est déjà ainsi.\n"


def test_every_wrong_field_is_named_and_nothing_is_half_done(tmp_path):
    wrong = {
        **FILE,
        "siren": "732829321",
        "iban": "FR7630006000011234567890188",
        "postal_code": "2900",
        "email": "deux@a.fr,b@c.fr",
    }
    with pytest.raises(CommandError) as refused:
        call_command("company", written(tmp_path, wrong))
    told = [line.split(":")[0].strip() for line in str(refused.value).splitlines()]
    assert told == ["Rien n’a été changé.", "siren", "iban", "email", "postal_code"]
    assert Company.objects.filter(name="Atelier Morvan").count() == 0


def test_unknown_keys_are_refused_by_name_with_whatever_else_is_wrong(db):
    with pytest.raises(Refusal) as refused:
        company_from_json({"nom": "X", "mediator": {"nom": "Y"}, "name": ["Z"], "siren": "12"})
    assert list(refused.value.errors) == ["nom", "mediator.nom", "name", "siren"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "pas un JSON correct, ligne 1, colonne 2"),
        (b"\xff\xfe", "UTF-8"),
        (b"[]", "objet JSON"),
        (b"{}" + b" " * 200_000, "trop gros"),
    ],
)
def test_a_broken_file_is_refused_in_words(tmp_path, content, words):
    path = tmp_path / "maison.json"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        call_command("company", str(path))


def test_siret_and_vat_number_belong_to_the_siren(company):
    with pytest.raises(Refusal) as refused:
        update_company(by=None, siren="732829320", siret="55208131766522", vat_number="FR83404833048")
    assert list(refused.value.errors) == ["siret", "vat_number"]


def test_what_the_file_says_is_what_the_api_says():
    update_company(by=None, **company_from_json(FILE))
    said = company_to_json(Company.objects.get())
    own_trade = ["vat_on_debits", "insurance_name", "insurance_contact", "insurance_coverage"]
    assert [key for key in said if key not in own_trade] == list(FILE)
    assert [key for key in said if key in own_trade] == own_trade
    assert (said["capital"], said["mediator"]["website"]) == ("10000.00", "https://www.cm2c.net")
    assert update_company(by=None, **company_from_json(said)).changed == []


def test_the_second_of_two_writers_is_told(company, nadia):
    seen = company.version
    update_company(by=nadia, version=seen, city="Brest")
    with pytest.raises(Conflict):
        update_company(by=nadia, version=seen, city="Rennes")
    company.refresh_from_db()
    assert company.city == "Brest"


def test_new_bank_details_are_journaled_and_told_to_every_responsable(company, nadia):
    update_company(by=nadia, iban=IBAN, account_holder="Atelier Morvan")
    line = AuditEntry.objects.get(event="company.bank_changed")
    assert (line.actor, line.data["iban"]) == (nadia, IBAN)
    assert [message.to for message in mail.outbox] == [["nadia@demo.example"]]


def test_two_responsables_move_the_bank_together(company, nadia):
    yann = member("Yann", Role.MANAGER)
    done = update_company(by=nadia, iban=IBAN, city="Brest")
    company.refresh_from_db()
    assert (done.changed, company.iban, company.city) == (["city"], "", "Brest")
    with pytest.raises(Refusal):
        approve_bank_change(done.pending, by=nadia)
    approve_bank_change(done.pending, by=yann)
    company.refresh_from_db()
    assert company.iban == IBAN
    with pytest.raises(Refusal):
        approve_bank_change(done.pending, by=yann)
    line = AuditEntry.objects.get(event="company.bank_changed")
    assert line.data["iban"] == company.iban


def test_a_newer_proposal_replaces_the_former(company, nadia):
    yann = member("Yann", Role.MANAGER)
    first = update_company(by=nadia, iban=IBAN).pending
    update_company(by=nadia, iban=OTHER_IBAN)
    with pytest.raises(Refusal):
        approve_bank_change(first, by=yann)
    assert [change.iban for change in BankChange.objects.undecided()] == [OTHER_IBAN]


def test_the_page_asks_for_the_password_before_money_moves(company, nadia, as_nadia):
    nadia.verify_address()
    form = {"iban": IBAN, "account_holder": "Atelier Morvan", "bic": "", "version": company.version}
    for password in ("", "une autre phrase"):
        assert as_nadia.post("/maison/banque/", {**form, "current_password": password}).status_code == 422
    company.refresh_from_db()
    assert company.iban == ""
    assert as_nadia.post("/maison/banque/", {**form, "current_password": PASSWORD}).status_code == 302
    company.refresh_from_db()
    assert company.iban == IBAN


def test_the_smtp_password_is_written_and_never_read_back(company, nadia, as_nadia):
    nadia.verify_address()
    secret = "s3cret-du-serveur"
    form = {
        "sender_name": "Atelier", "sender_email": "bonjour@atelier.example", "smtp_host": "smtp.atelier.example", "smtp_port": "587",
        "smtp_security": "starttls", "smtp_user": "bonjour", "smtp_password": secret, "version": company.version,
        "current_password": PASSWORD,
    }  # fmt: skip
    assert as_nadia.post("/maison/courriels/", form).status_code == 302
    company.refresh_from_db()
    assert secret not in company.smtp_secret
    assert vault.unseal(company.smtp_secret) == secret
    for page in ("/maison/", "/maison/courriels/", "/journal/"):
        answer = as_nadia.get(page).content.decode()
        assert secret not in answer
        assert company.smtp_secret not in answer
    said = json.dumps(list(AuditEntry.objects.values("subject", "data"))) + "".join(message.body for message in mail.outbox)
    assert secret not in said
    kept = {**form, "smtp_password": "", "version": company.version, "sender_name": "Atelier Morvan"}
    assert as_nadia.post("/maison/courriels/", kept).status_code == 302
    company.refresh_from_db()
    assert vault.unseal(company.smtp_secret) == secret


@pytest.mark.parametrize(
    "section", ["identite", "coordonnees", "banque", "conditions", "courriels", "ton", "calendrier", "securite"]
)
def test_each_section_saves_as_it_is_shown(company, as_nadia, section):
    shown = as_nadia.get(f"/maison/{section}/")
    assert shown.status_code == 200
    form = shown.context["form"]
    data = {name: form[name].value() or [] for name in form.fields}
    assert as_nadia.post(f"/maison/{section}/", data).status_code == 302
    assert AuditEntry.objects.filter(event="company.changed").count() == 0


def test_a_wrong_number_keeps_what_was_typed(company, as_nadia):
    answer = as_nadia.post("/maison/identite/", {"name": "Atelier", "siren": "732829321", "version": company.version})
    assert answer.status_code == 422
    assert 'value="732829321"' in answer.content.decode()


def test_who_may_not_settle_the_house_gets_nowhere(as_karim, as_lecture):
    assert [browser.get("/maison/").status_code for browser in (as_karim, as_lecture)] == [403, 403]


def png(width=20, height=10, extra=b""):
    def block(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"".join(b"\x00" + b"\x00" * 3 * width for _ in range(min(height, 10))))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    text = block(b"tEXt", b"Comment\x00<script>alert(1)</script>")
    return b"\x89PNG\r\n\x1a\n" + block(b"IHDR", header) + text + block(b"IDAT", rows) + block(b"IEND", b"") + extra


def test_a_logo_is_rewritten_without_what_hides_in_it(company, as_nadia, as_lecture):
    sent = SimpleUploadedFile("logo.png.html", png(extra=b"<html>second file</html>"))
    assert as_nadia.post("/maison/logo/envoyer/", {"logo": sent}).status_code == 302
    shown = as_lecture.get("/maison/logo/")
    content = b"".join(shown.streaming_content)
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert content == png()[:33] + png()[png().index(b"IDAT") - 4 :]


@pytest.mark.parametrize(
    "data",
    [
        b"<svg/>",
        b"GIF89a",
        png(width=9000),
        png()[:40],
        png().replace(b"IDAT", b"IDAX"),
        b"\xff\xd8\xff\xe0\x00\x04ab",
        b"\xff\xd8\xff" * 9,
    ],
)
def test_what_is_no_sound_picture_is_refused(company, as_nadia, data):
    as_nadia.post("/maison/logo/envoyer/", {"logo": SimpleUploadedFile("logo.png", data)})
    company.refresh_from_db()
    assert company.logo == ""


class Box:
    """An SMTP server that keeps what it is given."""

    def __init__(self):
        self.got = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (the name aiosmtpd calls)
        self.got.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 ok"


def test_a_trial_message_proves_the_settings(company, nadia):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        update_company(
            by=None, sender_email="bonjour@atelier.example", smtp_host="127.0.0.1", smtp_port=port, smtp_security="none"
        )
        company.refresh_from_db()
        assert company.smtp_tested_at is None
        way = transport.Smtp(transport.SmtpSettings("127.0.0.1", port, "none"))
        assert send_trial(company, to=nadia, way=way) == ""
    finally:
        controller.stop()
    company.refresh_from_db()
    assert company.smtp_tested_at is not None
    assert box.got == [("bonjour@atelier.example", ["nadia@demo.example"])]
    trouble = send_trial(company, to=nadia, way=transport.Smtp(transport.SmtpSettings("127.0.0.1", port, "none")))
    assert trouble.startswith("Le serveur d’envoi refuse la connexion.")


def test_in_the_demonstration_the_trial_goes_to_the_local_box(company, as_nadia):
    answer = as_nadia.post("/maison/courriels/essai/", follow=True)
    assert "Le message d’essai est parti" in answer.content.decode()
    company.refresh_from_db()
    assert company.smtp_tested_at is None


@pytest.mark.parametrize("moved", [{"smtp_host": "smtp.attacker.example"}, {"smtp_port": "2525"}, {"smtp_security": "none"}])
def test_the_smtp_password_is_never_told_to_another_server(company, nadia, moved):
    known = {"smtp_host": "smtp.atelier.example", "smtp_port": "587", "smtp_security": "starttls", "smtp_user": "bonjour"}
    update_company(by=None, **known, smtp_password="s3cret-du-serveur")
    with pytest.raises(Refusal) as refused:
        update_company(by=nadia, **moved)
    assert refused.value.field == "smtp_password"
    company.refresh_from_db()
    assert (company.smtp_host, vault.unseal(company.smtp_secret)) == ("smtp.atelier.example", "s3cret-du-serveur")
    update_company(by=nadia, **moved, smtp_user="")
    company.refresh_from_db()
    assert company.smtp_secret == ""
