"""Public identifiers: opaque, of one shape, never twice the same."""

import re

from lib.public_ids import PATTERN, public_id


def test_public_ids_are_opaque_and_never_alike() -> None:
    made = [public_id() for _number in range(1000)]
    assert len(set(made)) == 1000
    assert [wrong for wrong in made if not re.fullmatch(PATTERN, wrong)] == []
