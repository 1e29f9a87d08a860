"""The trial message: proves that the firm's settings of sending work, before anything depends on them."""

import ipaddress
import os
import socket
from email.utils import format_datetime, formataddr, make_msgid

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from accounts.models import User
from crm import transport
from crm.company import note_mail_test
from crm.mail_message import Outgoing, house_address, one_line
from crm.models import Company
from lib import clock
from lib.errors import Refusal

PATIENCE = 10.0  # seconds: a person is waiting


def send_trial(company: Company, *, to: User, way: transport.Transport | None = None) -> str:
    """Send one message to `to` by the firm's own settings, outside any transaction, ten seconds at most for each answer;
    empty when it left, else why not, in a sentence. Where nothing may leave the machine it goes to the local box, which
    proves nothing and is not remembered."""
    name, sender = house_address(company)
    if not sender:
        return _("Indiquez d’abord l’adresse d’expédition, enregistrez, puis recommencez.")
    try:
        way = way or transport.chosen(company)
    except transport.ServerTrouble as trouble:
        return str(trouble)
    if way is None:
        return _("Indiquez d’abord le serveur d’envoi, enregistrez, puis recommencez.")
    said = _out_of_reach(way) or _try(way, _message(name, sender, to))
    if not isinstance(way, transport.LocalMailbox):
        note_mail_test(by=to, worked=not said, version=company.version)
    return said


def _out_of_reach(way: transport.Transport) -> str:
    """Why a server may not be tried, or nothing: an answer in seconds would tell a person which doors of the machine or of
    its network are open. The operator of the machine names those that are the firm's (`EGARDS_SMTP_PRIVATE`)."""
    if not isinstance(way, transport.Smtp) or settings.INSTALLATION_KIND != "real" or way.where.host in _ours():
        return ""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(way.where.host, way.where.port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return ""  # the trial says in its own words that nobody bears this name
    if all(_is_public(str(address)) for address in found):
        return ""
    return _(
        "Ce serveur est sur cette machine ou dans son réseau : l’essai ne l’interroge pas. S’il est bien celui de la maison, "
        "la personne qui installe Égards l’autorise par EGARDS_SMTP_PRIVATE."
    )


def _ours() -> list[str]:
    """The servers of the firm's own network, as the operator named them."""
    return [name.strip() for name in os.environ.get("EGARDS_SMTP_PRIVATE", "").split(",")]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    return (getattr(found, "ipv4_mapped", None) or found).is_global


def _try(way: transport.Transport, message: Outgoing) -> str:
    if isinstance(way, transport.Smtp):
        way.timeout = way.deadline = PATIENCE
    try:
        way.open()
        way.deliver(message)
    except (transport.ServerTrouble, transport.TriedTooEarly, transport.Refused, transport.NobodyKnows, Refusal) as trouble:
        return str(trouble)
    finally:
        way.close()
    return ""


def _message(name: str, sender: str, to: User) -> Outgoing:
    message = EmailMessage(
        subject=_("Message d’essai d’Égards"),
        body=_("Si vous lisez ces lignes, les e-mails de la maison partent bien.\n"),
        from_email=formataddr((one_line(name, 120), sender)),
        to=[to.email],
        headers={
            "Message-ID": make_msgid(domain=sender.rpartition("@")[2]),
            "Date": format_datetime(clock.real_now()),
            "Auto-Submitted": "auto-generated",
        },
    )
    stamp = f"{clock.real_now():%Y%m%dT%H%M%S%f}"
    return Outgoing(sender, to.email, message.message().as_bytes(linesep="\r\n"), f"{stamp}-trial")  # type: ignore[call-arg]
