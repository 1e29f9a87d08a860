"""The pages a mailed link opens: one document and its files. Nothing else of the client."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.policy import policy
from billing.models import AccessLink
from crm.company import company_of_page
from portal import reading
from portal.between import Reader
from portal.doors import by_link, note_opening
from portal.files import stored_file


def reading_of(link: AccessLink) -> reading.Reading:
    """The reader of that link, and the addresses of its pages."""
    urls = {name: reverse(f"portal:linked_{name}", args=[link.public_id]) for name in reading.GESTURES}
    urls |= {kind: reverse("portal:linked_file", args=[link.public_id, kind]) for kind in ("pdf", "xml")}
    urls["page"], urls["seen"] = (
        reverse("portal:linked", args=[link.public_id]),
        reverse("portal:linked_seen", args=[link.public_id]),
    )
    return reading.Reading(
        link.invoice.public_id, link.contact, urls, "portal/linked.html", lambda: link.invoice, lambda: reader_of(link)
    )


def reader_of(link: AccessLink) -> Reader:
    """Whom the link was sent to, before this document alone."""
    customer = link.invoice.customer
    return Reader(customer.head, customer.family_ids(), link.contact, company_of_page())


@policy(public=True)
@require_safe
@by_link
def page(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """The invoice: what is due and why, how to pay, whom to tell. Reading it changes nothing: programs that follow the links of
    mails come here too."""
    return reading.show(request, reading_of(link))


@policy(public=True)
@require_POST
@by_link
def seen(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """The page stayed before somebody's eyes: it says so itself, by its script, after two seconds."""
    note_opening(link)
    return HttpResponse(status=204)


@policy(public=True)
@require_safe
@by_link
def file(request: HttpRequest, link: AccessLink, kind: str) -> HttpResponse:
    """The PDF or the XML, as issued."""
    return stored_file(link.invoice, kind)


def acted(link: AccessLink, answer: HttpResponse) -> HttpResponse:
    """The answer to a gesture: one that was done shows that a person read the document, with or without script."""
    if answer.status_code == 302:
        note_opening(link)
    return answer


@policy(public=True)
@require_POST
@by_link
def ask(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """A question."""
    return acted(link, reading.ask(request, reading_of(link)))


@policy(public=True)
@require_POST
@by_link
def talk(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """«En parler»."""
    return acted(link, reading.talk(request, reading_of(link)))


@policy(public=True)
@require_POST
@by_link
def transferred(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """«J’ai fait le virement»."""
    return acted(link, reading.transferred(request, reading_of(link)))


@policy(public=True)
@require_POST
@by_link
def mistaken(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """«C’était une erreur»: no transfer has left."""
    return acted(link, reading.mistaken(request, reading_of(link)))


@policy(public=True)
@require_POST
@by_link
def pay(request: HttpRequest, link: AccessLink) -> HttpResponse:
    """To the payment page."""
    return acted(link, reading.pay(request, reading_of(link)))
