"""A stand-in for Stripe: sessions, payments and refunds as its API tells them, idempotency keys, signed messages.

Pure of Django, its state in a small file of its own, so that several processes of the demonstration share it and tests may
kill whom they like. It knows no card: whoever opens its page says whether the bank accepts.
"""

import hashlib
import hmac
import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qsl
from urllib.request import Request, urlopen

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (id TEXT PRIMARY KEY, kind TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, asked TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
"""
VERSION = "2026-10-28.endive"
Answer = tuple[int, dict[str, Any]]


class Refused(Exception):
    """An error of the API: HTTP status and what it says."""

    def __init__(self, status: int, kind: str, message: str, code: str = ""):
        super().__init__(message)
        self.answer: Answer = (status, {"error": {"type": kind, "message": message, "code": code}})


@dataclass
class StandIn:
    """The stand-in: `pay_url` is where its payment pages are, `webhook_url` who is told (nobody when empty)."""

    file: Path
    api_key: str
    webhook_secret: str
    pay_url: str
    webhook_url: str = ""
    patience: tuple[float, ...] = (0, 0.5, 2, 8)  # seconds before each try of a message
    _threads: list[threading.Thread] = field(default_factory=list)

    def call(self, method: str, path: str, body: str, key: str = "", authorization: str = "") -> Answer:
        """One call of the API: `path` begins with /v1/, `body` is form-encoded or a query. The same key gives the same answer."""
        try:
            if authorization != f"Bearer {self.api_key}":
                raise Refused(401, "invalid_request_error", "Invalid API Key provided")
            with self._store() as store:
                return self._once(store, method, path, body, key) if key else self._route(store, method, path, body)
        except Refused as refused:
            return refused.answer

    def page(self, name: str) -> dict[str, Any] | None:
        """A session, for whoever shows its page."""
        with self._store() as store:
            return self._find(store, "checkout.session", name)

    def pay(self, name: str) -> dict[str, Any] | None:
        """The person pays: the bank accepts. The session, paid; None when it is not open."""
        with self._store() as store:
            session = self._find(store, "checkout.session", name)
            if session is None or session["status"] != "open":
                return None
            intent = {
                "id": _name("pi"), "object": "payment_intent", "amount": session["amount_total"], "status": "succeeded",
                "amount_received": session["amount_total"], "currency": session["currency"], "created": _now(), "livemode": False,
                "metadata": session["intent_metadata"],
            }  # fmt: skip
            session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent["id"]}
            self._save(store, intent)
            self._save(store, session)
            events = [
                self._event(store, "payment_intent.succeeded", intent),
                self._event(store, "checkout.session.completed", session),
            ]
        self._tell(events)
        return session

    def events(self) -> list[dict[str, Any]]:
        """Every message so far, oldest first."""
        with self._store() as store:
            rows = store.execute("SELECT body FROM objects WHERE kind = 'event' ORDER BY rowid").fetchall()
        return [json.loads(row[0]) for row in rows]

    def signed(self, event: Mapping[str, Any], *, at: float | None = None, secret: str = "") -> tuple[bytes, str]:
        """The bytes and the `Stripe-Signature` of a message, as Stripe computes it."""
        payload = json.dumps(event, ensure_ascii=False).encode()
        return payload, signature(payload, secret or self.webhook_secret, at=at)

    def forget_keys(self) -> None:
        """What Stripe does after a day: a key it has forgotten opens something new."""
        with self._store() as store:
            store.execute("DELETE FROM keys")

    def wait(self) -> None:
        """Until every message under way has been told or given up."""
        for thread in self._threads:
            thread.join()

    def _route(self, store: sqlite3.Connection, method: str, path: str, body: str) -> Answer:
        asked = nested(body)
        match (method, *path.strip("/").split("/")[1:]):
            case ("POST", "checkout", "sessions"):
                return 200, self._open(store, asked)
            case ("GET", "checkout", "sessions"):
                return 200, self._list(store, "checkout.session", asked)
            case ("GET", "checkout", "sessions", name):
                return 200, self._known(store, "checkout.session", name)
            case ("POST", "checkout", "sessions", name, "expire"):
                return 200, self._expire(store, name)
            case ("GET", "payment_intents", name):
                return 200, self._known(store, "payment_intent", name)
            case ("POST", "refunds"):
                return 200, self._refund(store, asked)
            case ("GET", "refunds"):
                return 200, self._list(store, "refund", asked)
        raise Refused(404, "invalid_request_error", f"Unrecognized request URL ({method}: {path}).")

    def _once(self, store: sqlite3.Connection, method: str, path: str, body: str, key: str) -> Answer:
        """The stored answer of a key; an error when the key comes with something else."""
        asked = hashlib.sha256(f"{method} {path} {body}".encode()).hexdigest()
        known = store.execute("SELECT asked, status, body FROM keys WHERE key = ?", (key,)).fetchone()
        if known is None:
            status, answer = self._route(store, method, path, body)
            store.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", (key, asked, status, json.dumps(answer)))
            return status, answer
        if known[0] != asked:
            raise Refused(400, "idempotency_error", "Keys for idempotent requests can only be used with the same parameters.")
        return known[1], json.loads(known[2])

    def _open(self, store: sqlite3.Connection, asked: dict[str, Any]) -> dict[str, Any]:
        line = asked["line_items"]["0"]
        price = line["price_data"]
        name, now = _name("cs_test"), _now()
        session = {
            "id": name, "object": "checkout.session", "mode": asked["mode"], "status": "open", "payment_status": "unpaid",
            "amount_total": int(price["unit_amount"]) * int(line["quantity"]), "currency": price["currency"], "created": now,
            "client_reference_id": asked.get("client_reference_id"), "metadata": asked.get("metadata", {}),
            "intent_metadata": asked.get("payment_intent_data", {}).get("metadata", {}), "payment_intent": None, "livemode": False,
            "success_url": asked["success_url"], "cancel_url": asked["cancel_url"], "locale": asked.get("locale", "fr"),
            "expires_at": int(asked.get("expires_at", now + 86400)), "url": f"{self.pay_url}/{name}/",
            "label": price["product_data"]["name"],
        }  # fmt: skip
        if not now + 1800 - 60 <= session["expires_at"] <= now + 86400 + 60:
            raise Refused(400, "invalid_request_error", "expires_at must be between 30 minutes and 24 hours from now.")
        self._save(store, session)
        return session

    def _expire(self, store: sqlite3.Connection, name: str) -> dict[str, Any]:
        session = self._known(store, "checkout.session", name)
        if session["status"] != "open":
            raise Refused(400, "invalid_request_error", 'Only Checkout Sessions with a status in ["open"] can be expired.')
        session["status"] = "expired"
        self._save(store, session)
        self._tell([self._event(store, "checkout.session.expired", session)])
        return session

    def _refund(self, store: sqlite3.Connection, asked: dict[str, Any]) -> dict[str, Any]:
        intent = self._known(store, "payment_intent", asked["payment_intent"])
        amount = int(asked.get("amount", intent["amount_received"]))
        before = sum(one["amount"] for one in self._all(store, "refund") if one["payment_intent"] == intent["id"])
        if amount <= 0 or before + amount > intent["amount_received"]:
            raise Refused(400, "invalid_request_error", "Refund amount is greater than unrefunded amount on charge.")
        made = {
            "id": _name("re"), "object": "refund", "amount": amount, "currency": intent["currency"], "payment_intent": intent["id"],
            "status": "succeeded", "created": _now(), "metadata": asked.get("metadata", {}),
        }  # fmt: skip
        self._save(store, made)
        self._tell([self._event(store, "refund.created", made), self._event(store, "refund.updated", made)])
        return made

    def _list(self, store: sqlite3.Connection, kind: str, asked: dict[str, Any]) -> dict[str, Any]:
        since, limit = int(asked.get("created", {}).get("gte", 0)), int(asked.get("limit", 10))
        found = [one for one in reversed(self._all(store, kind)) if one["created"] >= since]
        if after := asked.get("starting_after"):
            found = found[[one["id"] for one in found].index(after) + 1 :]
        return {"object": "list", "data": found[:limit], "has_more": len(found) > limit, "url": f"/v1/{kind}"}

    def _event(self, store: sqlite3.Connection, kind: str, thing: dict[str, Any]) -> dict[str, Any]:
        event = {
            "id": _name("evt"), "object": "event", "type": kind, "created": _now(), "livemode": False, "api_version": VERSION,
            "data": {"object": dict(thing)},
        }  # fmt: skip
        self._save(store, event)
        return event

    def _tell(self, events: list[dict[str, Any]]) -> None:
        """Tell the firm, each message apart, without making whoever pays wait."""
        if self.webhook_url:
            for event in events:
                thread = threading.Thread(target=self._deliver, args=(event,), daemon=True)
                self._threads = [other for other in self._threads if other.is_alive()] + [thread]
                thread.start()

    def _deliver(self, event: dict[str, Any]) -> None:
        for pause in self.patience:
            time.sleep(pause)
            payload, told = self.signed(event)
            headers = {"Content-Type": "application/json", "Stripe-Signature": told}
            try:
                with closing(urlopen(Request(self.webhook_url, payload, headers), timeout=10)) as answer:
                    if answer.status < 300:
                        return
            except (URLError, OSError):
                continue

    @contextmanager
    def _store(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.file, timeout=30, isolation_level=None)) as store:
            store.executescript(SCHEMA)
            store.execute("BEGIN IMMEDIATE")
            try:
                yield store
            except BaseException:
                store.execute("ROLLBACK")
                raise
            store.execute("COMMIT")

    def _save(self, store: sqlite3.Connection, thing: dict[str, Any]) -> None:
        row = (thing["id"], thing["object"], thing["created"], json.dumps(thing))
        store.execute("INSERT INTO objects VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body", row)

    def _all(self, store: sqlite3.Connection, kind: str) -> list[dict[str, Any]]:
        rows = store.execute("SELECT body FROM objects WHERE kind = ? ORDER BY rowid", (kind,)).fetchall()
        return [json.loads(row[0]) for row in rows]

    def _find(self, store: sqlite3.Connection, kind: str, name: str) -> dict[str, Any] | None:
        row = store.execute("SELECT body FROM objects WHERE id = ? AND kind = ?", (name, kind)).fetchone()
        return json.loads(row[0]) if row else None

    def _known(self, store: sqlite3.Connection, kind: str, name: str) -> dict[str, Any]:
        found = self._find(store, kind, name)
        if found is None:
            raise Refused(404, "invalid_request_error", f"No such {kind}: '{name}'", "resource_missing")
        return found


def signature(payload: bytes, secret: str, *, at: float | None = None) -> str:
    """The header `Stripe-Signature` of `payload` at the instant `at` (seconds since 1970, by default now)."""
    moment = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def nested(body: str) -> dict[str, Any]:
    """`a[b][0]=c` as the API reads it: {"a": {"b": {"0": "c"}}}."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        place, *path = name.replace("]", "").split("[")
        where = found
        for step in path:
            where = where.setdefault(place, {})
            place = step
        where[place] = value
    return found


def _name(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(12)}"


def _now() -> int:
    return int(time.time())
