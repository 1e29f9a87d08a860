"""What issuing will do, said before it is done: the number, the date, the sum, to whom it goes."""

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from billing.invoice_mail import Recipient, recipient_of
from billing.models import Invoice, Series
from billing.numbering import INVOICES
from crm.addresses import bad_among
from crm.models import Company
from desk.invoice_draft import Editor, open_draft


@dataclass
class Confirmation:
    """What the page says before the button. `number` is the one that comes next, if nobody issues meanwhile; `to` is
    empty when no address of the client's answers; `earliest` when the series already has a later day."""

    draft: Invoice
    editor: Editor
    series: str
    number: str
    on: date
    due_on: date | None
    to: Recipient | None
    earliest: date | None


def confirmation(draft: Invoice, *, user: User, company: Company, today: date) -> Confirmation:
    """What issuing `draft` on the civil date `today` will do, and what is missing before it can."""
    editor = open_draft(draft, user=user, company=company, today=today)
    name = f"{INVOICES}{today.year:04d}"
    series = Series.objects.filter(name=name).first()
    to = recipient_of(draft)
    if to is not None and bad_among([to.address]):
        to = None
    late = series.last_issued_on if series and series.last_issued_on and series.last_issued_on > today else None
    number = f"{name}-{(series.last_number if series else 0) + 1:06d}"
    return Confirmation(draft, editor, name, number, today, editor.due_on, to, late)
