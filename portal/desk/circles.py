"""A street's circles as cards: three figures of the last 定稿, and how they have changed."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from circles.models import Circle
from core.scope import Scope
from metrics.indicators import Unit, get
from metrics.querysets import Figure, figures
from portal.basis import releases
from portal.present import full_text, tags_of
from territory.models import District, Street

FIGURES = ("basic_basket_share", "missing_formats", "chain_share")


def circle_cards(scope: Scope, district: District, street: Street) -> dict[str, Any]:
    """{cards, cutoff, compared_with, tags}; five queries whatever the number of circles."""
    rows = Circle.objects.visible_to(scope).filter(streets=street).order_by("code")
    circles = list(rows.defer("boundary"))
    signed = releases(district)[:2]
    ids = [circle.pk for circle in circles]
    books = [figures(one.run, FIGURES, scope_ids=ids, part=0) for one in signed]
    now, before = [*books, {}, {}][:2]
    return {
        "cards": [
            {
                "name": circle.name,
                "url": reverse("portal:circle", args=[circle.code]),
                "state_word": circle.get_level_display() or circle.get_state_display(),
                "figures": [
                    _figure(code, now.get((code, circle.pk, 0)), before.get((code, circle.pk, 0)))
                    for code in FIGURES
                ],
            }
            for circle in circles
        ],
        "cutoff": signed[0].cutoff if signed else None,
        "compared_with": signed[1].cutoff if len(signed) > 1 else None,
        "tags": tags_of(signed[0].run) if signed else [],
    }


def _figure(code: str, now: Figure | None, before: Figure | None) -> dict[str, str]:
    indicator = get(code)
    value = now.value if now else None
    return {
        "label": str(indicator.name),
        "text": full_text(indicator, value),
        "change": _change(indicator.unit == Unit.SHARE, value, before.value if before else None),
    }


def _change(is_share: bool, value: float | None, before: float | None) -> str:
    """Against the 定稿 before: shares in percentage points."""
    if value is None or before is None:
        return ""
    change = round((value - before) * 100, 1) if is_share else round(value - before, 1)
    if not change:
        return _("较上次持平")
    sign = "+" if change > 0 else "−"
    if is_share:
        return _("较上次 %(n)s 个百分点") % {"n": f"{sign}{abs(change):.1f}"}
    return _("较上次 %(n)s") % {"n": f"{sign}{abs(change):g}"}
