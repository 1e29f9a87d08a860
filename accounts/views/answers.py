"""What the views of accounts share: a refusal shown in its form."""

from django import forms

from lib.errors import Refusal


def refused(form: forms.BaseForm, refusal: Refusal) -> None:
    """Show a refused gesture beside the fields at fault."""
    for field, message in (refusal.errors or {"": refusal.message}).items():
        form.add_error(field if field in form.fields else None, str(message))
