"""What happens in the invented firm, written down first and then played in the order of time by the real gestures.

Each moment is played with the clock stopped at its instant (`lib.clock.travelling`), so that every row says when it
would have been written.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from billing import invoice_mail, thanks
from billing.collecting import record_payment
from billing.drafting import create_draft
from billing.issuing import issue_invoice
from billing.models import Invoice
from complaints.models import Complaint
from crm import commitments, contacts, customers, outbox
from crm.checks import check_contact, check_customer
from crm.exchanges import NextStep, log_interaction
from crm.models import Commitment, Contact, Customer, Email
from crm.models.timeline import Visibility
from crm.transport import LocalMailbox, NobodyKnows, Refused, Transport
from demo.cast import KARIM
from demo.days import Days, typeset
from lib import clock
from lib.folding import fold
from lib.french_calendar import working_day_on_or_before

Lines = list[dict[str, str]]
GUARDS = {invoice_mail.GUARD: invoice_mail.reason_to_hold, thanks.GUARD: thanks.reason_to_hold}
US, THEM = Commitment.Owed.US, Commitment.Owed.THEM


@dataclass(frozen=True)
class Step:
    """What was promised with an exchange: `due_on` a civil date, `owner` a key of the house."""

    what: str
    due_on: date
    owner: str = ""
    at: time | None = None
    before: bool = False
    owed_by: str = US
    amount: Decimal | None = None


@dataclass
class Scene:
    """The stage: who works here, who the clients are, and what is to be played."""

    days: Days
    house: dict[str, User]
    clients: dict[str, Customer] = field(default_factory=dict)
    people: dict[tuple[str, str], Contact] = field(default_factory=dict)
    owed: dict[tuple[str, str], Commitment] = field(default_factory=dict)
    papers: dict[tuple[str, str], Invoice] = field(default_factory=dict)
    complaints: dict[str, Complaint] = field(default_factory=dict)
    _moments: list[tuple[datetime, int, Callable[[], Any]]] = field(default_factory=list)

    def at(self, day: date, hour: str, gesture: Callable[[], Any]) -> None:
        """Have `gesture` played on `day` at « 16:42 » on the firm's wall."""
        self._moments.append((self.days.moment(day, hour), len(self._moments), gesture))

    def play(self) -> int:
        """Play everything in the order of time; returns how many moments."""
        for instant, _number, gesture in sorted(self._moments, key=lambda moment: moment[:2]):
            with clock.travelling(instant):
                gesture()
        return len(self._moments)

    def welcome(
        self, key: str, day: date, hour: str, *, by: str, persons: tuple[dict[str, Any], ...] = (), **fields: Any
    ) -> None:
        """A client's record is opened, with the people to speak to and the tags."""
        tags = fields.pop("tags", ())

        def play() -> None:
            owner = fields.pop("owner", "")
            told = {name: typeset(value) if isinstance(value, str) else value for name, value in fields.items()}
            checked = check_customer({**told, "owner": self.house.get(owner)})
            customer = self.clients[key] = customers.create_customer(by=self.house[by], **checked)
            for contact in customer.contacts.all():
                self.people[key, fold(contact.full_name)] = contact
            for person in persons:
                contact = contacts.add_contact(customer, by=self.house[by], **check_contact(person))
                self.people[key, fold(contact.full_name)] = contact
            if tags:
                customers.set_tags(customer, names=tags, by=self.house[by])

        self.at(day, hour, play)

    def said(
        self, key: str, day: date, hour: str, by: str, kind: str, words: str, *, direction: str = "", person: str = "",
        minutes: int | None = None, mood: str = "", seen: str = Visibility.EVERYONE, then: Step | None = None,
        files: tuple[tuple[str, bytes], ...] = (),
    ) -> None:  # fmt: skip
        """An exchange is logged. `person` is a full name among the client's people; `then` what was promised with it."""

        def play() -> None:
            row = log_interaction(
                self.clients[key], by=self.house[by], kind=kind, direction=direction, contact=self.person(key, person),
                body=self.days.say(words), minutes=minutes, mood=mood, visibility=seen, next_step=self._next(then, by),
                files=[SimpleUploadedFile(name, content) for name, content in files],
            )  # fmt: skip
            if then is not None:
                self.owed[key, then.what] = row.commitments.get()

        self.at(day, hour, play)

    def promised(
        self, key: str, day: date, hour: str, by: str, step: Step, *, person: str = "", seen: str = Visibility.EVERYONE
    ) -> None:
        """A promise is noted by itself."""

        def play() -> None:
            self.owed[key, step.what] = commitments.promise(
                self.clients[key], owed_by=step.owed_by, what=self.days.say(step.what), due_on=step.due_on, due_at=step.at,
                due_before=step.before, amount=step.amount, owner=self.house.get(step.owner), by=self.house[by],
                contact=self.person(key, person), visibility=seen,
            )  # fmt: skip

        self.at(day, hour, play)

    def kept(self, key: str, day: date, hour: str, by: str, what: str) -> None:
        """A promise is kept."""
        self.at(day, hour, lambda: commitments.keep(self.owed[key, what], by=self.house[by]))

    def moved(self, key: str, day: date, hour: str, by: str, what: str, *, due_on: date, reason: str) -> None:
        """A promise gets another day."""
        self.at(
            day, hour, lambda: commitments.move(self.owed[key, what], due_on=due_on, by=self.house[by], reason=self.days.say(reason))
        )  # fmt: skip

    def wrote(
        self, key: str, day: date, hour: str, by: str, subject: str, text: str, *, person: str = "", way: Transport | None = None,
        leaves: bool = True, seen: str = Visibility.EVERYONE,
    ) -> None:  # fmt: skip
        """A mail goes through the outbox, and leaves one minute later unless not `leaves`."""
        number = len(self._moments)

        def play() -> None:
            customer, contact = self.clients[key], self.person(key, person)
            customer.refresh_from_db()
            outbox.queue_mail(
                key=f"demo:{number}", to=(contact.email if contact else "") or customer.email,
                to_name=contact.full_name if contact else customer.name,
                subject=self.days.say(subject), text=self.days.say(text), by=self.house[by], customer=customer, contact=contact,
                language=customer.language, visibility=seen,
            )  # fmt: skip
            if leaves:
                self.deliver(way)

        self.at(day, hour, play)

    def invoiced(
        self, key: str, label: str, lines: Lines, *, due: date, hour: str = "11:30", by: str = KARIM, subject: str = "",
        nature: str = "mixed",
    ) -> date:  # fmt: skip
        """An invoice leaves, so that it is due on `due`; `label` finds it again. Returns the day it was issued."""
        day = working_day_on_or_before(due - timedelta(30))

        def play() -> None:
            draft = create_draft(
                customer=self.clients[key].head, lines=lines, by=self.house[by], subject=self.days.say(subject), nature=nature,
                payment_days=(due - day).days, payment_counting="net",
            )  # fmt: skip
            self.papers[key, label] = issue_invoice(draft, by=self.house[by], on=day)
            self.deliver()

        self.at(day, hour, play)
        return day

    def paid(
        self, key: str, label: str, day: date, *, hour: str = "09:20", by: str = KARIM, amount: str = "", method: str = "transfer"
    ) -> None:
        """What is due on an invoice is received, or a part of it."""

        def play() -> None:
            invoice = self.papers[key, label]
            record_payment(
                customer=self.clients[key].head, amount=Decimal(amount) if amount else invoice.balance(), method=method, paid_on=day,
                by=self.house[by], invoices=[invoice],
            )  # fmt: skip
            self.deliver()

        self.at(day, hour, play)

    def deliver(self, way: Transport | None = None) -> None:
        """Have what waits in the outbox leave."""
        recent = clock.now() > self.days.now - timedelta(days=30)
        outbox.drain(
            now=clock.real_now() + timedelta(minutes=2), guards=GUARDS, way=way or (LocalMailbox() if recent else Quiet())
        )

    def person(self, key: str, name: str) -> Contact | None:
        """Somebody among a client's people, by full name; nobody when none is named."""
        return self.people[key, fold(name)] if name else None

    def _next(self, then: Step | None, by: str) -> NextStep | None:
        if then is None:
            return None
        owner = self.house[then.owner or by]
        return NextStep(
            self.days.say(then.what), then.due_on, due_at=then.at, due_before=then.before, owner=owner, owed_by=then.owed_by
        )


class Quiet:
    """A way out that keeps nothing: what left years ago is no longer in the local mailbox."""

    def open(self) -> None:
        """Nothing to get ready."""

    def deliver(self, message: Any) -> None:
        """The message has left."""

    def close(self) -> None:
        """Nothing to leave."""


class NoSuchPerson(Quiet):
    """A server that knows nobody of that name."""

    def deliver(self, message: Any) -> None:
        """Refuse the address for good."""
        raise Refused("550 5.1.1 Destinataire inconnu dans cette boîte", address=True)


class LineCut(Quiet):
    """A server that goes silent in the middle of a message."""

    def deliver(self, message: Any) -> None:
        """Break off: nobody knows whether it arrived."""
        raise NobodyKnows("Le serveur n’a plus répondu.")


__all__ = ["THEM", "US", "Email", "LineCut", "NoSuchPerson", "Quiet", "Scene", "Step"]
