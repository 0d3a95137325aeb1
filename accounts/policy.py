"""Who may do what with offices, users and tokens; and what a person's scope is."""

from typing import Any

from accounts.models import ApiToken, Office, User
from accounts.roles import COMMISSION, COMMISSION_ADMIN, EVERYONE, SECURITY_ADMIN, STREET
from core import policy
from core.scope import ALL, NOBODY, Scope

policy.register("accounts.view", roles=[COMMISSION_ADMIN, SECURITY_ADMIN])
policy.register("accounts.change", roles=[COMMISSION_ADMIN, SECURITY_ADMIN])
policy.register("accounts.manage_tokens", roles=[COMMISSION_ADMIN, SECURITY_ADMIN])
policy.register("core.audit", roles=["auditor"])
policy.register("core.sources", roles=EVERYONE, token_scope="read:sources")
policy.register("core.jobs", roles=COMMISSION | STREET, token_scope="read:jobs")
policy.register("territory.view", roles=EVERYONE, token_scope="read:territory")
policy.register("territory.change", roles=[COMMISSION_ADMIN])


def scope_of(user: Any) -> Scope:
    """The scope of a signed-in person; an inactive, office-less or anonymous one sees nothing."""
    if not isinstance(user, User) or not user.is_active or user.office is None:
        return NOBODY
    roles = frozenset(user.groups.values_list("name", flat=True))
    return _scope(user.office, roles, user_id=user.pk, label=str(user))


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
    own_street = frozenset({office.street_id}) if office.street_id and roles & STREET else frozenset()
    return Scope(
        office_code=office.code,
        roles=roles,
        district_ids=frozenset({office.district_id}),
        street_ids=ALL if district_wide else own_street,
        department=office.code if office.kind == Office.Kind.DEPARTMENT else "",
        **rest,
    )
