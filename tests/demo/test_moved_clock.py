"""Who moves the clock of a demonstration finds again what they wrote in it."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from accounts.models import Installation
from crm.customers import create_customer
from crm.models import Customer


@pytest.mark.django_db
def test_a_demonstration_is_kept_when_its_clock_is_moved(monkeypatch, capsys):
    Installation.objects.update_or_create(defaults={"kind": "demo", "born_at": datetime(2026, 11, 2, 9, tzinfo=UTC)})
    customer = create_customer(by=None, name="Mme Le Goff", type="consumer")
    monkeypatch.setenv("EGARDS_TODAY", "2027-01-20")
    call_command("demo", "--if-needed")
    assert list(Customer.objects.values_list("public_id", flat=True)) == [customer.public_id]
    assert capsys.readouterr().out == ""
