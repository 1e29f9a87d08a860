"""The API's routes on the firm and on search."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.policy import Policy, Right
from config.api.serializers import HitSerializer
from crm import search
from crm.company import the_company, update_company
from crm.company_checks import company_from_json, company_to_json


class CompanyView(APIView):
    """The firm, with the keys of `./run manage company`. Secrets are written, never read back."""

    policy = Policy(right=Right.SEE_RECORDS, write=Right.MANAGE_SETTINGS, api=True)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """The firm as it is."""
        return Response(company_to_json(the_company()))

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request) -> Response:
        """Change the firm, its bank details excepted: they change on screen, by somebody who proves again who they are."""
        done = update_company(by=request.user, bank_too=False, **company_from_json(request.data))
        answer: dict[str, Any] = company_to_json(done.company)
        return Response({**answer, "changed": done.changed, "pending": bool(done.pending)})


class SearchView(APIView):
    """`?q=`: clients, contacts, exchanges and mails, newest first, only what the person may read."""

    policy = Policy(right=Right.SEE_RECORDS, api=True)

    @extend_schema(parameters=[OpenApiParameter("q", str)], responses=HitSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What answers `q`, at most a page; `more` tells that older exchanges answer too."""
        found = search.find(request.user, request.query_params.get("q", ""))
        return Response({"results": HitSerializer(found.hits, many=True).data, "next": None, "more": found.more})
