"""The first page of a person's day."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from desk.promises import just_done
from desk.today import read_today
from lib import clock


@policy(right=Right.SEE_RECORDS)
@require_safe
def home(request: HouseRequest) -> HttpResponse:
    """Aujourd’hui."""
    read = request.frame
    duplicates = read.counts.get("duplicates")
    page = read_today(request.user, now=clock.now(), zone=read.company.holiday_zone, duplicates=duplicates)
    user = request.user
    may = {
        "may_log": user.may(Right.LOG),
        "may_edit": user.may(Right.EDIT_CUSTOMERS),
        "may_import": user.may(Right.IMPORT_CUSTOMERS),
    }
    return render(request, "desk/today/today.html", {"page": page, "done": just_done(request), **may})
