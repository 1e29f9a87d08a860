"""« Relances »: the queue, and what a person does of each line. Nothing leaves without them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from crm.models import Customer
from desk.forms.reminders import CallForm, HoldForm, ProofForm, WordsForm
from desk.reminder_queue import Queue, read_queue
from desk.reminder_seen import note_seen, seen_by
from lib import clock
from lib.errors import Refusal
from tact import noticing, reminding
from tact.models import FormalNotice, Hold, NoticeFile, Reminder
from tact.planning import plan_one, planning_day
from tact.reminding import Said


@policy(right=Right.APPROVE_REMINDERS)
@require_safe
def index(request: HouseRequest) -> HttpResponse:
    """The queue, and one customer in full."""
    return _page(request, request.GET.get("client", ""))


@policy(right=Right.APPROVE_REMINDERS)
@require_POST
def send(request: HouseRequest, ref: str) -> HttpResponse:
    """Send the message as it was seen, after its time to cancel."""
    customer = _customer(request, ref)
    day = _day(request)
    try:
        made = reminding.approve(customer, by=request.user, on=day, now=clock.now(), seen=request.POST.get("seen", ""))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect(_at(ref))
    messages.success(request, _("C’est approuvé pour %(name)s.") % {"name": made.customer.name})
    return redirect("reminders")


@policy(right=Right.APPROVE_REMINDERS)
@require_POST
def send_ready(request: HouseRequest) -> HttpResponse:
    """Send every message of the model, once each was seen."""
    queue = _queue(request, "")
    if queue.ready_left or not queue.ready:
        messages.error(request, _("L’envoi groupé s’ouvre quand chaque message a été vu. Rien n’est parti."))
        return redirect("reminders")
    made, aside = reminding.approve_batch(queue.ready, by=request.user, on=queue.on, now=clock.now())
    words = ngettext("%(count)s message est approuvé.", "%(count)s messages sont approuvés.", len(made)) % {"count": len(made)}
    messages.success(request, words)
    if aside:
        messages.warning(request, _("Mis de côté, quelque chose a changé : %(names)s.") % {"names": ", ".join(aside)})
    return redirect("reminders")


@policy(right=Right.APPROVE_REMINDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HouseRequest, ref: str) -> HttpResponse:
    """The message in other words."""
    customer, day = _customer(request, ref), _day(request)
    planned = plan_one(customer, on=day, now=clock.now())
    ready = planned and reminding.prepare(planned, by=request.user, on=day, company=request.frame.company)
    if ready is None:
        messages.error(request, _("On n’écrit pas à ce client aujourd’hui : la file dit pourquoi."))
        return redirect(_at(ref))
    words = {"seen": ready.message.digest, "subject": ready.message.subject, "body": ready.message.body}
    form = WordsForm(request.POST or None, by=request.user, initial=words)
    if form.is_valid() and _done(
        form, lambda: reminding.approve(customer, by=request.user, on=day, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("C’est approuvé pour %(name)s, dans vos mots.") % {"name": customer.name})
        return redirect("reminders")
    context = {"form": form, "customer": customer, "ready": ready, "back": _at(ref)}
    return render(request, "desk/reminders/edit.html", context, status=422 if form.is_bound else 200)


@policy(right=Right.APPROVE_REMINDERS)
@require_POST
def put_off(request: HouseRequest, ref: str) -> HttpResponse:
    """À demain."""
    held = reminding.put_off(_customer(request, ref), by=request.user, on=_day(request))
    messages.success(request, _("Remis à demain pour %(name)s.") % {"name": held.customer.name})
    return redirect("reminders")


@policy(right=Right.APPROVE_REMINDERS)
@require_POST
def hold(request: HouseRequest, ref: str) -> HttpResponse:
    """Nothing to this customer before a day, with the reason."""
    customer = _customer(request, ref)
    form = HoldForm(request.POST, by=request.user)
    if form.is_valid():
        data = form.cleaned_data
        fields = {"resume_on": data["when"].on, "reason": data["reason"], "today": clock.today()}
        if _done(form, lambda: reminding.hold(customer, by=request.user, **fields)):
            messages.success(request, _("Rien ne part pour %(name)s d’ici là.") % {"name": customer.name})
            return redirect("reminders")
    return _page(request, ref, hold_form=form, status=422)


@policy(right=Right.APPROVE_REMINDERS)
@require_POST
def release(request: HouseRequest, ref: str) -> HttpResponse:
    """Nothing keeps it back any more."""
    rows = Hold.objects.visible_to(request.user).select_related("customer")
    held = reminding.release(get_object_or_404(rows, public_id=ref), by=request.user)
    messages.success(request, _("Les relances de %(name)s reprennent.") % {"name": held.customer.name})
    return redirect(_at(held.customer.public_id))


@policy(right=Right.APPROVE_REMINDERS)
@require_POST
def call(request: HouseRequest, ref: str) -> HttpResponse:
    """What a call gave."""
    customer = _customer(request, ref)
    form = CallForm(request.POST, by=request.user)
    if form.is_valid():
        data, due = form.cleaned_data, form.cleaned_data["when"]
        said = Said(data["words"], data["mood"], due.on if due else None, data["amount"])
        if _done(form, lambda: reminding.note_call(customer, by=request.user, on=_day(request), now=clock.now(), said=said)):
            messages.success(request, _("L’appel à %(name)s est noté.") % {"name": customer.name})
            return redirect("reminders")
    return _page(request, ref, call_form=form, status=422)


@policy(right=Right.APPROVE_FORMAL_NOTICES)
@require_http_methods(["GET", "HEAD", "POST"])
def formal_notice(request: HouseRequest, ref: str) -> HttpResponse:
    """The letter as it would be today, then prepared to be printed and signed."""
    customer, day = _customer(request, ref), _day(request)
    planned = plan_one(customer, on=day, now=clock.now())
    if planned is None or planned.decision.tone != "formal":
        messages.error(request, _("Ce client n’en est pas à la mise en demeure."))
        return redirect(_at(ref) if request.user.may(Right.APPROVE_REMINDERS) else "home")
    if request.method == "POST":
        return redirect("notice", noticing.prepare_notice(customer, by=request.user, on=day, now=clock.now()).public_id)
    prepared = FormalNotice.objects.visible_to(request.user).waiting().filter(customer=planned.family.head)
    context = {"customer": customer, "notice": noticing.notice_from(planned, by=request.user, on=day), "back": _at(ref)}
    return render(request, "desk/reminders/formal_notice.html", {**context, "prepared": prepared})


@policy(right=Right.SEE_AMOUNTS, write=Right.APPROVE_FORMAL_NOTICES)
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HouseRequest, ref: str) -> HttpResponse:
    """A formal notice as it was prepared, its page, and the proof that it was posted."""
    row = _notice(request, ref)
    form = ProofForm(request.POST or None, by=request.user, initial={"on": clock.today()})
    if form.is_valid() and _done(
        form, lambda: noticing.post_notice(row, by=request.user, today=clock.today(), **form.cleaned_data)
    ):
        messages.success(request, _("La mise en demeure est notée, avec sa preuve."))
        return redirect("notice", ref)
    posted = Reminder.objects.filter(notice=row).select_related("approved_by").first()
    context = {"notice": row, "form": form, "posted": posted, "file": NoticeFile.objects.filter(notice=row).first()}
    context["may_post"] = request.user.may(Right.APPROVE_FORMAL_NOTICES)
    return render(request, "desk/reminders/notice.html", context, status=422 if form.is_bound else 200)


@policy(right=Right.SEE_AMOUNTS)
@require_safe
@xframe_options_deny
def notice_pdf(request: HouseRequest, ref: str) -> HttpResponse:
    """Its page, byte for byte; while it is being typeset, the letter to read."""
    row = _notice(request, ref)
    file = NoticeFile.objects.filter(notice=row).first()
    if file is None:
        messages.info(request, _("La lettre est en cours de mise en page : son PDF sera là dans une minute."))
        return redirect("notice", ref)
    answer = HttpResponse(bytes(file.content), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="mise-en-demeure-{row.written_on:%Y-%m-%d}.pdf"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _notice(request: HouseRequest, ref: str) -> FormalNotice:
    rows = FormalNotice.objects.visible_to(request.user).select_related("customer", "author")
    return get_object_or_404(rows, public_id=ref)


@policy(right=Right.SEE_AMOUNTS)
@require_safe
def reminder(request: HouseRequest, ref: str) -> HttpResponse:
    """What was reminded, who decided it and why, frozen."""
    rows = Reminder.objects.visible_to(request.user).select_related("customer", "mail", "approved_by", "notice")
    row = get_object_or_404(rows, public_id=ref)
    return render(request, "desk/reminders/reminder.html", {"row": row, "lines": row.lines.select_related("invoice")})


@policy(right=Right.APPROVE_REMINDERS)
@require_POST
def take_back(request: HouseRequest, ref: str) -> HttpResponse:
    """Take back what was approved and has not left: one mail, or a whole batch."""
    rows = Reminder.objects.visible_to(request.user).filter(Q(public_id=ref) | Q(batch=ref)).select_related("mail")
    if not rows:
        raise Http404
    try:
        count = reminding.take_back(list(rows), by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("reminders")
    messages.success(request, ngettext("Le message est repris.", "%(count)s messages sont repris.", count) % {"count": count})
    return redirect("reminders")


def _page(request: HouseRequest, chosen: str, *, status: int = 200, **forms: Any) -> HttpResponse:
    queue = _queue(request, chosen)
    if queue.panel is not None and queue.panel.letter is not None and status == 200:
        note_seen(request, queue.on, queue.panel.ref, queue.panel.letter.digest)
    empty = {"call_form": CallForm(by=request.user), "hold_form": HoldForm(by=request.user)}
    context = {"queue": queue, "panel": queue.panel, "real_now": clock.real_now(), **empty, **forms}
    return render(request, "desk/reminders/queue.html", context, status=status)


def _queue(request: HouseRequest, chosen: str) -> Queue:
    today, day = clock.today(), _day(request)
    return read_queue(
        request.user,
        on=day,
        today=today,
        now=clock.now(),
        company=request.frame.company,
        chosen=chosen,
        seen=seen_by(request, day),
    )


def _day(request: HouseRequest) -> Any:
    return planning_day(clock.today(), request.frame.company.holiday_zone)


def _customer(request: HouseRequest, ref: str) -> Customer:
    return get_object_or_404(Customer.objects.visible_to(request.user), public_id=ref)


def _at(ref: str) -> str:
    return f"{reverse('reminders')}?client={ref}"


def _done(form: Any, gesture: Callable[[], Any]) -> bool:
    try:
        gesture()
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    return True
