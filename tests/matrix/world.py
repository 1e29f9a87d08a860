"""A small world with something of each kind, of one's own and of others, and a sample for every parameter of a URL.

A new URL needs a new sample only when it designates something new: the message of the failing test says what to add.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import people
from accounts.models import ApiToken, Role, Team, User
from accounts.tokens import create_token
from billing.document import Buyer, Document, Seller, Totals, to_json
from billing.document import Payment as PaymentTerms
from billing.models import AccessLink, Allocation, Invoice, Payment, Question, StripeEvent
from complaints.handling import open_complaint
from complaints.replying import acknowledge
from crm.commitments import promise
from crm.company import update_company
from crm.customers import create_customer
from crm.importing.receiving import receive_file
from crm.mail_templates import current_texts
from crm.models import (
    Attachment,
    BankChange,
    BulkChange,
    Commitment,
    Company,
    Contact,
    ContactAccess,
    Customer,
    CustomerMerge,
    DuplicateCandidate,
    Email,
    Interaction,
)  # fmt: skip
from crm.models.timeline import Visibility
from lib import clock
from lib.public_ids import public_id
from tact.models import FormalNotice, Hold, Reminder
from tests.harness.personas import member

HOUSE_AS_PRINTED = {
    "name": "Menuiserie Duval",
    "address": "1 Example Street",
    "extra": "",
    "town": "44000 Nantes",
    "city": "Nantes",
}


@dataclass(frozen=True)
class Sample:
    """What stands for a parameter: something the person may see, something that is not theirs, nothing at all."""

    own: str
    foreign: str
    missing: str = "0" * 26


@dataclass
class World:
    """The people, and the samples by «segment/parameter» or by parameter alone."""

    people: dict[str, User]
    tokens: dict[str, str]
    samples: dict[str, Callable[[str], Sample]]

    def sample(self, url_name: str, parameter: str, segment: str, actor: str) -> Sample:
        """The sample of a parameter for an actor, by the URL's name, else by the word before it, else by its own name;
        KeyError with what to do when there is none."""
        keys = (f"{url_name}/{parameter}", f"{segment}/{parameter}", parameter)
        found = next((self.samples[key] for key in keys if key in self.samples), None)
        if found is None:
            raise KeyError(
                f"the URL parameter <{parameter}> after «{segment}/» has no sample: add «{segment}/{parameter}» to "
                "tests/matrix/world.py, with one of the person's own, one that is not theirs, and a missing one"
            )
        return found(actor)


def build() -> World:
    """Make the world. Everything private belongs to Zoé, whom no actor is."""
    staff = {role: member(name, role) for name, role in NAMES.items()}
    zoe = member("Zoé", Role.MANAGER)
    zoe.team = Team.objects.create(name="À part")
    zoe.save()
    gone = member("Gone", Role.MANAGER)
    contact = User.objects.create_user("contact@client.example", name="Mme Le Goff")
    others = {
        name: User.objects.create_user(f"{name[:5]}@client.example", name=name)
        for name in ("other contact", "former contact", "late contact")
    }
    persons = {**staff, "disabled": gone, "contact": contact, **others, "expired": member("Expired", Role.MANAGER)}
    for person in [*persons.values(), zoe]:
        person.verify_address()
    update_company(by=None, name="Atelier Morvan", sender_email="bonjour@atelier.example")
    tokens = {name: create_token(user=person, name="matrix", by=None) for name, person in persons.items() if person.role}
    revoked = create_token(user=staff[Role.MANAGER], name="revoked", by=None)
    ApiToken.objects.filter(name="revoked").update(revoked_at=clock.now())
    ApiToken.objects.update(last_used_on=clock.today())  # else the first request of the day notes it
    people.close(gone, by=zoe)
    found = samples(staff, zoe)
    found["acces/ref"] = seen_by_all(stands_for("Menuiserie Le Goff", contact))
    stands_for("Le Goff", others["other contact"])
    stands_for("Menuiserie Le Goff", others["former contact"], ended_at=clock.now())
    stands_for("Menuiserie Le Goff", others["late contact"], until=clock.today() - timedelta(days=1))
    return World(persons, {**tokens, "revoked": revoked}, found)


def stands_for(name: str, user: User, **fields: Any) -> ContactAccess:
    """Give `user` the space of the client of that name."""
    customer = Customer.objects.get(name=name)
    person = Contact.objects.create(customer=customer, last_name="Le Goff", email=user.email, email_key=user.email)
    return ContactAccess.objects.create(user=user, contact=person, customer=customer, **fields)


NAMES = {"Camille": Role.RECEPTION, "Karim": Role.ACCOUNTANT, "Nadia": Role.MANAGER, "Lecture": Role.VIEWER}


def samples(staff: dict[str, User], zoe: User) -> dict[str, Callable[[str], Sample]]:
    """One sample for each thing a URL may designate."""
    nadia = staff[Role.MANAGER]
    customer = create_customer(by=nadia, name="Menuiserie Le Goff", email="anne@legoff.example", language="en")
    other = create_customer(by=nadia, name="Le Goff")
    contact = Contact.objects.create(customer=customer, last_name="Le Goff")
    file = receive_file(file=SimpleUploadedFile("clients.csv", b"Nom;Ville\nDupont;Brest\n"), filename="clients.csv", by=nadia)
    batch = BulkChange.objects.create(action="owner", by=zoe, state="done")
    batches = {role: BulkChange.objects.create(action="owner", by=person, state="done") for role, person in staff.items()}
    own, foreign = exchange(customer, nadia, Visibility.EVERYONE), exchange(customer, zoe, Visibility.ME)
    ours = promise(customer, owed_by="us", what="Rappeler", due_on=clock.today(), by=nadia)
    theirs = promise(customer, owed_by="us", what="Secret", due_on=clock.today(), by=zoe)
    Commitment.objects.filter(pk=theirs.pk).update(visibility=Visibility.ME, owner=zoe, author=zoe)
    mails = [mail(customer, nadia, Visibility.EVERYONE), mail(customer, zoe, Visibility.ME)]
    files = [attachment(own), attachment(foreign)]
    stranger = User.objects.create_user("autre@client.example", name="M. Diallo")
    change = BankChange.objects.create(proposed_by=zoe, iban="FR7630006000011234567890189")
    Company.objects.filter(pk=1).update(logo="")
    colleague = ApiToken.objects.create(user=zoe, name="Zoé", token_hash="z")
    mine = {role: ApiToken.objects.create(user=person, name="own", token_hash=role) for role, person in staff.items()}
    payment = received(customer)
    complaint = open_complaint(
        customer=customer, subject="Volet", body="words nobody else may read", channel="post", by=nadia, today=clock.today()
    )
    letter = acknowledge(complaint, by=nadia, today=clock.today())
    customer_sample, contact_sample = seen_by_all(customer), seen_by_all(contact)
    exchange_sample, promise_sample = pair(own, foreign), pair(ours, theirs)
    paper, other_paper = invoice(customer), invoice(other, number="F2026-000002")
    invoice_sample = seen_by_all(paper)
    link = AccessLink.objects.create(invoice=paper, address="anne@legoff.example", key_hash="k", ends_on=clock.today())
    asked = Question.objects.create(invoice=paper, words="Que couvre la pose ?", answer_by=clock.today())
    allocation = Allocation.objects.create(payment=payment, invoice=paper, amount=Decimal("10.00"), made_on=clock.today())
    message = StripeEvent.objects.create(external_id="evt_matrix", kind="x", state="trouble", trouble="amount", raw="{}")
    reminder = Reminder.objects.create(
        customer=customer, how="call", decision="call", tone="spoken", on=clock.today(), amount=10, reasons=[], scenario_version=1
    )
    notice = FormalNotice.objects.create(
        customer=customer, client_type="professional", language="fr", text_version="1", subject="Notice", text="Pay.",
        house=HOUSE_AS_PRINTED, recipient="Menuiserie Le Goff", amount=10, decided={}, digest="d", written_on=clock.today(),
    )  # fmt: skip
    held = Hold.objects.create(customer=customer, resume_on=clock.today() + timedelta(days=9), reason="words of a colleague")
    mail_sample, file_sample = pair(*mails), pair(*files)
    return {
        "clients/ref": customer_sample,
        "customers/id": customer_sample,
        "contacts/id": contact_sample,
        "contacts/ref": contact_sample,
        "doublons/ref": seen_by_all(DuplicateCandidate.objects.create(first=customer, second=other)),
        "reunions/ref": seen_by_all(
            CustomerMerge.objects.create(kept=customer, alias=other, reason="la même", undone_at=clock.now())
        ),
        "imports/ref": seen_by_all(file),
        "lot/ref": lambda actor: Sample(batches.get(actor, theirs).public_id, batch.public_id),
        "echanges/ref": exchange_sample,
        "interactions/id": exchange_sample,
        "engagements/ref": promise_sample,
        "commitments/id": promise_sample,
        "courrier/ref": mail_sample,
        "emails/id": mail_sample,
        "pieces/ref": file_sample,
        "factures/ref": invoice_sample,
        "liens/ref": seen_by_all(link),
        "invoices/id": invoice_sample,
        "questions/ref": seen_by_all(asked),
        "rappels/ref": seen_by_all(reminder),
        "reprendre/ref": seen_by_all(reminder),
        "retenues/ref": seen_by_all(held),
        "mises-en-demeure/ref": seen_by_all(notice),
        "textes/key": word(current_texts("fr")[0].key),
        "language": word("fr"),
        "version": word("1"),
        "decision/choice": word("classer"),
        "payments/id": seen_by_all(payment),
        "encaissements/ref": seen_by_all(payment),
        "affectations/allocation": seen_by_all(allocation),
        "message/event": lambda actor: Sample(message.external_id, "evt_foreign", "evt_none"),
        "v1/rest": word("checkout/sessions"),
        "payer/name": word("cs_test_nothing"),
        "paiement/ref": word("0" * 26),
        "document/ref": word("0" * 26),
        "documents/ref": lambda actor: Sample(
            *both(other_paper, paper) if actor == "other contact" else both(paper, other_paper)
        ),
        "f/key": word("A" * 43),
        "kind": word("pdf"),
        "part": word("regler"),
        "boite-de-demonstration/name": word("nothing"),
        "vers/kind": word("interaction"),
        "vers/ref": exchange_sample,
        "personnes/person": lambda actor: Sample(zoe.public_id, stranger.public_id),
        "jetons/token": lambda actor: Sample(str(mine.get(actor, colleague).pk), str(colleague.pk), "999999"),
        "revoke_person_token/token": lambda actor: Sample(str(colleague.pk), str(mine[Role.MANAGER].pk), "999999"),
        "personnes/gesture": word("end-sessions"),
        "gesture": word("end-sessions"),
        "banque/change": lambda actor: Sample(str(change.pk), "999998", "999999"),
        "decision": word("refuse"),
        "maison/section": word("identite"),
        "invitation/key": word("no-such-key"),
        "bienvenue/key": word("no-such-key"),
        "erreur/name": word("404"),
        "reclamations/ref": seen_by_all(complaint),
        "complaints/id": seen_by_all(complaint),
        "lettres/ref": seen_by_all(letter),
        "erreurs/ref": seen_by_all(complaint.facts.get(kind="written")),
        "lettre/kind": word("accuse"),
        "agenda/token": word("no-such-address"),
        "uidb36": word("1"),
        "key": word("set-password"),
    }


def word(value: str) -> Callable[[str], Sample]:
    """A parameter that designates no row: the same whoever asks."""
    return lambda actor: Sample(value, value, value)


def seen_by_all(row: Any) -> Callable[[str], Sample]:
    """A row that everyone in the house sees: nothing is foreign but what does not exist."""
    return lambda actor: Sample(row.public_id, public_id())


def pair(own: Any, foreign: Any) -> Callable[[str], Sample]:
    """A row for everyone and a row of Zoé's alone."""
    return lambda actor: Sample(own.public_id, foreign.public_id)


def exchange(customer: Customer, author: User, visibility: str) -> Interaction:
    """A note, written as it is stored: the matrix needs rows, not gestures."""
    now = clock.now()
    return Interaction.objects.create(
        customer=customer, kind="note", author=author, summary="Note", body="words nobody else may read", occurred_at=now,
        recorded_at=now, visibility=visibility,
    )  # fmt: skip


def mail(customer: Customer, author: User, visibility: str) -> Email:
    """A mail that waits."""
    return Email.objects.create(
        customer=customer, author=author, visibility=visibility, key=public_id(), direction="out", state=Email.State.QUEUED,
        recipient_email="anne@legoff.example", sender_email="bonjour@atelier.example", subject="Bonjour", text="words nobody else may read",
    )  # fmt: skip


def both(own: Invoice, foreign: Invoice) -> tuple[str, str]:
    """Their public ids."""
    return own.public_id, foreign.public_id


def invoice(customer: Customer, number: str = "F2026-000001") -> Invoice:
    """An issued invoice without its files."""
    today = clock.today()
    said = Document(
        kind="invoice", number=number, issued_on=today, seller=Seller("Atelier Morvan"), buyer=Buyer(customer.name, "professional"),
        lines=(), vat=(), totals=Totals(Decimal(10), Decimal(2), Decimal(12), payable=Decimal(12)),
        payment=PaymentTerms(due_on=today, terms=""),
    )  # fmt: skip
    made = Invoice.objects.create(
        customer=customer, number=number, issued_on=today, issued_at=clock.now(), due_on=today, snapshot=to_json(said),
        total_excl_tax=10, total_tax=2, total_incl_tax=12,
    )  # fmt: skip
    Commitment.objects.create(
        customer=customer, owed_by="them", nature="projected", what="Régler la facture", amount=12, due_on=today,
        about_kind="invoice", about_ref=made.public_id,
    )  # fmt: skip
    return made


def received(customer: Customer) -> Payment:
    """Money that a client has paid."""
    return Payment.objects.create(customer=customer, amount=Decimal("10.00"), method="transfer", paid_on=clock.today())


def attachment(of: Interaction) -> Attachment:
    """A file of an exchange."""
    return Attachment.objects.create(
        interaction=of, name="plan.pdf", content_type="application/pdf", size=3, sha256="0" * 64, stored_as=f"none/{of.public_id}"
    )
