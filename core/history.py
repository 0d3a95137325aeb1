"""Typed history tables: every version of a row, with who and in which act, without foreign keys."""

from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords as _HistoricalRecords

from core import audit


class ActColumns(models.Model):
    """The act that wrote a version, and its actor as label."""

    act = models.UUIDField(null=True, db_index=True)
    actor_label = models.CharField(max_length=120, blank=True)

    class Meta:
        abstract = True


class History(_HistoricalRecords):
    """`simple_history` with the actor as id and label, and the act's id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            bases=[ActColumns],
            history_id_field=models.BigAutoField(),
            history_user_id_field=models.UUIDField(null=True),
            history_user_getter=lambda row: row.history_user_id,
            history_user_setter=_set_user,
            **kwargs,
        )


def _set_user(historical_instance: Any, user: Any) -> None:
    actor = audit.current_actor()
    historical_instance.history_user_id = actor.id
    historical_instance.act = audit.current_act_id()
    historical_instance.actor_label = actor.label
