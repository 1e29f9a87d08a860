"""Every URL of the product. Each view declares its policy (`accounts.policy`)."""

from django.conf import settings
from django.urls import include, path, register_converter

from accounts.policy import policy
from config.health import healthz
from lib.public_ids import Reference
from ui.gallery import error_page, gallery

register_converter(Reference, "ref")

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("compte/", include("allauth.urls")),
    path("api/", include("config.api.urls")),
    path("", include("accounts.urls")),
    path("", include("portal.paying_urls")),
    path("", include("portal.urls")),
    path("", include("desk.firm_urls")),
    path("", include("desk.mail_urls")),
    path("", include("desk.reminder_urls")),
    path("", include("desk.complaint_urls")),
    path("", include("desk.urls")),
]
if settings.DEMO or settings.TESTING:
    urlpatterns.append(path("", include("demo.urls")))
if settings.DEBUG or settings.TESTING:
    urlpatterns += [
        path("_ui/", policy(public=True)(gallery), name="gallery"),
        path("_ui/erreur/<slug:name>/", policy(public=True)(error_page), name="gallery_error"),
    ]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
