"""What judgement reads from the real tables."""

from typing import Any

import pytest
from django.db import transaction

from accounts.models import Team, User
from crm import outbox
from crm.addresses import mark_bad
from crm.commitments import promise
from crm.exchanges import log_interaction
from crm.merging import merge_customers
from crm.models import Customer, Email, Interaction
from crm.models.timeline import may_read
from lib import clock
from tact import situation

pytestmark = pytest.mark.django_db


def read(customer: Customer, user: User) -> Any:
    return situation.read(customer, user=user, now=clock.now())


def test_a_private_exchange_gives_its_date_never_its_words(le_goff: Customer, camille: User, nadia: User) -> None:
    log_interaction(le_goff, by=nadia, kind="call", direction="in", body="Elle divorce.", mood="upset", visibility="me")
    (seen,) = read(le_goff, camille).contacts
    assert (seen.hidden, seen.words, seen.mood, seen.person, seen.colleague) == (True, "", "", "", "Nadia")
    assert read(le_goff, camille).moods == ()
    (own,) = read(le_goff, nadia).contacts
    assert (own.hidden, own.words, own.mood) == (False, "Elle divorce.", "upset")


@pytest.mark.parametrize("visibility", ["everyone", "team", "me"])
def test_one_rule_of_reading_for_rows_and_for_loaded_rows(
    visibility: str, le_goff: Customer, camille: User, karim: User, nadia: User
) -> None:
    User.objects.filter(pk__in=[camille.pk, karim.pk]).update(team=Team.objects.create(name="Bureau"))
    camille.refresh_from_db()
    karim.refresh_from_db()
    row = log_interaction(le_goff, by=camille, kind="note", body="Un mot.", visibility=visibility)
    for person in (camille, karim, nadia):
        by_table = Interaction.objects.filter(may_read(person), pk=row.pk).exists()
        assert situation._may_read(row, person) == by_table


def test_a_mail_that_left_for_nobody_is_no_contact(le_goff: Customer, camille: User) -> None:
    with transaction.atomic():
        mail = outbox.queue_mail(
            key="k", to="anne@legoff.example", subject="Votre date", text="Jeudi.", by=camille, customer=le_goff
        )
    assert read(le_goff, camille).contacts == ()
    Email.objects.filter(pk=mail.pk).update(state=Email.State.SENT)
    assert [row.kind for row in read(le_goff, camille).contacts] == ["email"]
    Email.objects.filter(pk=mail.pk).update(state=Email.State.FAILED)
    assert read(le_goff, camille).contacts == ()
    assert [row.state for row in read(le_goff, camille).lost_mails] == ["failed"]


def test_the_whole_family_is_read(le_goff: Customer, diallo: Customer, camille: User, karim: User) -> None:
    log_interaction(diallo, by=camille, kind="call", direction="out", body="Avant.")
    promise(diallo, owed_by="us", what="Rappeler", due_on=clock.today(), by=camille)
    merge_customers(le_goff, diallo, by=karim, reason="La même personne")
    known = read(Customer.objects.get(pk=le_goff.pk), camille)
    assert [row.words for row in known.contacts] == ["Avant."]
    assert [row.what for row in known.promises] == ["Rappeler"]


def test_a_refused_address_is_told_and_no_longer_usable(le_goff: Customer, camille: User) -> None:
    assert read(le_goff, camille).has_usable_email
    mark_bad(le_goff.email, reason="Boîte inconnue", by=camille)
    known = read(le_goff, camille)
    assert [(row.address, row.reason) for row in known.refused] == [("anne@legoff.example", "Boîte inconnue")]
    assert not known.has_usable_email


def test_it_costs_the_same_whatever_the_history(le_goff: Customer, camille: User, django_assert_num_queries: Any) -> None:
    for _number in range(3):
        log_interaction(le_goff, by=camille, kind="call", direction="in", body="Un mot.")
    with django_assert_num_queries(8):
        read(le_goff, camille)
    for _number in range(40):
        log_interaction(le_goff, by=camille, kind="call", direction="in", body="Un mot.")
        promise(le_goff, owed_by="us", what="Rappeler", due_on=clock.today(), by=camille)
    with django_assert_num_queries(8):
        read(le_goff, camille)
