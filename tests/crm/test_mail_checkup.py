"""What a firm's mail lacks to leave and to be believed, said in words. The DNS of these tests is on this machine."""

import socket
import struct
import threading

import pytest

from accounts import vault
from crm.mail_checkup import check_mail
from crm.models import Company
from lib.dns_text import NoAnswer, resolver, texts
from tests.harness.smtp import Sink


class Dns:
    """A resolver that knows the TXT records it is given."""

    def __init__(self, records, flags=0x8180):
        self.records, self.flags = records, flags
        self.line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.line.bind(("127.0.0.1", 0))
        self.where = self.line.getsockname()

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self.where

    def __exit__(self, *args):
        self.line.sendto(b"stop", self.where)

    def serve(self):
        while (packet := self.line.recvfrom(512))[0] != b"stop":
            self.line.sendto(self.answer(packet[0]), packet[1])
        self.line.close()

    def answer(self, question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1 : at + 1 + question[at]].decode())
            at += question[at] + 1
        found = self.records.get(".".join(labels), [])
        body = b""
        for text in found:
            pieces = [text.encode()[start : start + 255] for start in range(0, len(text), 255)]
            data = b"".join(bytes([len(piece)]) + piece for piece in pieces)
            body += b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(data)) + data
        return question[:2] + struct.pack(">HHHHH", self.flags, 1, len(found), 0, 0) + question[12 : at + 5] + body


GOOD = {
    "atelier.example": ["google-site-verification=x", "v=spf1 include:_spf.hebergeur.example -all"],
    "selector1._domainkey.atelier.example": ["v=DKIM1; k=rsa; p=" + "A" * 400],
    "_dmarc.atelier.example": ["v=DMARC1; p=quarantine"],
}


@pytest.fixture
def firm(settings):
    settings.INSTALLATION_KIND = "real"
    with Sink() as sink:
        yield Company(
            name="Atelier",
            sender_email="bonjour@atelier.example",
            smtp_host="127.0.0.1",
            smtp_port=sink.port,
            smtp_security="none",
        )


def found(company, records):
    with Dns(records) as where:
        return {finding.what.split(" ")[0]: finding.good for finding in check_mail(company, server=where)}


def test_a_firm_whose_mail_is_believed(firm):
    assert found(firm, GOOD) == {"Serveur": True, "SPF": True, "DKIM": True, "DMARC": True}


def test_a_firm_that_published_nothing(firm):
    assert found(firm, {}) == {"Serveur": True, "SPF": False, "DKIM": None, "DMARC": False}


@pytest.mark.parametrize("spf", [["v=spf1 +all"], ["v=spf1 all"], ["v=spf1 -all", "v=spf1 mx -all"]])
def test_an_spf_that_protects_nothing_is_told(firm, spf):
    assert found(firm, {**GOOD, "atelier.example": spf})["SPF"] is False


def test_a_server_that_does_not_answer_or_a_lost_password_is_told(firm, settings):
    firm.smtp_port = 1
    with Dns(GOOD) as where:
        assert check_mail(firm, server=where)[0].words.startswith("Le serveur d’envoi refuse la connexion.")
    firm.smtp_secret = vault.seal("secret")
    settings.SECRET_KEY = "another"
    with Dns(GOOD) as where:
        assert check_mail(firm, server=where)[0].words.startswith("Le mot de passe du serveur d’envoi n’est plus lisible")


def test_nothing_set_is_one_sentence(settings):
    settings.INSTALLATION_KIND = "real"
    assert [finding.good for finding in check_mail(None)] == [False]
    assert [finding.good for finding in check_mail(Company(email="a@b.example"), server=("127.0.0.1", 1))] == [
        False,
        None,
        None,
        None,
    ]


def test_a_long_record_is_read_in_one_piece_and_a_failing_resolver_is_no_answer(tmp_path):
    with Dns({"a.example": ["x" * 600]}) as where:
        assert texts("a.example", server=where) == ["x" * 600]
        assert texts("b.example", server=where) == []
    with Dns({}, flags=0x8182) as where, pytest.raises(NoAnswer):
        texts("a.example", server=where)
    (tmp_path / "resolv.conf").write_text("# rien\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n")
    assert [resolver(tmp_path / name) for name in ("resolv.conf", "absent")] == [("192.0.2.1", 53), ("127.0.0.1", 53)]
