"""A customer file, from the drawer to the records: sent, matched, tried, imported, undone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policy import Right, policy
from accounts.views.answers import refused
from crm.importing import receiving, reports, running, undoing
from crm.models import ImportBatch
from desk import imports as pages
from desk.forms.imports import GROUPS, ColumnsForm, FileForm
from desk.paging import page
from lib.errors import Refusal

State = ImportBatch.State


@policy(right=Right.IMPORT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Send a file, and find again those sent before."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data.pop("file")
        try:
            batch = receiving.receive_file(file=file, filename=file.name, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect("import_columns", batch.public_id)
    found = page(ImportBatch.objects.visible_to(request.user).select_related("by"), request, ("-id",))
    context = {"form": form, "batches": [shown(batch) for batch in found.rows], "more": found.next_url}
    return render(request, "desk/imports/index.html", context, status=422 if form.errors else 200)


def shown(batch: ImportBatch) -> dict[str, Any]:
    """A file in the list."""
    tone = pages.STATE_TONES.get(State(batch.state), "warn")
    return {"batch": batch, "tone": tone, "result": reports.told(batch) if batch.counts and not batch.is_working else ""}


@policy(right=Right.IMPORT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, ref: str) -> HttpResponse:
    """What each column is: proposed, corrected, then tried."""
    batch = found(request, ref)
    if not batch.is_draft:
        return redirect("import", ref)
    started = {"default_type": batch.default_type, "by_legal_form": batch.by_legal_form}
    form = ColumnsForm(request.POST or None, initial=started)
    if request.method == "POST" and form.is_valid():
        try:
            mapping = form.mapping(batch.columns, receiving.mapping_of(batch))
            batch = receiving.choose_columns(batch, mapping=mapping, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            batch.mapping = {str(number): field for number, field in mapping.items()}
            refused(form, refusal)
        else:
            running.begin(batch)
            return redirect("import", ref)
    return render(request, "desk/imports/columns.html", columns_context(batch, form), status=422 if form.errors else 200)


def columns_context(batch: ImportBatch, form: ColumnsForm) -> dict[str, Any]:
    """The page of columns, or the reason why it cannot be shown any more."""
    try:
        shown_columns, empty = pages.columns_of(batch)
        gone = ""
    except Refusal as refusal:
        shown_columns, empty, gone = [], [], refusal.message
    same = (
        ImportBatch.objects.filter(sha256=batch.sha256, started_at__isnull=False)
        .exclude(pk=batch.pk)
        .select_related("by")
        .first()
    )
    return {
        "batch": batch,
        "form": form,
        "columns": shown_columns,
        "empty": empty,
        "groups": [(label, fields.items()) for label, fields in GROUPS],
        "doubts": sum(bool(column.doubt) for column in shown_columns),
        "same": same,
        "gone": gone,
    }


@policy(right=Right.IMPORT_CUSTOMERS)
@require_http_methods(["GET", "HEAD"])
def batch(request: HttpRequest, ref: str) -> HttpResponse:
    """Where a file is: being worked on, tried, imported, stopped or undone."""
    current = found(request, ref)
    if current.state == State.DRAFT:
        return redirect("import_columns", ref)
    if request.htmx and not request.htmx.boosted:
        return progress(request, current)
    if current.is_working:
        return render(request, "desk/imports/working.html", {"batch": current, "label": pages.working_words(current)})
    outcome = pages.chosen_outcome(current, request.GET.get("resultat", ""))
    lines, more = pages.lines_of(current, outcome, request)
    context = {
        "batch": current,
        "over": pages.over(current),
        "told": reports.told(current),
        "count": reports.added(current),
        "import_words": pages.import_words(current),
        "pills": pages.filters(current, outcome),
        "outcome": outcome,
        "lines": [(line, pages.TONES[line.outcome]) for line in lines],
        "more": more,
        "may_merge": request.user.may(Right.MERGE_CUSTOMERS),
    }
    return render(request, "desk/imports/batch.html", context)


def progress(request: HttpRequest, current: ImportBatch) -> HttpResponse:
    """The part of the page that changes while a worker is at it; a reload when it is over."""
    if not current.is_working:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "desk/imports/progress.html", {"batch": current, "label": pages.working_words(current)})


@policy(right=Right.IMPORT_CUSTOMERS)
@require_POST
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """Import what was tried, or go on where it stopped."""
    return gesture(request, ref, running.start_import)


@policy(right=Right.IMPORT_CUSTOMERS)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, ref: str) -> HttpResponse:
    """What an undo would remove and keep; then the undo."""
    if request.method == "POST":
        return gesture(request, ref, undoing.start_undo)
    current = found(request, ref)
    if not current.may_be_undone:
        return redirect("import", ref)
    return render(request, "desk/imports/undo.html", {"batch": current, **pages.undo_preview(current)})


def gesture(request: HttpRequest, ref: str, asked: Any) -> HttpResponse:
    """Do what was asked of a file, begin the work, and show where it is."""
    try:
        running.begin(asked(found(request, ref), by=request.user))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("import", ref)


@policy(right=Right.IMPORT_CUSTOMERS)
@require_POST
def discard(request: HttpRequest, ref: str) -> HttpResponse:
    """Forget a file that was not imported."""
    current = found(request, ref)
    try:
        receiving.discard(current)
        messages.success(request, _("« %s » est oublié : rien n’en a été gardé.") % current.filename)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return redirect("imports")


@policy(right=Right.IMPORT_CUSTOMERS)
@require_GET
def report(request: HttpRequest, ref: str) -> StreamingHttpResponse:
    """What became of every line, as a table to download."""
    current = found(request, ref)
    name = slugify(current.filename.rsplit(".", 1)[0]) or "import"
    headers = {"Content-Disposition": f'attachment; filename="rapport-{name}.csv"'}
    return StreamingHttpResponse(reports.csv_report(current), content_type="text/csv; charset=utf-8", headers=headers)


def found(request: HttpRequest, ref: str) -> ImportBatch:
    """The file, for whoever may see it; a missing one and a foreign one look alike."""
    return get_object_or_404(ImportBatch.objects.visible_to(request.user).select_related("by", "undone_by"), public_id=ref)
