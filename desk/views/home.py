"""The first page of a person's day."""

from django.http import HttpRequest, HttpResponse

from accounts.policy import Right, policy


@policy(right=Right.SEE_RECORDS)
def home(request: HttpRequest) -> HttpResponse:
    """Aujourd’hui."""
    return HttpResponse("")
