"""The sentences of `lib` go through the application's own translation."""

from collections.abc import Iterator

import pytest

from lib import wording
from lib.errors import Refusal
from lib.identifiers import check_siren


@pytest.fixture
def english() -> Iterator[None]:
    before = wording._translate, wording._override
    spoken = {"Ce {name} compte {count} chiffres\u00a0; il en faut {wanted}.": "{count}, not {wanted}."}
    wording.speak_with(lambda sentence: spoken.get(sentence, sentence))
    yield
    wording.speak_with(*before)


@pytest.mark.usefixtures("english")
def test_a_refusal_speaks_the_language_of_the_reader() -> None:
    with pytest.raises(Refusal) as refused:
        check_siren("12345678")
    assert refused.value.message == "8, not 9."


def test_braces_inside_a_value_are_not_read() -> None:
    assert wording.say("« {name} »", name="{count}") == "« {count} »"
