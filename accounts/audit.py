"""The security journal: one writer."""

from accounts.models import AuditEntry, User


def note(event: str, *, by: User | None, subject: str = "", address: str | None = None, **data: object) -> AuditEntry:
    """Write one line of the journal. `event` is a dotted English word (`login.failed`, `company.iban_changed`);
    `subject` names what was touched; `data` holds no secret. Line breaks cannot forge a line: each is one row."""
    return AuditEntry.objects.create(event=event, actor=by, subject=subject[:200], address=address, data=data)
