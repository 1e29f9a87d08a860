"""What exists only in the demonstration and in tests."""

from django.urls import path

from demo import mailbox, stripe_pages, views

app_name = "demo"
urlpatterns = [
    path("boite-de-demonstration/", mailbox.mailbox, name="mailbox"),
    path("boite-de-demonstration/<slug:name>/", mailbox.letter, name="letter"),
    path("demonstration/stripe/v1/<path:rest>", stripe_pages.api, name="stripe_api"),
    path("demonstration/payer/<slug:name>/", stripe_pages.pay, name="stripe_pay"),
    path("remettre-a-neuf/", views.reset, name="reset"),
]
