"""Which district a command is about."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from territory.models import District


def district_by_code(code: str) -> District:
    """The district of that code, or the only one when the code is empty; refused otherwise."""
    districts = list(District.objects.filter(code=code) if code else District.objects.all()[:2])
    if len(districts) == 1:
        return districts[0]
    if code:
        raise CommandError(_("没有区划代码为 %(code)s 的区。") % {"code": code})
    raise CommandError(_("请用 --district 指明区划代码，或先执行 manage.py load_reference。"))
