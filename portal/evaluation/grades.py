"""`/evaluation/grades/`: the register of a year, ranked, compared with the years before."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.gates import UNKNOWN
from assessments.grading import missing_text, proposed_word
from assessments.models import Evaluation, Grade, Standard
from assessments.workflow.grades import GRADE
from core import policy
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from core.workflow import open_moves
from portal.basis import offset_pager, sort_heads, with_query
from portal.coordination.files import workbook_answer
from portal.evaluation.explained import STATES
from portal.evaluation.register import year_of
from portal.ledger.lists import described, own_streets, search, select
from portal.views.common import own_district, page, scope_of
from territory.models import District

PER_PAGE = 100
CONDITIONS = ("q", "street", "level", "state", "change", "standard")
State, Outcome = Grade.State, Grade.Outcome
COLUMNS = (
    Column(key="rank", title=gettext_lazy("得分排名"), kind=Kind.INTEGER),
    Column(key="code", title=gettext_lazy("生活圈编码"), width=14),
    Column(key="name", title=gettext_lazy("生活圈"), width=26),
    Column(key="street", title=gettext_lazy("主报街镇"), width=16),
    Column(key="standard", title=gettext_lazy("评价标准"), width=24),
    Column(key="kind", title=gettext_lazy("评价类型"), width=12),
    Column(key="score", title=gettext_lazy("评价得分"), kind=Kind.DECIMAL),
    Column(key="scored", title=gettext_lazy("已计分项目满分"), kind=Kind.DECIMAL),
    Column(key="proposed", title=gettext_lazy("拟评等级"), width=12),
    Column(key="missing", title=gettext_lazy("距上一等级"), width=40),
    Column(key="outcome", title=gettext_lazy("审定等级"), width=12),
    Column(key="reason", title=gettext_lazy("审定说明"), width=30),
    Column(key="previous", title=gettext_lazy("上次审定等级"), width=12),
    Column(key="change", title=gettext_lazy("动态调整"), width=10),
    Column(key="state", title=gettext_lazy("状态"), width=10),
    Column(key="decided_on", title=gettext_lazy("审定日期"), kind=Kind.DATE),
)


@dataclass
class Line:
    """One grade in the list.

    rank   by score in the district, under its standard; None without a score
    years  what was decided on the circle before
    """

    grade: Grade
    rank: int | None = None
    years: list[str] = field(default_factory=list)

    @property
    def level(self) -> str:
        """What counts: decided, else proposed; "none" = not even 基础型, "unknown" = 情况不明."""
        if self.grade.outcome or self.grade.proposed_level:
            return self.grade.outcome or self.grade.proposed_level
        return UNKNOWN if getattr(self.grade, "lowest", "") == UNKNOWN else Outcome.NONE


@page("assessments.grades")
def grades(request: HttpRequest) -> HttpResponse:
    """The register, filtered; `?export=xlsx` gives exactly what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    year = year_of(request.GET.get("year", ""))
    exporting = request.GET.get("export") == "xlsx"
    every = lines_of(district, year, scope, whole=exporting)
    # Among one's own circles alone a rank would say nothing.
    if scope.all_streets:
        _ranked(every)
    found = _sorted(request, [line for line in every if _fits(request, line)])
    if exporting:
        return _workbook(request, found, district, year)
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    lines = found[start : start + PER_PAGE]
    with_history(lines, scope)
    words = Counter(move.word for line in every for move in open_moves(GRADE, line.grade, scope))
    context = {
        "crumbs": [{"label": district.name}, {"label": _("评定结果")}],
        "year": year,
        "figures": _figures(request, every, scope),
        "filters": _filters(request, scope, district, every, year),
        "tools": {
            "count_text": _("共 %(n)d 个") % {"n": len(found)},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": [{"label": _("两套标准对照"), "url": reverse("evaluation:grade_compare")}]
            if scope.all_streets
            else [],
        },
        "rows": [_shown(line) for line in lines],
        "heads": sort_heads(request, SORTS, "-score"),
        "standards": len({line.grade.evaluation.standard_id for line in every}) > 1,
        "pager": offset_pager(request, start, PER_PAGE, len(found)),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
        "here": request.get_full_path(),
        "words": words,
        "today": timezone.localdate(),
        "sees_all": scope.all_streets,
    }
    if policy.may(scope, "assessments.propose_grades"):
        begun = Evaluation.objects.filter(district=district, year=year)
        context |= {
            "may_propose": True,
            "begun": begun.filter(checklist__isnull=False).count(),
            "bare": begun.filter(checklist__isnull=True).count(),
        }
    return render(request, "evaluation/grades.html", context)


def lines_of(district: District, year: int, scope: Scope, *, whole: bool) -> list[Line]:
    """The grades of a year that the caller may see, by circle, or with explanations; one query."""
    rows = Grade.objects.visible_to(scope).filter(district=district, year=year)
    rows = rows.select_related("circle__lead_street", "evaluation__standard", "district")
    rows = rows.defer("circle__boundary", "district__outline", "evaluation__standard__note")
    rows = rows.annotate(lowest=KT("explanation__levels__0__state"))
    if not whole:
        rows = rows.defer("explanation")
    return [Line(grade) for grade in rows.order_by("circle__code", "id")]


def _ranked(lines: list[Line]) -> None:
    """Set ranks by score, equal ones sharing theirs; under each standard apart."""
    by_standard: dict[Any, list[Line]] = {}
    for line in lines:
        if line.grade.score is not None:
            by_standard.setdefault(line.grade.evaluation.standard_id, []).append(line)
    for same in by_standard.values():
        scores = sorted((line.grade.score or 0 for line in same), reverse=True)
        for line in same:
            line.rank = scores.index(line.grade.score or 0) + 1


def with_history(lines: Sequence[Line], scope: Scope) -> None:
    """Set what was decided in earlier years, as far as the caller may know it; one query."""
    circles = {line.grade.circle_id for line in lines}
    decided = Grade.objects.visible_to(scope).decided()
    before = decided.filter(circle__in=circles).order_by("year")
    told: dict[Any, list[tuple[int, str]]] = {}
    for grade in before.only("circle", "year", "outcome"):
        told.setdefault(grade.circle_id, []).append((grade.year, grade.get_outcome_display()))
    for line in lines:
        past = [one for one in told.get(line.grade.circle_id, []) if one[0] < line.grade.year]
        line.years = [f"{year} {word}" for year, word in past[-3:]]


# --- Which, and in which order --------------------------------------------------------------------
def _fits(request: HttpRequest, line: Line) -> bool:
    get, grade = request.GET.get, line.grade
    words = get("q", "").casefold().split()
    text = f"{grade.circle.name} {grade.circle.code}".casefold()
    wanted = (
        (get("street"), grade.circle.lead_street.code),
        (get("level"), line.level),
        (get("state"), grade.state),
        (get("change"), grade.adjustment),
        (get("standard"), str(grade.evaluation.standard_id)),
    )
    return all(word in text for word in words) and all(a in (None, "", b) for a, b in wanted)


RANKS = {
    level: rank
    for rank, level in enumerate(("withdrawn", "none", *["basic", "improved", "quality"]))
}
# Word of the address → what lines are ordered by; None stands last, either way.
SORTS: dict[str, Callable[[Line], Any]] = {
    "score": lambda line: line.grade.score,
    "proposed": lambda line: RANKS[line.grade.proposed_level or "none"],
    "outcome": lambda line: RANKS[line.grade.outcome] if line.grade.outcome else None,
    "state": lambda line: State.values.index(line.grade.state),
}


def _sorted(request: HttpRequest, lines: list[Line]) -> list[Line]:
    """Best score first unless asked otherwise."""
    asked = request.GET.get("sort", "-score")
    of = SORTS.get(asked.removeprefix("-"), SORTS["score"])
    known = [line for line in lines if of(line) is not None]
    known.sort(key=of, reverse=asked.startswith("-"))
    return known + [line for line in lines if of(line) is None]


def _filters(
    request: HttpRequest, scope: Scope, district: District, lines: Iterable[Line], year: int
) -> dict[str, Any]:
    years = set(Grade.objects.visible_to(scope).values_list("year", flat=True))
    years |= {timezone.localdate().year, year}
    options = [{"value": str(one), "label": str(one)} for one in sorted(years, reverse=True)]
    standards: dict[str, Standard] = {
        str(line.grade.evaluation.standard_id): line.grade.evaluation.standard for line in lines
    }
    streets = [(street.code, street.name) for street in own_streets(scope, district)]
    fields = [
        {"name": "year", "label": _("年度"), "kind": "select", "value": year, "options": options},
        search(request, "q", _("搜索"), _("生活圈名称、编码")),
        select(
            request,
            "level",
            _("等级（未审定的按拟评）"),
            [*Outcome.choices, (UNKNOWN, _("情况不明"))],
        ),
        select(request, "change", _("动态调整"), Grade.Adjustment.choices),
    ]
    if scope.all_streets:
        fields.append(select(request, "state", _("状态"), State.choices))
    if len(streets) > 1:
        fields.append(select(request, "street", _("主报街镇"), streets))
    if len(standards) > 1:
        named = [(pk, f"{one.name}（{one.number}）") for pk, one in standards.items()]
        fields.append(select(request, "standard", _("评价标准"), named))
    return described(request, fields) | {"clear_url": f"{request.path}?year={year}"}


# --- What is shown --------------------------------------------------------------------------------
def _shown(line: Line) -> dict[str, Any]:
    grade = line.grade
    return {
        "grade": grade,
        "rank": line.rank,
        "years": " → ".join(line.years),
        "proposed": proposed_word(grade.proposed_level, getattr(grade, "lowest", "")),
        "outcome": grade.get_outcome_display(),
        "differs": bool(grade.outcome) and grade.outcome != (grade.proposed_level or Outcome.NONE),
        "change": change_of(grade),
        "state": grade.get_state_display(),
        "status": STATES[State(grade.state)],
    }


CHANGES = {"raised": "good", "lowered": "warn", "withdrawn": "bad"}


def change_of(grade: Grade) -> dict[str, str]:
    """components/status.html's dict of 动态调整."""
    status = CHANGES.get(grade.adjustment, "none")
    return {"status": status, "word": grade.get_adjustment_display()}


def _figures(request: HttpRequest, lines: Sequence[Line], scope: Scope) -> list[dict[str, Any]]:
    """Circles by level, decided and proposed; how many wait for a decision."""
    decided = Counter(line.grade.outcome for line in lines if line.grade.outcome)
    proposed = Counter(line.level for line in lines if not line.grade.outcome)

    def only(**conditions: str) -> str:
        return with_query(request, **conditions, **{"from": None})

    told = []
    for level in (*reversed(Outcome.values[:3]), Outcome.NONE, Outcome.WITHDRAWN):
        if level == Outcome.WITHDRAWN and not decided[level]:
            continue
        told.append(
            {
                "label": Outcome(level).label,
                "value": decided[level],
                "note": _("另有拟评 %(n)d 个") % {"n": proposed[level]} if proposed[level] else "",
                "url": only(level=level),
            }
        )
    if proposed[UNKNOWN]:
        told.append(
            {
                "label": _("拟评情况不明"),
                "value": proposed[UNKNOWN],
                "note": _("待补齐数据"),
                "url": only(level=UNKNOWN),
            }
        )
    if scope.all_streets:
        states = Counter(line.grade.state for line in lines)
        waiting = {"n": states[State.SUBMITTED], "more": states[State.PROPOSED]}
        told.append(
            {
                "label": _("待审定"),
                "value": waiting["n"],
                "note": _("待报审 %(more)d 个") % waiting,
                "url": only(state=State.SUBMITTED),
            }
        )
    return told


# --- Export ---------------------------------------------------------------------------------------
def _workbook(
    request: HttpRequest, lines: Sequence[Line], district: District, year: int
) -> HttpResponse:
    told = {"district": district.name, "year": year}
    notes = [_("%(district)s%(year)d年度一刻钟便民生活圈评定结果") % told]
    if not all(line.grade.evaluation.standard.is_official for line in lines):
        notes.append(_("评价标准待区商务委确认"))
    if any(line.grade.is_sample for line in lines):
        notes.append(_("演示数据"))
    rows = [_exported(line) for line in lines]
    ranked = any(line.rank for line in lines)
    columns = [column for column in COLUMNS if ranked or column.key != "rank"]
    sheet = Sheet(title=_("评定结果"), columns=columns, rows=rows, notes=notes)
    label = _("评定结果") + str(year)
    return workbook_answer(request, name="grades", label=label, sheets=[sheet])


def _exported(line: Line) -> dict[str, Any]:
    grade = line.grade
    return {
        "rank": line.rank,
        "code": grade.circle.code,
        "name": grade.circle.name,
        "street": grade.circle.lead_street.name,
        "standard": f"{grade.evaluation.standard.name}（{grade.evaluation.standard.number}）",
        "kind": grade.evaluation.get_kind_display(),
        "score": grade.score,
        "scored": grade.scored_points,
        "proposed": proposed_word(grade.proposed_level, getattr(grade, "lowest", "")),
        "missing": missing_text(grade.explanation),
        "outcome": grade.get_outcome_display(),
        "reason": grade.reason,
        "previous": grade.get_previous_level_display(),
        "change": grade.get_adjustment_display(),
        "state": grade.get_state_display(),
        "decided_on": grade.decided_on,
    }
