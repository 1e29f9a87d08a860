"""« Maison »: who we are, section by section."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import linebreaksbr
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Role
from accounts.policy import Right, policy
from accounts.views.answers import refused
from billing.models import Invoice
from crm.company import (
    Update,
    approve_bank_change,
    refuse_bank_change,
    second_persons,
    set_logo,
    update_company,
)
from crm.mail_trial import send_trial
from crm.models import BankChange, Company
from desk.forms.firm import SECTIONS, ZONES, LogoForm, Section, SectionForm
from lib import typography
from lib.errors import Refusal
from lib.identifiers import format_iban, format_phone, format_siret
from lib.images import MAX_BYTES

# How a stored value is read by a person, where it is not how it is kept.
AS_READ: dict[str, Callable[[Any], Any]] = {
    "capital": lambda value: typography.amount(value, language=get_language() or "fr"),
    "siren": format_siret,
    "siret": format_siret,
    "iban": format_iban,
    "phone": format_phone,
    "time_zone": lambda value: dict(ZONES).get(value, value),
    "mail_signature": linebreaksbr,
}


@policy(right=Right.MANAGE_SETTINGS)
@require_http_methods(["GET", "HEAD"])
def firm(request: HttpRequest) -> HttpResponse:
    """Every section at a glance, and what waits for a decision."""
    company = request.frame.company
    pending = BankChange.objects.undecided().select_related("proposed_by").first()
    return render(
        request,
        "desk/firm/index.html",
        {
            "company": company,
            "sections": [(section, summary(section, company)) for section in SECTIONS.values()],
            "pending": pending,
            "mediator_named": all((company.mediator_name, company.mediator_postal_address, company.mediator_website)),
            "role_names": [Role(role).label for role in company.second_factor_roles],
        },
    )


@policy(right=Right.MANAGE_SETTINGS)
@sensitive_post_parameters("current_password", "smtp_password")
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, section: str) -> HttpResponse:
    """One section: read it, change it."""
    chosen = SECTIONS.get(section)
    if chosen is None:
        raise Http404
    if not request.user.may(chosen.right):
        raise PermissionDenied(chosen.right)
    company = request.frame.company
    form = SectionForm(request.POST or None, section=chosen, company=company, user=request.user)
    if request.method == "POST" and form.is_valid() and confirmed(request, form):
        try:
            done = update_company(by=request.user, version=form.cleaned_data["version"], **form.values())
        except Refusal as refusal:
            refused(form, refusal)
        else:
            tell(request, done)
            if "vat_regime" in done.changed and (words := told_of_drafts()):
                messages.warning(request, words)
            return redirect("firm")
    context = {
        "logo_form": LogoForm(),
        "form": form,
        "section": chosen,
        "company": company,
        "pending": BankChange.objects.undecided().first() if chosen.key == "banque" else None,
    }
    return render(request, "desk/firm/section.html", context, status=422 if form.errors else 200)


@policy(right=Right.MANAGE_SETTINGS)
@require_POST
def send_logo(request: HttpRequest) -> HttpResponse:
    """Put a logo on the house, or take it off when no file is given."""
    file = request.FILES.get("logo")
    try:
        set_logo(file.read(MAX_BYTES + 1) if file else b"", by=request.user)
        messages.success(request, _("Le logo est en place.") if file else _("Le logo est retiré."))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("firm_section", "identite")


@policy(signed_in=True)
@require_http_methods(["GET", "HEAD"])
def logo(request: HttpRequest) -> HttpResponse:
    """The logo itself, rewritten when it was received; 404 when there is none."""
    name = Company.objects.filter(pk=1).values_list("logo", flat=True).first()
    if not name or not default_storage.exists(name):
        raise Http404
    kind = "image/png" if name.endswith(".png") else "image/jpeg"
    return FileResponse(default_storage.open(name), content_type=kind, headers={"Cache-Control": "private, max-age=300"})


@policy(right=Right.MANAGE_SETTINGS)
@require_POST
def try_mail(request: HttpRequest) -> HttpResponse:
    """Send a trial message to oneself."""
    if trouble := send_trial(request.frame.company, to=request.user):
        messages.error(request, _("Le message d’essai n’est pas parti. %(trouble)s") % {"trouble": trouble})
    else:
        messages.success(
            request, _("Le message d’essai est parti à %(address)s : vérifiez qu’il arrive.") % {"address": request.user.email}
        )
    return redirect("firm_section", "courriels")


@policy(right=Right.MANAGE_BANK_DETAILS)
@require_POST
def decide_bank_change(request: HttpRequest, change: int, decision: str) -> HttpResponse:
    """The second person agrees to new bank details, or either gives up."""
    row = get_object_or_404(BankChange, pk=change)
    try:
        if decision == "approve":
            approve_bank_change(row, by=request.user)
            messages.success(request, _("Les nouvelles coordonnées bancaires sont en place. Chaque responsable en est averti."))
        else:
            refuse_bank_change(row, by=request.user)
            messages.success(request, _("Le changement est abandonné : rien n’a bougé."))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("firm")


def confirmed(request: HttpRequest, form: SectionForm) -> bool:
    """Whether the person proved again who they are, where it is asked."""
    if not form.must_confirm():
        return True
    typed = form.cleaned_data.get("current_password", "")
    if typed and get_adapter().reauthenticate(request.user, typed):
        return True
    form.add_error(
        "current_password",
        _("Tapez votre mot de passe actuel pour confirmer ce changement.")
        if not typed
        else _("Ce n’est pas votre mot de passe."),
    )
    return False


def tell(request: HttpRequest, done: Update) -> None:
    """What happened, in a sentence."""
    if done.pending:
        names = ", ".join(person.name for person in second_persons(request.user))
        messages.warning(
            request,
            _("Les nouvelles coordonnées bancaires attendent l’accord de %(names)s. Rien n’a encore changé.") % {"names": names},
        )
    elif done.changed:
        messages.success(request, _("C’est enregistré."))
    else:
        messages.info(request, _("Rien n’avait changé."))


def told_of_drafts() -> str:
    """What a change of the VAT regime does to the drafts; nothing when there is none."""
    count = Invoice.objects.drafts().count()
    if not count:
        return ""
    return ngettext(
        "Un brouillon de facture prend le nouveau régime de TVA : relisez ses taux. S’il relève de l’ancien, remettez l’ancien régime, "
        "émettez-le, puis changez.",
        "%(count)s brouillons de factures prennent le nouveau régime de TVA : relisez leurs taux. Si l’un relève de l’ancien, remettez "
        "l’ancien régime, émettez-le, puis changez.",
        count,
    ) % {"count": count}


def summary(section: Section, company: Company) -> list[tuple[Any, Any]]:
    """The fields of a section with their present values, in words; no secret."""
    rows = []
    for name in section.fields:
        if name == "smtp_password":
            continue
        field, value = Company._meta.get_field(name), getattr(company, name)
        shown = getattr(company, f"get_{name}_display")() if field.choices else value
        if isinstance(value, bool):
            shown = _("oui") if value else ""  # an option not taken is not listed
        rows.append((capfirst(field.verbose_name), AS_READ[name](shown) if name in AS_READ and shown else shown))
    return rows
