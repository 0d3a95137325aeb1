"""Who may do what with offices, users and tokens; and what a person's scope is."""

import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, Office, User
from accounts.querysets import Held, roles_held
from accounts.roles import (
    APPROVER,
    AUDITOR,
    COMMISSION,
    COMMISSION_ADMIN,
    EVERYONE,
    PROGRAMME_OFFICER,
    SECURITY_ADMIN,
    SEPARATED,
    STREET,
    STREET_HEAD,
    separation_breach,
)
from core import policy
from core.scope import ALL, NOBODY, Scope
from territory.models import District

# As long as the columns that keep who acted.
LABEL_LENGTH = 120

policy.register("accounts.view", roles=[COMMISSION_ADMIN, SECURITY_ADMIN])
policy.register("accounts.change", roles=[COMMISSION_ADMIN, SECURITY_ADMIN])
policy.register("accounts.manage_tokens", roles=[COMMISSION_ADMIN, SECURITY_ADMIN])


def _of_own(scope: Scope, row: Any) -> bool:
    """Whether a delegation is the caller's to end: theirs, or of a district they administer."""
    own = scope.user_id in (row.principal_id, row.delegate_id)
    return own or _administers(scope, row.principal)


def _may_hand_over(scope: Scope, person: Any) -> bool:
    """Whose work the caller may hand over: their own, their office's as its head, or any."""
    if person.pk == scope.user_id or _administers(scope, person):
        return True
    of_office = person.office is not None and person.office.code == scope.office_code
    return of_office and scope.has_role(*HEADS)


def _administers(scope: Scope, person: Any) -> bool:
    of_district = person.office is not None and person.office.district_id in scope.district_ids
    return of_district and scope.has_role(COMMISSION_ADMIN, SECURITY_ADMIN)


HEADS = frozenset({STREET_HEAD, APPROVER})
policy.register("accounts.delegate", roles=EVERYONE, on_object=_of_own)
policy.register("accounts.hand_over", roles=EVERYONE, on_object=_may_hand_over)
# Who may enter /admin/; what they find there, each register's own acts decide.
policy.register("core.console", roles=COMMISSION | STREET | SEPARATED)
policy.register("core.audit", roles=[AUDITOR])
policy.register("core.sources", roles=EVERYONE, token_scope="read:sources")
policy.register("core.jobs", roles=COMMISSION | STREET, token_scope="read:jobs")
policy.register("core.calendar", roles=COMMISSION)
policy.register("core.change_calendar", roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER])
policy.register("territory.view", roles=EVERYONE, token_scope="read:territory")
policy.register("territory.change", roles=[COMMISSION_ADMIN])


def scope_of(user: Any) -> Scope:
    """The scope of a signed-in person; an inactive, office-less or anonymous one sees nothing."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    if user.is_superuser:
        return _break_glass(user)
    if user.office is None:
        return NOBODY
    own, label = frozenset[str](), str(user)
    held = roles_held(user, timezone.localdate())
    if user.pk in held:
        _name, own = held.pop(user.pk)
    roles, principals = _with_delegated(own, held)
    if roles != own:
        label = _("%(name)s（代%(principals)s）") % {
            "name": label,
            "principals": "、".join(sorted(held[principal][0] for principal in principals)),
        }
    return _scope(
        user.office, roles, user_id=user.pk, label=label[:LABEL_LENGTH], acting_for=principals
    )


def _with_delegated(own: frozenset[str], held: Held) -> tuple[frozenset[str], frozenset[uuid.UUID]]:
    """Own roles and those of the principals, and who they are.

    What would put two of the separated administrations in one hand is left out: `delegate` refuses
    it, but roles may have changed since.
    """
    roles, principals = own, set()
    for principal, (_name, theirs) in sorted(held.items()):
        if not separation_breach(roles | theirs):
            roles |= theirs
            principals.add(principal)
    return roles, frozenset(principals)


def _break_glass(user: User) -> Scope:
    """Everything, for an emergency: each request of it is audited (`accounts.middleware`)."""
    return Scope(
        user_id=user.pk,
        label=str(user),
        roles=EVERYONE,
        district_ids=frozenset(District.objects.values_list("id", flat=True)),
        street_ids=ALL,
    )


def scope_of_token(token: ApiToken) -> Scope:
    """The scope of an API client: its office's, narrowed to the token's own scopes."""
    return _scope(
        token.office,
        frozenset({token.role}),
        user_id=token.pk,
        label=token.name,
        token_scopes=frozenset(token.scopes),
    )


def _scope(office: Office, roles: frozenset[str], **rest: Any) -> Scope:
    district_wide = office.kind == Office.Kind.COMMISSION and bool(roles & COMMISSION)
    own_street = (
        frozenset({office.street_id}) if office.street_id and roles & STREET else frozenset()
    )
    return Scope(
        office_code=office.code,
        roles=roles,
        district_ids=frozenset({office.district_id}),
        street_ids=ALL if district_wide else own_street,
        department=office.code if office.kind == Office.Kind.DEPARTMENT else "",
        **rest,
    )
