"""Next steps as people write them, seen from Saturday 21 November 2026 unless said otherwise."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.french_calendar import Zone
from lib.typography import long_date, weekday_date
from lib.when import When, parse

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("aujourd’hui", "2026-11-21"),
        ("Aujourd'hui", "2026-11-21"),
        ("demain", "2026-11-22"),
        ("après-demain", "2026-11-23"),
        ("apres demain", "2026-11-23"),
        ("lundi", "2026-11-23"),
        ("LUNDI", "2026-11-23"),
        ("samedi", "2026-11-28"),
        ("vendredi", "2026-11-27"),
        ("lundi prochain", "2026-11-23"),
        ("ce lundi", "2026-11-23"),
        ("lundi qui vient", "2026-11-23"),
        ("mardi en huit", "2026-12-01"),
        ("jeudi en quinze", "2026-12-10"),
        ("lundi en 8", "2026-11-30"),
        ("lundi de la semaine prochaine", "2026-11-23"),
        ("dans 15 jours", "2026-12-06"),
        ("dans huit jours", "2026-11-29"),
        ("dans une semaine", "2026-11-28"),
        ("dans deux semaines", "2026-12-05"),
        ("dans 2 mois", "2027-01-21"),
        ("dans un an", "2027-11-21"),
        ("dans une quinzaine", "2026-12-06"),
        ("dans une huitaine de jours", "2026-11-29"),
        ("dans trois jours ouvrés", "2026-11-25"),
        ("dans 10 jours ouvrables", "2026-12-03"),
        ("dans 48 heures", "2026-11-23"),
        ("dans 24h", "2026-11-22"),
        ("le 3 janvier", "2027-01-03"),
        ("3 janvier", "2027-01-03"),
        ("3 janv.", "2027-01-03"),
        ("1er décembre", "2026-12-01"),
        ("dimanche 3 janvier", "2027-01-03"),
        ("le 21 novembre", "2026-11-21"),
        ("le 20 novembre", "2027-11-20"),
        ("le 29 février", "2028-02-29"),
        ("3 janvier 2027", "2027-01-03"),
        ("3 janvier 2020", "2020-01-03"),
        ("le 3", "2026-12-03"),
        ("le 21", "2026-11-21"),
        ("le 1er", "2026-12-01"),
        ("le 31", "2026-12-31"),
        ("lundi 23", "2026-11-23"),
        ("03/01", "2027-01-03"),
        ("3/1/27", "2027-01-03"),
        ("03/01/2027", "2027-01-03"),
        ("mercredi 25/11", "2026-11-25"),
        ("03.01.2027", "2027-01-03"),
        ("3-1-2027", "2027-01-03"),
        ("2027-01-03", "2027-01-03"),
        ("fin du mois", "2026-11-30"),
        ("fin de mois", "2026-11-30"),
        ("en fin du mois prochain", "2026-12-31"),
        ("début janvier", "2027-01-01"),
        ("mi-janvier", "2027-01-15"),
        ("mi janvier", "2027-01-15"),
        ("fin janvier", "2027-01-31"),
        ("fin février 2028", "2028-02-29"),
        ("fin avril", "2027-04-30"),
        ("fin novembre", "2026-11-30"),
        ("fin d’année", "2026-12-31"),
        ("fin de semaine prochaine", "2026-11-27"),
        ("début de semaine prochaine", "2026-11-23"),
        ("la semaine prochaine", "2026-11-23"),
        ("le mois prochain", "2026-12-01"),
        ("demain, dimanche 22 novembre", "2026-11-22"),
        ("today", "2026-11-21"),
        ("tomorrow", "2026-11-22"),
        ("the day after tomorrow", "2026-11-23"),
        ("next Monday", "2026-11-23"),
        ("Monday next week", "2026-11-23"),
        ("in 15 days", "2026-12-06"),
        ("in a week", "2026-11-28"),
        ("in three working days", "2026-11-25"),
        ("on 3 January", "2027-01-03"),
        ("3rd of January", "2027-01-03"),
        ("January 3rd, 2027", "2027-01-03"),
        ("next week", "2026-11-23"),
        ("next month", "2026-12-01"),
        ("end of January", "2027-01-31"),
        ("end of the month", "2026-11-30"),
    ],
)
def test_a_day_alone(text: str, on: str) -> None:
    assert parse(text, today=TODAY) == When(on=date.fromisoformat(on))


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("lundi 10 h", When(date(2026, 11, 23), time(10))),
        ("lundi 10h", When(date(2026, 11, 23), time(10))),
        ("lundi à 10\u00a0h\u00a030", When(date(2026, 11, 23), time(10, 30))),
        ("10h30 lundi", When(date(2026, 11, 23), time(10, 30))),
        ("le 3 à 9h", When(date(2026, 12, 3), time(9))),
        ("le 3 à 9 h", When(date(2026, 12, 3), time(9))),
        ("le 3 janvier 10 h", When(date(2027, 1, 3), time(10))),
        ("lundi 23/11 14:30", When(date(2026, 11, 23), time(14, 30))),
        ("lundi avant 10 h", When(date(2026, 11, 23), time(10), until=True)),
        ("avant lundi 10 h", When(date(2026, 11, 23), time(10), until=True)),
        ("lundi avant midi", When(date(2026, 11, 23), time(12), until=True)),
        ("lundi après 14 h", When(date(2026, 11, 23), time(14))),
        ("lundi à partir de 14 h", When(date(2026, 11, 23), time(14))),
        ("lundi 10 heures et demie", When(date(2026, 11, 23), time(10, 30))),
        ("demain à 5 h du soir", When(date(2026, 11, 22), time(17))),
        ("demain midi et quart", When(date(2026, 11, 22), time(12, 15))),
        ("avant 10 h", When(TODAY, time(10), until=True)),
        ("vers 14h30", When(TODAY, time(14, 30))),
        ("à midi", When(TODAY, time(12))),
        ("10 h", When(TODAY, time(10))),
        ("ce soir", When(TODAY, part="soir")),
        ("cet après-midi", When(TODAY, part="après-midi")),
        ("ce soir 18 h", When(TODAY, time(18), part="soir")),
        ("demain matin", When(date(2026, 11, 22), part="matin")),
        ("lundi dans la matinée", When(date(2026, 11, 23), part="matin")),
        ("lundi dans l’après-midi", When(date(2026, 11, 23), part="après-midi")),
        ("d’ici vendredi", When(date(2026, 11, 27), until=True)),
        ("avant le 3 janvier", When(date(2027, 1, 3), until=True)),
        ("au plus tard lundi", When(date(2026, 11, 23), until=True)),
        ("d’ici 15 jours", When(date(2026, 12, 6), until=True)),
        ("sous 48 h", When(date(2026, 11, 23), until=True)),
        ("avant fin janvier", When(date(2027, 1, 31), until=True)),
        ("tonight", When(TODAY, part="soir")),
        ("tomorrow at 2:30 pm", When(date(2026, 11, 22), time(14, 30))),
        ("tomorrow 10am", When(date(2026, 11, 22), time(10))),
        ("tomorrow morning", When(date(2026, 11, 22), part="matin")),
        ("by Friday noon", When(date(2026, 11, 27), time(12), until=True)),
    ],
)
def test_a_day_with_its_hour(text: str, understood: When) -> None:
    assert parse(text, today=TODAY) == understood


@pytest.mark.parametrize(
    ("sentence", "on", "at", "left"),
    [
        ("rappeler lundi 10 h", "2026-11-23", time(10), "rappeler"),
        (
            "Rappeler Mme Le Goff lundi à 10 h pour le devis.",
            "2026-11-23",
            time(10),
            "Rappeler Mme Le Goff pour le devis",
        ),
        ("Lundi 10 h : rappeler Mme Le Goff", "2026-11-23", time(10), "rappeler Mme Le Goff"),
        ("le 3, envoyer le devis", "2026-12-03", None, "envoyer le devis"),
        ("envoyer le devis pour vendredi", "2026-11-27", None, "envoyer le devis"),
        ("lundi rappeler Karim à 9 h", "2026-11-23", time(9), "rappeler Karim"),
        ("relancer lundi la facture du 3 janvier", "2026-11-23", None, "relancer la facture du 3 janvier"),
        ("facturer 10 h de pose lundi", "2026-11-23", None, "facturer 10 h de pose"),
        ("livrer 3 portes dans 15 jours", "2026-12-06", None, "livrer 3 portes"),
        ("call back next Monday at 10:00", "2026-11-23", time(10), "call back"),
        ("Envoyer l’attestation — demain", "2026-11-22", None, "Envoyer l’attestation"),
    ],
)
def test_a_day_inside_a_sentence(sentence: str, on: str, at: time | None, left: str) -> None:
    assert parse(sentence, today=TODAY) == When(date.fromisoformat(on), at, text=left)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bonjour",
        "rappeler",
        "lundi ou mardi",
        "lundi et mardi",
        "lundi ou plus tard",
        "lundi 24",
        "lundi 4 janvier 2028",
        "demain lundi",
        "le 31 février",
        "31/02",
        "du 3 au 5 janvier",
        "entre le 3 et le 5",
        "de lundi à mercredi",
        "lundi de 10 h à 12 h",
        "lundi 10 h ou 11 h",
        "lundi à minuit",
        "lundi dernier",
        "last Monday",
        "hier",
        "tous les lundis",
        "chaque lundi",
        "après lundi",
        "pas avant lundi",
        "à partir du 3 janvier",
        "depuis lundi",
        "dans 2 h",
        "dans 10 minutes",
        "dans un mois et demi",
        "dans 0 jour",
        "dans 9999 jours",
        "dans quelques jours",
        "facturer 10 h de pose",
        "relancer la facture du 3 janvier",
        "appeler le 12 rue de la Paix",
        "janvier",
        "début novembre",
        "cette semaine",
        "fin de semaine",
        "bientôt",
        "1/2 journée",
        "2026-13-01",
        "x" * 5000 + " lundi",
    ],
)
def test_what_is_not_certain_is_not_guessed(text: str) -> None:
    assert parse(text, today=TODAY) is None


@pytest.mark.parametrize(
    ("text", "today", "on"),
    [
        ("lundi", "2026-11-23", "2026-11-30"),
        ("mardi", "2026-11-23", "2026-11-24"),
        ("lundi en huit", "2026-11-23", "2026-12-07"),
        ("dans 2 mois", "2026-12-31", "2027-02-28"),
        ("dans un mois", "2027-01-31", "2027-02-28"),
        ("le 31", "2027-02-01", "2027-03-31"),
        ("fin du mois", "2028-02-10", "2028-02-29"),
        ("fin de semaine", "2026-11-24", "2026-11-27"),
        ("la semaine prochaine", "2026-11-23", "2026-11-30"),
        ("lundi de la semaine prochaine", "2026-11-18", "2026-11-23"),
        ("03/01", "2027-01-03", "2027-01-03"),
        ("03/01", "2027-01-04", "2028-01-03"),
        ("demain", "2026-12-31", "2027-01-01"),
    ],
)
def test_seen_from_another_day(text: str, today: str, on: str) -> None:
    assert parse(text, today=date.fromisoformat(today)) == When(date.fromisoformat(on))


def test_working_days_are_those_of_the_zone() -> None:
    eve = date(2026, 12, 18)
    assert parse("dans 7 jours ouvrables", today=eve) == When(date(2026, 12, 28))
    assert parse("dans 6 jours ouvrables", today=eve, zone=Zone.ALSACE_MOSELLE) == When(date(2026, 12, 28))


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ("lundi 10 h", "lundi 23_novembre 2026 à 10_h", "Monday 23_November 2026 at 10:00"),
        ("lundi avant 10h30", "lundi 23_novembre 2026 avant 10_h_30", "Monday 23_November 2026 before 10:30"),
        ("lundi", "lundi 23_novembre 2026", "Monday 23_November 2026"),
        ("d’ici lundi", "au plus tard lundi 23_novembre 2026", "no later than Monday 23_November 2026"),
        (
            "mardi en huit au matin",
            "mardi 1er_décembre 2026, dans la matinée",
            "Tuesday 1_December 2026, in the morning",
        ),
    ],
)
def test_explain(text: str, french: str, english: str) -> None:
    understood = parse(text, today=TODAY)
    assert understood
    assert understood.explain().replace("\u00a0", "_") == french
    assert understood.explain(language="en").replace("\u00a0", "_") == english


days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(days, days)
def test_a_printed_date_is_read_back(day: date, today: date) -> None:
    for said in (long_date(day), weekday_date(day), weekday_date(day, language="en"), f"{day:%d/%m/%Y}", f"{day}"):
        assert parse(f"rappeler {said}", today=today) == When(day, text="rappeler")


PIECES = ["lundi", "le", "3", "dans", "mois", "10", "h", "à", "avant", "fin", "janvier", "en huit", "12/5", "31", "soir"]


@given(days, st.text() | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_text_is_read_or_left(today: date, text: str) -> None:
    understood = parse(text, today=today)
    assert understood is None or understood.explain()
