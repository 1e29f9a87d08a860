"""The access matrix (trust.md E1, E2): every URL × every actor × every verb × {own, foreign, missing}.

The answer is worked out from the policy alone; what is refused leaves the database as it was, row by row; a foreign
thing and a missing one answer alike. A URL without a policy, or a parameter without a sample, fails with what to do.
"""

import logging
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from accounts.policy import SAFE_METHODS, Policy
from accounts.rights import DEFAULTS
from accounts.third_party import POLICIES
from tests.matrix.rows import differences, fingerprints
from tests.matrix.urls import Url, every_url
from tests.matrix.world import World, build

VERBS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
CONTACTS = ("contact", "other contact")  # who stand for a client; a third one did once
SESSIONS = ("anonymous", *Role.values, "disabled", *CONTACTS, "former contact", "late contact", "expired")
TYPICAL = {"anonymous", Role.RECEPTION, "contact", "expired", f"token of {Role.ACCOUNTANT}"}  # heard on both engines
CREDENTIALS = (*(f"token of {role}" for role in Role.values), "token of disabled", "token of revoked")
ANSWERED = {200, 201, 202, 204, 302, 303, 304, 400, 405, 409, 413, 415, 422}
LOGIN = "/compte/login/"
# A body that means something to most gestures: what is refused must be refused whatever is sent.
BODY = {
    "name": "Intrus", "email": "intrus@example.org", "body": "intrus", "kind": "note", "what": "intrus", "reason": "intrus",
    "role": "manager", "text": "intrus", "subject": "intrus", "due_on": "2030-01-01", "confirm": "on", "version": "1",
}  # fmt: skip
# A reading that the journal keeps, on purpose.
TRACED = {"customers_export", "invoices_export", "payments_export"}
# What is not done for real here: it replaces the whole database.
SET_ASIDE = {"demo:reset"}
# Parameters that are only words (a section, a page of the gallery): nothing of theirs can be foreign.
WORDS = re.compile(r"^(maison/<slug:section>|_ui|compte|courrier/textes|boite-de-demonstration)/?")
# URLs whose own object may be absent from the small world: a 404 says nothing there.
MAY_BE_ABSENT = {
    "logo",
    "first_run",
    "accept_invitation",
    "account_reset_password_from_key",
    "attachment",
    "invoice_pdf",
    "invoice_xml",
    "portal:document_file",
    "address",
    "demo:letter",
    "portal:piece",
    "complaint_file",  # a paper of the mediation (tests/complaints/test_proofs.py)
    "portal:letter",  # of a complaint this contact is no party to (tests/complaints/test_portal.py)
}


class Request(NamedTuple):
    """One cell of the matrix."""

    url: Url
    verb: str
    path: str
    which: str


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals are expected: writing down where each was raised takes longer than raising it."""
    log = logging.getLogger("django.request")
    log.disabled = True
    yield
    log.disabled = False


@pytest.fixture
def world(db: None) -> World:
    """The small world."""
    return build()


def test_every_url_declares_a_policy_and_a_name() -> None:
    assert [str(url) for url in every_url() if url.policy is None] == []
    assert [url.route for url in every_url() if not url.name] == []


def test_every_parameter_has_a_sample(world: World) -> None:
    lacking = set()
    for url in every_url():
        for name, before in url.parameters:
            try:
                world.sample(url.name, name, before, Role.MANAGER)
            except KeyError as told:
                lacking.add(told.args[0])
    assert not lacking, "\n" + "\n".join(sorted(lacking))


def everyone() -> list[Any]:
    """Every actor. What most are refused is decided before the database: one of each sort is enough on the second engine."""
    return [pytest.param(actor, marks=() if actor in TYPICAL else pytest.mark.one_engine) for actor in (*SESSIONS, *CREDENTIALS)]


@pytest.mark.parametrize("actor", everyone())
def test_what_is_refused_is_refused_and_changes_nothing(world: World, actor: str) -> None:
    for verb in VERBS:
        cells, traced = [], []
        for cell in cells_of(world, actor, verb):
            if not is_allowed(cell.url.policy, actor, verb) or (verb in SAFE_METHODS and cell.url.name not in TRACED):
                cells.append(cell)
            elif verb in SAFE_METHODS:
                traced.append(cell)
        faults = in_a_bubble(world, actor, cells) + in_a_bubble(world, actor, traced, unchanged=False)
        assert not faults, "\n" + "\n".join(faults[:20])


@pytest.mark.parametrize("actor", [*SESSIONS, *CREDENTIALS])
def test_what_is_allowed_is_answered_and_hides_what_is_foreign(world: World, actor: str) -> None:
    faults = []
    for verb in VERBS:
        if verb not in SAFE_METHODS:
            cells = [cell for cell in cells_of(world, actor, verb) if is_allowed(cell.url.policy, actor, verb)]
            harmless = [cell for cell in cells if reads_only(cell.url.policy, actor)]
            faults += in_a_bubble(world, actor, harmless)
            for cell in cells:
                if cell not in harmless and cell.url.name not in SET_ASIDE:
                    faults += in_a_bubble(world, actor, [cell], unchanged=False)
    assert not faults, "\n" + "\n".join(faults[:20])


@pytest.mark.parametrize("actor", [*Role.values, *CONTACTS, *(f"token of {role}" for role in Role.values)])
def test_a_foreign_thing_and_a_missing_one_answer_alike(world: World, actor: str) -> None:
    faults = []
    with bubble():
        client = browser_of(world, actor)
        for url in every_url():
            if url.parameters and is_allowed(url.policy, actor, "GET") and not WORDS.search(url.route):
                answers = {}
                for which in ("foreign", "missing"):
                    path = path_of(world, url, actor, which)
                    answers[which] = told(send(client, actor, world, "GET", path), path)
                if answers["foreign"] != answers["missing"]:
                    faults.append(f"{url}: a foreign thing and a missing one do not answer alike")
    assert not faults, "\n" + "\n".join(faults[:20])


def cells_of(world: World, actor: str, verb: str) -> Iterator[Request]:
    """Every request of an actor with a verb."""
    for url in every_url():
        for which in ("own", "foreign", "missing") if url.parameters else ("own",):
            yield Request(url, verb, path_of(world, url, actor, which), which)


def path_of(world: World, url: Url, actor: str, which: str) -> str:
    """The path of a URL, its parameters filled for this actor."""
    role = actor.removeprefix("token of ")
    chosen = {name: world.sample(url.name, name, before, role) for name, before in url.parameters}
    return reverse(url.name, kwargs={name: getattr(sample, which) for name, sample in chosen.items()})


def in_a_bubble(world: World, actor: str, cells: list[Request], *, unchanged: bool = True) -> list[str]:
    """Send the requests, undo whatever they did, and say what went wrong. A changed database is bisected."""
    with bubble():
        client = browser_of(world, actor)
        before = fingerprints() if unchanged else {}
        faults = [fault for cell in cells if (fault := judge(world, client, actor, cell))]
        changed = differences(before, fingerprints()) if unchanged else []
    if changed and len(cells) == 1:
        return [f"{actor} {cells[0].verb} {cells[0].path} changed {', '.join(changed)}"]
    if changed:
        half = len(cells) // 2
        return in_a_bubble(world, actor, cells[:half]) + in_a_bubble(world, actor, cells[half:]) or [
            f"{actor}: {changed} changed together"
        ]
    return faults


def bubble() -> Any:
    """A transaction that is undone, and that no code takes for its own."""
    return _Bubble()


class _Bubble:
    def __enter__(self) -> None:
        self.block = transaction.atomic()
        self.block._from_testcase = True  # type: ignore[attr-defined]
        self.block.__enter__()

    def __exit__(self, kind: Any, value: Any, trace: Any) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(kind, value, trace)


def browser_of(world: World, actor: str) -> Client:
    """A browser in the state of the actor, its session written as a login would, nothing else being touched."""
    client = Client(raise_request_exception=False)
    if actor in world.people:
        person = world.people[actor]
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        if actor == "expired":
            session["began_at"] = session["seen_at"] = 1
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def send(client: Client, actor: str, world: World, verb: str, path: str) -> Any:
    """One request, with the actor's credential when they have one."""
    headers = {}
    if actor.startswith("token of "):
        headers["authorization"] = f"Bearer {world.tokens[actor.removeprefix('token of ')]}"
    if actor == "expired":  # the first request ends the session: each needs its own
        client = browser_of(world, actor)
    if verb in SAFE_METHODS:
        return client.generic(verb, path, headers=headers)
    if path.startswith("/api/"):
        return client.generic(
            verb,
            path,
            data=b'{"name": "Intrus"}' if path.count("/") < 5 else b"{}",
            content_type="application/json",
            headers=headers,
        )
    return client.post(path, BODY, headers=headers) if verb == "POST" else client.generic(verb, path, headers=headers)


def judge(world: World, client: Client, actor: str, cell: Request) -> str:
    """What is wrong with the answer; empty when nothing is."""
    answer = send(client, actor, world, cell.verb, cell.path)
    wanted = expected(cell, actor)
    status = answer.status_code
    if status not in wanted:
        why = repr(answer.exc_info[1])[:300] if getattr(answer, "exc_info", None) else answer.content[:120]
        return f"{actor} {cell.verb} {cell.path} ({cell.url}, {cell.which}): {status} instead of {sorted(wanted)} {why}"
    if wanted == {302} and not answer["Location"].startswith(LOGIN):
        return f"{actor} {cell.verb} {cell.path}: sent to {answer['Location']} instead of the login page"
    return ""


def expected(cell: Request, actor: str) -> set[int]:
    """The statuses that the declared policy allows for this cell."""
    policy = cell.url.policy
    assert policy is not None
    if not is_allowed(policy, actor, cell.verb):
        return {refusal(policy, actor)}
    if cell.url.name in POLICIES:  # their pages have refusals of their own
        return ANSWERED | {403, 404, 429}
    if policy.public:  # healthz says 503 where no worker runs
        return ANSWERED | {404, 429, 503}
    if cell.which == "own":
        return ANSWERED | ({404} if cell.url.name in MAY_BE_ABSENT else set())
    if policy.api and cell.verb == "OPTIONS":  # says what the URL is, not whether the thing exists
        return {200}
    # An unsafe verb may not exist there, or its body be judged first, foreign and missing alike; reading says 404.
    return ({404} if cell.verb in ("GET", "HEAD") else {400, 404}) | {405} | (ANSWERED if WORDS.search(cell.url.route) else set())


def refusal(policy: Policy, actor: str) -> int:
    """How the policy says no: as if nothing were there, by asking who one is, or by saying that the right lacks."""
    if policy.closed:
        return 404
    if not is_someone(actor, policy):
        return 401 if policy.api else 302
    return 404 if actor.endswith("contact") or policy.contact else 403


def is_someone(actor: str, policy: Policy) -> bool:
    """Whether the actor is known to this kind of URL: sessions for pages, credentials for the API."""
    if policy.api:
        return actor.startswith("token of ") and actor.removeprefix("token of ") in Role.values
    return actor in Role.values or actor.endswith("contact")


def is_allowed(policy: Policy | None, actor: str, verb: str) -> bool:
    """Whether the declared policy lets the actor through."""
    assert policy is not None
    if policy.closed:
        return False
    if policy.public:
        return True
    if not is_someone(actor, policy):
        return False
    if policy.signed_in:
        return True
    if policy.contact:
        return actor in CONTACTS
    role = actor.removeprefix("token of ")
    needed = policy.right_for(verb)
    return role in DEFAULTS and (not needed or needed in DEFAULTS[role])


def reads_only(policy: Policy | None, actor: str) -> bool:
    """A person who may only read changes nothing by any verb, but what is their own (E2)."""
    return actor.removeprefix("token of ") == Role.VIEWER and policy is not None and not (policy.signed_in or policy.public)


def told(answer: Any, path: str) -> tuple[int, str]:
    """An answer without what differs by design: the form's key and the address asked for."""
    body = answer.content.decode(errors="replace") if not answer.streaming else ""
    body = re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]*', r"\1", body.replace("&quot;", '"'))
    return answer.status_code, body.replace(path, "PATH")
