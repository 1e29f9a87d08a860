"""Refusals: one sentence to show, one or several fields at fault."""

from lib.errors import Conflict, Refusal


def test_a_plain_refusal() -> None:
    refused = Refusal("Rien n’a été enregistré.")
    assert (refused.message, str(refused), refused.field, refused.errors) == (
        "Rien n’a été enregistré.",
        "Rien n’a été enregistré.",
        "",
        {},
    )


def test_a_refusal_about_a_field() -> None:
    refused = Refusal("Ce SIREN compte 8 chiffres.", field="siren")
    assert (refused.field, refused.errors) == ("siren", {"siren": "Ce SIREN compte 8 chiffres."})


def test_a_refusal_about_several_fields_tells_the_first() -> None:
    refused = Refusal(errors={"siren": "Trop court.", "email": "Illisible."})
    assert (refused.message, refused.errors) == ("Trop court.", {"siren": "Trop court.", "email": "Illisible."})


def test_a_sentence_told_later_is_read_when_shown() -> None:
    class Later:
        def __str__(self) -> str:
            return "Plus tard."

    assert Refusal(Later()).message == "Plus tard."


def test_a_conflict_is_a_refusal() -> None:
    assert isinstance(Conflict("Camille vient de modifier cette fiche."), Refusal)
    assert Refusal().message == ""
