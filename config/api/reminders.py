"""The API's route on reminders: what would be done about each customer who owes something, and why. It sends nothing."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Policy, Right
from config.api.fields import named
from crm.models import Customer
from lib import clock
from lib.errors import Refusal
from tact.planning import plan, planning_day
from tact.telling import decision_as_json

DECISIONS = ["send", "soften", "call", "wait"]
YEARS = range(2000, 2101)  # of a plan: another is a slip of the keyboard


class ReminderFactSerializer(serializers.Serializer[Any]):
    """The fact a reason rests on."""

    kind = serializers.CharField()
    id = serializers.CharField()


class ReminderReasonSerializer(serializers.Serializer[Any]):
    """Why."""

    code = serializers.CharField()
    text = serializers.CharField()
    ref = ReminderFactSerializer()


class ReminderClaimSerializer(serializers.Serializer[Any]):
    """One invoice of a decision: what is asked, what is left alone and why."""

    invoice = serializers.CharField()
    number = serializers.CharField()
    due_on = serializers.DateField()
    balance_due = serializers.CharField()
    amount = serializers.CharField()
    kept = serializers.CharField()
    step = serializers.CharField()
    step_on = serializers.DateField(allow_null=True)
    reasons = ReminderReasonSerializer(many=True)


class ReminderSerializer(serializers.Serializer[Any]):
    """One decision, one customer."""

    customer = serializers.CharField()
    name = serializers.CharField()
    invoices = serializers.ListField(child=serializers.CharField())
    decision = serializers.ChoiceField(choices=DECISIONS)
    tone = serializers.CharField()
    step = serializers.CharField()
    step_on = serializers.DateField(allow_null=True)
    late_days = serializers.IntegerField()
    amount = serializers.CharField()
    held = serializers.BooleanField()
    resume_on = serializers.DateField(allow_null=True)
    emotion = serializers.CharField()
    deduction = serializers.CharField()
    reasons = ReminderReasonSerializer(many=True)
    would_change = serializers.ListField(child=serializers.CharField())
    claims = ReminderClaimSerializer(many=True)
    waiting = ReminderClaimSerializer(many=True)


class PlanSerializer(serializers.Serializer[Any]):
    """The whole plan of a day."""

    on = serializers.DateField()
    results = ReminderSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class RemindersView(APIView):
    """`?on=` (today, or the next working day, by default), `?customer=`, `?decision=`."""

    policy = Policy(right=Right.SEE_AMOUNTS, api=True)

    @extend_schema(
        parameters=[
            OpenApiParameter("on", OpenApiTypes.DATE),
            OpenApiParameter("customer", str),
            OpenApiParameter("decision", str, enum=DECISIONS),
        ],
        responses=PlanSerializer,
    )
    def get(self, request: Request) -> Response:
        """What the queue shows, in the same words. Nothing leaves by this route."""
        asked = request.query_params.get("decision", "")
        if asked not in ("", *DECISIONS):
            raise Refusal(_("« decision » est l’un de : %(names)s.") % {"names": ", ".join(DECISIONS)}, field="decision")
        heads = _heads(request)
        rows = tell_plan(on=_day(request), heads=heads, language=get_language() or request.user.language)
        rows["results"] = [row for row in rows["results"] if asked in ("", row["decision"])]
        return Response(rows)


def tell_plan(*, on: date | None, heads: list[int] | None = None, language: str = "fr") -> dict[str, Any]:
    """The plan of the civil day `on` (today or the next working day by default): the same for the API and the command.
    Another day is told from its own noon: a conversation of this morning holds nothing back in a month."""
    prepared = planning_day(clock.today())
    day = on or prepared
    if day.year not in YEARS:
        raise Refusal(_("L’année %(year)s surprend ici. Vérifiez la date.") % {"year": day.year}, field="on")
    now = clock.now() if day == prepared else datetime.combine(day, time(12), ZoneInfo(clock.zone()))
    rows = plan(on=day, now=now, heads=heads, language=language)
    results = [decision_as_json(row.decision) for row in rows]
    return {"on": day.isoformat(), "results": results, "next": None, "previous": None}


def _day(request: Request) -> date | None:
    text = request.query_params.get("on", "")
    try:
        day = date.fromisoformat(text) if text else None
        if day is not None and not 2000 <= day.year < 2200:  # beyond, the calendar has no working days to count
            raise ValueError
        return day
    except ValueError:
        raise Refusal(_("« on » est une date comme 2026-11-21."), field="on") from None


def _heads(request: Request) -> list[int] | None:
    ref = request.query_params.get("customer", "")
    if not ref:
        return None
    found = Customer.objects.visible_to(request.user).filter(**named(Customer, ref)).first()
    return [found.merged_into_id or found.pk] if found else []
