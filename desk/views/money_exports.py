"""The lists of invoices and of payments as files, for who may take lists out and see amounts."""

from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.policy import Right, policy
from accounts.requests import HouseRequest
from desk import invoice_list, payment_list
from desk.money_export import invoice_lines, payment_lines
from lib import clock


@policy(right=Right.EXPORT_LISTS)
@require_GET
def invoices(request: HouseRequest) -> StreamingHttpResponse:
    """The documents as the filters leave them, in CSV."""
    rows, sorting = invoice_list.filtered(_allowed(request), today=clock.today())
    audit.note("invoices.exported", by=request.user, filters=_filters(request))
    return _file("factures", invoice_lines(rows, sorting.order))


@policy(right=Right.EXPORT_LISTS)
@require_GET
def payments(request: HouseRequest) -> StreamingHttpResponse:
    """The payments as the filters leave them, in CSV."""
    rows, _client, sorting = payment_list.filtered(_allowed(request), user=request.user)
    audit.note("payments.exported", by=request.user, filters=_filters(request))
    return _file("encaissements", payment_lines(rows, sorting.order))


def _allowed(request: HouseRequest) -> HouseRequest:
    if not request.user.may(Right.SEE_AMOUNTS):
        raise PermissionDenied
    return request


def _filters(request: HouseRequest) -> str:
    return request.GET.urlencode()[:500]


def _file(name: str, lines: Iterator[str]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{clock.today():%Y-%m-%d}.csv"'
    return answer
