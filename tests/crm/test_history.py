"""The history has one writer, and it refuses what would lie."""

import pytest
from django.db import transaction

from accounts.models import Role, User
from crm import timeline
from crm.commitments import keep, promise
from crm.customers import create_customer, edit_customer
from crm.models import Commitment, Interaction
from crm.models.timeline import Kind
from lib import clock
from lib.errors import Conflict, Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def camille():
    return User.objects.create_user("camille@demo.example", name="Camille", role=Role.RECEPTION)


def test_a_customer_is_born_with_its_reference_and_its_trace(camille):
    le_goff = create_customer(by=camille, name="Menuiserie Le Goff", type="professional")
    diallo = create_customer(by=camille, name="M. Diallo", type="consumer")
    assert [le_goff.reference, diallo.reference] == ["C00001", "C00002"]
    assert list(Interaction.objects.order_by("id").values_list("customer_id", "kind", "author_id")) == [
        (le_goff.pk, "customer_created", camille.pk),
        (diallo.pk, "customer_created", camille.pk),
    ]


def test_the_second_of_two_writers_is_told_and_writes_nothing(camille):
    customer = create_customer(by=camille, name="Menuiserie Le Goff")
    edit_customer(customer, by=camille, version=1, city="Nantes")
    with pytest.raises(Conflict):
        edit_customer(customer, by=camille, version=1, city="Rennes")
    customer.refresh_from_db()
    assert (customer.city, customer.version) == ("Nantes", 2)


def test_the_history_refuses_a_fact_of_another_customer(camille):
    le_goff = create_customer(by=camille, name="Le Goff")
    diallo = create_customer(by=camille, name="Diallo")
    owed = promise(le_goff, owed_by="us", what="Rappeler", due_on=clock.today(), by=camille)
    with transaction.atomic(), pytest.raises(Refusal):
        timeline.record(customer=diallo, kind=Kind.NOTE, summary="Note", by=camille, about=owed)


def test_keeping_twice_is_keeping_once(camille):
    customer = create_customer(by=camille, name="Le Goff")
    owed = promise(customer, owed_by="us", what="Rappeler", due_on=clock.today(), by=camille)
    keep(owed, by=camille)
    keep(owed, by=camille)
    assert Commitment.objects.open().count() == 0
    assert Interaction.objects.filter(kind=Kind.COMMITMENT_KEPT).count() == 1
