"""The security journal, newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.policy import Right, policy


@policy(right=Right.SEE_AUDIT)
@require_http_methods(["GET", "HEAD"])
def journal(request: HttpRequest) -> HttpResponse:
    """Fifty lines a page, by key."""
    mark = request.GET.get("before", "")
    lines, following = audit.page(before=int(mark) if mark.isascii() and mark.isdecimal() and len(mark) < 19 else None)
    rows = [(line, audit.EVENTS.get(line.event, line.event)) for line in lines]
    return render(request, "accounts/journal.html", {"rows": rows, "following": following})
