"""Acts and their audit events.

`with act("outlets.import", by=actor) as this:` opens a transaction; history rows written inside
carry `this.id`; the event is written last, with whatever the act has found out by then.
"""

import contextvars
import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from core.ids import new_id
from core.models import AuditEvent


@dataclass(frozen=True)
class Actor:
    """Who acts: kept as id, label and office code, which also survive the person."""

    id: uuid.UUID | None = None
    label: str = "系统"
    office_code: str = ""
    request_id: str = ""
    # Those who let them act today (授权代办).
    acting_for: frozenset[uuid.UUID] = frozenset()

    @property
    def persons(self) -> frozenset[uuid.UUID]:
        """The actor and those they act for: what none of them may do to themselves."""
        return self.acting_for | ({self.id} if self.id else set())


SYSTEM = Actor()


@dataclass
class Act:
    """One act under way; what is set on it before it ends goes into its event."""

    action: str
    actor: Actor
    id: uuid.UUID = field(default_factory=new_id)
    obj: models.Model | None = None
    comment: str = ""
    from_state: str = ""
    to_state: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    payload_sha256: str = ""


_actor: contextvars.ContextVar[Actor] = contextvars.ContextVar("actor", default=SYSTEM)
_act: contextvars.ContextVar[Act | None] = contextvars.ContextVar("act", default=None)


def current_actor() -> Actor:
    """The actor of the running request, or the system."""
    return _actor.get()


def current_act_id() -> uuid.UUID | None:
    """The id of the act under way, for history rows."""
    running = _act.get()
    return running.id if running else None


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Attribute acts inside to `actor`."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


@contextmanager
def act(
    action: str,
    *,
    by: Actor | None = None,
    obj: models.Model | None = None,
    comment: str = "",
    changes: dict[str, Any] | None = None,
) -> Iterator[Act]:
    """One transaction with its audit event; an act inside another keeps its own event."""
    actor = by or current_actor()
    this = Act(action, actor, obj=obj, comment=comment, changes=changes or {})
    token, actor_token = _act.set(this), _actor.set(actor)
    try:
        with transaction.atomic():
            yield this
            _write(this)
    finally:
        _act.reset(token)
        _actor.reset(actor_token)


def note(action: str, *, by: Actor | None = None, **details: Any) -> None:
    """Write an event that changes nothing else (sign-in, export, refusal)."""
    this = Act(action, by or current_actor(), changes=details)
    _write(this)


def _write(this: Act) -> None:
    obj = this.obj
    AuditEvent.objects.create(
        act=this.id,
        action=this.action,
        actor_id=this.actor.id,
        actor_label=this.actor.label[:120],
        office_code=this.actor.office_code,
        request_id=this.actor.request_id,
        object_type=obj._meta.label_lower if obj else "",
        object_id=str(obj.pk) if obj else "",
        object_version=getattr(obj, "version", None),
        from_state=this.from_state,
        to_state=this.to_state,
        comment=this.comment,
        changes=json.loads(json.dumps(this.changes, cls=DjangoJSONEncoder)),
        payload_sha256=this.payload_sha256 or _digest(this.changes),
    )


def _digest(changes: dict[str, Any]) -> str:
    text = json.dumps(changes, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
