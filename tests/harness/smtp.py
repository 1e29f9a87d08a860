"""A real SMTP server on this machine, whose manners depend on the recipient: `wait@` 4xx, `unknown@` 5xx,
`full@` 5.2.2, `unwanted@` 5.7.1, `later@` 4xx after the content, `spam@` 5xx after it, `drop@` silence after it."""

import asyncio
import email
import email.policy
import socket
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

BEFORE = {
    "wait": "451 4.2.0 greylisted, come back later",
    "unknown": "550 5.1.1 no such user",
    "full": "552 5.2.2 mailbox full",
    "unwanted": "550 5.7.1 we do not want you",
    "leave": "421 4.3.2 closing",
}
AFTER = {"later": "451 4.3.0 try again", "spam": "554 5.6.0 refused"}


@dataclass
class Received:
    """One message as the server got it."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        return email.message_from_bytes(self.content, policy=email.policy.default)  # type: ignore[return-value]

    def words(self, kind: str = "plain") -> str:
        """The words of its text part (or `html`), with plain line ends."""
        part = self.message.get_body((kind,))
        return part.get_content().replace("\r\n", "\n") if part else ""


@dataclass
class Sink:
    """The server: what it received, how it behaves. `pause` seconds before and after it keeps each message."""

    pause: float = 0.0
    refuse_sender: str = ""
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.controller: Controller

    def start(self) -> "Sink":
        """Begin to listen (again, perhaps) at the same address."""
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, decode_data=False, data_size_limit=20_000_000)
        self.controller.start()
        return self

    def stop(self) -> None:
        """Be down: connections are refused."""
        self.controller.stop(no_assert=True)

    def __enter__(self) -> "Sink":
        return self.start()

    def __exit__(self, *args: object) -> None:
        self.stop()

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, name: str, responses: list[str]) -> list[str]:  # noqa: N802
        self.connections += 1
        session.host_name = name
        return responses

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        answer = BEFORE.get(address.split("@", maxsplit=1)[0])
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        name = envelope.rcpt_tos[0].split("@")[0]
        if name in AFTER:
            return AFTER[name]
        await asyncio.sleep(self.pause)
        if name == "hang":
            await asyncio.sleep(30)
        self.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), bytes(envelope.content or b"")))
        await asyncio.sleep(self.pause)
        if name == "drop":
            server.transport.abort()
        return "250 kept"
