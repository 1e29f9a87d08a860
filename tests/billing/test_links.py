"""Links to one document: each mail its own, kept hashed, written only in the bytes that leave."""

import re
from datetime import date

import pytest

from billing import links
from billing.models import AccessLink, Invoice
from crm.mail_message import build
from crm.outbox import queue_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(le_goff, karim) -> Invoice:
    return Invoice.objects.create(customer=le_goff, created_by=karim)


@pytest.mark.parametrize(
    ("due_on", "last"),
    [(None, date(2027, 1, 20)), (date(2026, 12, 10), date(2027, 1, 20)), (date(2027, 2, 1), date(2027, 3, 3))],
)
def test_a_link_lives_sixty_days_or_until_thirty_after_the_due_date(invoice, due_on, last):
    invoice.due_on = due_on
    assert links.last_day(invoice, date(2026, 11, 21)) == last


def test_the_key_is_only_in_the_bytes_that_leave(invoice, karim):
    made = links.invoice_links(invoice, contact=None, address="a@b.example", by=karim, on=date(2026, 11, 21))
    mail = queue_mail(key="k", to="a@b.example", subject="Facture", text=f"Ici :\n{made.pay}", by=karim)
    mail.sender_email = "maison@duval.example"
    row = AccessLink.objects.get()
    sent = build(mail).content.decode()
    keys = set(re.findall(r"/f/([\w-]{43})/regler/", sent))
    assert len(keys) == 1
    (key,) = keys
    assert (links.find(key), links.find(key[:-1] + "_"), row.key_hash) == (row, None, links.hash_of(key))
    assert (key in mail.text, key in mail.html, row.public_id in sent) == (False, False, False)
    assert row.public_id in mail.text


def test_two_links_live_side_by_side_until_one_is_revoked(invoice, karim):
    first, second = (links.mint(invoice, contact=None, address="a@b.example", by=karim, on=date(2026, 11, 21)) for _ in "ab")
    first.revoked_at = first.made_at
    first.save()
    assert list(AccessLink.objects.living(date(2026, 12, 1))) == [second]
    assert list(AccessLink.objects.living(date(2027, 1, 21))) == []
