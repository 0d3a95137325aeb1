"""The demo accounts: one for each role, street roles one for each street.

They exist where the demo was loaded and sign in only where `DEMO=1` (`accounts.backends`).
"""

from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils.translation import gettext as _

from accounts.models import Office, User
from accounts.policy import scope_of
from accounts.roles import AUDITOR, COMMISSION, EXPERT, NAMES, SECURITY_ADMIN, STREET
from core.audit import Actor
from core.ids import new_id
from territory.models import District

PASSWORD: Final = "Demo-2026-shq"
# Roles whose office is not the commission: (office code, name, kind).
OTHER_OFFICES: Final = {
    "department_liaison": ("market_regulation", "", ""),
    "expert": ("demo_experts", "演示·评审专家组", Office.Kind.AGENCY),
    "survey_agency": ("demo_agency", "演示·第三方调查机构", Office.Kind.AGENCY),
}
STAFF: Final = COMMISSION | {SECURITY_ADMIN, AUDITOR}
"""Who signs in to /admin/."""


class NameTakenError(Exception):
    """A person already has the user name of a demo account."""


def user_names(district: District) -> dict[str, tuple[str, str, str]]:
    """User name → (role, office code, name shown); reads the district's street offices."""
    commission = Office.objects.get(district=district, kind=Office.Kind.COMMISSION).code
    accounts = {
        role: (role, OTHER_OFFICES.get(role, (commission,))[0], f"演示·{label}")
        for role, label in NAMES.items()
        if role not in STREET
    }
    offices = Office.objects.filter(district=district, kind=Office.Kind.STREET)
    for office in offices.select_related("street").order_by("street__sort"):
        if office.street:
            for role in sorted(STREET):
                label = f"演示·{office.street.name}{_plain(role)}"
                accounts[f"{role}_{office.street.code}"] = (role, office.code, label)
    # One circle is scored by several.
    for number in (2, 3):
        of_experts = accounts[EXPERT]
        accounts[f"{EXPERT}_{number}"] = (of_experts[0], of_experts[1], f"{of_experts[2]}{number}")
    return accounts


def _plain(role: str) -> str:
    return str(NAMES[role]).removeprefix("街镇")


def demo_accounts() -> list[tuple[str, str]]:
    """(User name, name shown) of every demo account there is."""
    rows = User.objects.filter(is_demo=True).order_by("office__kind", "username")
    return list(rows.values_list("username", "display_name"))


def create(district: District) -> int:
    """Make the demo offices and accounts; how many accounts there are."""
    for code, name, kind in OTHER_OFFICES.values():
        if name:
            Office.objects.get_or_create(
                code=code, defaults={"district": district, "name": name, "kind": kind}
            )
    wanted = user_names(district)
    taken = User.objects.filter(username__in=wanted).values_list("username", flat=True).first()
    if taken:
        raise NameTakenError(_("用户名 %(name)s 已被占用，请先改名。") % {"name": taken})
    offices = {office.code: office for office in Office.objects.filter(district=district)}
    groups = {group.name: group for group in Group.objects.filter(name__in=NAMES)}
    password = make_password(PASSWORD)
    users = {
        name: User(
            id=new_id(),
            username=name,
            password=password,
            display_name=label,
            office=offices[office],
            is_staff=role in STAFF,
            is_demo=True,
        )
        for name, (role, office, label) in wanted.items()
    }
    User.objects.bulk_create(users.values())
    member = User.groups.through
    member._default_manager.bulk_create(
        member(user_id=users[name].pk, group_id=groups[role].pk)
        for name, (role, _office, _label) in wanted.items()
    )
    return len(users)


def acting(user: User) -> dict[str, Any]:
    """Who acts, within what, as services ask."""
    scope = scope_of(user)
    return {"by": Actor(user.pk, str(user), scope.office_code), "scope": scope}


def remove() -> None:
    """Take the demo accounts and their offices away again."""
    User.objects.filter(is_demo=True).delete()
    own = [code for code, name, _kind in OTHER_OFFICES.values() if name]
    Office.objects.filter(code__in=own).delete()
