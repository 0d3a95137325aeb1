"""`/coordination/lines/`: 「24字方针·七个一」落实情况 of a year: read, edited, and as Word."""

from itertools import groupby
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import WorkLine
from coordination.services.lines import (
    FIRST_YEAR,
    LAST_YEAR,
    LineOfYear,
    lines_of_year,
    save_line,
    years,
)
from core import audit, policy
from core.word import OfficialDocument, word_response
from portal.basis import with_query
from portal.coordination.acting import ActPage, LongField, SeenForm, act_page
from portal.coordination.tasks import whole
from portal.ledger.lists import described, select
from portal.views.common import own_district, page, scope_of
from territory.models import District

NUMERALS = "一二三四五六七八九十"


class LineForm(SeenForm):
    """What is said of a line in a year."""

    text = LongField(label=gettext_lazy("落实情况"), rows=8, max_length=10000)
    evidence = forms.CharField(label=gettext_lazy("佐证材料"), required=False, max_length=300)


@page("coordination.lines")
def lines(request: HttpRequest) -> HttpResponse:
    """The fifteen lines; `?export=docx` gives them as a document."""
    scope = scope_of(request)
    district = own_district(scope)
    year = whole(request.GET.get("year", ""))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        year = timezone.localdate().year
    found = lines_of_year(district, year)
    if request.GET.get("export") == "docx":
        return _document(district, year, found)
    told = sum(one.progress is not None for one in found)
    context = {
        "crumbs": [{"label": district.name}, {"label": _("主线落实")}],
        "year": year,
        "filters": _filters(request, district),
        "tools": {
            "count_text": _("%(n)d 项，已填写 %(m)d 项") % {"n": len(found), "m": told},
            "exports": [{"label": _("导出 Word"), "url": with_query(request, export="docx")}],
        },
        "groups": _grouped(found),
        "may_change": policy.may(scope, "coordination.change_lines"),
    }
    return render(request, "coordination/lines.html", context)


@page("coordination.change_lines")
def line(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """Write one line of a year, on the version that was seen."""
    district = own_district(scope_of(request))
    row = WorkLine.objects.select_related("clause").filter(code=code).first()
    if row is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404(_("没有这条主线。"))
    of_year = next(one for one in lines_of_year(district, year) if one.line.pk == row.pk)
    said = of_year.progress
    begun = {
        "text": said.text if said else "",
        "evidence": said.evidence if said else "",
        "seen_version": of_year.version,
    }
    back = f"{reverse('coordination:lines')}?year={year}"

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        save_line(district=district, line=row, year=year, **given, **common)
        return f"{back}#{row.code}"

    act = ActPage(
        title=_("%(year)d 年落实情况：%(line)s") % {"year": year, "line": row.name},
        submit=_("保存"),
        form=LineForm(request.POST or None, initial=begun),
        run=run,
        done=_("已保存“%(line)s”的落实情况。") % {"line": row.name},
        back=back,
        crumbs=[{"label": _("主线落实"), "url": back}, {"label": row.name}],
        explanation=row.clause.text if row.clause else "",
    )
    return act_page(request, act)


def _grouped(found: list[LineOfYear]) -> list[tuple[str, list[LineOfYear]]]:
    """Under 24字方针 and 七个一."""
    by_group = groupby(found, key=lambda one: one.line.get_group_display())
    return [(str(label), list(rows)) for label, rows in by_group]


def _filters(request: HttpRequest, district: District) -> dict[str, Any]:
    told = years(district)
    offered = sorted({*told, told[0] - 1}, reverse=True)
    pairs = [(str(one), _("%(year)d 年") % {"year": one}) for one in offered]
    field = select(request, "year", _("年度"), pairs, default=str(timezone.localdate().year))
    # One year at a time.
    field["options"] = field["options"][1:]
    return described(request, [field])


def _document(district: District, year: int, found: list[LineOfYear]) -> HttpResponse:
    document = OfficialDocument()
    told = {"district": district.name, "year": year}
    document.title(_("%(district)s%(year)d年一刻钟便民生活圈\n“24字方针·七个一”落实情况") % told)
    if any(one.progress and one.progress.is_sample for one in found):
        document.sample_mark()
    for number, (label, rows) in enumerate(_grouped(found)):
        document.heading(f"{NUMERALS[number]}、{label}")
        for at, one in enumerate(rows):
            document.heading(f"（{NUMERALS[at]}）{one.line.title or one.line.name}", level=2)
            document.paragraph(one.progress.text if one.progress else _("（待填写）"))
            if one.progress and one.progress.evidence:
                evidence = {"evidence": one.progress.evidence}
                document.note(_("佐证材料：%(evidence)s") % evidence)
    audit.note("portal.export", list="lines", rows=len(found), query=f"year={year}")
    return word_response(document, _("“24字方针·七个一”落实情况（%(year)d年）") % told)
