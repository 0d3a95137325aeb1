"""`/coordination/duties/`: 任务分工落实表, clause × unit × latest progress × evidence."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import ResponsibilityProgress
from coordination.services.duties import (
    UNSAID,
    ClauseDuties,
    Duty,
    DutyGroup,
    division,
    task_clauses,
)
from core import audit, policy
from core.models import Document
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from core.word import OfficialDocument, word_response
from portal.basis import with_query
from portal.coordination.files import workbook_answer
from portal.coordination.words import unit_name, units_of
from portal.ledger.lists import described, select
from portal.views.common import own_district, page, scope_of
from territory.models import District

Standing = ResponsibilityProgress.Standing
STATUS = {
    Standing.NOT_STARTED: "warn",
    Standing.UNDER_WAY: "none",
    Standing.STANDING: "good",
    Standing.DONE: "good",
}
COLUMNS = (
    Column(key="document", title=gettext_lazy("文件"), width=16),
    Column(key="ref", title=gettext_lazy("条款"), width=10),
    Column(key="title", title=gettext_lazy("标题"), width=30),
    Column(key="manner", title=gettext_lazy("责任方式"), width=14),
    Column(key="printed", title=gettext_lazy("责任单位（原文）"), width=16),
    Column(key="office", title=gettext_lazy("单位"), width=24),
    Column(key="standing", title=gettext_lazy("进度"), width=10),
    Column(key="text", title=gettext_lazy("最近落实情况"), width=48),
    Column(key="evidence", title=gettext_lazy("佐证材料"), width=24),
    Column(key="on", title=gettext_lazy("填报日期"), kind=Kind.DATE),
    Column(key="by", title=gettext_lazy("填报人"), width=12),
)


@page("coordination.duties")
def duties(request: HttpRequest) -> HttpResponse:
    """The matrix, filtered; `?export=docx` or `xlsx` gives what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    documents = list(_documents())
    chosen = next((one for one in documents if one.code == request.GET.get("document")), None)
    template = chosen is not None and chosen.level == Document.Level.ELSEWHERE
    clauses = task_clauses(elsewhere=template)
    if chosen is not None:
        clauses = clauses.filter(document=chosen)
    unit, standing = request.GET.get("unit", ""), request.GET.get("standing", "")
    narrowed = {} if template else {"office_code": unit, "standing": standing}
    found = division(district, clauses=clauses, **narrowed)
    match request.GET.get("export"):
        case "xlsx":
            return _workbook(request, district, found)
        case "docx":
            return _document(request, district, found)
    context = {
        "crumbs": [{"label": district.name}, {"label": _("任务分工")}],
        "filters": _filters(request, district, documents),
        "tools": {
            "count_text": _count_text(found),
            "exports": [
                {"label": _("导出 Word"), "url": with_query(request, export="docx")},
                {"label": _("导出 Excel"), "url": with_query(request, export="xlsx")},
            ],
        },
        "blocks": [
            _block(one, scope, opened=bool(unit or standing)) for one in found if one.groups
        ],
        "unstated": [one.clause for one in found if not one.groups],
        "template": chosen if template else None,
        "tally": [] if template else _tally(found),
        "may_fill": policy.may(scope, "coordination.report_duty"),
        "may_issue": policy.may(scope, "coordination.manage_tasks") and not template,
    }
    return render(request, "coordination/duties.html", context)


def shown(duty: Duty, scope: Scope) -> dict[str, Any]:
    """A part as the pages show it."""
    said = duty.latest
    return {
        "pk": duty.responsibility.pk,
        "unit": unit_name(duty.office),
        "mine": bool(scope.office_code) and duty.office.code == scope.office_code,
        "status": STATUS[Standing(said.standing)] if said else "unknown",
        "word": said.get_standing_display() if said else _("未填报"),
        "said": said,
    }


def _documents() -> Iterable[Document]:
    """Those that set tasks: ours first."""
    rows = Document.objects.filter(clauses__sets_task=True).distinct().order_by("code")
    return sorted(rows, key=lambda row: row.level == Document.Level.ELSEWHERE)


def _block(one: ClauseDuties, scope: Scope, *, opened: bool) -> dict[str, Any]:
    return {
        "clause": one.clause,
        "document": one.clause.document,
        "groups": [_group(group, scope, opened=opened) for group in one.groups],
    }


def _group(group: DutyGroup, scope: Scope, *, opened: bool) -> dict[str, Any]:
    parts = [shown(duty, scope) for duty in group.duties]
    return {
        "printed": group.printed,
        "unlisted": not parts,
        "many": len(parts) > 1,
        "open": opened,
        "n": len(parts),
        "told": group.told,
        "duties": parts,
        # One's own part stands before the closed group.
        "mine": None if opened else next((part for part in parts if part["mine"]), None),
    }


def _tally(found: list[ClauseDuties]) -> list[dict[str, str]]:
    parts = [duty for one in found for duty in one.duties]
    counted = Counter(duty.latest.standing if duty.latest else UNSAID for duty in parts)
    here = reverse("coordination:duties")
    words = [(UNSAID, _("未填报")), *((value, str(label)) for value, label in Standing.choices)]
    return [
        {"label": word, "value": str(counted[value]), "url": f"{here}?standing={value}"}
        for value, word in words
    ]


def _count_text(found: list[ClauseDuties]) -> str:
    stated = sum(bool(one.clause.units) for one in found)
    told = {"n": len(found), "a": stated, "b": len(found) - stated}
    return _("任务条款 %(n)d 条：文件明确责任单位 %(a)d 条，文件未明确 %(b)d 条") % told


def _filters(request: HttpRequest, district: District, documents: list[Document]) -> dict[str, Any]:
    names = [
        (one.code, f"{one.short_name}（{one.get_level_display()}）")
        if one.level == Document.Level.ELSEWHERE
        else (one.code, one.short_name)
        for one in documents
    ]
    units = [(one.code, unit_name(one)) for one in units_of(district.pk)]
    standings = [*Standing.choices, (UNSAID, _("未填报"))]
    fields = [
        select(request, "document", _("文件"), names),
        select(request, "unit", _("责任单位"), units),
        select(request, "standing", _("进度"), standings),
    ]
    return described(request, fields)


def _lines(found: list[ClauseDuties]) -> Iterator[tuple[ClauseDuties, DutyGroup | None, Any]]:
    """One for each part, and one for what stands without an office."""
    for one in found:
        if not one.groups:
            yield one, None, None
        for group in one.groups:
            if not group.duties:
                yield one, group, None
            for duty in group.duties:
                yield one, group, duty


def _workbook(request: HttpRequest, district: District, found: list[ClauseDuties]) -> HttpResponse:
    rows = []
    for one, group, duty in _lines(found):
        said = duty.latest if duty else None
        clause = one.clause
        rows.append(
            {
                "document": clause.document.short_name,
                "ref": clause.ref,
                "title": clause.title,
                "manner": clause.get_manner_display(),
                "printed": group.printed if group else _("文件未明确"),
                "office": unit_name(duty.office) if duty else "",
                "standing": said.get_standing_display() if said else _("未填报") if duty else "",
                "text": said.text if said else "",
                "evidence": said.evidence if said else "",
                "on": timezone.localtime(said.at).date() if said else None,
                "by": said.by_label if said else "",
            }
        )
    notes = [_title(district), *_remarks(found)]
    sheet = Sheet(title=_("任务分工落实表"), columns=COLUMNS, rows=rows, notes=notes)
    return workbook_answer(request, name="duties", label=_("任务分工落实表"), sheets=[sheet])


def _document(request: HttpRequest, district: District, found: list[ClauseDuties]) -> HttpResponse:
    document = OfficialDocument(landscape=True)
    document.title(_title(district))
    document.subtitle(_("（截至%(day)s）") % {"day": f"{timezone.localdate():%Y年%-m月%-d日}"})
    if any(duty.latest and duty.latest.is_sample for one in found for duty in one.duties):
        document.sample_mark()
    head = [_("条款"), _("内容"), _("责任单位"), _("进度"), _("最近落实情况"), _("佐证材料")]
    rows, last = [], None
    for one, group, duty in _lines(found):
        said = duty.latest if duty else None
        first = one is not last
        last = one
        rows.append(
            [
                one.clause.ref if first else "",
                one.clause.title if first else "",
                unit_name(duty.office) if duty else group.printed if group else _("文件未明确"),
                said.get_standing_display() if said else _("未填报") if duty else "—",
                said.text if said else "",
                said.evidence if said else "",
            ]
        )
    document.table(head, rows, [1.1, 2.6, 2.4, 1.2, 4.4, 2.2])
    for remark in _remarks(found):
        document.note(remark)
    audit.note("portal.export", list="duties", rows=len(rows), query=request.GET.urlencode())
    return word_response(document, _("任务分工落实表"))


def _title(district: District) -> str:
    return _("%(district)s一刻钟便民生活圈任务分工落实表") % {"district": district.name}


def _remarks(found: list[ClauseDuties]) -> list[str]:
    remarks = [_("责任单位按文件原文列示；文件未明确责任单位的条款不推定牵头单位。")]
    if any(one.clause.document.level == Document.Level.ELSEWHERE for one in found):
        remarks.append(_("本表所列为外地参考文件，不是本区的任务分工。"))
    return remarks
