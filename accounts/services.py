"""Acts on offices, users, roles and API tokens."""

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, Office, User, hash_token
from accounts.roles import COMMISSION, NAMES, SEPARATED, separation_breach
from core import policy
from core.audit import Actor, act
from core.db import locked

TOKEN_DAYS = 180
MOST_TOKEN_DAYS = 366


def load_roles() -> int:
    """Make sure that the twelve roles exist as groups; returns how many there are."""
    known = set(Group.objects.filter(name__in=NAMES).values_list("name", flat=True))
    Group.objects.bulk_create(Group(name=name) for name in NAMES if name not in known)
    return len(NAMES)


def set_roles(*, user: User, roles: Iterable[str], by: Actor) -> None:
    """Give a person exactly these roles, and the way into /admin/ that goes with them.

    ValidationError for a role that does not exist, or when system, security and audit
    administration would meet in one hand (等保 2.0).
    """
    wanted = frozenset(roles)
    if unknown := wanted - NAMES.keys():
        raise ValidationError(
            {"roles": _("没有这些角色：%(names)s") % {"names": "、".join(sorted(unknown))}}
        )
    if separation_breach(wanted):
        raise ValidationError(
            {"roles": _("系统管理员、安全管理员、审计管理员不得由同一人兼任，请只保留其一。")}
        )
    load_roles()
    with act("accounts.set_roles", by=by, obj=user) as this:
        user = locked(User.objects.filter(pk=user.pk)).get()
        before = frozenset(user.groups.values_list("name", flat=True))
        user.groups.set(Group.objects.filter(name__in=wanted))
        user.is_staff = bool(wanted & (COMMISSION | SEPARATED))
        user.save(update_fields=["is_staff"])
        this.changes = {"before": sorted(before), "after": sorted(wanted)}


def token_scopes() -> list[str]:
    """Every scope that some act asks of a token."""
    return sorted({rule.token_scope for rule in policy.actions().values()} - {""})


def issue_token(
    *,
    name: str,
    office: Office,
    role: str,
    scopes: Iterable[str],
    by: Actor,
    days: int = TOKEN_DAYS,
) -> tuple[ApiToken, str]:
    """A new token for an outside system, and its secret, which is shown this once.

    ValidationError for an unknown role or scope, no scope, or more than a year.
    """
    wanted = sorted(set(scopes))
    problems: dict[str, str] = {}
    if role not in NAMES:
        problems["role"] = _("没有这个角色：%(name)s") % {"name": role}
    if unknown := set(wanted) - set(token_scopes()):
        problems["scopes"] = _("没有这些权限范围：%(names)s") % {
            "names": "、".join(sorted(unknown))
        }
    elif not wanted:
        problems["scopes"] = _("请至少选择一项权限范围。")
    if not 1 <= days <= MOST_TOKEN_DAYS:
        problems["days"] = _("有效期须为 1 到 %(most)d 天。") % {"most": MOST_TOKEN_DAYS}
    if problems:
        raise ValidationError(problems)
    secret = ApiToken.new_secret()
    with act("accounts.issue_token", by=by) as this:
        token = ApiToken.objects.create(
            name=name,
            office=office,
            role=role,
            prefix=secret[:12],
            digest=hash_token(secret),
            scopes=wanted,
            expires_at=timezone.now() + dt.timedelta(days=days),
        )
        this.obj = token
        this.changes = {"name": name, "office": office.code, "role": role, "scopes": wanted}
    return token, secret


def revoke_token(*, token: ApiToken, by: Actor, reason: str = "") -> ApiToken:
    """End a token at once; ending it again changes nothing."""
    with act("accounts.revoke_token", by=by, obj=token, comment=reason):
        token = locked(ApiToken.objects.filter(pk=token.pk)).get()
        if token.revoked_at is None:
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
    return token
