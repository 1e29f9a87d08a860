"""What the frame of every staff page needs, in one statement: the firm, what waits in each room, whether the person owes
a second factor."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import demo
from accounts.middleware import Answer, declared_policy
from accounts.models import Right, Role, User
from crm.company import turn_page, zone_of_page
from crm.models import Commitment, Company, DuplicateCandidate, Email
from lib import clock


@dataclass(frozen=True)
class Room:
    """An entry of the menu: shown to whom it is of use. `paths` are the beginnings of the addresses it holds."""

    url_name: str
    label: str | Promise
    right: str
    paths: tuple[str, ...]
    count: str = ""


# Seven entries at most for any role. The first letter typed is not a shortcut: Ctrl K goes everywhere.
ROOMS = (
    Room("home", _("Aujourd’hui"), Right.SEE_RECORDS, ("/aujourdhui/",), "due"),
    Room("customers", _("Clients"), Right.SEE_RECORDS, ("/clients/", "/contacts/", "/doublons/", "/imports/")),
    Room("invoices", _("Factures"), Right.SEE_AMOUNTS, ("/factures/", "/encaissements/")),
    Room("reminders", _("Relances"), Right.APPROVE_REMINDERS, ("/relances/",)),
    Room("complaints", _("Réclamations"), Right.HANDLE_COMPLAINTS, ("/reclamations/",), "complaints"),
    Room("mails", pgettext_lazy("boîte", "Courrier"), Right.SEE_RECORDS, ("/courrier/",), "mails"),
    Room("firm", _("Maison"), Right.MANAGE_SETTINGS, ("/maison/", "/personnes/", "/journal/")),
)


@dataclass(frozen=True)
class Frame:
    """The firm and what waits, as one request sees them."""

    company: Company
    counts: dict[str, int] = field(default_factory=dict)
    owes_second_factor: bool = False


class FrameMiddleware:
    """Reads the frame before a page of the house is made, and puts the firm's civil time in force for every page: what a client
    does in their space, at a mailed link or at Stripe has the firm's day too."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = clock.zone()
        turn_page()
        try:
            return self.get_response(request)
        finally:
            clock.use_zone(before)
            turn_page()

    def process_view(self, request: HttpRequest, view: Any, args: object, kwargs: object) -> None:
        declared = declared_policy(view, request.resolver_match)
        if declared is None or declared.closed:
            return
        member = request.user if request.user.is_authenticated and request.user.is_house else None
        if not (member or declared.api):
            clock.use_zone(zone_of_page)
            return
        day, frame = clock.today(), read_frame(member)
        clock.use_zone(frame.company.time_zone)
        if member and clock.today() != day:  # what is due was counted on the day of Paris
            frame = read_frame(member)
        request.frame = frame
        request.owes_second_factor = frame.owes_second_factor


def read_frame(person: User | None) -> Frame:
    """The frame for `person`, or for a credential of the API (None). One statement, compiled once per shape: Django takes
    longer to write it than the database to answer."""
    if person is None:
        return Frame(Company.objects.filter(pk=1).first() or Company())
    sql, slots = _statement(person.may(Right.SEE_RECORDS), person.team_id is not None, connection.vendor)
    values = {"person": person.pk, "team": person.team_id, "today": _day_for_database(clock.today())}
    with connection.cursor() as cursor:
        cursor.execute(sql, [values[value] if kind == "slot" else value for kind, value in slots])
        row = cursor.fetchone()
    if row is None:  # the firm's row is born with the first setting
        return Frame(Company())
    *columns, due, complaints, mails, duplicates, has_factor = row
    company = Company.from_db("default", [field.attname for field in Company._meta.concrete_fields], _python(columns))
    owes = person.role in company.second_factor_roles and company.smtp_tested_at is not None and not has_factor
    return Frame(company, {"due": due, "complaints": complaints, "mails": mails, "duplicates": duplicates}, owes)


@cache
def _statement(sees: bool, in_team: bool, vendor: str) -> tuple[str, list[tuple[str, Any]]]:
    """The statement for a person who may `sees` records and is `in_team` or not: its text, and for each parameter either
    its value or which of the person's values goes there. The rules of who sees what stay those of the querysets."""
    stand_in = User(pk=-71, role=Role.VIEWER, team_id=-72 if in_team else None, taken=[] if sees else [Right.SEE_RECORDS])
    day = date(1, 2, 3)
    query = Company.objects.filter(pk=1).annotate(
        due=_count(Commitment.objects.visible_to(stand_in).open().filter(owner=stand_in, due_on__lte=day)),
        complaints=_count(
            Commitment.objects.visible_to(stand_in).open().filter(nature="projected", about_kind="complaint", due_on__lte=day)
        ),
        mails=_count(Email.objects.visible_to(stand_in).to_decide()),
        duplicates=_count(DuplicateCandidate.objects.filter(decision="")),
        has_factor=Exists(Authenticator.objects.filter(user_id=stand_in.pk, type=Authenticator.Type.TOTP)),
    )
    sql, parameters = query.query.sql_with_params()
    known = {-71: "person", -72: "team", _day_for_database(day): "today"}
    return sql, [("slot", known[value]) if value in known else ("value", value) for value in parameters]


def _day_for_database(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)


def _python(columns: list[Any]) -> list[Any]:
    """The firm's columns as Python values, as a queryset would give them."""
    for position, expression, convert in _converters(connection.vendor):
        columns[position] = convert(columns[position], expression, connection)
    return columns


@cache
def _converters(vendor: str) -> list[tuple[int, Any, Any]]:
    """What Django would do of each column: position, expression, function."""
    found = []
    for position, column in enumerate(Company._meta.concrete_fields):
        expression = column.get_col(Company._meta.db_table)
        converters = (*connection.ops.get_db_converters(expression), *column.get_db_converters(connection))
        found += [(position, expression, convert) for convert in converters]
    return found


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many `rows`, as part of another statement."""
    total = rows.order_by().annotate(_one=Value(1)).values("_one").annotate(_total=Count("pk")).values("_total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)


def frame(request: HttpRequest) -> dict[str, object]:
    """`today`, `now`, the firm's name, the menu of the person, whether everything here is invented."""
    read: Frame | None = getattr(request, "frame", None)
    user = getattr(request, "user", None)
    member = user if read and user is not None and user.is_authenticated and user.is_house else None
    return {
        "today": clock.today(),
        "now": clock.now(),
        "company": read.company if read else None,
        "company_name": read.company.name if read else "",
        "menu": menu(member, read, request.path) if member and read else [],
        "house_nav": house_nav(member, request.path) if member else [],
        "clients_nav": clients_nav(member, read, request.path) if member and read else [],
        "demo": settings.DEMO,
        "demo_cards": SimpleLazyObject(demo.cards) if settings.DEMO else [],
        "demo_login_url": reverse("enter_demo") if settings.DEMO else "",
    }


def menu(person: User, read: Frame, path: str) -> list[dict[str, object]]:
    """The rooms `person` has something to do in, with what waits there."""
    entries: list[dict[str, object]] = []
    for room in ROOMS:
        url = address_of(room.url_name)
        if url and person.may(room.right):
            current = path == url or path.startswith(room.paths)
            entries.append(
                {
                    "key": room.url_name,
                    "label": room.label,
                    "url": url,
                    "current": current,
                    "count": read.counts.get(room.count, 0),
                    "late": False,
                }
            )
    return entries


def house_nav(person: User, path: str) -> list[tuple[object, str, bool]]:
    """The pages of « Maison » that `person` may open, as pills: label, address, whether it is the current one."""
    pages = (
        ("firm", _("Réglages"), Right.MANAGE_SETTINGS),
        ("people", _("Personnes"), Right.MANAGE_USERS),
        ("journal", _("Journal de sécurité"), Right.SEE_AUDIT),
    )
    found = [(label, address_of(name), right) for name, label, right in pages]
    return [(label, url, path.startswith(url)) for label, url, right in found if url and person.may(right)]


def clients_nav(person: User, read: Frame, path: str) -> list[tuple[object, str, bool, int | None]]:
    """The pages beside the list of clients that `person` may open, as pills with what waits there; none when there is
    only the list."""
    pages = (
        ("customers", _("Clients"), Right.SEE_RECORDS, None),
        ("duplicates", _("Doublons"), Right.MERGE_CUSTOMERS, read.counts.get("duplicates") or None),
        ("imports", _("Imports"), Right.IMPORT_CUSTOMERS, None),
    )
    found = [(label, address_of(name), count) for name, label, right, count in pages if person.may(right)]
    return [(label, url, path.startswith(url), count) for label, url, count in found] if len(found) > 1 else []


@cache
def address_of(name: str) -> str:
    """The address of a room; empty while it is not built."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
