"""Hostile text in every field that an invoice bears: stored as typed, printed literally, sealed, mailed, never run."""

import pytest

from billing import seals
from billing.correcting import credit_invoice
from billing.document import from_json
from billing.drafting import create_draft
from billing.issuing import issue_invoice
from billing.models import Invoice
from crm.checks import check_customer
from crm.customers import edit_customer
from crm.models import Email
from lib import clock
from lib.errors import Refusal
from tests.billing.house import LINES, SHELF, open_firm, settle

pytestmark = pytest.mark.django_db
TODAY = clock.today()

# HTML, templates, SQL, formulas, formats, foreign writing: all of it may be what somebody really sells.
WORDS = [
    "<b>Gras</b><script>alert(1)</script>", "<img src=http://169.254.169.254/x onerror=alert(1)>", "{{ 7*7 }} {% load x %}", "${7*7} #{7*7}",
    "{lien} {montant} {signature}", "%(number)s %s %d", "{0.__class__.__mro__}", "'; DROP TABLE billing_invoice; --", "=HYPERLINK(\"http://x\")",
    "]]><x/><![CDATA[", "&lt;&amp;&#0;", "\\u0000 \\x00", "x" * 160, "Ünïcödé 漢字 العربية 🙂 e\u0301", "file:///etc/passwd", "@import url(//x)",
]  # fmt: skip
HIDDEN = ["a\x00b", "a\x1bb", "a\ud800b"]


@pytest.fixture(autouse=True)
def firm():
    return open_firm()


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_words_are_words_in_every_field(diallo, karim, words):
    settle(diallo, delivery_address=words)
    fields = check_customer({"name": words}, existing=diallo)
    customer = edit_customer(diallo, by=karim, version=diallo.version, **fields)
    draft = create_draft(
        customer=customer, by=karim, lines=[{**SHELF, "description": words, "plain_words": words}], subject=words, note=words,
        buyer_reference=words[:60],
    )  # fmt: skip
    invoice = Invoice.objects.get(pk=issue_invoice(draft, by=karim, on=TODAY, key=words).pk)
    document = from_json(invoice.snapshot)
    tidy = draft.subject
    told = (document.subject, document.note, document.lines[0].description, document.lines[0].plain_words, document.buyer.name)
    assert told == (tidy,) * 5
    assert invoice.number == f"F{TODAY.year}-000001"
    mail = Email.objects.get()
    assert (mail.subject, tidy in mail.text) == (f"Votre facture {invoice.number}", True)
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    note = credit_invoice(invoice, reason=words, by=karim, on=TODAY)
    assert (note.credit_reason, note.snapshot["credit_reason"]) == (tidy, tidy)
    assert [found for found in seals.verify() if found[0]] == []


@pytest.mark.parametrize("words", HIDDEN, ids=range(len(HIDDEN)))
@pytest.mark.parametrize("name", ["subject", "note", "buyer_reference"])
def test_hidden_characters_are_refused(diallo, name, words):
    with pytest.raises(Refusal) as refusal:
        create_draft(customer=diallo, by=None, lines=LINES, **{name: words})
    assert set(refusal.value.errors) == {name}


@pytest.mark.parametrize("words", HIDDEN, ids=range(len(HIDDEN)))
@pytest.mark.parametrize("name", ["description", "plain_words"])
def test_hidden_characters_are_refused_on_a_line(diallo, name, words):
    with pytest.raises(Refusal) as refusal:
        create_draft(customer=diallo, by=None, lines=[{**SHELF, name: words}])
    assert set(refusal.value.errors) == {f"lines.0.{name}"}


def test_a_key_of_a_request_may_be_anything(diallo):
    settle(diallo)
    for place, key in enumerate((*WORDS, *HIDDEN, "k" * 10_000), 1):
        draft = create_draft(customer=diallo, by=None, lines=LINES)
        assert issue_invoice(draft, by=None, on=TODAY, key=key).number == f"F{TODAY.year}-{place:06d}"
        assert issue_invoice(draft, by=None, on=TODAY, key=key).number == f"F{TODAY.year}-{place:06d}"
