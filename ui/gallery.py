"""The page that shows every component in every tone and state (`/_ui/`, development and tests only).

It lives below `accounts`, so `config.urls` gives it its policy.
"""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from ui.templatetags import ui

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 52, tzinfo=timezone(timedelta(hours=1)))
COLOURS = (
    "paper", "sheet", "well", "ink", "ink-2", "ink-3", "line", "edge", "green", "green-deep", "green-soft", "on-green",
    "amber", "amber-soft", "red", "red-soft", "blue", "blue-soft",
)  # fmt: skip
LOOKS = (("auto", _("Selon l’appareil")), ("light", _("Claire")), ("dark", _("Sombre")))


class SampleForm(forms.Form):
    """A form with a field of each kind."""

    kind = forms.ChoiceField(
        label=_("Nature de l’échange"),
        choices=[("call", _("Appel")), ("email", _("E-mail")), ("meeting", _("Rendez-vous")), ("note", _("Mot"))],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("Nom"), help_text=_("Comme il l’écrit lui-même."))
    email = forms.EmailField(label=_("Adresse e-mail"))
    direction = forms.ChoiceField(label=_("Sens"), choices=[("out", _("Appel passé")), ("in", _("Appel reçu"))])
    due_on = forms.DateField(label=_("Pour le"), required=False)
    said = forms.CharField(label=_("Ce qui s’est dit"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    shared = forms.BooleanField(
        label=_("Visible par toute l’équipe"), required=False, help_text=_("Sinon, par vous et les responsables.")
    )
    days = forms.MultipleChoiceField(
        label=_("Jours préférés"),
        choices=[("mon", _("lundi")), ("tue", _("mardi"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    paper = forms.FileField(label=_("Pièce jointe"), required=False)


def _menu() -> list[dict[str, object]]:
    labels = (
        _("Aujourd’hui"),
        _("Clients"),
        _("Devis et factures"),
        _("Relances"),
        _("Réclamations"),
        _("Bilan"),
        _("Réglages"),
    )
    return [
        {"label": label, "url": "#", "current": place == 1, "count": {0: 6, 4: 1}.get(place, 0), "late": place == 4}
        for place, label in enumerate(labels)
    ]


REFUSED = {
    "refused-kind": "call",
    "refused-name": "",
    "refused-email": "anne.lemoine@@courriel.example",
    "refused-direction": "out",
    "refused-said": "Deux charnières manquent.",
}
FILTERS = [("Tout", "#", True), ("Humain", "#", False, 12), ("Argent", "#", False, 3), ("Réclamation", "#", False)]
FACTS = [
    ("Le fil dit", "31 factures réglées à l’heure depuis quatre ans."),
    ("On en déduit", "Un oubli, sans doute."),
    ("On veut", "Qu’il se sente considéré, jamais soupçonné."),
]
DATES = [TODAY + timedelta(days=distance) for distance in (-1, 0, 1, 4, 8, 44)]


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component; `?look=dark` or `?look=light` forces a theme."""
    look = request.GET.get("look", "auto")
    look = look if look in dict(LOOKS) else "auto"
    values = {
        "menu": _menu(),
        "company_name": "Menuiserie Duval",
        "demo": True,
        "today": TODAY,
        "now": NOW,
        "soon": NOW + timedelta(seconds=24),
        "look": look,
        "looks": [(label, f"?look={key}", key == look) for key, label in LOOKS],
        "blank": SampleForm(initial={"kind": "call", "direction": "out"}),
        "refused": SampleForm(REFUSED, prefix="refused"),
        "colours": COLOURS,
        "button_tones": ui.BUTTON_TONES,
        "tag_tones": ui.TAG_TONES,
        "notice_tones": ui.NOTICE_TONES,
        "filters": FILTERS,
        "facts": FACTS,
        "dates": DATES,
        "errors": ERRORS,
        "money": Decimal("1240"),
        "debt": Decimal("-16135.5"),
    }
    return render(request, "ui/gallery.html", values)


ERRORS = ("400", "403", "403_csrf", "404", "410", "413", "429", "500")


def error_page(request: HttpRequest, name: str) -> HttpResponse:
    """An error page as a person meets it, answered 200 here so that it can be looked at."""
    if name not in ERRORS:
        raise Http404
    return render(request, f"{name}.html")
