"""The stand-in for Stripe, mounted in the demonstration: its API for our own SDK, and a payment page in French."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.policy import policy
from billing.stripe_facts import euros
from demo.stripe_standin import StandIn


def standin() -> StandIn:
    """The one stand-in of this installation; its state is beside the database, not in it."""
    return StandIn(
        file=settings.DATA_DIR / "stripe-demonstration.sqlite3",
        api_key=settings.STRIPE_SECRET_KEY,
        webhook_secret=settings.STRIPE_WEBHOOK_SECRET,
        pay_url=f"{settings.PUBLIC_URL}/demonstration/payer",
        webhook_url=settings.PUBLIC_URL + reverse("stripe_messages"),
    )


@csrf_exempt
@policy(public=True, demo=True)
def api(request: HttpRequest, rest: str) -> HttpResponse:
    """One call of the SDK."""
    body = request.body.decode(errors="replace") if request.method == "POST" else request.GET.urlencode()
    status, answer = standin().call(
        request.method or "", f"/v1/{rest}", body, request.headers.get("Idempotency-Key", ""), request.headers.get("Authorization", "")
    )  # fmt: skip
    if status == 401:
        raise Http404  # nobody but our own SDK has anything to ask here
    return JsonResponse(answer, status=status)


@policy(public=True, demo=True)
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, name: str) -> HttpResponse:
    """The payment page: no card is asked, one says what the bank answers."""
    stand = standin()
    session = stand.page(name)
    if session is None:
        raise Http404
    choice = request.POST.get("bank", "")
    if choice == "accept" and session["status"] == "open":
        session = stand.pay(name) or session
    if choice == "leave" or (choice and session["status"] != "open"):
        return HttpResponseRedirect(session["success_url"])
    shown = {"session": session, "amount": euros(session["amount_total"]), "declined": choice == "decline"}
    return render(request, "demo/stripe_pay.html", shown)
