"""The routes of `/api/v1/` and the OpenAPI description."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter

from accounts.policy import Policy
from config.api.complaints import ComplaintViewSet
from config.api.firm import CompanyView, SearchView
from config.api.history import CommitmentViewSet, EmailViewSet, InteractionViewSet
from config.api.invoices import InvoiceViewSet
from config.api.payments import PaymentViewSet
from config.api.people import ContactViewSet, CustomerViewSet
from config.api.reminders import RemindersView
from config.api.schema import BearerScheme

__all__ = ["BearerScheme", "urlpatterns"]  # named so that the description knows the credential
router = SimpleRouter()
router.register("customers", CustomerViewSet, "api-customer")
router.register("contacts", ContactViewSet, "api-contact")
router.register("interactions", InteractionViewSet, "api-interaction")
router.register("commitments", CommitmentViewSet, "api-commitment")
router.register("emails", EmailViewSet, "api-email")
router.register("invoices", InvoiceViewSet, "api-invoice")
router.register("payments", PaymentViewSet, "api-payment")
router.register("complaints", ComplaintViewSet, "api-complaint")


class SchemaView(SpectacularAPIView):
    """What may be asked is no secret; what answers is."""

    policy = Policy(public=True)
    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    def _get_version_parameter(self, request: Request) -> None:
        """One version: what the caller writes there would go into a header as it comes."""


urlpatterns = [
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("v1/company/", CompanyView.as_view(), name="api-company"),
    path("v1/reminders/", RemindersView.as_view(), name="api-reminders"),
    path("v1/search/", SearchView.as_view(), name="api-search"),
    path("v1/", include(router.urls)),
]
