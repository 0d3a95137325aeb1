"""工作交接: what is open in a person's hands, and passing it to a successor in one act.

Rooms above register what of theirs hangs on a person, in a `handover.py` that is found as admin.py
is: `register(open_items, transfer)`. This room knows none of them.
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.delegations import revoke
from accounts.models import Delegation, User
from accounts.people import recipient
from accounts.querysets import delegations_of, delegations_open
from accounts.services import change_user
from core.audit import Actor, act
from core.db import locked
from core.notices import notify


@dataclass(frozen=True)
class Item:
    """Something open in a person's hands: its kind in a word, title, address, and its own key."""

    kind: Any
    title: str
    path: str
    key: str

    @property
    def pk(self) -> uuid.UUID:
        """The row that the key names: `room.thing:<id>`."""
        return uuid.UUID(self.key.rpartition(":")[2])


OpenItems = Callable[[User], list[Item]]


class Transfer(Protocol):
    """Pass these of a person's items to the successor; runs inside the act of handing over."""

    def __call__(
        self, user: User, successor: User | None, items: list[Item], by: Actor
    ) -> None: ...


@dataclass(frozen=True)
class Room:
    """What a room says of a person's open work. `needs_successor`: items cannot just end."""

    open_items: OpenItems
    transfer: Transfer
    needs_successor: bool = True


_rooms: list[Room] = []


def register(open_items: OpenItems, transfer: Transfer, *, needs_successor: bool = True) -> None:
    """Say what of a room hangs on a person, and how it passes to another."""
    _rooms.append(Room(open_items, transfer, needs_successor))


def open_items(user: User) -> list[Item]:
    """Everything open in a person's hands, room by room; as many queries as there are rooms."""
    return [item for room in _rooms for item in room.open_items(user)]


def hand_over(
    *,
    user: User,
    successor: User | None,
    keys: Iterable[str],
    reason: str,
    by: Actor,
    close_account: bool = False,
) -> int:
    """Pass the items of these keys to the successor, and close the account if asked; how many.

    All in one act. ValidationError when an item is no longer open in the person's hands, when the
    successor is not an active colleague, or when an account would close with work left in it.
    """
    wanted = set(keys)
    if not reason.strip():
        raise ValidationError({"reason": _("请写明事由，如“岗位调整”“离职”。")})
    if not wanted and not close_account:
        raise ValidationError(_("请至少选择一项要交接的工作。"))
    with act("accounts.hand_over", by=by, comment=reason.strip()) as this:
        ids = [person.pk for person in (user, successor) if person]
        people = {row.pk: row for row in locked(User.objects.filter(pk__in=ids))}
        giver, taker = people[user.pk], people[successor.pk] if successor else None
        _require_colleague(giver, taker)
        by_room = [(room, room.open_items(giver)) for room in _rooms]
        _require_open(wanted, [item for _room, items in by_room for item in items])
        if close_account:
            _require_nothing_left(wanted, [item for _room, items in by_room for item in items])
        for room, items in by_room:
            chosen = [item for item in items if item.key in wanted]
            if chosen and room.needs_successor and taker is None:
                raise ValidationError({"successor": _("请选择接手人。")})
            if chosen:
                room.transfer(giver, taker, chosen, by)
        if close_account:
            change_user(user=giver, is_active=False, by=by)
        this.obj = giver
        this.changes = {
            "successor": str(taker or ""),
            "items": sorted(wanted),
            "account_closed": close_account,
        }
        if taker and wanted:
            _tell(giver, taker, len(wanted), this.id)
    return len(wanted)


def _require_colleague(giver: User, taker: User | None) -> None:
    if taker is None:
        return
    if taker.pk == giver.pk or taker.office_id != giver.office_id or not taker.is_active:
        raise ValidationError({"successor": _("接手人须为同一单位的在用账号。")})


def _require_open(wanted: set[str], items: list[Item]) -> None:
    if wanted - {item.key for item in items}:
        raise ValidationError(_("有事项已办结或已转交他人，请刷新页面后重新选择。"))


def _require_nothing_left(wanted: set[str], items: list[Item]) -> None:
    if left := [item for item in items if item.key not in wanted]:
        raise ValidationError(_("停用账号前须交接全部事项，还有 %(n)d 项未选。") % {"n": len(left)})


def _tell(giver: User, taker: User, number: int, act_id: uuid.UUID) -> None:
    notify(
        key=f"handover:{act_id}",
        people=[recipient(taker)],
        title=format_lazy(
            gettext_lazy("工作交接：{giver}的 {number} 项工作已转交给您"),
            giver=str(giver),
            number=number,
        ),
        path="/",
    )


# --- This room's own: 授权代办 ends, it does not pass to somebody else --------------------------
_DELEGATION = "accounts.delegation"


def _open_delegations(user: User) -> list[Item]:
    rows = delegations_open(timezone.localdate()) & delegations_of(user.pk)
    return [
        Item(
            gettext_lazy("授权代办（交接后终止）"),
            _("%(principal)s 授权 %(delegate)s，至 %(until)s")
            % {"principal": row.principal, "delegate": row.delegate, "until": row.valid_until},
            "/accounts/delegations/",
            f"{_DELEGATION}:{row.pk}",
        )
        for row in rows.select_related("principal", "delegate").order_by("valid_from", "id")
    ]


def _end_delegations(user: User, successor: User | None, items: list[Item], by: Actor) -> None:
    for row in Delegation.objects.filter(pk__in=[item.pk for item in items]).order_by("id"):
        revoke(delegation=row, by=by, reason=_("工作交接"))


register(_open_delegations, _end_delegations, needs_successor=False)
