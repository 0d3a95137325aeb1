"""What grades contribute to a run: who has been evaluated, with which score.

Both read grades: no standard may ask for them (`reads_grades`).
"""

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from assessments.models import Grade
from circles.models import CircleStreet
from metrics.contributed import ByArea, Collected, contribute
from metrics.registry import Basis, Unit
from territory.models import District


def decided_by(district: District, as_of: dt.date) -> QuerySet[Grade]:
    """Each circle's last grade that was decided on or before the day."""
    decided = Grade.objects.decided().filter(district=district, decided_on__lte=as_of)
    last = decided.filter(circle=OuterRef("circle")).order_by("-year", "-decided_on", "-id")
    return decided.filter(pk=Subquery(last.values("pk")[:1])).order_by("circle__code")


@contribute(
    "circles_evaluated",
    79,
    _("已审定等级的生活圈数"),
    unit=Unit.COUNT,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "五(三)"),
    formula=_("已有审定结果的生活圈；跨街镇的在各街镇各计一次，全区计一次"),
    empty=0,
    reads_grades=True,
)
def circles_evaluated(district: District, as_of: dt.date) -> ByArea:
    """1 for each circle that has been decided on; sums over streets and the district."""
    circles = list(decided_by(district, as_of).values_list("circle", flat=True))
    counts: Counter[tuple[str, Any]] = Counter(("C", circle) for circle in circles)
    links = CircleStreet.objects.filter(circle__in=circles).values_list("street", flat=True)
    counts.update(("S", street) for street in links)
    if circles:
        counts["D", district.pk] = len(circles)
    return {area: Collected(count) for area, count in counts.items()}


@contribute(
    "evaluation_score",
    80,
    _("评价得分"),
    unit=Unit.POINTS,
    scopes="C",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "五(三)"),
    formula=_("最近一次审定所依据的评价得分（满分100分）；项目未全部计分的没有得分"),
    reads_grades=True,
)
def evaluation_score(district: District, as_of: dt.date) -> ByArea:
    """The score that the circle's last decision rests on."""
    rows = decided_by(district, as_of).exclude(score=None).values_list("circle", "score")
    return {("C", circle): Collected(float(score or 0)) for circle, score in rows}
