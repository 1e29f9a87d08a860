"""Pages that exist only where everything is invented."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from django_q.tasks import async_task

from accounts.policy import Right, policy

PATIENCE = 20  # seconds after which the browser comes back to look


@policy(right=Right.MANAGE_SETTINGS, demo=True)
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """Say what will be lost, then build the demonstration again in the background; sessions end with it."""
    if request.method != "POST":
        return render(request, "demo/reset.html")
    async_task("demo.jobs.rebuild")
    response = render(request, "demo/reset.html", {"running": True})
    response["Refresh"] = f"{PATIENCE}; url=/"
    return response
