"""The API's routes on invoices: the same checks, gestures, totals and refusals as the screens."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.policy import Policy, Right
from billing import correcting, documents, drafting, idempotence, issuing
from billing.models import Invoice, InvoiceFile
from config.api.filters import OfCustomer
from config.api.history import KEY
from config.api.invoice_shapes import (
    DRAFT,
    ISSUED,
    OVERDUE,
    PAID,
    PARTLY_PAID,
    CreditSerializer,
    InvoiceSerializer,
    IssueSerializer,
)
from config.api.people import Rows
from lib import clock
from lib.errors import Refusal

ISSUE = Policy(right=Right.SEE_AMOUNTS, write=Right.ISSUE_DOCUMENTS, api=True)
SOON = "2"  # seconds before asking again for papers being made
PATIENCE = 8  # seconds that a call waits for the papers of a document just issued: less than what callers wait for us


class InvoiceFilter(OfCustomer):
    """By customer, status, kind, number and days."""

    status = django_filters.ChoiceFilter(
        method="by_status", choices=[(name, name) for name in (DRAFT, ISSUED, PARTLY_PAID, OVERDUE, PAID, "unpaid")]
    )
    kind = django_filters.ChoiceFilter(choices=Invoice.Kind.choices)
    number = django_filters.CharFilter()
    issued_since = django_filters.DateFilter(field_name="issued_on", lookup_expr="gte")
    issued_until = django_filters.DateFilter(field_name="issued_on", lookup_expr="lte")
    due_until = django_filters.DateFilter(field_name="due_on", lookup_expr="lte")

    class Meta:
        model = Invoice
        fields: list[str] = []

    def by_status(self, rows: Any, name: str, value: str) -> QuerySet[Invoice]:
        """As `status` answers it; `unpaid` is whatever is still to be paid, late or not."""
        today = clock.today()
        found: dict[str, Callable[[], Any]] = {
            DRAFT: rows.drafts,
            PAID: lambda: rows.invoices().filter(open_balance__lte=0),
            OVERDUE: lambda: rows.overdue(today),
            "unpaid": rows.unpaid,
            PARTLY_PAID: lambda: rows.unpaid().filter(due_on__gte=today, allocated__gt=0),
            ISSUED: lambda: (
                rows.issued().filter(due_on__gte=today, open_balance__gt=0, allocated__lte=0)
                | rows.issued().filter(kind=Invoice.Kind.CREDIT_NOTE)
            ),
        }
        return found[value]()


class PdfRenderer(JSONRenderer):
    """So that a caller may ask for `application/pdf`; a paper is given as it is kept, words are told in JSON."""

    media_type = "application/pdf"
    format = "pdf"


class XmlRenderer(JSONRenderer):
    """The same for `application/xml`."""

    media_type = "application/xml"
    format = "xml"


class InvoiceViewSet(Rows):
    """Invoices and credit notes. Issued, they never change: a credit note corrects them."""

    policy = Policy(right=Right.SEE_AMOUNTS, write=Right.DRAFT_DOCUMENTS, api=True)
    queryset = Invoice.objects.none()
    serializer_class = InvoiceSerializer
    filterset_class = InvoiceFilter

    def get_queryset(self) -> Any:
        """The documents this person may read."""
        rows = Invoice.objects.visible_to(self.request.user).select_related("customer", "contact", "credit_of")
        return rows.with_balance().with_vat().prefetch_related("lines").defer("snapshot")

    @extend_schema(parameters=[KEY])
    def create(self, request: Request) -> Response:
        """Begin a draft. The same `Idempotency-Key` with the same request gives back the first one, issued meanwhile or not."""
        fields = self.read(request)
        fields.pop("version", None)
        customer, lines = fields.pop("customer"), fields.pop("lines", [])
        draft = idempotence.once(
            Invoice.Kind.INVOICE, on=clock.today(), key=_key(request), body=["draft", request.data],
            act=lambda key: drafting.create_draft(
                customer=customer.head, lines=_lines(lines), by=request.user, key=key, **fields
            ), kept_as="draft_key",
        )  # fmt: skip
        return self.answer(draft, made=True)

    def partial_update(self, request: Request, id: str) -> Response:
        """Change a draft; `lines` are all of them, in order. 409 when somebody else wrote since `version`."""
        draft = self.get_object()
        fields = self.read(request, partial=True)
        if fields.pop("customer", draft.customer) != draft.customer:
            raise Http404
        lines, version = fields.pop("lines", None), fields.pop("version", draft.version)
        asked = None if lines is None else _lines(lines)
        return self.answer(drafting.change_draft(draft, version=version, lines=asked, by=request.user, **fields))

    def destroy(self, request: Request, id: str) -> Response:
        """Throw a draft away."""
        drafting.discard_draft(self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=IssueSerializer, parameters=[KEY])
    @action(detail=True, methods=["post"], filterset_class=None, policy=ISSUE)
    def issue(self, request: Request, id: str) -> Response:
        """Issue a draft: its number, its books, its mail. What is missing is told in `errors`, by where to fill it in."""
        draft, fields = self.get_object(), self.read(request, serializer=IssueSerializer)
        on = fields.get("issued_on", clock.today())
        invoice = idempotence.once(
            Invoice.Kind.INVOICE, on=on, key=_key(request), body=["issue", draft.public_id, fields],
            act=lambda key: issuing.issue_invoice(draft, by=request.user, on=on, key=key),
        )  # fmt: skip
        return self.answer(invoice)

    @extend_schema(request=CreditSerializer, responses={201: InvoiceSerializer}, parameters=[KEY])
    @action(detail=True, methods=["post"], filterset_class=None, policy=ISSUE)
    def credit(self, request: Request, id: str) -> Response:
        """Take back an invoice, whole or in part: answers the credit note."""
        invoice, fields = self.get_object(), self.read(request, serializer=CreditSerializer)
        on, lines = fields.get("issued_on", clock.today()), fields.get("lines")
        reason = fields.get("reason") or _("Correction de la facture %(number)s") % {"number": invoice.number}
        note = idempotence.once(
            Invoice.Kind.CREDIT_NOTE, on=on, key=_key(request), body=["credit", invoice.public_id, fields],
            act=lambda key: correcting.credit_invoice(
                invoice, reason=reason, by=request.user, on=on, lines=lines, key=key
            ),
        )  # fmt: skip
        return self.answer(note, made=True)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY, 202: OpenApiResponse(description="en préparation")})
    @action(detail=True, filterset_class=None, renderer_classes=[JSONRenderer, PdfRenderer])
    def pdf(self, request: Request, id: str) -> Response | HttpResponse:
        """The PDF as it was kept (PDF/A-3 with its Factur-X). Just issued, the answer waits while it is made; 202 when
        that takes longer."""
        return self._paper(InvoiceFile.Kind.PDF, PdfRenderer.media_type)

    @extend_schema(responses={(200, "application/xml"): OpenApiTypes.BINARY, 202: OpenApiResponse(description="en préparation")})
    @action(detail=True, filterset_class=None, renderer_classes=[JSONRenderer, XmlRenderer])
    def xml(self, request: Request, id: str) -> Response | HttpResponse:
        """The Factur-X XML as it was kept (EN 16931); the same waiting."""
        return self._paper(InvoiceFile.Kind.XML, XmlRenderer.media_type)

    def _paper(self, kind: str, media_type: str) -> Response | HttpResponse:
        invoice = self.get_object()
        if invoice.is_draft:
            raise Http404
        kept = documents.wait_for(invoice, kind, seconds=PATIENCE)
        if kept is None:
            words = {"detail": _("Ce document se prépare. Demandez-le de nouveau dans deux secondes."), "errors": {}}
            return Response(
                words, status=status.HTTP_202_ACCEPTED, headers={"Retry-After": SOON}, content_type="application/json"
            )
        answer = HttpResponse(documents.bytes_of(kept), content_type=media_type)
        answer["Content-Disposition"] = f'attachment; filename="{invoice.number}.{kind}"'
        return answer

    def handle_exception(self, exc: Exception) -> Response:
        """A refusal is told in JSON, whatever paper was asked for, by the names that the caller wrote."""
        if isinstance(exc, Refusal):
            from_one = isinstance(exc, issuing.Incomplete)  # the screens count lines from one, JSON from zero
            exc.errors = {_named(key, from_one=from_one): words for key, words in exc.errors.items()}
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


def _key(request: Request) -> str:
    """The caller's idempotency key, their own: another person's same key is another request."""
    key = request.headers.get("Idempotency-Key", "")
    return f"{key}-{request.user.pk}" if key else ""


def _named(place: str, *, from_one: bool) -> str:
    """Where something is wrong, as the caller wrote it: `issued_on`, `vat_exemption`, `lines.0.vat_rate`."""
    first, _dot, rest = place.partition(".")
    if place == "on":
        return "issued_on"
    if first == "invoice":
        return rest
    number, _dot, name = rest.partition(".")
    return f"lines.{int(number) - 1}.{name}" if from_one and first == "lines" and number.isdecimal() else place


def _lines(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines as the gestures read them."""
    return [{name: value for name, value in line.items() if value is not None} for line in lines]
