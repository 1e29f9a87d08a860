"""The pages of mail."""

from django.urls import path

from desk.views import mail, mail_decisions, mail_texts, mail_writing

urlpatterns = [
    path("clients/<slug:ref>/ecrire/", mail_writing.write, name="write"),
    path("clients/<slug:ref>/adresse/", mail_writing.address, name="address"),
    path("courrier/", mail.mails, name="mails"),
    path("courrier/a-decider/", mail_decisions.to_decide, name="mails_to_decide"),
    path("courrier/textes/", mail_texts.texts, name="mail_texts"),
    path("courrier/textes/nouveau/", mail_texts.new_text, name="new_mail_text"),
    path("courrier/textes/<slug:key>/<slug:language>/", mail_texts.text, name="mail_text"),
    path("courrier/textes/<slug:key>/<slug:language>/<int:version>/reprendre/", mail_texts.restore, name="restore_mail_text"),
    path("courrier/<slug:ref>/", mail.mail, name="mail"),
    path("courrier/<slug:ref>/annuler/", mail.cancel, name="cancel_mail"),
    path("courrier/<slug:ref>/decision/<slug:choice>/", mail_decisions.decide, name="decide_mail"),
]
