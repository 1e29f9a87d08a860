"""What exists only in the demonstration and in tests."""

from django.urls import path

from demo import mailbox, views

app_name = "demo"
urlpatterns = [
    path("boite-de-demonstration/", mailbox.mailbox, name="mailbox"),
    path("boite-de-demonstration/<slug:name>/", mailbox.letter, name="letter"),
    path("remettre-a-neuf/", views.reset, name="reset"),
]
