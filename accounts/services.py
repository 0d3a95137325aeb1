"""Acts on offices, users and roles."""

from django.contrib.auth.models import Group

from accounts.roles import NAMES


def load_roles() -> int:
    """Make sure that the twelve roles exist as groups; returns how many there are."""
    known = set(Group.objects.filter(name__in=NAMES).values_list("name", flat=True))
    Group.objects.bulk_create(Group(name=name) for name in NAMES if name not in known)
    return len(NAMES)
