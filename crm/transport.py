"""How a message leaves: the firm's SMTP server or, where nothing may leave the machine, a box of files.

What a server answers is told by exceptions, because the difference between «not yet», «never» and «nobody knows»
decides whether a message may be tried again: never once its content began to travel without an answer.
"""

import re
import smtplib
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from accounts import vault
from crm.mail_message import Outgoing, one_line
from crm.models import Company

TIMEOUT = 20.0  # seconds for one answer of the server
DEADLINE = 45.0  # seconds for one message, under the 60 s after which the queue kills its task
MAILBOX = "mailbox"  # folder of the local box, in the installation's files


class ServerTrouble(Exception):
    """The server cannot be used now, whatever the message. Nothing was handed over."""


class TriedTooEarly(Exception):
    """Refused for now, before anything was handed over: to be tried again later."""

    def __init__(self, reason: str, *, stop: bool = False):
        super().__init__(reason)
        self.stop = stop  # the connection is of no use to the next message


class Refused(Exception):
    """Refused for good. `address` when it is the recipient's address that does not exist."""

    def __init__(self, reason: str, *, address: bool = False):
        super().__init__(reason)
        self.address = address


class NobodyKnows(Exception):
    """The content had begun to travel and no answer came: it may have arrived."""


class Transport(Protocol):
    """One way out, opened once for a batch."""

    def open(self) -> None:
        """Get ready, or raise ServerTrouble."""

    def deliver(self, message: Outgoing) -> None:
        """Hand one message over, or raise TriedTooEarly, Refused or NobodyKnows."""

    def close(self) -> None:
        """Leave politely."""


@dataclass(frozen=True)
class SmtpSettings:
    """Where and how: `security` is starttls, tls or none."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    secret: str = ""


def chosen(company: Company | None) -> "Transport | None":
    """The way out of this installation: files where nothing may leave the machine (demo, bench), else the firm's
    server; None while the firm has not said which. ServerTrouble when its password cannot be read any more."""
    if settings.INSTALLATION_KIND != "real":
        return LocalMailbox()
    if company is None or not company.smtp_host:
        return None
    try:
        secret = vault.unseal(company.smtp_secret)
    except vault.Unreadable as trouble:
        raise ServerTrouble(
            _("Le mot de passe du serveur d’envoi n’est plus lisible sur cette machine : saisissez-le à nouveau.")
        ) from trouble
    return Smtp(SmtpSettings(company.smtp_host, company.smtp_port, company.smtp_security, company.smtp_user, secret))


class Smtp:
    """A conversation with the firm's server, in our own words because we must know where it broke off."""

    def __init__(self, where: SmtpSettings, *, timeout: float = TIMEOUT, deadline: float = DEADLINE):
        self.where, self.timeout, self.deadline = where, timeout, deadline
        self.server: smtplib.SMTP | None = None
        self.until = 0.0

    def open(self) -> None:
        where = self.where
        name = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
        try:
            if where.security == "tls":
                self.server = smtplib.SMTP_SSL(
                    where.host, where.port, name, timeout=self.timeout, context=ssl.create_default_context()
                )
            else:
                self.server = smtplib.SMTP(where.host, where.port, name, timeout=self.timeout)
            self.server.ehlo_or_helo_if_needed()
            if where.security == "starttls":
                self.server.starttls(context=ssl.create_default_context())
                self.server.ehlo()
            if where.user:
                self.server.login(where.user, where.secret)
        except (OSError, smtplib.SMTPException, UnicodeError) as trouble:
            self.close()
            raise ServerTrouble(explain(trouble)) from trouble

    def deliver(self, message: Outgoing) -> None:
        if self.server is None:
            raise TriedTooEarly(_("La connexion au serveur est fermée."), stop=True)
        self.until = time.monotonic() + self.deadline
        self._before_content(message)
        self._content(message)

    def _before_content(self, message: Outgoing) -> None:
        try:
            code, words = self._say(f"MAIL FROM:<{message.sender}>")
            if code != 250:
                raise TriedTooEarly(
                    _("Le serveur refuse notre adresse d’expédition : %(words)s") % {"words": said(code, words)}, stop=True
                )
            code, words = self._say(f"RCPT TO:<{message.recipient}>")
            if code not in (250, 251):
                self._judge(code, words)
            code, words = self._say("DATA")
            if code != 354:
                self._judge(code, words, about_address=False)
        except (OSError, smtplib.SMTPException) as trouble:
            self.close()
            raise TriedTooEarly(explain(trouble), stop=True) from trouble

    def _content(self, message: Outgoing) -> None:
        try:
            self._wait()
            self.server.send(dot_stuffed(message.content))  # type: ignore[union-attr]
            code, words = self._answer()
        except (OSError, smtplib.SMTPException) as trouble:
            self.close()
            raise NobodyKnows(explain(trouble)) from trouble
        if code != 250:
            self._judge(code, words, about_address=False)

    def _judge(self, code: int, words: bytes, *, about_address: bool = True) -> None:
        """The server answered: for now, or for good."""
        if 500 <= code < 600:
            self._reset()
            raise Refused(said(code, words), address=about_address and is_about_the_address(code, words))
        if code != 421:
            self._reset()
        else:
            self.close()
        raise TriedTooEarly(said(code, words), stop=code == 421 or code < 400)

    def _reset(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._say("RSET")

    def _say(self, words: str) -> tuple[int, bytes]:
        self._wait()
        self.server.putcmd(words)  # type: ignore[union-attr]
        return self._answer()

    def _answer(self) -> tuple[int, bytes]:
        self._wait()
        return self.server.getreply()  # type: ignore[union-attr]

    def _wait(self) -> None:
        """No command waits longer than the time left for this message."""
        left = self.until - time.monotonic()
        if left <= 0 or self.server is None or self.server.sock is None:
            raise TimeoutError
        self.server.sock.settimeout(min(self.timeout, left))

    def close(self) -> None:
        server, self.server = self.server, None
        if server is None:
            return
        with suppress(OSError, smtplib.SMTPException):
            if server.sock is not None:
                server.sock.settimeout(2)
                server.quit()
        server.close()


class LocalMailbox:
    """Nothing leaves the machine: each message is a file that the mailbox page shows."""

    def open(self) -> None:
        """Always ready."""

    def deliver(self, message: Outgoing) -> None:
        try:
            default_storage.save(f"{MAILBOX}/{message.name}.eml", ContentFile(message.content))
        except OSError as trouble:
            raise NobodyKnows(explain(trouble)) from trouble

    def close(self) -> None:
        """Nothing to leave."""


def dot_stuffed(content: bytes) -> bytes:
    """The content as SMTP carries it (RFC 5321 §4.5.2): CRLF, doubled leading dots, the final dot."""
    lines = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r\n|\r|\n", b"\n", content)).replace(b"\n", b"\r\n")
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def is_about_the_address(code: int, words: bytes) -> bool:
    """Whether a final refusal of a recipient says that the address does not exist, rather than that the server
    does not want us (RFC 3463: 5.1.x addressing, 5.2.1 disabled mailbox; 5.7.x policy, 5.2.2 mailbox full)."""
    status = re.match(rb"5\.(\d+)\.(\d+)", words.strip())
    if status:
        subject, detail = int(status[1]), int(status[2])
        return subject == 1 or (subject == 2 and detail in (0, 1))
    return code in (550, 551, 553, 556)


def said(code: int, words: bytes) -> str:
    """What the server answered, on one line."""
    return one_line(f"{code} {words.decode('utf-8', 'replace')}", 220)


def explain(trouble: BaseException) -> str:
    """A network trouble in a sentence, with the technical words at its end."""
    sentences = (
        (smtplib.SMTPAuthenticationError, _("Le serveur d’envoi refuse l’identifiant ou le mot de passe.")),
        (smtplib.SMTPNotSupportedError, _("Le serveur d’envoi ne propose pas le chiffrement ou l’identification demandés.")),
        (ssl.SSLError, _("La connexion chiffrée avec le serveur d’envoi a échoué.")),
        (TimeoutError, _("Le serveur d’envoi ne répond pas.")),
        (smtplib.SMTPServerDisconnected, _("Le serveur d’envoi a coupé la connexion.")),
        (ConnectionRefusedError, _("Le serveur d’envoi refuse la connexion.")),
        (OSError, _("Le serveur d’envoi est injoignable.")),
    )
    sentence = next((text for kind, text in sentences if isinstance(trouble, kind)), _("Le serveur d’envoi a mal répondu."))
    detail = one_line(str(trouble), 120)
    return f"{sentence} ({detail})" if detail else sentence
