"""What must stand beside a figure of satisfaction: how many answered, how far off it may be, when.

The run keeps its numerator and denominator, so the interval is the run's, too.
"""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.results import last_published
from assessments.statistics import wilson
from metrics.querysets import Figure
from territory.models import District

SHARES = frozenset({"satisfaction_share", "basic_satisfaction_share"})
CODES = SHARES | {"satisfaction_score"}


def interval_of(num: float, den: float | None) -> tuple[float, float] | None:
    """The 95 % interval of a share."""
    return wilson(round(num), round(den)) if den else None


def margin_of(code: str, figure: Figure | None) -> str:
    """“±1.0 个百分点（有效样本 2,221 份）”; empty for other figures and without a value."""
    if code not in SHARES or figure is None or figure.value is None:
        return ""
    ends = interval_of(figure.num, figure.den)
    if ends is None:
        return ""
    return _("±%(m)s 个百分点（有效样本 %(n)s 份）") % {
        "n": f"{figure.den:,.0f}",
        "m": f"{(ends[1] - ends[0]) * 50:.1f}",
    }


def note_of(code: str, figure: Figure | None) -> str:
    """The same as a sentence of its own: “误差范围 ±1.0 个百分点（有效样本 2,221 份）”."""
    sure = margin_of(code, figure)
    return _("误差范围 %(sure)s") % {"sure": sure} if sure else ""


def steps_of(
    code: str, district: District, as_of: dt.date, num: float, den: float | None
) -> list[str]:
    """Lines for the page that explains a figure: which wave, which interval."""
    if code not in CODES:
        return []
    steps = []
    survey = last_published(district, as_of)
    if survey is not None and survey.closed_at is not None:
        told = {"survey": survey.name, "day": timezone.localdate(survey.closed_at).isoformat()}
        steps.append(_("数据来自“%(survey)s”，%(day)s 结束。") % told)
    ends = interval_of(num, den) if code in SHARES else None
    if ends:
        steps.append(
            _("95%%置信区间 %(low).1f%%—%(high).1f%%，误差范围（区间一半）±%(m).1f 个百分点。")
            % {
                "low": ends[0] * 100,
                "high": ends[1] * 100,
                "m": (ends[1] - ends[0]) * 50,
            }
        )
    return steps
