"""The brief's rules, case by case: the half written by the author of the rules, before the code."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tact.brief import compose
from tact.facts import Contact, Link, LostMail, Promise, RefusedAddress, Situation

TODAY = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, 7, 52, tzinfo=UTC)  # 8 h 52 in Paris
RECORD = Link("customer", "c1")
LEMOINE = Situation(link=RECORD, name="Mme Lemoine", since_on=date(2021, 3, 9), phone="+33639980045", has_usable_email=True)


def ours(what="Rappeler avec une date", due_on=TODAY, **other):
    return Promise(
        Link("commitment", what),
        True,
        what,
        due_on,
        owner="Camille",
        promised_by="Camille",
        promised_on=date(2026, 11, 20),
        **other,
    )


def theirs(what="Régler une fois les portes posées", due_on=TODAY, **other):
    return replace(ours(what, due_on, **other), ours=False)


def contact(days_ago=3, kind="call", direction="in", **other):
    return Contact(
        Link("interaction", f"i{days_ago}"), NOW - timedelta(days=days_ago), kind, direction, **{"colleague": "Camille", **other}
    )


def brief(situation, *, today=TODAY, now=NOW, language="fr"):
    return compose(situation, today=today, now=now, language=language)


@pytest.mark.parametrize(
    ("situation", "rule"),
    [
        (replace(LEMOINE, promises=(ours(due_on=TODAY - timedelta(1)), ours("Poser", TODAY))), 1),
        (replace(LEMOINE, promises=(ours(due_at=time(8, 30)),)), 1),  # its hour is past: broken today
        (replace(LEMOINE, promises=(ours(due_at=time(10)),)), 2),
        (replace(LEMOINE, promises=(ours(),), contacts=(contact(mood="upset"),), moods=(contact(mood="upset"),)), 2),
        (replace(LEMOINE, contacts=(contact(mood="upset"),), moods=(contact(mood="upset"),)), 3),
        # Somebody spoke to them since: the anger has been heard.
        (
            replace(LEMOINE, contacts=(contact(1, direction="out"), contact(3, mood="upset")), moods=(contact(3, mood="upset"),)),
            10,
        ),
        (replace(LEMOINE, contacts=(contact(31, mood="upset"),), moods=(contact(31, mood="upset"),)), 10),
        (replace(LEMOINE, promises=(theirs(due_on=TODAY - timedelta(3)),), contacts=(contact(),)), 4),
        (replace(LEMOINE, promises=(theirs(due_on=TODAY),), contacts=(contact(),)), 10),  # the day is not over
        (
            replace(
                LEMOINE,
                has_usable_email=False,
                refused=(RefusedAddress(Link("address", "a@x.fr"), "a@x.fr", "Anne Lemoine", date(2026, 11, 2)),),
                contacts=(contact(),),
            ),
            5,
        ),
        (
            replace(
                LEMOINE,
                lost_mails=(LostMail(Link("email", "e"), date(2026, 11, 21), "failed", "Votre date"),),
                contacts=(contact(),),
            ),
            6,
        ),
        (replace(LEMOINE, promises=(ours(due_on=TODAY + timedelta(7)),), contacts=(contact(),)), 7),
        (replace(LEMOINE, promises=(ours(due_on=TODAY + timedelta(8)),), contacts=(contact(),)), 10),
        (LEMOINE, 8),
        (replace(LEMOINE, contacts=(contact(180),)), 9),
        (replace(LEMOINE, contacts=(contact(179),)), 10),
    ],
)
def test_the_first_rule_that_applies_gives_the_headline(situation, rule):
    assert brief(situation).rule == rule


def test_a_timed_promise_of_today_reads_as_a_colleague_would_say_it():
    answer = brief(
        replace(
            LEMOINE, promises=(ours(due_at=time(10), due_before=True),), preferred_channel="phone", preferred_moment="le matin"
        )
    )
    assert answer.headline == "Rappeler avec une date, avant 10 h"
    assert answer.advice == "Camille l’a promis vendredi, de préférence par téléphone, le matin."
    assert answer.phone == "+33639980045"


def test_a_broken_promise_to_an_upset_client_begins_with_an_apology():
    upset = contact(2, mood="upset")
    answer = brief(replace(LEMOINE, promises=(ours(due_on=date(2026, 11, 20)),), contacts=(upset,), moods=(upset,)))
    assert answer.headline == "Tenez d’abord ce qui est promis"
    assert "excus" in answer.advice.lower()
    assert answer.lines[0].late


@pytest.mark.parametrize(
    ("channel", "ending"),
    [
        ("phone", "depuis, de préférence par téléphone, le matin."),
        ("email", "depuis, de préférence le matin."),
        ("", "depuis, de préférence le matin."),
    ],
)
def test_who_is_told_to_call_is_not_told_to_write(channel, ending):
    upset = contact(2, mood="upset")
    situation = replace(
        LEMOINE, preferred_channel=channel, preferred_moment="le matin", phone="06 39 98 00 45", contacts=(upset,), moods=(upset,)
    )
    answer = brief(situation)
    assert answer.headline == "Appelez plutôt que d’écrire"
    assert answer.advice.endswith(ending)


def test_six_lines_at_most_and_in_the_order_of_the_rules():
    full = replace(
        LEMOINE,
        promises=(
            ours("A", TODAY - timedelta(9)),
            ours("B", TODAY - timedelta(8)),
            ours("C", TODAY - timedelta(7)),
            ours("D", TODAY, due_at=time(10)),
            ours("E", TODAY),
            theirs("F", TODAY - timedelta(2)),
            ours("G", TODAY + timedelta(3)),
        ),
        contacts=(contact(mood="upset", words="Le rangement est bloqué."),),
        moods=(contact(mood="upset"),),
    )
    answer = brief(full)
    assert [line.code for line in answer.lines] == [
        "ours_late",
        "ours_late",
        "ours_today",
        "ours_today",
        "theirs_late",
        "last_contact",
    ]
    assert "1 autre" in answer.lines[1].text


def test_a_private_exchange_gives_its_date_and_its_colleague_never_its_words():
    secret = contact(1, colleague="Nadia", direction="out", hidden=True)
    answer = brief(replace(LEMOINE, contacts=(secret,)))
    (line,) = [line for line in answer.lines if line.code == "last_contact"]
    assert "un échange réservé, voir" in line.text
    assert "Nadia" in line.text
    assert line.link == secret.link


def test_every_line_has_its_link():
    answer = brief(replace(LEMOINE, promises=(ours(), theirs(due_on=TODAY - timedelta(1))), contacts=(contact(),)))
    assert [line.link.kind for line in answer.lines] == ["commitment", "commitment", "interaction"]


def test_nothing_known_is_said_kindly_and_in_english_too():
    assert brief(LEMOINE).headline == "Faites connaissance"
    assert brief(LEMOINE, language="en").headline == "Get to know them"
    assert brief(LEMOINE).lines == ()


def test_preference_has_its_own_line_only_when_the_headline_does_not_use_it():
    known = replace(LEMOINE, preferred_channel="phone", preferred_moment="le matin", contacts=(contact(),))
    assert [line.code for line in brief(known).lines] == ["last_contact", "preference"]
    assert [line.code for line in brief(replace(known, promises=(ours(),))).lines] == ["ours_today", "last_contact"]
