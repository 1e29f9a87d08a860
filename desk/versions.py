"""Two people change one record: neither loses anything, and the second sees both versions before saving again."""

from dataclasses import dataclass
from typing import Any

from django import forms

from desk.forms.customers import CheckedForm, as_typed


@dataclass(frozen=True)
class Difference:
    """A field as it is now, and as this person typed it; `both` when the two of them changed it."""

    label: Any
    now: str
    typed: str
    both: bool


def changed_values(form: CheckedForm) -> dict[str, Any]:
    """The normalised values of the fields that the person changed, and of empty ones that follow from them (a SIREN
    read in a SIRET)."""
    mine = set(form.changed_data)
    return {name: value for name, value in form.values.items() if name in mine or (value and not form.cleaned_data.get(name))}


def meet(form: CheckedForm, current: Any) -> tuple[forms.Form, list[Difference]]:
    """The form again upon what a colleague has saved meanwhile: what this person changed stays as typed, the rest
    follows the record; with the fields that now differ or that both of them changed."""
    data, differences = form.data.copy(), []
    for name in form.names:
        label, seen, now = form[name].label, form[name].initial, as_typed(name, getattr(current, name))
        moved = _shown(form, name, now) != _shown(form, name, _seen(form, name, seen))
        if name not in form.changed_data:
            data[name] = "" if now is None else now
            if now is False:
                data.pop(name)
            if moved:
                differences.append(Difference(label, _shown(form, name, now), "", both=False))
        elif moved or _shown(form, name, now) != _shown(form, name, form[name].data):
            differences.append(Difference(label, _shown(form, name, now), _shown(form, name, form[name].data), both=moved))
        data[f"initial-{name}"] = "" if now is None else now
    data["version"] = current.version
    form.data, form.existing = data, current
    return form, differences


def _seen(form: CheckedForm, name: str, fallback: Any) -> Any:
    return form.data.get(f"initial-{name}", fallback)


def _shown(form: CheckedForm, name: str, value: Any) -> str:
    """A value in words: the label of a choice rather than its key."""
    choices = dict(getattr(form.fields[name], "choices", ()))
    text = "" if value in (None, False, "False") else str(value)
    return str(choices.get(text) or choices.get(value) or text)
