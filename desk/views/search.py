"""Search: one page, and the same answer in the Ctrl K dialog."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.policy import Right, policy
from crm import search as index


@policy(right=Right.SEE_RECORDS)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """People by name, then what was said and written, newest first."""
    typed = request.GET.get("q", "")[:200].replace("\x00", "")
    found = index.find(request.user, typed)
    context = {
        "q": typed,
        "found": found,
        "short": bool(typed.strip()) and not index.read(typed),
        "may_edit": request.user.may(Right.EDIT_CUSTOMERS),
    }
    return render(request, "desk/search/results.html" if request.htmx else "desk/search/page.html", context)
