"""What the frame of every staff page needs."""

from django.http import HttpRequest

from lib import clock


def frame(request: HttpRequest) -> dict[str, object]:
    """`today`, `now` and the menu of the person."""
    return {"today": clock.today(), "now": clock.now(), "menu": []}
