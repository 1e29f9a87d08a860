"""The shapes of the API. They read and type; `crm.checks` and the gestures judge."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from config.api.fields import PersonField, Related, Strict
from config.api.numbers import AmountField
from crm.models import Commitment, Contact, Customer, Email, Interaction
from crm.models.customers import Channel, CustomerType
from crm.models.timeline import HUMAN_KINDS, Direction, Kind, Mood, Visibility


def text(**kwargs: Any) -> serializers.CharField:
    """Optional text; the checks of `crm` say what it must be."""
    return serializers.CharField(required=False, allow_blank=True, trim_whitespace=False, **kwargs)


class CustomerSerializer(Strict):
    """A customer. `version` is what the writer saw: when given and out of date, the answer is 409."""

    id = serializers.CharField(source="public_id", read_only=True)
    reference = serializers.CharField(read_only=True)
    type = serializers.ChoiceField(choices=CustomerType.choices, required=False)
    name = text()
    email = text()
    phone = text()
    website = text()
    address = text()
    address_extra = text()
    postal_code = text()
    city = text()
    country = text()
    delivery_address = text()
    siren = text()
    siret = text()
    vat_number = text()
    payment_days = serializers.IntegerField(required=False, allow_null=True)
    payment_counting = text()
    language = text()
    preferred_channel = serializers.ChoiceField(choices=Channel.choices, required=False, allow_blank=True)
    preferred_moment = text()
    source = text()
    since_on = serializers.DateField(required=False, allow_null=True)
    note = text()
    owner = PersonField(required=False, allow_null=True)
    tags = serializers.SerializerMethodField()
    extra = serializers.JSONField(required=False)
    version = serializers.IntegerField(required=False)
    archived_at = serializers.DateTimeField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def get_tags(self, customer: Customer) -> list[str]:
        """The names of the tags, in their order."""
        return [tag.name for tag in customer.tags.all()]


class ContactSerializer(Strict):
    """A person to speak to at a customer's."""

    id = serializers.CharField(source="public_id", read_only=True)
    customer = Related(Customer)
    civility = text()
    first_name = text()
    last_name = text()
    job_title = text()
    email = text()
    phone = text()
    mobile = text()
    decides = serializers.BooleanField(required=False)
    receives_invoices = serializers.BooleanField(required=False)
    receives_reminders = serializers.BooleanField(required=False)
    is_main = serializers.BooleanField(required=False)
    language = text()
    note = text()
    version = serializers.IntegerField(required=False)
    archived_at = serializers.DateTimeField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


class NextStepSerializer(Strict):
    """What was agreed to come next: becomes a commitment."""

    what = serializers.CharField()
    due_on = serializers.DateField()
    due_at = serializers.TimeField(required=False, allow_null=True)
    owed_by = serializers.ChoiceField(choices=Commitment.Owed.choices, required=False)
    owner = PersonField(required=False)


class InteractionSerializer(Strict):
    """One row of the history. An `Idempotency-Key` makes a retry give back the first row."""

    id = serializers.CharField(source="public_id", read_only=True)
    customer = Related(Customer)
    contact = Related(Contact, required=False, allow_null=True)
    kind = serializers.ChoiceField(choices=Kind.choices)
    direction = serializers.ChoiceField(choices=Direction.choices, required=False, allow_blank=True)
    channel = serializers.CharField(read_only=True)
    occurred_at = serializers.DateTimeField(required=False)
    summary = serializers.CharField(read_only=True)
    body = text()
    minutes = serializers.IntegerField(required=False, allow_null=True, min_value=0, write_only=True)
    mood = serializers.ChoiceField(choices=Mood.choices, required=False, allow_blank=True)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    next_step = NextStepSerializer(required=False, write_only=True)
    about = serializers.SerializerMethodField()
    author = PersonField(read_only=True)
    recorded_at = serializers.DateTimeField(read_only=True)
    erased_at = serializers.DateTimeField(read_only=True)

    def get_about(self, row: Interaction) -> dict[str, str] | None:
        """What the row points to, as frozen text keys."""
        return {"kind": row.about_kind, "ref": row.about_ref, "label": row.about_label} if row.about_ref else None

    def validate_kind(self, kind: str) -> str:
        """Only what people do is logged; the house writes its own rows."""
        if kind not in HUMAN_KINDS:
            raise serializers.ValidationError(_("Cette ligne est écrite par la maison elle-même : elle ne se consigne pas."))
        return kind


class CorrectionSerializer(Strict):
    """Better words, by their author; `seen` is how many former wordings the person had before them."""

    body = serializers.CharField(trim_whitespace=False)
    seen = serializers.IntegerField(required=False, min_value=0)


class CommitmentSerializer(Strict):
    """What is owed, by us or by them, for a day."""

    id = serializers.CharField(source="public_id", read_only=True)
    customer = Related(Customer)
    contact = Related(Contact, required=False, allow_null=True)
    interaction = Related(Interaction, read_only=True)
    owed_by = serializers.ChoiceField(choices=Commitment.Owed.choices)
    what = serializers.CharField()
    amount = AmountField(required=False, allow_null=True)
    due_on = serializers.DateField()
    due_at = serializers.TimeField(required=False, allow_null=True)
    due_before = serializers.BooleanField(required=False)
    owner = PersonField(required=False, allow_null=True)
    nature = serializers.CharField(read_only=True)
    made_at = serializers.DateTimeField(read_only=True)
    kept_at = serializers.DateTimeField(read_only=True)
    released_at = serializers.DateTimeField(read_only=True)
    release_reason = serializers.CharField(source="released_because", read_only=True)
    version = serializers.IntegerField(read_only=True)


class VersionSerializer(Strict):
    """The version the writer saw, when they want to be told of somebody else's change."""

    version = serializers.IntegerField(required=False)


class MoveSerializer(VersionSerializer):
    """Another day."""

    due_on = serializers.DateField()
    due_at = serializers.TimeField(required=False, allow_null=True)
    due_before = serializers.BooleanField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True)


class ReleaseSerializer(VersionSerializer):
    """Why it no longer holds."""

    reason = serializers.CharField()


class DelegateSerializer(VersionSerializer):
    """To whom."""

    to = PersonField()


class EmailSerializer(Strict):
    """A mail. Writing one queues it: it leaves after a minute, unless it is cancelled."""

    id = serializers.CharField(source="public_id", read_only=True)
    customer = Related(Customer)
    contact = Related(Contact, required=False, allow_null=True)
    direction = serializers.CharField(read_only=True)
    state = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)
    recipient_name = serializers.CharField(read_only=True)
    recipient_email = serializers.CharField(read_only=True)
    subject = serializers.CharField()
    text = serializers.CharField(trim_whitespace=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    author = PersonField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    send_after = serializers.DateTimeField(read_only=True)
    sent_at = serializers.DateTimeField(read_only=True)


class TimelineRowSerializer(Strict):
    """A row of a customer's history as the record shows it."""

    id = serializers.CharField(source="public_id", read_only=True)
    kind = serializers.CharField(read_only=True)
    occurred_at = serializers.DateTimeField(read_only=True)
    summary = serializers.CharField(read_only=True)
    body = serializers.CharField(read_only=True)
    direction = serializers.CharField(read_only=True)
    channel = serializers.CharField(read_only=True)
    mood = serializers.CharField(read_only=True)
    author = PersonField(read_only=True)
    contact = Related(Contact, read_only=True)
    about = serializers.SerializerMethodField()
    email = serializers.SerializerMethodField()
    automatic = serializers.BooleanField(source="is_automatic", read_only=True)

    def get_about(self, row: Interaction) -> dict[str, str] | None:
        """What the row points to, as frozen text keys."""
        return {"kind": row.about_kind, "ref": row.about_ref, "label": row.about_label} if row.about_ref else None

    def get_email(self, row: Interaction) -> dict[str, str] | None:
        """The mail whose row this is, with its words."""
        mail: Email | None = getattr(row, "email", None)
        if mail is None:
            return None
        return {"id": mail.public_id, "subject": mail.subject, "text": mail.text, "state": mail.state}


class BriefLineSerializer(Strict):
    """One line of the brief, with the fact it rests on."""

    code = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    late = serializers.BooleanField(read_only=True)
    ref = serializers.SerializerMethodField()

    def get_ref(self, line: Any) -> dict[str, str]:
        """The kind and the id of the fact."""
        return {"kind": line.link.kind, "id": line.link.ref}


class BriefSerializer(Strict):
    """What to know before speaking."""

    rule = serializers.IntegerField(read_only=True)
    headline = serializers.CharField(read_only=True)
    advice = serializers.CharField(read_only=True)
    phone = serializers.CharField(read_only=True)
    lines = BriefLineSerializer(many=True, read_only=True)


class HitSerializer(Strict):
    """One thing found."""

    kind = serializers.CharField(read_only=True)
    id = serializers.CharField(source="ref", read_only=True)
    customer = Related(Customer, read_only=True)
    title = serializers.CharField(read_only=True)
    excerpt = serializers.CharField(source="text", read_only=True)
    occurred_at = serializers.DateTimeField(read_only=True)
