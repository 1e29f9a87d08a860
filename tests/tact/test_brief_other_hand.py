"""The brief's rules, case by case: the half written by another hand, from the rules alone, before reading any code."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from tact.brief import compose
from tact.facts import Brief, Contact, Link, LostMail, Promise, RefusedAddress, Situation

TODAY = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10 h in Paris
RECORD = Link("customer", "c7")
DIALLO = Situation(link=RECORD, name="M. Diallo", since_on=date(2022, 5, 2), phone="+33639980112", has_usable_email=True)


def ago(days: int) -> date:
    return TODAY - timedelta(days)


def ahead(days: int) -> date:
    return TODAY + timedelta(days)


def ours(what: str, due_on: date = TODAY, **other) -> Promise:
    known = {"owner": "Camille", "promised_by": "Camille", "promised_on": date(2026, 10, 5)}
    return Promise(Link("commitment", what), ours=True, what=what, due_on=due_on, **{**known, **other})


def theirs(what: str, due_on: date = TODAY, **other) -> Promise:
    return replace(ours(what, due_on, **other), ours=False)


def spoke(days_ago: float, kind: str = "call", direction: str = "out", **other) -> Contact:
    known = {"colleague": "Camille", "person": "M. Diallo"}
    return Contact(Link("interaction", f"i{days_ago}"), NOW - timedelta(days=days_ago), kind, direction, **{**known, **other})


def moody(days_ago: float, mood: str, **other) -> dict:
    """The same exchange as last contact and as mood."""
    said = spoke(days_ago, mood=mood, **{"direction": "in", **other})
    return {"contacts": (said,), "moods": (said,)}


def lost(days_ago: int, state: str = "failed", subject: str = "Votre date de pose", **other) -> LostMail:
    return LostMail(Link("email", f"e{days_ago}"), ago(days_ago), state, subject, **other)


def refused(address: str, days_ago: int = 20, holder: str = "M. Diallo") -> RefusedAddress:
    return RefusedAddress(Link("address", address), address, holder, ago(days_ago), "adresse inconnue")


def brief(language: str = "fr", now: datetime = NOW, base: Situation = DIALLO, **known) -> Brief:
    return compose(replace(base, **known), today=TODAY, now=now, language=language)


def codes(answer: Brief) -> list[str]:
    return [line.code for line in answer.lines]


def line_of(answer: Brief, code: str):
    (found,) = [line for line in answer.lines if line.code == code]
    return found


def every_text(answer: Brief) -> list[str]:
    return [answer.headline, answer.advice, *(line.text for line in answer.lines)]


EVERYTHING = {
    "promises": (
        ours("Commander les charnières", ago(12), amount=Decimal("420")),
        ours("Rendre la clé", ago(2)),
        theirs("Choisir la teinte", ago(6)),
        theirs("Régler l’acompte", ago(1), amount=Decimal("1250.5")),
        ours("Poser la porte", ahead(5)),
        theirs("Vider le garage", ahead(4)),
    ),
    **moody(3, "upset", words="Il attend le devis. Il parle de partir.", colleague="Anne", person="Élodie Diallo"),
    "lost_mails": (lost(4),),
    "refused": (refused("a.diallo@example.fr"),),
    "preferred_channel": "phone",
    "preferred_moment": "le soir",
}


# The hour of today ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_at", "due_before", "rule"),
    [
        (time(9, 59), False, 1),
        (time(10, 0), False, 2),  # «à 10 h», and it is striking: do it now
        (time(10, 0), True, 1),  # «avant 10 h», and it is 10 h: too late
        (time(10, 1), True, 2),
    ],
)
def test_the_hour_of_today_is_read_on_the_firms_clock(due_at, due_before, rule):
    assert brief(promises=(ours("Rappeler", due_at=due_at, due_before=due_before),)).rule == rule


def test_their_hour_of_today_that_is_past_is_broken_too():
    answer = brief(promises=(theirs("Rappeler", due_at=time(9)),), contacts=(spoke(1),))
    assert (answer.rule, codes(answer)) == (4, ["theirs_late", "last_contact"])


def test_a_promise_broken_this_morning_is_late_and_no_more_of_today():
    answer = brief(promises=(ours("Rappeler", due_at=time(9)), ours("Envoyer le plan")))
    assert [(line.code, line.late) for line in answer.lines] == [("ours_late", True), ("ours_today", False)]


# The first rule that applies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dropped", "rule"),
    [
        ([], 1),
        (["ours late"], 3),
        (["ours late", "mood"], 4),
        (["ours late", "mood", "theirs late"], 5),
        (["ours late", "mood", "theirs late", "refused"], 6),
        (["ours late", "mood", "theirs late", "refused", "lost"], 7),
        (["ours late", "mood", "theirs late", "refused", "lost", "next"], 8),
    ],
)
def test_everything_at_once_then_each_reason_taken_away(dropped, rule):
    known = {**EVERYTHING, "has_usable_email": False}
    gone = {
        "ours late": lambda one: one.ours and one.due_on < TODAY,
        "theirs late": lambda one: not one.ours and one.due_on < TODAY,
        "next": lambda one: one.due_on > TODAY,
    }
    for reason in dropped:
        if reason in gone:
            known["promises"] = tuple(one for one in known["promises"] if not gone[reason](one))
    if "mood" in dropped:
        known |= {"contacts": (), "moods": ()}
    if "refused" in dropped:
        known |= {"refused": ()}
    if "lost" in dropped:
        known |= {"lost_mails": ()}
    assert brief(**known).rule == rule


@pytest.mark.parametrize(("days", "rule"), [(30, 3), (31, 10)])
def test_anger_counts_for_thirty_days(days, rule):
    assert brief(**moody(days, "upset")).rule == rule


@pytest.mark.parametrize("mood", ["worried", "calm", "happy"])
def test_only_an_upset_mood_asks_for_a_call(mood):
    assert brief(**moody(2, mood)).rule == 10


def test_only_the_last_mood_noted_counts():
    appeased = (spoke(4, mood="calm"), spoke(9, mood="upset"))
    answer = brief(contacts=appeased, moods=appeased)
    assert (answer.rule, codes(answer)) == (10, ["last_contact"])


def test_a_mail_from_them_is_not_somebody_speaking_to_them():
    """Ambiguous in the rules («nobody had a contact since»): their own second complaint must not hide the first."""
    upset = spoke(5, direction="in", mood="upset")
    again = spoke(1, kind="email", direction="in")
    assert brief(contacts=(again, upset), moods=(upset,)).rule == 3


@pytest.mark.parametrize(("kind", "direction"), [("email", "out"), ("call", "in"), ("visit", ""), ("meeting", "")])
def test_an_answer_or_a_conversation_is_somebody_speaking_to_them(kind, direction):
    upset = spoke(5, direction="in", mood="upset")
    assert brief(contacts=(spoke(1, kind=kind, direction=direction), upset), moods=(upset,)).rule == 10


def test_a_private_call_of_a_colleague_is_somebody_speaking_to_them():
    upset = spoke(5, direction="in", mood="upset")
    assert brief(contacts=(spoke(1, hidden=True, colleague="Nadia"), upset), moods=(upset,)).rule == 10


@pytest.mark.parametrize(("usable", "addresses", "rule"), [(True, ("a@x.fr",), 10), (False, (), 10), (False, ("a@x.fr",), 5)])
def test_a_new_address_is_asked_for_only_when_the_last_one_was_refused(usable, addresses, rule):
    answer = brief(has_usable_email=usable, refused=tuple(refused(one) for one in addresses), contacts=(spoke(1),))
    assert answer.rule == rule
    assert ("refused_address" in codes(answer)) == bool(addresses)


@pytest.mark.parametrize("state", ["failed", "uncertain", "held"])
@pytest.mark.parametrize(("days", "rule"), [(30, 6), (31, 10)])
def test_a_mail_that_did_not_leave_counts_for_thirty_days(state, days, rule):
    answer = brief(lost_mails=(lost(days, state),), contacts=(spoke(1),))
    assert answer.rule == rule
    assert ("lost_mail" in codes(answer)) == (rule == 6)


@pytest.mark.parametrize(
    ("at", "rule"),
    [
        (datetime(2026, 5, 27, 21, 30, tzinfo=UTC), 9),  # 27 May, 23 h 30 in Paris: 180 days ago
        (datetime(2026, 5, 27, 22, 30, tzinfo=UTC), 10),  # 28 May, 0 h 30 in Paris: 179 days ago
    ],
)
def test_the_silence_is_counted_in_days_of_the_firm(at, rule):
    assert brief(contacts=(replace(spoke(1), at=at),)).rule == rule


# Lines: which, how many, in what order -------------------------------------------------------------------------------


def test_without_promises_of_today_the_others_move_up_and_six_stay():
    answer = brief(**EVERYTHING)
    assert codes(answer) == ["ours_late", "ours_late", "theirs_late", "last_contact", "mood", "lost_mail"]
    assert [line.late for line in answer.lines] == [True, True, True, False, False, False]
    assert [line.link.ref for line in answer.lines] == [
        "Commander les charnières",
        "Rendre la clé",
        "Choisir la teinte",
        "i3",
        "i3",
        "e4",
    ]
    assert "1 autre" in answer.lines[2].text.replace("\u00a0", " ")


def test_the_quiet_lines_come_in_their_order():
    known = {**EVERYTHING, "promises": EVERYTHING["promises"][4:], "contacts": (), "moods": ()}
    answer = brief(**known)
    assert codes(answer) == ["lost_mail", "refused_address", "ours_next", "theirs_next", "preference"]
    assert answer.rule == 6


def test_five_broken_promises_are_two_lines_and_three_counted():
    answer = brief(promises=tuple(ours(f"Promesse {day}", ago(day)) for day in (3, 9, 1, 7, 5)))
    assert [line.link.ref for line in answer.lines] == ["Promesse 9", "Promesse 7"]
    assert "3 autres" in answer.lines[1].text.replace("\u00a0", " ")
    assert answer.link.ref == "Promesse 9"


def test_three_promises_of_today_give_the_timed_first_and_hide_none():
    """Not in the rules: a third promise of today is counted too, or it would be broken tonight unseen."""
    answer = brief(promises=(ours("Envoyer le plan"), ours("Rappeler", due_at=time(17)), ours("Livrer", due_at=time(11))))
    assert [line.link.ref for line in answer.lines] == ["Livrer", "Rappeler"]
    assert "1 autre" in answer.lines[1].text.replace("\u00a0", " ")
    assert answer.link.ref == "Livrer"


def test_the_order_in_which_facts_were_read_changes_nothing():
    tied = (ours("Rappeler", ago(2)), ours("Livrer", ago(2)), ours("Poser", ago(2), due_at=time(9)), theirs("Payer", ago(2)))
    assert len({brief(promises=order) for order in permutations(tied)}) == 1
    assert brief(promises=tied).lines[0].link.ref == "Poser"  # of one day, the hour that passed first


@pytest.mark.parametrize(("days", "shown"), [(14, True), (15, False)])
@pytest.mark.parametrize(("whose", "code"), [(ours, "ours_next"), (theirs, "theirs_next")])
def test_what_comes_next_is_told_fourteen_days_ahead(whose, code, days, shown):
    assert (code in codes(brief(promises=(whose("Poser", ahead(days)),), contacts=(spoke(1),)))) == shown


def test_their_promise_of_today_is_what_comes_next():
    """Not in the rules: it is neither broken nor ours, and it must be told all the same."""
    answer = brief(promises=(theirs("Passer à l’atelier"),), contacts=(spoke(1),))
    assert (answer.rule, codes(answer)) == (10, ["last_contact", "theirs_next"])
    assert answer.headline == "Rien d’urgent"  # «Rien n’attend» would deny the line below it


def test_nothing_waits_only_when_nothing_does():
    assert brief(contacts=(spoke(1),)).headline == "Rien n’attend"
    for told in (ours("Poser", ahead(12)), theirs("Payer", ahead(14))):
        assert brief(contacts=(spoke(1),), promises=(told,)).headline == "Rien d’urgent"


def test_only_the_nearest_next_promise_of_each_side_is_told():
    answer = brief(
        promises=(ours("Poser", ahead(9)), ours("Mesurer", ahead(2)), theirs("Payer", ahead(8)), theirs("Choisir", ahead(3)))
    )
    assert [line.link.ref for line in answer.lines] == ["Mesurer", "Choisir"]
    assert answer.rule == 7


@pytest.mark.parametrize(("days", "shown"), [(90, True), (91, False)])
@pytest.mark.parametrize("mood", ["worried", "upset"])
def test_mood_is_told_for_ninety_days(mood, days, shown):
    assert ("mood" in codes(brief(**moody(days, mood)))) == shown


def test_several_refused_addresses_are_one_line_newest_first():
    """Not in the rules: one line, the newest refusal named, the others counted as for promises."""
    answer = brief(refused=(refused("vieux@x.fr", 200), refused("neuf@x.fr", 2), refused("moyen@x.fr", 40)), contacts=(spoke(1),))
    line = line_of(answer, "refused_address")
    assert line.link.ref == "neuf@x.fr"
    assert "neuf@x.fr" in line.text
    assert "2 autres" in line.text.replace("\u00a0", " ")


def test_several_lost_mails_are_one_line_newest_first():
    answer = brief(lost_mails=(lost(20, subject="Ancien"), lost(2, subject="Récent")), contacts=(spoke(1),))
    line = line_of(answer, "lost_mail")
    assert (line.link.ref, answer.link.ref) == ("e2", "e2")
    assert "1 autre" in line.text.replace("\u00a0", " ")


# What may not be told ------------------------------------------------------------------------------------------------


def test_nothing_of_a_private_exchange_is_told_even_when_its_words_slipped_in():
    secret = spoke(1, hidden=True, colleague="Nadia", words="Il divorce.", mood="upset", person="Me Roche", direction="in")
    answer = brief(contacts=(secret,), moods=(secret,), lost_mails=(lost(1, subject="Divorce", hidden=True),))
    told = " ".join(every_text(answer))
    assert answer.rule == 6
    assert "mood" not in codes(answer)
    assert not re.search("divorce", told, re.IGNORECASE)
    assert "un échange réservé, voir" in line_of(answer, "last_contact").text
    assert "Nadia" in line_of(answer, "last_contact").text


def test_an_apology_is_not_asked_for_a_mood_the_reader_may_not_see():
    secret = spoke(1, hidden=True, colleague="Nadia", mood="upset", direction="in")
    answer = brief(promises=(ours("Livrer", ago(3)),), contacts=(secret,), moods=(secret,))
    assert "excus" not in answer.advice.lower()


# Words ---------------------------------------------------------------------------------------------------------------


def test_the_last_contact_gives_one_whole_sentence():
    words = "M. Diallo a appelé pour la 2e porte. Il veut une date."
    answer = brief(contacts=(spoke(1, direction="in", words=words),))
    text = line_of(answer, "last_contact").text
    assert "M. Diallo a appelé pour la 2e porte" in text
    assert "Il veut une date" not in text


@pytest.mark.parametrize("whose", [ours, theirs])
def test_a_promise_of_money_says_its_amount(whose):
    answer = brief(promises=(whose("Rembourser la poignée", ago(3), amount=Decimal(420)),))
    assert "420,00\u00a0€" in answer.lines[0].text


def test_an_apology_when_the_client_was_upset_the_very_day_it_was_due():
    answer = brief(promises=(ours("Livrer", ago(3)),), **moody(3, "upset"))
    assert (answer.rule, "excus" in answer.advice.lower()) == (1, True)


def test_names_that_begin_with_a_vowel_are_elided():
    known = {**EVERYTHING, "promises": tuple(replace(one, owner="Anne", promised_by="Élodie") for one in EVERYTHING["promises"])}
    told = " ".join(every_text(brief(**known)) + every_text(brief(contacts=(spoke(1, hidden=True, colleague="Anne"),))))
    assert re.findall(r"\b(?:[dD]e|[qQ]ue|[lL]e|[lL]a|[jJ]usque) (?:Anne|Élodie|un|une|il|elle)\b", told) == []


@pytest.mark.parametrize("known", [EVERYTHING, {}, {"contacts": (spoke(200),)}, {"promises": (ours("Poser", ahead(2)),)}])
def test_french_is_set_as_the_house_sets_it(known):
    for text in every_text(brief(**known)):
        assert not re.search(r"'|\u202f|[^\u00a0][;:!?»](?:\s|$)|«[^\u00a0]|\d €", text), text


@pytest.mark.parametrize(
    "known",
    [EVERYTHING, {"promises": (ours("Livrer", due_at=time(17), due_before=True),)}, {"contacts": (spoke(1, hidden=True),)}],
)
def test_english_says_the_same_things_of_the_same_facts(known):
    french, english = brief(**known), brief("en", **known)
    assert (english.rule, english.link, english.phone) == (french.rule, french.link, french.phone)
    assert [(line.code, line.link, line.late) for line in english.lines] == [
        (line.code, line.link, line.late) for line in french.lines
    ]
    assert not re.search(r"\b(?:avant|promis|depuis|hier|aujourd’hui)\b", " ".join(every_text(english)))
    assert english.advice != french.advice


def test_amounts_in_english_are_english():
    assert "€420.00" in brief("en", **EVERYTHING).lines[0].text


# Channel, telephone and link -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "known",
    [
        {"promises": (ours("Livrer", ago(1)),)},
        {"promises": (ours("Livrer"),)},
        {"promises": (theirs("Payer", ago(1)),)},
        moody(2, "upset"),
    ],
)
def test_the_first_four_rules_name_the_preference_in_the_advice_and_not_in_a_line(known):
    answer = brief(**known, preferred_channel="phone", preferred_moment="le soir")
    assert answer.rule in {1, 2, 3, 4}
    assert "le soir" in answer.advice
    assert "preference" not in codes(answer)
    assert answer.phone == DIALLO.phone


def test_a_moment_known_alone_is_a_preference():
    answer = brief(contacts=(spoke(1),), preferred_moment="après 18 h")
    assert "après 18" in line_of(answer, "preference").text


def test_no_call_is_offered_without_a_telephone():
    """Not in the rules: the anger stays the first thing to know, and the advice says that no number is known."""
    answer = brief(**moody(2, "upset"), phone="")
    assert (answer.rule, answer.phone) == (3, "")
    assert "numéro" in answer.advice


def test_who_prefers_a_letter_is_not_rung():
    assert brief(promises=(ours("Livrer"),), preferred_channel="post").phone == ""


@pytest.mark.parametrize(
    ("known", "link"),
    [
        ({"promises": (ours("Livrer", ago(1)),)}, Link("commitment", "Livrer")),
        ({"promises": (theirs("Payer", ago(1)),), "contacts": (spoke(1),)}, Link("commitment", "Payer")),
        (moody(2, "upset"), Link("interaction", "i2")),
        ({"refused": (refused("a@x.fr"),), "has_usable_email": False}, Link("address", "a@x.fr")),
        ({"lost_mails": (lost(3),)}, Link("email", "e3")),
        ({"promises": (ours("Poser", ahead(3)),)}, Link("commitment", "Poser")),
        ({}, RECORD),
        ({"contacts": (spoke(200),)}, Link("interaction", "i200")),
    ],
)
def test_the_headline_leads_to_the_fact_that_gave_it(known, link):
    assert brief(**known).link == link
