"""What a client reaches: the document of a mailed link."""

from django.urls import path, re_path

from portal import doors, linked

app_name = "portal"
KEY = r"(?P<key>[\w-]{43})"
urlpatterns = [
    re_path(rf"^f/{KEY}/$", doors.enter, name="enter"),
    re_path(rf"^f/{KEY}/nouveau/$", doors.renew, name="renew"),
    re_path(rf"^f/{KEY}/(?P<part>regler|question|difficulte)/$", doors.enter, name="enter_part"),
    path("document/<ref:ref>/", linked.page, name="linked"),
    path("document/<ref:ref>/question/", linked.ask, name="linked_ask"),
    path("document/<ref:ref>/en-parler/", linked.talk, name="linked_talk"),
    path("document/<ref:ref>/virement/", linked.transferred, name="linked_transferred"),
    path("document/<ref:ref>/regler/", linked.pay, name="linked_pay"),
    re_path(r"^document/(?P<ref>[0-9a-hjkmnp-tv-z]{26})/(?P<kind>pdf|xml)/$", linked.file, name="linked_file"),
]
