"""How the API describes the dates of a complaint and what happened: names only, the values come from `complaints`."""

from dataclasses import fields
from typing import Any

from rest_framework import serializers

from complaints.deadlines import Deadlines

_PLAIN: dict[str, serializers.Field[Any, Any, Any, Any]] = {
    "client_type": serializers.CharField(),
    "zone": serializers.CharField(),
    "referral_in_time": serializers.BooleanField(allow_null=True),
}
_ALWAYS = {"sent_on", "ack_due", "answer_due", "answer_warn_on", "roll_642"}


class DeadlinesSerializer(serializers.Serializer[Any]):
    """The same names as `./run manage complaint_dates --json`; null where the client's regime has none, or no fact yet."""

    def get_fields(self) -> dict[str, Any]:
        """One for each date of `complaints.deadlines`."""
        return {
            field.name: _PLAIN.get(field.name) or serializers.DateField(allow_null=field.name not in _ALWAYS)
            for field in fields(Deadlines)
        }


class NextDateSerializer(serializers.Serializer[Any]):
    """The nearest date that binds us, or that opens something to the client."""

    on = serializers.DateField()
    code = serializers.CharField()
    nature = serializers.CharField(help_text="law, usage, house")
    late = serializers.BooleanField()


class MistakenSerializer(serializers.Serializer[Any]):
    """When and why a fact was declared recorded in error."""

    on = serializers.DateField()
    reason = serializers.CharField()


class ToldFactSerializer(serializers.Serializer[Any]):
    """A dated fact, as it was noted; `mistaken` when it was declared recorded in error."""

    id = serializers.CharField()
    kind = serializers.CharField()
    on = serializers.DateField()
    received_on = serializers.DateField(allow_null=True)
    channel = serializers.CharField()
    number = serializers.CharField()
    until = serializers.DateField(allow_null=True)
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    words = serializers.CharField()
    letter = serializers.CharField(allow_null=True)
    withdraws = serializers.CharField(allow_null=True)
    mistaken = MistakenSerializer(allow_null=True)
