"""The set of add-on services of an outlet, kept as bits."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from outlets.models import Service


def services_mask(codes: Iterable[str]) -> int:
    """The bits of the services with these codes. ValidationError names an unknown one."""
    wanted = set(codes)
    bits = dict(Service.objects.filter(code__in=wanted).values_list("code", "bit"))
    if unknown := wanted - set(bits):
        raise ValidationError(
            {"services": _("没有服务“%(code)s”") % {"code": "、".join(sorted(unknown))}}
        )
    return sum(1 << bit for bit in bits.values())


def services_of(mask: int) -> list[Service]:
    """The services whose bits are set, in the order of the bits."""
    return [service for service in Service.objects.order_by("bit") if mask >> service.bit & 1]
