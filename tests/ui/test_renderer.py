"""The quick renderer writes what Django's templates write."""

import re

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from ui.renderer import HouseRenderer

CHOICES = [("", "—"), ("a", "<b>A</b>"), ("Groupe", [("b", "B & C"), (3, _("Oui"))])]


class Sample(forms.Form):
    """One field of each control, with hostile words."""

    text = forms.CharField(
        label="<i>Texte</i>",
        help_text="Une aide",
        widget=forms.TextInput(attrs={"placeholder": '"><script>', "data-x": True, "hidden": False}),
    )
    number = forms.IntegerField(required=False, min_value=1)
    email = forms.EmailField()
    url = forms.URLField(assume_scheme="https")
    password = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput)
    long = forms.CharField(widget=forms.Textarea, required=False)
    one = forms.ChoiceField(choices=CHOICES)
    many = forms.MultipleChoiceField(choices=CHOICES)
    radio = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    tick = forms.BooleanField(required=False)
    file = forms.FileField(required=False, widget=forms.FileInput)
    plain = forms.CharField(label="", disabled=True, initial="x")


def bare(html):
    """The markup without the spaces that no browser shows."""
    return re.sub(r" ?(</?\w)", r"\1", re.sub(r"\s+", " ", str(html))).strip()


def written(renderer, data, optional):
    form = Sample(data, renderer=renderer)
    form.hide_optional = not optional
    fields = {bound.name: bare(bound.as_field_group()) for bound in form}
    controls = {bound.name: bare(bound) for bound in form}
    options = [bare(option.tag()) for option in form["radio"]] + [bare(option.tag()) for option in form["boxes"]]
    return fields, controls, options


@pytest.mark.parametrize("optional", [True, False])
@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {
            "text": "\"<é>'",
            "number": "3",
            "long": "</textarea><b>",
            "one": "3",
            "many": ["a", "b"],
            "radio": "b",
            "boxes": ["a"],
            "tick": "on",
        },
    ],
)
def test_it_writes_what_the_templates_write(data, optional):
    with override_settings(FORM_RENDERER="django.forms.renderers.TemplatesSetting"):
        expected = written(TemplatesSetting(), data, optional)
    assert written(HouseRenderer(), data, optional) == expected


def test_it_is_the_renderer_of_the_house():
    assert type(Sample().renderer) is HouseRenderer
