"""Finding what belongs to offices, and who acts for whom."""

import datetime as dt
import uuid
from collections import defaultdict

from django.db.models import Q, QuerySet

from accounts.models import Delegation, Office, User
from core.models import Job
from core.scope import Scope
from territory.models import District


def jobs_visible_to(scope: Scope) -> "QuerySet[Job]":
    """Jobs a caller or their office asked for; the commission sees all of its districts.

    A job that nobody asked for (news, the clock) belongs to the district its key begins with, and
    is seen by those who see its live figures.
    """
    own = Q(requested_by=scope.user_id)
    if scope.office_code:
        own |= Q(office_code=scope.office_code)
    if scope.all_streets:
        offices = Office.objects.filter(district__in=scope.district_ids)
        own |= Q(office_code__in=offices.values("code"))
    if scope.street_ids:
        for code in District.objects.visible_to(scope).values_list("code", flat=True):
            own |= Q(office_code="") & (Q(key=code) | Q(key__startswith=f"{code}:"))
    return Job.objects.filter(own)


def delegations_open(today: dt.date) -> "QuerySet[Delegation]":
    """授权代办 that are not over: in force, or still to begin."""
    return Delegation.objects.filter(revoked_at__isnull=True, valid_until__gte=today)


def delegations_in_force(day: dt.date) -> "QuerySet[Delegation]":
    """授权代办 that hold on a day."""
    return delegations_open(day).filter(valid_from__lte=day)


def delegations_of(user_id: uuid.UUID | None) -> "QuerySet[Delegation]":
    """Those that a person gave or holds."""
    return Delegation.objects.filter(Q(principal=user_id) | Q(delegate=user_id))


def delegations_visible_to(scope: Scope, *, all_of_district: bool) -> "QuerySet[Delegation]":
    """The caller's own; with `all_of_district` those of their district."""
    if not all_of_district:
        return delegations_of(scope.user_id)
    return Delegation.objects.filter(principal__office__district__in=scope.district_ids)


def people_visible_to(scope: Scope, *, all_of_district: bool) -> "QuerySet[User]":
    """People of the caller's office; with `all_of_district` those of their district."""
    rows = User.objects.filter(office__district__in=scope.district_ids)
    return rows if all_of_district else rows.filter(office__code=scope.office_code)


Held = dict[uuid.UUID, tuple[str, frozenset[str]]]


def roles_held(user: User, day: dt.date) -> Held:
    """The roles of a person, and of each who lets them act on that day: {id: (name, roles)}.

    One query. Roles are those that the principal was given, never those the principal holds by
    somebody else's delegation: a delegate cannot pass on.
    """
    principals = delegations_in_force(day).filter(
        delegate=user.pk, principal__is_active=True, principal__office=user.office_id
    )
    rows = User.groups.through._default_manager.filter(
        Q(user=user.pk) | Q(user__in=principals.values("principal"))
    ).values_list("user_id", "user__display_name", "user__username", "group__name")
    names: dict[uuid.UUID, str] = {}
    roles: dict[uuid.UUID, set[str]] = defaultdict(set)
    for person, display, username, role in rows:
        names[person] = display or username
        roles[person].add(role)
    return {person: (names[person], frozenset(roles[person])) for person in roles}
