"""A new invoice sent twice at the same moment is one draft."""

import threading

from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from billing.models import Invoice
from crm.customers import create_customer
from tests.billing.house import open_firm, settle
from tests.desk.test_invoice_drafts import SHELF, form
from tests.harness.personas import member, signed_in


def test_two_clicks_at_the_same_moment_begin_one_draft(committing):
    open_firm()
    customer = settle(create_customer(by=None, name="M. Diallo", type="consumer", email="diallo@example.org"))
    place, person = reverse("invoice_new", query={"client": customer.public_id}), member("Camille", Role.RECEPTION)
    browsers = [signed_in(person) for _click in range(2)]
    start, answers = threading.Barrier(2), []

    def click(browser: Client) -> None:
        start.wait()
        answer = browser.post(place, form(SHELF, key="k"))
        answers.append((answer.status_code, answer.headers.get("Location")))
        connections.close_all()

    threads = [threading.Thread(target=click, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    draft = Invoice.objects.get()
    assert answers == [(302, reverse("invoice_edit", args=[draft.public_id]))] * 2
