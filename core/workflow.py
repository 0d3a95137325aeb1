"""State machines as tables: states, moves, who may make them, and when.

A room's `workflow.py` declares one `Machine` for each thing that moves; its services make the moves
through `moving`, and its faces ask `open_moves` which buttons to show. Every move is one
transaction with the row locked, its state and seen version compared, and its own audit event.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core import policy
from core.audit import Act, Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version

Guard = Callable[[Any], None]


@dataclass(frozen=True, kw_only=True)
class Move:
    """One move: the API's word for it, the button's, from which states to which, and who may.

    action   the act that `core.policy` is asked about, with the row
    comment  whether a comment is required (退回修改 always says why)
    apart    whether it is refused to those who submitted the row, or acted for one who did
    guard    raises ValidationError when the row is not ready for it
    """

    word: str
    label: Any
    sources: frozenset[str]
    target: str
    action: str
    comment: bool = False
    apart: bool = False
    guard: Guard | None = None


@dataclass(frozen=True)
class Machine:
    """What moves (`name` heads its acts, such as `reports.submit_report`), and how.

    submitters  the persons (ids as text) who submitted a row, for moves that others must make
    """

    name: str
    moves: tuple[Move, ...]
    submitters: Callable[[Any], list[str]] = lambda row: []

    def move(self, word: str) -> Move:
        """The move of that word; KeyError when there is none."""
        return next(move for move in self.moves if move.word == word)

    def act_name(self, word: str) -> str:
        """The move's name in the audit log: `room.word_thing`."""
        room, thing = self.name.split(".")
        return f"{room}.{word}_{thing}"


def open_moves(machine: Machine, row: Any, scope: Scope) -> list[Move]:
    """The moves that the caller may make with the row as it stands, in the table's order."""
    return [
        move
        for move in machine.moves
        if row.state in move.sources
        and policy.may(scope, move.action, row)
        and not (move.apart and _is_own(machine, row, scope))
    ]


@contextmanager
def moving(
    machine: Machine,
    row: Any,
    word: str,
    *,
    by: Actor,
    scope: Scope | None,
    comment: str = "",
    seen_version: int | None = None,
) -> Iterator[tuple[Any, Act]]:
    """Make a move: yields the locked row and the act; then the row is saved in its new state.

    `scope` None is the clock's. What the caller sets on the row inside is saved with it. Raises
    PermissionDenied, StaleVersionError, or ValidationError saying what to do.
    """
    move = machine.move(word)
    with act(machine.act_name(word), by=by, comment=comment) as this:
        now = locked(type(row)._default_manager.filter(pk=row.pk)).get()
        require_version(now, seen_version)
        _require_state(move, now)
        if scope is not None:
            _require_person(machine, move, now, scope)
        if move.comment and not comment.strip():
            raise ValidationError({"comment": _("“%(move)s”须写明理由。") % {"move": move.label}})
        if move.guard:
            move.guard(now)
        this.obj, this.from_state, this.to_state = now, now.state, move.target
        now.state = move.target
        yield now, this
        now.version += 1
        now.save()


def _require_state(move: Move, row: Any) -> None:
    if row.state in move.sources:
        return
    raise ValidationError(
        _("“%(row)s”现为“%(state)s”，不能%(move)s；请刷新页面后再看。")
        % {"row": row, "state": row.get_state_display(), "move": move.label},
        code="state",
    )


def _require_person(machine: Machine, move: Move, row: Any, scope: Scope) -> None:
    policy.require(scope, move.action, row)
    if move.apart and _is_own(machine, row, scope):
        raise PermissionDenied(
            _("报送和办理须由不同人员经手：您（或您代办的人）已经手报送，不能%(move)s。")
            % {"move": move.label}
        )


def _is_own(machine: Machine, row: Any, scope: Scope) -> bool:
    return not {str(person) for person in scope.persons}.isdisjoint(machine.submitters(row))
