"""The letters of a complaint: written beside what they will say, read as they left, printed."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from complaints import replying
from complaints.models import Complaint, ComplaintFact, ComplaintLetter, FactFile, LetterFile, LetterKind
from complaints.replying import Wanted
from complaints.states import F
from crm.handing import hand_back
from desk.complaint_case import declared, files_of, where
from desk.complaint_letter import KINDS, TITLES, sketch, wanted_of
from desk.forms.complaints import LetterForm, ProofForm
from desk.views.complaints import find_complaint
from lib import clock


@policy(right=Right.HANDLE_COMPLAINTS)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HouseRequest, ref: str, kind: str) -> HttpResponse:
    """A letter: its words, and beside them the letter as it will leave."""
    complaint = find_complaint(request, ref)
    if kind not in KINDS or (kind == "mediateur" and not request.user.may(Right.SEE_MEDIATION)):
        raise Http404
    today, letter = clock.today(), KINDS[kind]
    company = request.frame.company
    ended = company.mediator_agreement_to is not None and company.mediator_agreement_to < today
    form = LetterForm(request.POST or None, kind=letter, ended=ended, may_refuse=request.user.may(Right.CLOSE_COMPLAINTS))
    previewing = request.POST.get("action") == "preview"
    if form.is_valid() and not previewing and _send(request, complaint, form, letter):
        messages.success(request, _("La lettre part. Vous avez une minute pour reprendre l’e-mail, dans Courrier."))
        return redirect("complaint", ref)
    made, trouble = sketch(complaint, wanted_of(letter, form), by=request.user, today=today)
    if previewing:
        form.errors.clear()  # looking is not sending
    context: dict[str, Any] = {
        "complaint": complaint, "form": form, "kind": kind, "title": TITLES[letter], "draft": made, "trouble": trouble,
        "where": where(complaint.standing_on(today), today), "may_settle": request.user.may(Right.MANAGE_SETTINGS),
    }  # fmt: skip
    page = "desk/complaints/letter.html#preview" if request.htmx and previewing else "desk/complaints/letter.html"
    return render(request, page, context, status=422 if form.is_bound and form.errors else 200)


def _send(request: HouseRequest, complaint: Complaint, form: LetterForm, kind: LetterKind) -> ComplaintLetter | None:
    wanted: Wanted = wanted_of(kind, form)
    return form.attempt(lambda: replying.send(complaint, wanted, by=request.user, today=clock.today()))


@policy(right=Right.HANDLE_COMPLAINTS)
@require_safe
def read(request: HouseRequest, ref: str) -> HttpResponse:
    """A letter as it left, and what proves that it was posted."""
    return _show_letter(request, find_letter(request, ref), ProofForm(initial={"on": clock.today()}))


@policy(right=Right.HANDLE_COMPLAINTS)
@require_POST
def proof(request: HouseRequest, ref: str) -> HttpResponse:
    """Keep the proof that it was posted."""
    letter = find_letter(request, ref)
    form = ProofForm(request.POST, request.FILES)
    if form.is_valid() and form.keep(letter, by=request.user, today=clock.today()):
        messages.success(request, _("La preuve est gardée avec la lettre."))
        return redirect("complaint_letter_read", ref)
    return _show_letter(request, letter, form, status=422)


def _show_letter(request: HouseRequest, letter: ComplaintLetter, form: ProofForm, *, status: int = 200) -> HttpResponse:
    proofs = list(letter.proofs.filter(withdrawn_by=None).select_related("author", "proof_of").order_by("pk"))
    said = ComplaintFact.objects.filter(withdraws__letter=letter).select_related("author").first()
    files = files_of(proofs)
    context = {
        "letter": letter,
        "file": LetterFile.objects.filter(letter=letter).first(),
        "proofs": [(row, files.get(row.pk, [])) for row in proofs],
        "form": form,
        "mistake": declared(said) if said else "",
    }
    return render(request, "desk/complaints/sent.html", context, status=status)


@policy(right=Right.HANDLE_COMPLAINTS)
@require_safe
def file(request: HouseRequest, ref: str) -> FileResponse:
    """A paper of the mediation, handed back inert to who may read it."""
    paper = get_object_or_404(FactFile.objects.visible_to(request.user).select_related("file"), file__public_id=ref)
    return hand_back(paper.file)


@policy(right=Right.HANDLE_COMPLAINTS)
@require_safe
@xframe_options_deny
def pdf(request: HouseRequest, ref: str) -> HttpResponse:
    """Its page, byte for byte; while it is being typeset, the letter to read."""
    letter = find_letter(request, ref)
    file = LetterFile.objects.filter(letter=letter).first()
    if file is None:
        messages.info(request, _("La lettre est en cours de mise en page : son PDF sera là dans une minute."))
        return redirect("complaint_letter_read", ref)
    answer = HttpResponse(bytes(file.content), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{letter.complaint.reference}-{letter.written_on:%Y-%m-%d}.pdf"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


def find_letter(request: HouseRequest, ref: str) -> ComplaintLetter:
    """The letter of a public id that this person may read; those to the mediator by their own right."""
    rows = ComplaintLetter.objects.filter(complaint__in=Complaint.objects.visible_to(request.user))
    if not request.user.may(Right.SEE_MEDIATION):
        rows = rows.exclude(fact__kind=F.POSITION)
    return get_object_or_404(rows.select_related("complaint__customer", "email", "author"), public_id=ref)
