"""What is reserved to some stays so in every row that repeats it."""

import pytest

from accounts.models import Team, User
from crm import commitments, search
from crm.exchanges import NextStep, change_visibility, log_interaction
from crm.models import Commitment, Customer, Interaction
from lib import clock


@pytest.fixture
def call(camille: User, le_goff: Customer) -> Interaction:
    step = NextStep(what="Revoir l’échéancier du divorce", due_on=clock.today())
    return log_interaction(le_goff, by=camille, kind="call", direction="in", body="Elle divorce.", next_step=step)


def words_for(user: User) -> list[tuple[str, str]]:
    """What `user` may read of the commitments of the house, in its history."""
    rows = Interaction.objects.visible_to(user).filter(kind__startswith="commitment").order_by("pk")
    return [(row.about_label, row.body) for row in rows]


def test_an_exchange_that_becomes_reserved_takes_what_became_of_its_promises_along(
    camille: User, karim: User, call: Interaction
) -> None:
    commitments.move(Commitment.objects.get(), due_on=clock.today().replace(year=2030), by=camille, reason="Audience reportée")
    told = [("Revoir l’échéancier du divorce", "Audience reportée")]
    assert words_for(karim) == told
    change_visibility(call, by=camille, visibility="me")
    assert (words_for(karim), words_for(camille)) == ([], told)
    assert [bool(search.find(user, "audience")) for user in (karim, camille)] == [False, True]
    change_visibility(call, by=camille, visibility="everyone")
    assert words_for(karim) == told


def test_what_a_team_promised_stays_in_that_team_whoever_keeps_it(
    camille: User, karim: User, lecture: User, nadia: User, le_goff: Customer
) -> None:
    counter, books = Team.objects.create(name="Comptoir"), Team.objects.create(name="Comptabilité")
    for person, team in ((camille, counter), (nadia, counter), (karim, books), (lecture, books)):
        person.team = team
        person.save()
    step = NextStep(what="Annuler la dette", due_on=clock.today(), owner=karim)
    log_interaction(le_goff, by=camille, kind="call", direction="in", body="x", visibility="team", next_step=step)
    commitments.keep(Commitment.objects.get(), by=karim)
    told = [("Annuler la dette", "")]
    assert [words_for(user) for user in (nadia, karim, lecture)] == [told, told, []]
