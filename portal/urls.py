"""What a client reaches: the document of a mailed link, and their space."""

from django.urls import path, re_path

from portal import doors, home, letters, linked
from portal.language import language

app_name = "portal"
KEY = r"(?P<key>[^/\s]{1,300})"  # also one that a mail program cut or lengthened: the page of dead links says what to do
urlpatterns = [
    path("langue/", language, name="language"),
    re_path(rf"^f/{KEY}/$", doors.enter, name="enter"),
    re_path(rf"^f/{KEY}/nouveau/$", doors.renew, name="renew"),
    re_path(rf"^f/{KEY}/(?P<part>regler|question|difficulte)/$", doors.enter, name="enter_part"),
    path("document/<ref:ref>/", linked.page, name="linked"),
    path("document/<ref:ref>/vu/", linked.seen, name="linked_seen"),
    path("document/<ref:ref>/question/", linked.ask, name="linked_ask"),
    path("document/<ref:ref>/en-parler/", linked.talk, name="linked_talk"),
    path("document/<ref:ref>/virement/", linked.transferred, name="linked_transferred"),
    path("document/<ref:ref>/virement/erreur/", linked.mistaken, name="linked_mistaken"),
    path("document/<ref:ref>/regler/", linked.pay, name="linked_pay"),
    re_path(r"^document/(?P<ref>[0-9a-hjkmnp-tv-z]{26})/(?P<kind>pdf|xml)/$", linked.file, name="linked_file"),
    path("espace/", home.home, name="home"),
    path("espace/documents/", home.documents, name="documents"),
    path("espace/documents/<ref:ref>/", home.document, name="document"),
    path("espace/documents/<ref:ref>/question/", home.document_ask, name="document_ask"),
    path("espace/documents/<ref:ref>/en-parler/", home.document_talk, name="document_talk"),
    path("espace/documents/<ref:ref>/virement/", home.document_transferred, name="document_transferred"),
    path("espace/documents/<ref:ref>/virement/erreur/", home.document_mistaken, name="document_mistaken"),
    path("espace/documents/<ref:ref>/regler/", home.document_pay, name="document_pay"),
    re_path(r"^espace/documents/(?P<ref>[0-9a-hjkmnp-tv-z]{26})/(?P<kind>pdf|xml)/$", home.document_file, name="document_file"),
    path("espace/lettres/<ref:ref>/", letters.letter, name="letter"),
    path("espace/pieces/<ref:ref>/", letters.piece, name="piece"),
    path("espace/messages/", home.messages_page, name="messages"),
    path("espace/mes-donnees/", home.data, name="data"),
    path("espace/mes-donnees.json", home.data_json, name="data_json"),
]
