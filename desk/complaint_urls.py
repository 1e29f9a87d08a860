"""The pages of complaints."""

from django.urls import path

from desk.views import complaint_calendar, complaint_letters, complaint_mistakes, complaints

urlpatterns = [
    path("reclamations/", complaints.board, name="complaints"),
    path("reclamations/nouvelle/", complaints.begin, name="complaint_new"),
    path("reclamations/agenda/", complaint_calendar.calendar, name="complaint_calendar"),
    path("agenda/<slug:token>.ics", complaint_calendar.feed, name="calendar_feed"),
    path("reclamations/lettres/<ref:ref>/", complaint_letters.read, name="complaint_letter_read"),
    path("reclamations/lettres/<ref:ref>/pdf/", complaint_letters.pdf, name="complaint_letter_pdf"),
    path("reclamations/lettres/<ref:ref>/preuve/", complaint_letters.proof, name="complaint_letter_proof"),
    path("reclamations/erreurs/<ref:ref>/", complaint_mistakes.declare, name="complaint_mistake"),
    path("reclamations/pieces/<ref:ref>/", complaint_letters.file, name="complaint_file"),
    path("reclamations/<ref:ref>/", complaints.case, name="complaint"),
    path("reclamations/<ref:ref>/lettre/<slug:kind>/", complaint_letters.write, name="complaint_letter"),
    path("reclamations/<ref:ref>/fait/", complaints.change, {"gesture": "fact"}, name="complaint_fact"),
    path("reclamations/<ref:ref>/courrier/", complaints.change, {"gesture": "writing"}, name="complaint_writing"),
    path("reclamations/<ref:ref>/confier/", complaints.change, {"gesture": "owner"}, name="complaint_entrust"),
    path("reclamations/<ref:ref>/clore/", complaints.end, {"gesture": "closing"}, name="complaint_close"),
    path("reclamations/<ref:ref>/rouvrir/", complaints.end, {"gesture": "reopening"}, name="complaint_reopen"),
    path("clients/<ref:ref>/reclamations/nouvelle/", complaints.receive, name="complaint_receive"),
]
