"""Moments of the past in plain French, read or left unread."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from lib.moments import parse_past

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=PARIS)  # a Monday


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("", "2026-11-23 09:30"),
        ("Maintenant", "2026-11-23 09:30"),
        ("à l’instant", "2026-11-23 09:30"),
        ("8 h 10", "2026-11-23 08:10"),
        ("8h10", "2026-11-23 08:10"),
        ("08:10", "2026-11-23 08:10"),
        ("aujourd’hui à 8 h", "2026-11-23 08:00"),
        ("ce matin", "2026-11-23 09:00"),
        ("hier 16 h 30", "2026-11-22 16:30"),
        ("Hier, 16h30", "2026-11-22 16:30"),
        ("hier", "2026-11-22 12:00"),
        ("hier soir", "2026-11-22 18:00"),
        ("avant-hier vers 10 h", "2026-11-21 10:00"),
        ("vendredi 16 h 42", "2026-11-20 16:42"),
        ("lundi 10 h", "2026-11-16 10:00"),
        ("mardi dernier", "2026-11-17 12:00"),
        ("vendredi après-midi", "2026-11-20 15:00"),
        ("le 20 novembre à 16 h 42", "2026-11-20 16:42"),
        ("vendredi 20 novembre 16 h 42", "2026-11-20 16:42"),
        ("3 décembre", "2025-12-03 12:00"),
        ("1er novembre 2024", "2024-11-01 12:00"),
        ("20/11 16:42", "2026-11-20 16:42"),
        ("20/11/26", "2026-11-20 12:00"),
        ("29/02", "2024-02-29 12:00"),
        ("il y a 10 min", "2026-11-23 09:20"),
        ("il y a une heure", "2026-11-23 08:30"),
        ("il y a deux jours", "2026-11-21 09:30"),
        ("hier à midi", "2026-11-22 12:00"),
        ("yesterday 4:30 pm", "2026-11-22 16:30"),
        ("last Friday", "2026-11-20 12:00"),
        ("23 h", "2026-11-23 23:00"),  # in the future: the gesture refuses it
    ],
)
def test_what_is_certain_is_read(text, moment):
    assert parse_past(text, now=NOW) == datetime.fromisoformat(moment).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    "text",
    [
        "bientôt",
        "hier 25 h",
        "32/13",
        "30/02/2026",
        "hier 10 h 12 h",
        "il y a longtemps",
        "16 h 75",
        "<b>hier</b>",
        "10",
        "le",
        "x" * 9000,
    ],
)
def test_what_is_not_certain_is_left_unread(text):
    assert parse_past(text, now=NOW) is None
