"""What the queue calls: thin functions that take integers at most, ask the clock and run a sweep.

Each is safe to run twice, or after a day of outage; `./run manage sweep` runs those of `config.schedule` once.
"""

from collections.abc import Mapping
from contextlib import suppress

from django.core.cache import cache
from django_q.tasks import async_task

from accounts import forgetting
from billing import documents, invoice_mail, reconciling, thanks
from billing.models import Invoice
from complaints import projecting, typesetting
from crm import attachments, bulk, outbox
from crm.company import civil_zone
from crm.importing import receiving, running
from crm.models import Email
from lib import clock
from lib.errors import Refusal
from portal import once
from tact import reminding, rereading
from tact import typesetting as notices

HEARTBEAT = "egards-heartbeat"
PAPERS_SWEPT = "egards-papers-swept"  # held by the sweep under way
PAPERS_LEASE = 90  # seconds: what a killed one held is free again
at_home = clock.in_zone(civil_zone)  # a job has the firm's civil day, found when it asks


def beat() -> None:
    """The queue moves: say so where every process can read it. Called every few seconds, it also rings for the mail
    whose time to cancel has just ended, which the schedule would leave waiting up to a minute and a half."""
    now = clock.real_now()
    cache.set(HEARTBEAT, now, 3600)
    if Email.objects.due(now).exists():
        async_task("config.jobs.send_mail", q_options={"save": False})


# Which facts a mail reads again just before it leaves, by its `guard`: the rooms above the outbox add theirs here.
MAIL_GUARDS: Mapping[str, outbox.Guard] = {
    invoice_mail.GUARD: invoice_mail.reason_to_hold,
    thanks.GUARD: thanks.reason_to_hold,
    reminding.GUARD: rereading.reason_to_hold,
}


@at_home
def send_mail() -> None:
    """Send the mail that is due, and put to a person what nobody knows."""
    outbox.drain(now=clock.real_now(), guards=MAIL_GUARDS)


@at_home
def make_papers(invoice_id: int) -> None:
    """The PDF and the XML of a document just issued."""
    invoice = Invoice.objects.issued().filter(pk=invoice_id).first()
    if invoice is not None:
        documents.make_files(invoice)


@at_home
def make_missing_papers() -> None:
    """Those that a crash or an outage left to make, a slice at a time and one sweep at once: the other worker stays free for
    what people wait for. A firm that issues finds its renderer warm."""
    if Invoice.objects.issued().exists():
        documents.make_ready()
    if cache.add(PAPERS_SWEPT, True, PAPERS_LEASE):
        try:
            made = documents.make_missing()
        finally:
            cache.delete(PAPERS_SWEPT)
        if made:  # perhaps more are left
            async_task("config.jobs.make_missing_papers", q_options={"save": False})


@at_home
def sweep_files() -> None:
    """Remove files that a crash left without a row."""
    attachments.remove_orphans()
    documents.remove_orphans()


@at_home
def forget() -> None:
    """Sessions, journal, credentials, invitations, changes of many customers and traces of clients’ forms past their time."""
    forgetting.forget(clock.real_now())
    bulk.forget(clock.now())
    once.forget()


@at_home
def reconcile_payments() -> None:
    """Payment pages still open, read again at Stripe: a message may have been lost."""
    with suppress(Refusal):  # Stripe does not answer (the log says so): the next round asks again
        reconciling.reconcile_open(clock.real_now())


@at_home
def carry_on_changes() -> None:
    """Finish the changes of many customers that a stopped worker left halfway."""
    bulk.carry_on_unfinished()


@at_home
def carry_on_import(batch_id: int) -> None:
    """A slice of work on one file of customers, then the bell again while some is left."""
    batch = running.carry_on(batch_id)
    if batch is not None and batch.state in running.AT_WORK:
        running.ring(batch)


@at_home
def resume_imports() -> None:
    """Take up the files whose worker died, and drop those kept for thirty days."""
    for batch_id in running.waiting(clock.real_now()):
        carry_on_import(batch_id)
    receiving.drop_old_files(clock.now())


@at_home
def typeset_letters() -> None:
    """Typeset the letters of complaints that have no page yet, and join it to the mail that waits; the formal notices too. What a
    letter that reached nobody had kept is owed again."""
    typesetting.typeset_waiting()
    notices.typeset_waiting()
    projecting.put_right(today=clock.today())
