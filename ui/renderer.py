"""The renderer of forms: Django's own markup, written in Python for the controls that every page repeats.

A select of ten choices costs fifteen template includes; a record shows a dozen fields. `tests/ui/test_renderer.py` holds
this writing and Django's templates to the same HTML. What is not listed here goes through the templates.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import conditional_escape as esc
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ui.markup import safe

WIDGETS = "django/forms/widgets/"


class HouseRenderer(TemplatesSetting):
    """Writes plain controls itself, asks the templates for the rest."""

    def render(self, template_name: str, context: Mapping[str, Any], request: HttpRequest | None = None) -> str:
        """The HTML of a control, a label with its control, or a list of errors."""
        write = WRITERS.get(template_name)
        written = write(context) if write else None
        return written if written is not None else super().render(template_name, context, request)  # type: ignore[arg-type]


def _attributes(attrs: Mapping[str, Any]) -> str:
    parts = []
    for name, value in attrs.items():
        if value is not False:
            parts.append(f" {name}" if value is True else f' {name}="{esc(value)}"')
    return "".join(parts)


def _input(context: Mapping[str, Any]) -> SafeString:
    widget = context["widget"]
    value = "" if widget["value"] is None else f' value="{esc(widget["value"])}"'
    return safe(f'<input type="{widget["type"]}" name="{esc(widget["name"])}"{value}{_attributes(widget["attrs"])}>')


def _option(context: Mapping[str, Any]) -> SafeString | None:
    return None if context["widget"].get("wrap_label") else _input(context)


def _textarea(context: Mapping[str, Any]) -> SafeString:
    widget = context["widget"]
    words = esc(widget["value"]) if widget["value"] else ""
    return safe(f'<textarea name="{esc(widget["name"])}"{_attributes(widget["attrs"])}>\n{words}</textarea>')


def _select(context: Mapping[str, Any]) -> SafeString:
    widget = context["widget"]
    parts = [f'<select name="{esc(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'<optgroup label="{esc(group)}">')
        parts += [
            f'<option value="{esc(one["value"])}"{_attributes(one["attrs"])}>{esc(one["label"])}</option>' for one in options
        ]
        if group:
            parts.append("</optgroup>")
    return safe("".join([*parts, "</select>"]))


def _errors(context: Mapping[str, Any]) -> SafeString | None:
    return None if context["errors"] else safe("")


def _field(context: Mapping[str, Any]) -> SafeString | None:
    """The house's `django/forms/field.html` for a control with one label; the rest is its own work."""
    field = context["field"]
    if field.widget_type == "checkbox" or field.use_fieldset or field.errors:
        return None
    label = ""
    if field.label:
        optional = "" if field.field.required or getattr(field.form, "hide_optional", False) else _optional()
        aim = f' for="{esc(field.id_for_label)}"' if field.id_for_label else ""
        label = f"<label{aim}>{esc(field.label)}{optional}</label>"
    hint = f'<div class="helptext" id="{esc(field.auto_id)}_helptext">{field.help_text}</div>' if field.help_text else ""
    return safe(f"{label}{field}{hint}")


def _optional() -> str:
    return f' <span class="optional">{esc(_("(facultatif)"))}</span>'


WRITERS: dict[str, Callable[[Mapping[str, Any]], SafeString | None]] = {
    **{
        f"{WIDGETS}{kind}.html": _input
        for kind in ("text", "number", "email", "url", "password", "hidden", "date", "file", "checkbox", "input")
    },
    f"{WIDGETS}radio_option.html": _option,
    f"{WIDGETS}checkbox_option.html": _option,
    f"{WIDGETS}textarea.html": _textarea,
    f"{WIDGETS}select.html": _select,
    "django/forms/errors/list/ul.html": _errors,
    "django/forms/field.html": _field,
}
