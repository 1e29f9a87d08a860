"""« Maison » and the first run."""

from django.urls import path, re_path

from desk.views import firm, first_run

urlpatterns = [
    path("bienvenue/<str:key>/", first_run.first_run, name="first_run"),
    path("maison/", firm.firm, name="firm"),
    re_path(
        r"^maison/banque/(?P<change>[0-9]{1,18})/(?P<decision>approve|refuse)/$",
        firm.decide_bank_change,
        name="decide_bank_change",
    ),
    path("maison/logo/", firm.logo, name="logo"),
    path("maison/logo/envoyer/", firm.send_logo, name="send_logo"),
    path("maison/courriels/essai/", firm.try_mail, name="try_mail"),
    path("maison/<slug:section>/", firm.section, name="firm_section"),
]
