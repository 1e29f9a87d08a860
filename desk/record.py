"""The page of one client: what to know before speaking, the composer, what is owed, whom to reach, the thread.

Assembled in a constant number of statements, whatever the history (`tests/desk/test_record.py` counts them).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rights import Right
from crm.addresses import refused_among, with_refusal
from crm.models import Commitment, Contact, ContactAccess, Customer, Tag
from desk import phrases
from desk.complaint_board import Row, read_open
from desk.invoice_ageing import Debts, Money, read_debts, told_money
from desk.passing_on import Passing, read_passing
from desk.promises import PromiseLine, calls_promised, promise_line
from desk.questions import Waiting, comes_from_a_question, waiting_of
from desk.reminder_queue import Verdict, verdict_of
from desk.thread import READ, Place, Thread, pills, read_thread
from lib.folding import fold
from lib.person_names import person_of
from tact import brief, situation
from tact import money as money_reading
from tact.facts import Link, Situation
from tact.money import Loaded

SAID_BY_ITS_HEADLINE = 2  # the rule of the brief whose headline is the words of a promise
PROMISES = 12  # of each side, shown on the record; the list has them all


@dataclass(slots=True)
class Person:
    """Somebody to reach, with what is known of their address."""

    name: str
    role: str
    roles: list[str]
    phones: list[str]
    email: str
    refused: str
    note: str
    edit_url: str
    comes_in: bool = False


@dataclass(slots=True)
class Fact:
    """One line of the brief and where it leads."""

    text: str
    url: str
    late: bool


@dataclass(slots=True)
class BriefCard:
    """The answer of the page."""

    headline: str
    advice: str
    phone: str
    call_url: str
    facts: list[Fact]
    url: str = ""  # of the fact, when no line leads to it


@dataclass(slots=True)
class Other:
    """Something kept aside on the record: what it is called, and what it is."""

    name: str
    value: str


@dataclass(slots=True)
class RecordPage:
    """Everything the page of a client shows."""

    customer: Customer
    url: str
    under: str
    tags: list[Tag]
    brief: BriefCard
    ours: list[PromiseLine]
    theirs: list[PromiseLine]
    more_promises: int
    people: list[Person]
    contacts: list[Contact]
    address: list[str]
    also: list[str]
    known_as: list[Other]
    money: Money
    reminding: Verdict | None
    complaints: list[Row]
    questions: list[Waiting]
    thread: Thread
    calls: list[Commitment] = field(default_factory=list)  # those we promised them
    passing: Passing | None = None  # who records money, for who may not


@dataclass(frozen=True)
class Family:
    """A record with the ids of its aliases; `head` is the public id of the record it is an alias of, if it is one;
    `aliases` are the records reunited with it, for which it answers."""

    customer: Customer
    ids: list[int]
    head: str
    aliases: tuple[Customer, ...] = ()


def find_family(public_id: str, *, user: User) -> Family:
    """The record of a public id and its family. One statement; 404 when it is not there for `user`."""
    itself = Customer.objects.filter(public_id=public_id).order_by().values("pk")
    aliases = Customer.objects.filter(merged_into__public_id=public_id).order_by().values("pk")
    rows = list(
        with_refusal(Customer.objects.visible_to(user))
        .filter(pk__in=itself.union(aliases))  # each by its own index: an OR across two tables reads every customer
        .annotate(head_ref=F("merged_into__public_id"))
        .select_related("owner")
        .order_by("pk")
    )
    found = next((row for row in rows if row.public_id == public_id), None)
    if found is None:
        raise Http404
    aliases = tuple(row for row in rows if row.pk != found.pk)
    return Family(found, [found.pk, *(row.pk for row in aliases)], found.head_ref or "", aliases)


def present_contacts(ids: list[int], *, user: User) -> QuerySet[Contact]:
    """The people to speak to at a client's, the main one first; `comes_in`: they have the client's space; with whether
    their address answers no more."""
    known = Exists(ContactAccess.objects.living().filter(contact=OuterRef("pk"), customer_id__in=ids))
    return with_refusal(Contact.objects.visible_to(user).present()).filter(customer_id__in=ids).annotate(comes_in=known)


def read_record(
    family: Family, *, user: User, now: datetime, today: date, chosen: str = "", before: Place | None = None, zone: str = ""
) -> RecordPage:
    """Read the page of `family` (its customer is a head) as `user` may see it, on the civil date `today` at `now`; `zone` of
    the firm's holidays, when it is known. Each table is read once: what owes and is owed goes from reader to reader.
    What a document asks for stands with its own room, not among promises."""
    customer, ids = family.customer, family.ids
    contacts = list(present_contacts(ids, user=user))
    url = reverse("customer", args=[customer.public_id])
    debts = read_debts(ids, user=user)
    complaints = read_open(ids, user=user, today=today)
    thread, commitments = read_thread(ids, user=user, today=today, chosen=chosen, before=before, base=url, now=now)
    owed = [commitment for commitment in commitments if commitment.is_open and commitment.seen]
    loaded = _loaded(family, contacts, debts, commitments, complaints, user=user, zone=zone)
    known = situation.read(
        customer, user=user, now=now, ids=ids, contacts=contacts, commitments=owed, owes=bool(debts.owed), loaded=loaded,
        complaints=[(row.complaint, row.standing) for row in complaints],
    )  # fmt: skip
    money = told_money(debts, ids, user=user, today=today, traces=next(iter(loaded.found), None))
    thread.filters = pills(url, thread.chosen, frozenset(["argent"] * money.known + ["reclamation"] * bool(complaints)))
    ours, theirs = _sides(owed, today=today, now=now)
    return RecordPage(
        customer=customer,
        url=url,
        under=phrases.presentation(customer, contacts[0] if contacts else None),
        tags=list(customer.tags.order_by("name")),
        brief=_card(known, thread, today=today, now=now),
        ours=ours[:PROMISES],
        theirs=theirs[:PROMISES],
        more_promises=max(0, len(ours) - PROMISES) + max(0, len(theirs) - PROMISES),
        people=_people(customer, contacts, known),
        contacts=contacts,
        address=_address(customer),
        also=[row.reference for row in family.aliases],
        known_as=_known_as(family),
        money=money,
        reminding=verdict_of(known.owed, user=user, today=today),
        complaints=complaints,
        questions=waiting_of(ids, user=user, today=today) if any(map(comes_from_a_question, owed)) else [],
        thread=thread,
        calls=calls_promised(owed),
        passing=read_passing(customer, user=user) if debts.owed and user.may(Right.SEE_AMOUNTS) else None,
    )


def _sides(owed: list[Commitment], *, today: date, now: datetime) -> tuple[list[PromiseLine], list[PromiseLine]]:
    """What we promised, then what they did."""
    lines = [promise_line(row, today=today, now=now) for row in owed if row.nature == Commitment.Nature.PRIMARY]
    return [line for line in lines if line.ours], [line for line in lines if not line.ours]


def _loaded(
    family: Family, contacts: list[Contact], debts: Debts, commitments: list[Commitment], complaints: list[Row], *, user: User, zone: str
) -> Loaded:  # fmt: skip
    """What this page read of the client, for who judges what to do about their money."""
    people = sorted(contacts, key=lambda one: (not one.is_main, one.pk))
    return Loaded(
        family=money_reading.Family(family.customer, family.ids, people),
        bad=refused_among([family.customer, *contacts]),
        zone=zone,
        debts=debts.owed if debts.all_read else None,
        commitments=commitments if len(commitments) < READ else None,
        complaints=[row.complaint for row in complaints] if user.may(Right.HANDLE_COMPLAINTS) else None,
    )


def _card(known: Situation, thread: Thread, *, today: date, now: datetime) -> BriefCard:
    told = brief.compose(known, today=today, now=now, language=phrases.language())
    # The headline of a promise of today is its words: its line would only say them again (docs/brief.md).
    shown = [line for line in told.lines if not (told.rule == SAID_BY_ITS_HEADLINE and line.link == told.link)]
    facts = [Fact(line.text, link_url(line.link, thread), line.late) for line in shown]
    url = link_url(told.link, thread) if len(shown) < len(told.lines) else ""
    return BriefCard(told.headline, told.advice, told.phone, f"tel:{told.phone}", facts, url)


def link_url(link: Link, thread: Thread | None = None) -> str:
    """Where a fact can be read: its place in the thread when it is on the page, else the redirect that checks rights."""
    if thread is not None and link.kind == "interaction" and link.ref in thread.ids:
        return f"#e-{link.ref}"
    return reverse("pointing", args=[link.kind, link.ref])


def _people(customer: Customer, contacts: list[Contact], known: Situation) -> list[Person]:
    refused = {row.address: row.reason or _("adresse refusée") for row in known.refused}
    people = [
        Person(
            name=person.full_name,
            role=person.job_title,
            roles=_roles(person),
            phones=[number for number in dict.fromkeys((person.mobile, person.phone)) if number],
            email=person.email,
            refused=refused.get(person.email_key, ""),
            note=person.note,
            edit_url=reverse("contact_edit", args=[person.public_id]),
            comes_in=person.comes_in,
        )
        for person in contacts
    ]
    if customer.is_person and people:  # the client is that person: their own telephone and address stand with theirs
        main = people[0]
        main.phones = [number for number in dict.fromkeys((*main.phones, customer.phone)) if number]
        if not main.email:
            main.email, main.refused = customer.email, refused.get(customer.email_key, "")
    return [*_own_lines(customer, people, refused), *people]


def _address(customer: Customer) -> list[str]:
    town = f"{customer.postal_code} {customer.city}".strip()
    lines = [line for line in (customer.address, customer.address_extra, town) if line]
    return lines if customer.address else []


def _known_as(family: Family) -> list[Other]:
    """The codes that a former software gave to the record and to its aliases, then the values that no field holds."""
    rows = (family.customer, *family.aliases)
    codes = dict.fromkeys(row.external_reference for row in rows if row.external_reference)
    found = [Other(_("Code dans l’ancien logiciel"), ", ".join(codes))] if codes else []
    kept = {(name, str(value)) for row in rows for name, value in row.extra.items() if str(value).strip()}
    return found + [Other(name, value) for name, value in sorted(kept)]


def _own_lines(customer: Customer, people: list[Person], refused: dict[str, str]) -> list[Person]:
    """The client's own telephone and address, when nobody listed already has them. They are «Standard» beside the people
    of a firm; somebody alone, who bears the client's name, has no switchboard: they are theirs."""
    known = {value for person in people for value in (*person.phones, person.email.lower())}
    phone = "" if customer.phone in known else customer.phone
    email = "" if customer.email_key in known else customer.email
    alone = len(people) == 1 and _bare(people[0].name) == _bare(customer.name)
    if alone and phone:
        people[0].phones.append(phone)
        phone = ""
    if alone and email and not people[0].email:
        people[0].email, people[0].refused = email, refused.get(customer.email_key, "")
        email = ""
    if not (phone or email):
        return []
    name = _("Standard") if people and not customer.is_person and not alone else customer.name
    return [
        Person(
            name=name, role="", roles=[], phones=[phone] if phone else [], email=email,
            refused=refused.get(customer.email_key, "") if email else "", note="", edit_url="",
        )
    ]  # fmt: skip


def _bare(name: str) -> str:
    """A person's name without civility, case nor accents."""
    return fold(" ".join(person_of(name)[1:]))


def _roles(person: Contact) -> list[str]:
    told: list[tuple[bool, Any]] = [
        (person.decides, _("décide")),
        (person.receives_invoices, _("reçoit les factures")),
        (person.receives_reminders, _("reçoit les relances")),
    ]
    return [str(words) for holds, words in told if holds]
