"""Whom to tell: the people of an office in given roles, as messages know them.

Only those who can sign in are told: active, and in a demo also its own accounts. Whoever acts for
one of them today (授权代办) is told as well.
"""

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Delegation, Office, User
from core.notices import Recipient
from territory.models import District


def recipient(user: User) -> Recipient:
    """The person as messages know them."""
    return Recipient(user.pk, str(user), user.email)


def people_of(
    offices: Office | Iterable[Office | uuid.UUID], roles: Iterable[str] | None = None
) -> dict[uuid.UUID, list[Recipient]]:
    """By office id, its people in any of `roles` (None: all of its people), by name.

    Offices may be given as rows or ids, each of them is in the answer. Three queries at most,
    however many offices.
    """
    wanted = [offices] if isinstance(offices, Office) else offices
    ids = [office.pk if isinstance(office, Office) else office for office in wanted]
    found: dict[uuid.UUID, dict[uuid.UUID, Recipient]] = {pk: {} for pk in ids}
    people = can_sign_in(User.objects.filter(office__in=ids))
    if roles is not None:
        people = people.filter(pk__in=User.objects.filter(groups__name__in=set(roles)))
    office_of: dict[uuid.UUID, uuid.UUID] = {}
    for user in people.order_by("display_name", "username", "id"):
        if user.office_id is not None:
            found[user.office_id][user.pk] = recipient(user)
            office_of[user.pk] = user.office_id
    for principal, delegate in _delegates(office_of):
        found[office_of[principal]].setdefault(delegate.pk, recipient(delegate))
    return {pk: list(told.values()) for pk, told in found.items()}


def recipients(office: Office, *roles: str) -> list[Recipient]:
    """The people of one office in any of `roles`; all of its people when none is named."""
    return people_of(office, roles or None)[office.pk]


def recipients_of_commission(district: District, *roles: str) -> list[Recipient]:
    """The people of the district's commission in any of `roles`; all of them when none is named."""
    offices = Office.objects.filter(district=district, kind=Office.Kind.COMMISSION)
    told = people_of(offices.order_by("code"), roles or None)
    return [person for people in told.values() for person in people]


def recipients_by_id(user_ids: Iterable[uuid.UUID]) -> list[Recipient]:
    """These persons, and who acts for them today, by name."""
    people = can_sign_in(User.objects.filter(pk__in=set(user_ids)))
    told = {u.pk: recipient(u) for u in people.order_by("display_name", "username", "id")}
    for _principal, delegate in _delegates(told):
        told.setdefault(delegate.pk, recipient(delegate))
    return list(told.values())


def can_sign_in(people: "QuerySet[User]") -> "QuerySet[User]":
    """Those of `people` whom the site lets in (`accounts.backends`)."""
    people = people.filter(is_active=True)
    return people if settings.DEMO else people.filter(is_demo=False)


def _delegates(principals: Iterable[uuid.UUID]) -> list[tuple[uuid.UUID, User]]:
    """(principal, delegate) of the delegations in force today."""
    today = timezone.localdate()
    ids = list(principals)
    if not ids:
        return []
    rows = Delegation.objects.filter(
        Q(valid_from__lte=today, valid_until__gte=today, revoked_at=None),
        principal__in=ids,
        delegate__in=can_sign_in(User.objects.all()),
    )
    rows = rows.select_related("delegate").order_by("valid_from", "id")
    return [(row.principal_id, row.delegate) for row in rows]
