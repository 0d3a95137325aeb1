"""The evidence checklist of an application: files handed in, lines checked."""

from typing import Any
from uuid import UUID

from django.core.files.base import File

from core.audit import Actor
from core.scope import Scope
from subsidies.models import Evidence


def provide_file(*, line: Evidence, file: File[Any], by: Actor, scope: Scope) -> Evidence:
    """A file for the line, which is 已提供 then."""
    raise NotImplementedError


def remove_file(*, line: Evidence, file: UUID, by: Actor, scope: Scope) -> Evidence:
    """Take a file off the line; without any it is 未提供 again."""
    raise NotImplementedError


def mark_evidence(
    *, line: Evidence, state: str, note: str = "", by: Actor, scope: Scope
) -> Evidence:
    """核验通过, or 需补正 with what is wrong; by those who handle it."""
    raise NotImplementedError
