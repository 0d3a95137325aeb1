"""拟评等级 on the terminal."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from assessments.gates import plain
from assessments.grading import lowest_state, missing_text, proposed_word
from assessments.models import Evaluation, Grade, Standard
from assessments.services.checklists import fill_checklists
from assessments.services.grades import propose_grades
from circles.models import Circle
from core.audit import SYSTEM
from core.commands import ReportingCommand
from metrics.querysets import last_release
from territory.lookup import district_by_code
from territory.models import District


class Command(ReportingCommand):
    help = "按分型表、专家评分、满意度和定稿指标提出拟评等级。例：manage.py grade --year 2026"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--year", type=int, required=True, help="评价年度")
        parser.add_argument("--district", default="", help="区划代码，只有一个区时可省略")
        parser.add_argument("--circle", default="", help="生活圈编码，默认为全部")
        parser.add_argument("--standard", default="", help="评价标准编码，默认为全部")

    def act(self, **options: Any) -> tuple[dict[str, Any], list[str]]:
        district, year = district_by_code(options["district"]), options["year"]
        circles = _circles(district, options["circle"])
        standards = _standards(district, year, options["standard"])
        try:
            _fill_checklists(district, year, circles, standards)
            grades = [
                grade
                for standard in standards
                for grade in propose_grades(
                    district=district,
                    year=year,
                    circles=circles,
                    standard=standard,
                    by=SYSTEM,
                    scope=None,
                )
            ]
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        bare = Evaluation.objects.filter(district=district, year=year, checklist__isnull=True)
        if circles is not None:
            bare = bare.filter(circle__in=circles)
        left = sorted(set(bare.values_list("circle__code", flat=True)))
        lines = [_line(grade) for grade in grades] or [
            _("没有需要测评的，已报审、审定的不再变动。")
        ]
        if left:
            lines.append(_("尚未填列分型表，未测评：%(codes)s") % {"codes": "、".join(left)})
        result = {
            "year": year,
            "grades": [_told(grade) for grade in grades],
            "without_checklist": left,
        }
        return result, lines


def _fill_checklists(
    district: District,
    year: int,
    circles: list[Circle] | None,
    standards: Iterable[Standard | None],
) -> None:
    """Run the checklists on the last 定稿; confirmed ones stay as they are."""
    release = last_release(district)
    chosen = [standard for standard in standards if standard is not None]
    rows = Evaluation.objects.filter(district=district, year=year)
    if circles is not None:
        rows = rows.filter(circle__in=circles)
    if chosen:
        rows = rows.filter(standard__in=chosen)
    found = list(rows.select_related("circle", "standard", "district"))
    if release is not None and found:
        fill_checklists(evaluations=found, release=release, by=SYSTEM, scope=None)


def _told(grade: Grade) -> dict[str, Any]:
    return {
        "id": str(grade.pk),
        "circle": grade.circle.code,
        "name": grade.circle.name,
        "standard": grade.evaluation.standard.code,
        "proposed_level": grade.proposed_level,
        "score": grade.score,
        "scored_points": grade.scored_points,
        "previous_level": grade.previous_level,
        "adjustment": grade.adjustment,
        "missing": missing_text(grade.explanation),
    }


def _line(grade: Grade) -> str:
    score = _("得分未计全") if grade.score is None else _("%(n)s 分") % {"n": plain(grade.score)}
    level = proposed_word(grade.proposed_level, lowest_state(grade.explanation))
    parts = [grade.circle.code, grade.circle.name, level, score]
    return " ".join([*parts, missing_text(grade.explanation)]).strip()


def _circles(district: District, code: str) -> list[Circle] | None:
    if not code:
        return None
    found = list(Circle.objects.filter(district=district, code=code))
    if not found:
        raise CommandError(_("没有编码为 %(code)s 的生活圈。") % {"code": code})
    return found


def _standards(district: District, year: int, code: str) -> list[Standard | None]:
    if not code:
        return [None]
    rows = Standard.objects.filter(district=district, code=code)
    if not rows.exists():
        raise CommandError(_("没有编码为 %(code)s 的评价标准。") % {"code": code})
    used = Evaluation.objects.filter(district=district, year=year).values("standard")
    found = list(rows.filter(pk__in=used).order_by("number"))
    if not found:
        raise CommandError(_("%(year)d年没有按该标准评价的生活圈。") % {"year": year})
    return [*found]
