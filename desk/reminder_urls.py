"""The pages of reminders."""

from django.urls import path

from desk.views import reminders

urlpatterns = [
    path("relances/", reminders.index, name="reminders"),
    path("relances/prets/", reminders.send_ready, name="reminders_send_ready"),
    path("relances/rappels/<ref:ref>/", reminders.reminder, name="reminder"),
    path("relances/reprendre/<ref:ref>/", reminders.take_back, name="reminder_take_back"),
    path("relances/retenues/<ref:ref>/lever/", reminders.release, name="reminder_release"),
    path("relances/clients/<ref:ref>/envoyer/", reminders.send, name="reminder_send"),
    path("relances/clients/<ref:ref>/modifier/", reminders.edit, name="reminder_edit"),
    path("relances/clients/<ref:ref>/demain/", reminders.put_off, name="reminder_put_off"),
    path("relances/clients/<ref:ref>/retenir/", reminders.hold, name="reminder_hold"),
    path("relances/clients/<ref:ref>/appel/", reminders.call, name="reminder_call"),
    path("relances/mises-en-demeure/<ref:ref>/", reminders.notice, name="notice"),
    path("relances/mises-en-demeure/<ref:ref>/pdf/", reminders.notice_pdf, name="notice_pdf"),
    path("relances/clients/<ref:ref>/mise-en-demeure/", reminders.formal_notice, name="formal_notice"),
]
