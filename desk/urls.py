"""The pages that staff see."""

from django.urls import path

from desk.views import home

urlpatterns = [path("", home.home, name="home")]
