"""The request of a page that only members of the house reach: `PolicyMiddleware` let nobody else through."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User


class HouseRequest(HttpRequest):
    """For annotations: `user` is a person, `frame` is what the frame of the page read. Never instantiated."""

    user: User  # type: ignore[assignment]
    frame: Any
