"""Every recurring job, listed once. `manage.py worker` makes django-q2's table equal to this list.

All are "every N minutes: look at what is due"; the calendar (days, months, holidays) is our own code's work.
A row edited by hand in the queue's table would be invisible to review: it is put back or deleted here.
"""

from dataclasses import dataclass

from django.db import transaction
from django_q.models import Schedule


@dataclass(frozen=True)
class Job:
    """A function without argument (`config.jobs.…`), called every `minutes`."""

    name: str
    function: str
    minutes: int


JOBS: tuple[Job, ...] = (
    Job("send_mail", "config.jobs.send_mail", minutes=1),
    Job("papers", "config.jobs.make_missing_papers", minutes=1),
    Job("sweep_files", "config.jobs.sweep_files", minutes=24 * 60),
    Job("carry_on_changes", "config.jobs.carry_on_changes", minutes=5),
    Job("forget", "config.jobs.forget", minutes=12 * 60),
    Job("typeset_letters", "config.jobs.typeset_letters", minutes=1),
    Job("reconcile_stripe", "config.jobs.reconcile_payments", minutes=10),
    Job("imports", "config.jobs.resume_imports", minutes=1),
)


@transaction.atomic
def sync(jobs: tuple[Job, ...] | None = None) -> None:
    """Make the queue's schedules those of `jobs` (by default `JOBS`), keeping when each is due next."""
    wanted = JOBS if jobs is None else jobs
    Schedule.objects.exclude(name__in=[job.name for job in wanted]).delete()
    for job in wanted:
        rows = Schedule.objects.filter(name=job.name)
        Schedule.objects.filter(pk__in=[row.pk for row in rows[1:]]).delete()
        Schedule.objects.update_or_create(
            name=job.name,
            defaults={
                "func": job.function,
                "schedule_type": Schedule.MINUTES,
                "minutes": job.minutes,
                "repeats": -1,
                "args": None,
                "kwargs": None,
                "hook": None,
                "cluster": None,
            },
        )
