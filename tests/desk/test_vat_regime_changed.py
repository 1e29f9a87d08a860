"""A firm that changes its VAT regime is told what becomes of its drafts, and none is issued under a regime that does not fit."""

import pytest

from billing.drafting import create_draft
from billing.issuing import Incomplete, issue_invoice
from crm.models import Company
from lib import clock
from tests.billing.house import LINES, open_firm, settle
from tests.desk.reading import words as text_of

pytestmark = pytest.mark.django_db


def changed(browser, regime: str) -> str:
    """What the page says once the regime is another."""
    form = browser.get("/maison/identite/").context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"vat_regime": regime}
    answer = browser.post("/maison/identite/", sent, follow=True)
    assert answer.redirect_chain[-1] == ("/maison/", 302)
    return text_of(answer)


def test_the_page_says_how_many_drafts_take_the_new_regime(as_nadia, diallo):
    open_firm()
    assert "brouillon" not in changed(as_nadia, "franchise")
    Company.objects.update(vat_regime="normal")
    for _draft in range(2):
        create_draft(customer=settle(diallo), lines=LINES, by=None)
    assert "2 brouillons de factures prennent le nouveau régime de TVA" in changed(as_nadia, "franchise")
    assert "S’il change, les brouillons prennent le nouveau régime" in text_of(as_nadia.get("/maison/identite/"))


@pytest.mark.parametrize(("drafted_under", "issued_under"), [("normal", "franchise"), ("franchise", "normal")])
def test_a_draft_of_the_former_regime_is_not_issued_unseen(diallo, drafted_under, issued_under):
    open_firm(vat_regime=drafted_under)
    line = {"description": "Étagère", "unit_price": "100", "vat_rate": "20" if drafted_under == "normal" else "0"}
    draft = create_draft(customer=settle(diallo), lines=[line], by=None)
    Company.objects.update(vat_regime=issued_under)
    with pytest.raises(Incomplete) as told:
        issue_invoice(draft, by=None, on=clock.today())
    assert any("TVA" in words for words in told.value.errors.values())
    draft.refresh_from_db()
    assert draft.number is None
