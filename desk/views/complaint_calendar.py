"""One's own calendar of dates: its secret address, and the feed that programmes read there."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from complaints import calendar as calendars
from complaints.models import CalendarFeed
from lib import clock


@policy(right=Right.SEE_RECORDS, write=Right.LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HouseRequest) -> HttpResponse:
    """Ask for the secret address, shown once, or make it worth nothing."""
    if request.POST.get("gesture") == "revoke":
        calendars.revoke(request.user)
        return redirect("complaint_calendar")
    address = ""
    if request.method == "POST":
        address = settings.PUBLIC_URL + reverse("calendar_feed", args=[calendars.give_address(request.user)])
    feed = CalendarFeed.objects.living().filter(user=request.user).first()
    answer = render(request, "desk/complaints/calendar.html", {"address": address, "feed": feed})
    answer["Cache-Control"] = "no-store"
    return answer


@policy(public=True)
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself; an address that is not one answers as nothing."""
    user = calendars.owner_of(token) if 40 <= len(token) <= 64 else None
    if user is None:
        raise Http404
    content = calendars.calendar_of(user, today=clock.today(), url=settings.PUBLIC_URL)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
