"""Every form wears the house's clothes: words tied to fields, errors first, nothing by colour alone."""

import re

from django import forms
from django.template import Context, Template


class ContactForm(forms.Form):
    name = forms.CharField(label="Nom", help_text="Comme il l’écrit lui-même.")
    email = forms.EmailField(label="Adresse e-mail")
    note = forms.CharField(label="Mot", required=False)
    shared = forms.BooleanField(label="Partagé", required=False)
    kind = forms.ChoiceField(label="Nature", choices=[("call", "Appel"), ("note", "Mot")], widget=forms.RadioSelect)


def render(source: str, form: forms.Form) -> str:
    return re.sub(r"\s*\n\s*", "", Template(source).render(Context({"form": form})))


def test_a_field_ties_its_label_its_help_and_its_error() -> None:
    html = render("{% field form.name %}", ContactForm({"name": ""}))
    assert html == (
        '<div class="field"><label for="id_name">Nom</label>'
        '<input type="text" name="name" required aria-invalid="true" aria-describedby="id_name_helptext id_name_error" id="id_name">'
        '<div class="helptext" id="id_name_helptext">Comme il l’écrit lui-même.</div>'
        '<ul class="errorlist" id="id_name_error"><li>Ce champ est obligatoire.</li></ul></div>'
    )


def test_what_may_be_left_empty_says_so() -> None:
    assert '<span class="optional">(facultatif)</span>' in render("{% field form.note %}", ContactForm())
    assert "(facultatif)" not in render("{% field form.name %}", ContactForm())
    assert "(facultatif)" not in render("{% field form.shared %}", ContactForm())


def test_a_filter_form_does_not_say_it_of_every_field() -> None:
    form = ContactForm()
    form.hide_optional = True
    assert "(facultatif)" not in render("{{ form }}", form)


def test_a_refused_form_begins_with_what_to_mend_and_leads_there() -> None:
    html = render("{{ form }}", ContactForm({"name": "Anne", "email": "anne@@x", "kind": "call"}))
    assert html.startswith('<div class="error-summary" role="alert" tabindex="-1">')
    assert '<li><a href="#id_email">Adresse e-mail</a>\xa0: Saisissez une adresse e-mail valide.</li>' in html
    assert html.count("<li><a href=") == 1


def test_an_untouched_form_has_no_summary() -> None:
    assert "error-summary" not in render("{{ form }}", ContactForm())


def test_choices_are_a_fieldset_of_pills() -> None:
    html = render("{% choice_field form.kind %}", ContactForm(initial={"kind": "call"}))
    assert html.startswith('<fieldset class="field choice"><legend>Nature</legend>')
    assert (
        '<label for="id_kind_0"><input type="radio" name="kind" value="call" id="id_kind_0" required checked> Appel</label>'
        in html
    )
    assert html.count("<label") == 2


def test_a_single_box_comes_before_its_label() -> None:
    html = render("{% field form.shared %}", ContactForm())
    assert html == (
        '<div class="field check"><input type="checkbox" name="shared" id="id_shared">'
        '<label for="id_shared">Partagé</label></div>'
    )
