"""`/evaluation/`: the register of a year, and what is done with many circles at once."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Evaluation, Sample, Standard
from assessments.presence import Kinds
from assessments.services.evaluations import EARLIEST
from assessments.services.standards import standard_on
from core import policy
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from metrics.querysets import last_release
from portal.basis import offset_pager, sort_heads, with_query
from portal.coordination.files import workbook_answer
from portal.evaluation.year_rows import STAGES, YearRow, year_rows
from portal.ledger.lists import described, own_streets, search, select
from portal.views.common import own_district, page, scope_of
from territory.models import District

PER_PAGE = 100
CONDITIONS = ("q", "street", "kind", "stage")
COLUMNS = (
    Column(key="code", title=gettext_lazy("生活圈编码"), width=14),
    Column(key="name", title=gettext_lazy("生活圈"), width=26),
    Column(key="street", title=gettext_lazy("主报街镇"), width=16),
    Column(key="kind", title=gettext_lazy("评价类型"), width=12),
    Column(key="sampled", title=gettext_lazy("抽中复核"), width=10),
    Column(key="stage", title=gettext_lazy("进度"), width=14),
    Column(key="basic", title=gettext_lazy("基本保障类具备"), kind=Kind.INTEGER),
    Column(key="basic_total", title=gettext_lazy("基本保障类总数"), kind=Kind.INTEGER),
    Column(key="basic_unknown", title=gettext_lazy("基本保障类情况不明"), kind=Kind.INTEGER),
    Column(key="quality", title=gettext_lazy("品质提升类具备"), kind=Kind.INTEGER),
    Column(key="quality_total", title=gettext_lazy("品质提升类总数"), kind=Kind.INTEGER),
    Column(key="quality_unknown", title=gettext_lazy("品质提升类情况不明"), kind=Kind.INTEGER),
    Column(key="cards", title=gettext_lazy("已交评分表"), kind=Kind.INTEGER),
    Column(key="wanted", title=gettext_lazy("应交评分表"), kind=Kind.INTEGER),
    Column(key="answers", title=gettext_lazy("有效问卷"), kind=Kind.INTEGER),
    Column(key="satisfaction", title=gettext_lazy("居民综合满意度（%）"), kind=Kind.DECIMAL),
    Column(key="score", title=gettext_lazy("评价得分"), kind=Kind.DECIMAL),
    Column(key="proposed", title=gettext_lazy("拟评等级"), width=10),
    Column(key="outcome", title=gettext_lazy("审定等级"), width=10),
)


@page("assessments.evaluations")
def home(request: HttpRequest) -> HttpResponse:
    """The register, filtered; `?export=xlsx` gives exactly what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    year = year_of(request.GET.get("year", ""))
    standards = _standards(district)
    standard = _chosen(request, district, standards, year)
    every = year_rows(district, year, standard, scope)
    found = _sorted(request, _filtered(request, every))
    if request.GET.get("export") == "xlsx":
        return _workbook(request, found, district, year, standard)
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    may_manage = policy.may(scope, "assessments.manage_evaluations")
    context = {
        "crumbs": [{"label": district.name}, {"label": _("评价总表")}],
        "year": year,
        "standard": standard,
        "figures": _figures(request, every),
        "filters": _filters(request, scope, district, standards, standard, year),
        "tools": {
            "count_text": _("共 %(n)d 个生活圈") % {"n": len(found)},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
        },
        "rows": [_line(row) for row in found[start : start + PER_PAGE]],
        "heads": sort_heads(request, SORTS, ""),
        "sees_cards": policy.may(scope, "assessments.scorecards"),
        "pager": offset_pager(request, start, PER_PAGE, len(found)),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
        "may_manage": may_manage,
        "here": request.get_full_path(),
        "kinds": Evaluation.Kind.choices,
    }
    if may_manage and standard:
        context |= _acts(district, year, standard, every)
    return render(request, "evaluation/register.html", context)


def year_of(text: str) -> int:
    """The year of an address; this one for what is none."""
    this = timezone.localdate().year
    year = int(text) if text.isdecimal() and len(text) == len(str(this)) else this
    return year if EARLIEST <= year <= this + 1 else this


def _standards(district: District) -> list[Standard]:
    """Those that evaluations rest on, or may be started with."""
    used = set(
        Evaluation.objects.filter(district=district).values_list("standard", flat=True).distinct()
    )
    rows = Standard.objects.filter(district=district).order_by("code", "-number")
    return [row for row in rows if row.pk in used or row.state == Standard.State.PUBLISHED]


def _chosen(
    request: HttpRequest, district: District, standards: list[Standard], year: int
) -> Standard | None:
    """The standard asked for; else the year's own, else the one in force."""
    asked = request.GET.get("standard", "")
    found = next((one for one in standards if str(one.pk) == asked), None)
    if found is not None:
        return found
    in_force = standard_on(district, timezone.localdate())
    begun = Evaluation.objects.filter(district=district, year=year)
    used = set(begun.values_list("standard", flat=True).distinct())
    if in_force is not None and (not used or in_force.pk in used):
        return in_force
    return next((one for one in standards if one.pk in used), in_force)


# --- Which, and in which order --------------------------------------------------------------------
def _filtered(request: HttpRequest, rows: Sequence[YearRow]) -> list[YearRow]:
    get = request.GET.get
    words, street = get("q", "").casefold().split(), get("street", "")
    kind, stage = get("kind", ""), get("stage", "")
    return [
        row
        for row in rows
        if all(word in f"{row.circle.name} {row.circle.code}".casefold() for word in words)
        and (not street or row.circle.lead_street.code == street)
        and (not kind or (row.evaluation is not None and row.evaluation.kind == kind))
        and (not stage or row.stage == stage)
    ]


def _satisfaction(row: YearRow) -> float | None:
    found = row.survey.found if row.survey else None
    return found.share if found else None


# Word of the address → what rows are ordered by; None stands last, either way.
SORTS: dict[str, Callable[[YearRow], Any]] = {
    "basic": lambda row: row.kinds[0].present if row.kinds else None,
    "quality": lambda row: row.kinds[1].present if row.kinds else None,
    "satisfaction": _satisfaction,
    "score": lambda row: row.grade.score if row.grade else None,
    "stage": lambda row: list(STAGES).index(row.stage),
}


def _sorted(request: HttpRequest, rows: list[YearRow]) -> list[YearRow]:
    asked = request.GET.get("sort", "")
    of = SORTS.get(asked.removeprefix("-"))
    if of is None:
        return rows
    known = [row for row in rows if of(row) is not None]
    known.sort(key=of, reverse=asked.startswith("-"))
    return known + [row for row in rows if of(row) is None]


def _filters(
    request: HttpRequest,
    scope: Scope,
    district: District,
    standards: list[Standard],
    standard: Standard | None,
    year: int,
) -> dict[str, Any]:
    years = set(Evaluation.objects.filter(district=district).values_list("year", flat=True))
    years |= {timezone.localdate().year}
    streets = [(street.code, street.name) for street in own_streets(scope, district)]
    stages = [(key, word) for key, (word, _status) in STAGES.items()]
    fields = [
        search(request, "q", _("搜索"), _("生活圈名称、编码")),
        _always(
            "year",
            _("评价年度"),
            str(year),
            [(str(one), str(one)) for one in sorted(years, reverse=True)],
        ),
        _always(
            "standard",
            _("评价标准"),
            str(standard.pk) if standard else "",
            [(str(one.pk), f"{one.name}（{one.number}）") for one in standards],
        ),
        select(request, "kind", _("评价类型"), Evaluation.Kind.choices),
        select(request, "stage", _("进度"), stages),
    ]
    if len(streets) > 1:
        fields.insert(1, select(request, "street", _("主报街镇"), streets))
    return described(request, fields)


def _always(
    name: str, label: str, value: str, choices: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """A field that always has a value."""
    options = [{"value": one, "label": word} for one, word in choices]
    return {"name": name, "label": label, "kind": "select", "value": value, "options": options}


# --- What is shown --------------------------------------------------------------------------------
def _line(row: YearRow) -> dict[str, Any]:
    word, status = STAGES[row.stage]
    return {
        "row": row,
        "circle": row.circle,
        "evaluation": row.evaluation,
        "stage": word,
        "status": status,
        "kinds": _kinds(row.kinds) if row.kinds else [],
        "satisfaction": satisfaction_text(row),
        "survey": row.survey,
        "proposed": row.level if row.grade and not row.grade.outcome else "",
        "outcome": row.level if row.grade and row.grade.outcome else "",
    }


def _kinds(kinds: tuple[Kinds, Kinds]) -> list[dict[str, Any]]:
    labels = (_("基本"), _("品质"))
    return [
        {"label": label, "present": one.present, "total": one.total, "unknown": one.unknown}
        for label, one in zip(labels, kinds, strict=True)
    ]


def satisfaction_text(row: YearRow) -> str:
    """In per cent; says so where it is withheld; “—” where nobody was asked."""
    if row.survey is None or row.survey.state == "empty":
        return "—"
    if row.survey.state == "suppressed":
        return _("样本过少，不公布")
    share = _satisfaction(row)
    return "—" if share is None else f"{share:.1%}"


def _figures(request: HttpRequest, rows: Sequence[YearRow]) -> list[dict[str, Any]]:
    """How far the year is."""
    stages = [row.stage for row in rows]
    unknown = sum(sum(one.unknown for one in row.kinds) for row in rows if row.kinds)

    def only(stage: str) -> str:
        return with_query(request, stage=stage, **{"from": None})

    return [
        {
            "label": _("未开始评价"),
            "value": stages.count("not_started"),
            "note": _("共 %(n)d 个生活圈") % {"n": len(rows)},
            "url": only("not_started"),
        },
        {
            "label": _("待确认分型表"),
            "value": stages.count("confirm"),
            "note": _("待填列 %(n)d 个") % {"n": stages.count("fill")},
            "url": only("confirm"),
        },
        {"label": _("情况不明的业态"), "value": unknown, "note": _("项，待现场核实")},
        {
            "label": _("已审定"),
            "value": stages.count("approved") + stages.count("published"),
            "note": _("其中已公布 %(n)d 个") % {"n": stages.count("published")},
            "url": only("approved"),
        },
    ]


def _acts(
    district: District, year: int, standard: Standard, rows: Sequence[YearRow]
) -> dict[str, Any]:
    """What the forms below the register need."""
    sample = Sample.objects.filter(district=district, year=year, standard=standard).first()
    names = {row.circle.code: row.circle.name for row in rows}
    reviews = sum(
        row.evaluation is not None and row.evaluation.kind == Evaluation.Kind.REVIEW for row in rows
    )
    return {
        "release": last_release(district),
        "sample": sample,
        "drawn": [{"code": c, "name": names.get(c, c)} for c in sample.drawn] if sample else [],
        "reviews": reviews,
        "not_started": sum(row.evaluation is None for row in rows),
    }


# --- Export ---------------------------------------------------------------------------------------
def _workbook(
    request: HttpRequest,
    rows: Sequence[YearRow],
    district: District,
    year: int,
    standard: Standard | None,
) -> HttpResponse:
    told = {"district": district.name, "year": year}
    notes = [_("%(district)s%(year)d年度一刻钟便民生活圈评价总表") % told]
    if standard is not None:
        notes.append(
            _("评价标准：%(name)s（第 %(number)d 版）")
            % {"name": standard.name, "number": standard.number}
        )
        if not standard.is_official:
            notes.append(_("待区商务委确认"))
    if any(row.circle.is_sample for row in rows):
        notes.append(_("演示数据"))
    sheet = Sheet(
        title=_("评价总表"), columns=COLUMNS, rows=[_exported(row) for row in rows], notes=notes
    )
    label = _("评价总表") + str(year)
    return workbook_answer(request, name="evaluations", label=label, sheets=[sheet])


def _exported(row: YearRow) -> dict[str, Any]:
    share = _satisfaction(row)
    told: dict[str, Any] = {
        "code": row.circle.code,
        "name": row.circle.name,
        "street": row.circle.lead_street.name,
        "stage": str(STAGES[row.stage][0]),
        "satisfaction": None if share is None else round(Decimal(share * 100), 1),
        "answers": row.survey.found.n if row.survey and row.survey.found else None,
    }
    if row.evaluation is not None:
        told["kind"] = row.evaluation.get_kind_display()
        told["sampled"] = _("是") if row.evaluation.sampled else ""
    for name, kinds in zip(("basic", "quality"), row.kinds or (), strict=False):
        told[name], told[f"{name}_total"] = kinds.present, kinds.total
        told[f"{name}_unknown"] = kinds.unknown
    if row.sees_grades and row.evaluation is not None:
        told |= {"cards": row.cards, "wanted": row.wanted}
    if row.grade is not None:
        told["score"] = row.grade.score
        told["outcome" if row.grade.outcome else "proposed"] = row.level
    return told
