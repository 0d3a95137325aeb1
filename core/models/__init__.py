"""The tables of the ground floor."""

from core.models.audit import AuditEvent
from core.models.calendar import CalendarDay
from core.models.files import Attachment
from core.models.idempotency import IdempotencyKey
from core.models.jobs import Job
from core.models.notices import Notice, Reminder, ReminderStage
from core.models.sources import Clause, Document

__all__ = [
    "Attachment",
    "AuditEvent",
    "CalendarDay",
    "Clause",
    "Document",
    "IdempotencyKey",
    "Job",
    "Notice",
    "Reminder",
    "ReminderStage",
]
