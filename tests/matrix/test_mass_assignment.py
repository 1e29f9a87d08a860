"""Mass assignment (trust.md E3): every form is sent twice, as it is shown and with the name of every column of every
table beside; the database must come out the same. Time and chance are held still, so that nothing else can differ."""

import random
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django import forms
from django.apps import apps
from django.db import connection, models
from django.forms import BaseForm
from django.test import Client

from accounts.models import Role
from lib.public_ids import PATTERN
from tests.matrix.test_access import SET_ASIDE, browser_of, bubble, is_allowed, path_of
from tests.matrix.urls import Url, every_url
from tests.matrix.world import World, build

OURS = ("accounts", "crm")
# What some page reads beside its form, on purpose, each with its own judge.
READ_ON_PURPOSE = {
    "new_mail_text": {"language"},  # in which language the new text is
}


@pytest.fixture
def world(db: None) -> World:
    """The small world."""
    return build()


def test_only_declared_fields_move(world: World) -> None:
    tried, faults = 0, []
    for url in every_url():
        if url.name not in SET_ASIDE and is_allowed(url.policy, Role.MANAGER, "POST") and not url.policy.api:
            path = path_of(world, url, Role.MANAGER, "own")
            for form in forms_of(world, path):
                tried += 1
                faults += compare(world, url, path, form)
    assert not faults, "\n" + "\n".join(faults)
    assert tried > 10


def forms_of(world: World, path: str) -> list[BaseForm]:
    """The forms that the page shows."""
    with bubble():
        answer = browser_of(world, Role.MANAGER).get(path)
    shown = answer.context if isinstance(answer.context, list) else [answer.context] if answer.context else []
    found = {id(value): value for context in shown for value in context.flatten().values() if isinstance(value, BaseForm)}
    return list(found.values())


def compare(world: World, url: Url, path: str, form: BaseForm) -> list[str]:
    """What differs in the database when names that the form does not declare are sent with it."""
    shown = {form.add_prefix(name): filled(form, name) for name in form.fields}
    allowed = {form.add_prefix(name) for name in form.fields} | READ_ON_PURPOSE.get(url.name, set())
    attack = {name: value for name, value in hostile(world).items() if name not in allowed}
    plain, attacked = after(world, path, shown), after(world, path, {**attack, **shown})
    return [f"{url} ({path}): {table} differs" for table in plain if plain[table] != attacked[table]]


def filled(form: BaseForm, name: str) -> Any:
    """What a person would send: the value shown, or something where one is asked."""
    field, value = form.fields[name], form[name].value()
    if value not in (None, "") or not field.required:
        return value
    if isinstance(field, forms.ChoiceField):
        return next((key for key, _label in field.choices if key), "")
    if isinstance(field, forms.BooleanField):
        return "on"
    return (
        "neuf@example.org"
        if isinstance(field, forms.EmailField)
        else "2030-01-01"
        if isinstance(field, forms.DateField)
        else "Quelque chose"
    )


def after(world: World, path: str, data: dict[str, Any]) -> dict[str, list[str]]:
    """The database after the form is sent."""
    with bubble(), pytest.MonkeyPatch.context() as patch, time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False):
        chance = random.Random(1)
        patch.setattr(secrets, "choice", chance.choice)
        patch.setattr(secrets, "token_bytes", lambda size=32: chance.randbytes(size))
        patch.setattr(secrets, "token_urlsafe", lambda size=32: chance.randbytes(size).hex())
        patch.setattr(secrets, "token_hex", lambda size=32: chance.randbytes(size).hex())
        client: Client = browser_of(world, Role.MANAGER)
        client.post(path, {key: value for key, value in data.items() if value is not None})
        return {model._meta.label: sorted(rows_of(model)) for model in tables()}


def tables() -> Iterator[type[models.Model]]:
    """The tables of the house."""
    return (model for app in OURS for model in apps.get_app_config(app).get_models() if model._meta.managed)


def rows_of(model: type[models.Model]) -> Iterator[str]:
    """Every row as text. PostgreSQL does not give numbers back when a transaction is undone: there, keys are left out."""
    moving = (models.AutoField, models.ForeignKey) if connection.vendor == "postgresql" else ()
    names = [field.attname for field in model._meta.concrete_fields if not isinstance(field, moving)]
    return (re.sub(PATTERN, "ID", repr(row)) for row in model._default_manager.order_by("pk").values_list(*names))


def hostile(world: World) -> dict[str, str]:
    """A value for the name of every column of every table."""
    found: dict[str, str] = {"is_staff": "on", "is_superuser": "on", "id": "1", "pk": "1"}
    for model in tables():
        for field in model._meta.concrete_fields:
            found[field.name] = found[field.attname] = value_for(field, world)
    return found


def value_for(field: Any, world: World) -> str:
    """Something that this column could hold."""
    if isinstance(field, models.BooleanField):
        return "on"
    if field.choices:
        return str(field.choices[-1][0])
    if isinstance(field, models.ForeignKey):
        return str(world.people["expired"].pk)
    if isinstance(field, models.DateField):
        return "2030-01-01"
    if isinstance(field, models.JSONField):
        return '["manage_users"]'
    return "7" if isinstance(field, models.IntegerField | models.DecimalField) else "intrus@example.org"
