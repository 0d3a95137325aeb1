"""Who may do what with offices, users and tokens; and what a person's scope is."""

from typing import Any

from accounts.models import ApiToken, Office, User
from accounts.roles import (
    AUDITOR,
    COMMISSION,
    COMMISSION_ADMIN,
    EVERYONE,
    SECURITY_ADMIN,
    SEPARATED,
    STREET,
)
from core import policy
from core.scope import ALL, NOBODY, Scope
from territory.models import District

policy.register("accounts.view", roles=[COMMISSION_ADMIN, SECURITY_ADMIN])
policy.register("accounts.change", roles=[COMMISSION_ADMIN, SECURITY_ADMIN])
policy.register("accounts.manage_tokens", roles=[COMMISSION_ADMIN, SECURITY_ADMIN])
# Who may enter /admin/; what they find there, each register's own acts decide.
policy.register("core.console", roles=COMMISSION | STREET | SEPARATED)
policy.register("core.audit", roles=[AUDITOR])
policy.register("core.sources", roles=EVERYONE, token_scope="read:sources")
policy.register("core.jobs", roles=COMMISSION | STREET, token_scope="read:jobs")
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
    roles = frozenset(user.groups.values_list("name", flat=True))
    return _scope(user.office, roles, user_id=user.pk, label=str(user))


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
