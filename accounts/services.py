"""Acts on offices, users, roles and API tokens."""

import datetime as dt
from collections.abc import Iterable

import axes.utils
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, Office, User, hash_token
from accounts.roles import (
    COMMISSION,
    DEPARTMENT_LIAISON,
    NAMES,
    SEPARATED,
    STREET,
    separation_breach,
)
from core import policy
from core.audit import Actor, act
from core.db import locked

TOKEN_DAYS = 180
# A token of the city reads released figures and the places they are about, and nothing else.
CITY_SCOPES = frozenset({"read:values", "read:territory"})
MOST_TOKEN_DAYS = 366


def load_roles() -> int:
    """Make sure that the twelve roles exist as groups; returns how many there are."""
    known = set(Group.objects.filter(name__in=NAMES).values_list("name", flat=True))
    Group.objects.bulk_create(Group(name=name) for name in NAMES if name not in known)
    return len(NAMES)


def set_roles(*, user: User, roles: Iterable[str], by: Actor) -> None:
    """Give a person exactly these roles, and the way into /admin/ that goes with them.

    ValidationError for a role that does not exist, or when system, security and audit
    administration would meet in one hand (等保 2.0); nobody changes their own.
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
        if user.pk in by.persons and wanted != before:
            raise ValidationError({"roles": _("不能变更自己的角色，请由另一名管理员办理。")})
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

    ValidationError for an unknown role or scope, no scope, one that a city's token may not have,
    or more than a year.
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
    elif office.kind == Office.Kind.CITY and not CITY_SCOPES.issuperset(wanted):
        problems["scopes"] = _("市级单位的令牌只能读取已定稿的指标值和行政区划。")
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


def create_user(
    *,
    username: str,
    display_name: str,
    office: Office,
    roles: Iterable[str],
    password: str,
    by: Actor,
) -> User:
    """A new person of an office, in these roles, with a first password.

    ValidationError as `set_roles`, for a weak password, and for roles that the office cannot have.
    """
    wanted = frozenset(roles)
    user = User(username=username, display_name=display_name, office=office)
    _require_fit(office, wanted)
    _set_password(user, password)
    user.full_clean()
    with act("accounts.create_user", by=by, obj=user) as this:
        user.save()
        set_roles(user=user, roles=wanted, by=by)
        this.changes = {"username": username, "office": office.code}
    return user


def change_user(
    *,
    user: User,
    by: Actor,
    display_name: str | None = None,
    office: Office | None = None,
    roles: Iterable[str] | None = None,
    is_active: bool | None = None,
) -> User:
    """Change what is given of a person; nobody changes their own office, roles or standing."""
    wanted = None if roles is None else frozenset(roles)
    with act("accounts.change_user", by=by) as this:
        row = locked(User.objects.filter(pk=user.pk)).get()
        held = frozenset(row.groups.values_list("name", flat=True))
        news = {"display_name": display_name, "office": office, "is_active": is_active}
        changes = {
            name: [getattr(row, name), value]
            for name, value in news.items()
            if value is not None and getattr(row, name) != value
        }
        if row.pk in by.persons and (
            changes.keys() - {"display_name"} or wanted not in (None, held)
        ):
            raise ValidationError(_("不能变更自己的单位、角色或账号状态，请由另一名管理员办理。"))
        for name, (_before, value) in changes.items():
            setattr(row, name, value)
        if row.office is not None and (wanted is not None or "office" in changes):
            _require_fit(row.office, held if wanted is None else wanted)
        if changes:
            row.save(update_fields=list(changes))
        if wanted is not None and wanted != held:
            set_roles(user=row, roles=wanted, by=by)
        this.obj = row
        this.changes = {
            name: [str(before), str(value)] for name, (before, value) in changes.items()
        }
    return row


def reset_password(*, user: User, password: str, by: Actor, reason: str) -> None:
    """A new password for someone who lost theirs; all their sessions end.

    ValidationError for a weak one, and for one's own: that is changed by knowing the old one.
    """
    if user.pk in by.persons:
        raise ValidationError(_("本人的密码请在“修改密码”中更改。"))
    _set_password(user, password)
    with act("accounts.reset_password", by=by, obj=user, comment=reason):
        user.save(update_fields=["password"])


def unlock(*, user: User, by: Actor, reason: str) -> int:
    """Forget failed sign-ins, so that a locked account may try again; how many were forgotten."""
    with act("accounts.unlock", by=by, obj=user, comment=reason) as this:
        forgotten: int = axes.utils.reset(username=user.username)
        this.changes = {"forgotten": forgotten}
    return forgotten


# Roles that only people of one kind of office can have: elsewhere they would see nothing.
_HOMES = (
    (COMMISSION, Office.Kind.COMMISSION),
    (STREET, Office.Kind.STREET),
    (frozenset({DEPARTMENT_LIAISON}), Office.Kind.DEPARTMENT),
)


def _require_fit(office: Office, roles: frozenset[str]) -> None:
    for homed, kind in _HOMES:
        if (misplaced := roles & homed) and office.kind != kind:
            names = "、".join(str(NAMES[role]) for role in NAMES if role in misplaced)
            raise ValidationError(
                {
                    "roles": _("%(roles)s须属于“%(kind)s”类单位，而%(office)s是“%(is)s”。")
                    % {
                        "roles": names,
                        "kind": Office.Kind(kind).label,
                        "office": office,
                        "is": office.get_kind_display(),
                    }
                }
            )


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
