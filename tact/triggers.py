"""What the database refuses about reminders: what was decided, and on which facts, is written once (crm.triggers)."""

from crm.triggers import append_only

_REMINDER = "Une relance est gardée telle qu’elle a été décidée."

_NOTICE = "Une mise en demeure est gardée telle qu’elle a été préparée."

GUARDS = [
    *append_only("tact_reminder", _REMINDER),
    *append_only("tact_reminderline", _REMINDER),
    *append_only("tact_formalnotice", _NOTICE),
    *append_only("tact_noticefile", _NOTICE),
]
