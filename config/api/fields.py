"""What the API's serializers share: unknown keys are named, references are opaque, refusals keep their words."""

import re
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from billing.models import Invoice
from complaints.models import Complaint
from crm.models import Customer

# What the house prints on its papers and pages, beside the public id of 26 signs: never mistaken for one.
_PRINTED = {Customer: "reference", Invoice: "number", Complaint: "reference"}
_REFERENCE = re.compile(r"[A-Za-z]{1,3}[0-9]{4,10}(?:-[0-9]{1,10})?")


def named(model: type[Model], text: str) -> dict[str, str]:
    """How to find the row of `model` that `text` names: by public id, or by the reference that is printed («C00017»,
    «F2026-000123»), in either case of letters."""
    if model in _PRINTED and _REFERENCE.fullmatch(text):
        return {_PRINTED[model]: text.upper()}
    return {"public_id": text}


class Strict(serializers.Serializer[Any]):
    """A serializer that refuses a key it does not know instead of dropping it, so that a typing mistake is told, and names
    the choices there are beside one that is none."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            if isinstance(field, serializers.ChoiceField):
                names = ", ".join(str(name) for name in field.choices if name)
                field.error_messages["invalid_choice"] = _("« {input} » n’en fait pas partie : %(names)s.") % {"names": names}
        return fields

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError({"": [_("Envoyez un objet JSON.")]})
        writable = {name for name, field in self.fields.items() if not field.read_only}
        unknown = sorted(set(map(str, data)) - set(self.fields))
        frozen = sorted(set(data) & (set(self.fields) - writable))
        errors = {name: [_("Ce champ n’existe pas ici.")] for name in unknown}
        errors |= {name: [_("Ce champ ne s’écrit pas : il est tenu par la maison.")] for name in frozen}
        if errors:
            raise serializers.ValidationError(errors)
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "description": "An `id`, or a printed reference or number, as in the address."})
class Related(serializers.RelatedField[Any, Any, Any]):
    """A reference by public id, or by what the house prints (`named`), looked up only among what the person may see: foreign
    and missing look alike."""

    default_error_messages = {"missing": lazy("Cet objet n’existe pas, ou vous n’y avez pas accès.")}

    def __init__(self, model: type[Model], **kwargs: Any):
        self.model = model
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", model._default_manager.none())
        super().__init__(**kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        user: User = self.context["request"].user
        return self.model._default_manager.all().visible_to(user)  # type: ignore[attr-defined]

    def to_internal_value(self, data: Any) -> Any:
        found = self.get_queryset().filter(**named(self.model, data)).first() if isinstance(data, str) else None
        if found is None:
            self.fail("missing")
        return found

    def to_representation(self, value: Any) -> str:
        return value.public_id

    def use_pk_only_optimization(self) -> bool:
        return False


@extend_schema_field(OpenApiTypes.EMAIL)
class PersonField(serializers.RelatedField[Any, Any, Any]):
    """A member of the house by e-mail address."""

    default_error_messages = {"missing": lazy("Personne de la maison n’a cette adresse.")}

    def __init__(self, **kwargs: Any):
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", User.objects.none())
        super().__init__(**kwargs)

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.staff()

    def to_internal_value(self, data: Any) -> User:
        found = self.get_queryset().filter(email__iexact=data).first() if isinstance(data, str) else None
        if found is None:
            self.fail("missing")
        return found

    def to_representation(self, value: User) -> str:
        return value.email

    def use_pk_only_optimization(self) -> bool:
        return False
