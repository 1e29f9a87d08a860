"""The excerpt shows the words that were looked for, in the text as it was written."""

from lib.excerpts import excerpt
from lib.folding import query


def test_the_words_found_are_marked_as_they_were_written():
    assert excerpt("Le cœur de la charpente est sain.", query("coeur ")) == [
        ("Le ", False),
        ("cœur", True),
        (" de la charpente est sain.", False),
    ]


def test_a_word_being_typed_marks_the_words_that_begin_with_it():
    assert excerpt("Menuiserie et menuisier", query("menuis")) == [
        ("Menuiserie", True),
        (" et ", False),
        ("menuisier", True),
    ]


def test_a_long_text_is_cut_between_words_around_the_first_match():
    pieces = excerpt("avant " * 60 + "fenêtre " + "après " * 60, query("fenetre "), width=80)
    assert pieces == [
        ("… ", False),
        ("avant " * 10, False),
        ("fenêtre", True),
        (" après après …", False),
    ]


def test_without_a_match_the_beginning_is_shown():
    assert excerpt("Appeler avant 10 h", query("0639980045")) == [("Appeler avant 10 h", False)]
    assert excerpt("", query("x ")) == []
