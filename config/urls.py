"""Every URL of the product. Each view declares its policy (`accounts.policy`)."""

from django.urls import include, path

urlpatterns = [
    path("compte/", include("allauth.urls")),
    path("", include("desk.urls")),
]
