"""The tables of the ground floor."""

from core.models.audit import AuditEvent
from core.models.idempotency import IdempotencyKey
from core.models.jobs import Job
from core.models.sources import Clause, Document

__all__ = ["AuditEvent", "Clause", "Document", "IdempotencyKey", "Job"]
