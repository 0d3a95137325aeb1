"""`/evaluation/scoring/`: who has not scored what, by circle and by expert."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from assessments.models import Evaluation, Scorecard
from assessments.services.scoring import urge_experts
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from core.spreadsheets import Column, Kind, Sheet
from portal.basis import offset_pager, with_query
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.evaluation.scoring_rows import (
    OPEN_STEPS,
    STEPS,
    by_expert,
    lines_of,
    names_of,
    recused_text,
    scored_in_full,
)
from portal.ledger.lists import described, own_streets, search, select
from portal.views.common import own_district, page, scope_of

PER_PAGE = 50
MANAGE = "assessments.manage_evaluations"
CONDITIONS = ("q", "step", "street", "kind", "standard", "late")
Line = dict[str, Any]
BY_CIRCLE = (
    Column(key="code", title=gettext_lazy("生活圈编码"), width=14),
    Column(key="name", title=gettext_lazy("生活圈"), width=28),
    Column(key="street", title=gettext_lazy("街道（镇）"), width=16),
    Column(key="kind", title=gettext_lazy("评价类型"), width=10),
    Column(key="standard", title=gettext_lazy("评价标准"), width=24),
    Column(key="step", title=gettext_lazy("进度"), width=18),
    Column(key="sent", title=gettext_lazy("已收评分表"), kind=Kind.INTEGER),
    Column(key="wanted", title=gettext_lazy("应收评分表"), kind=Kind.INTEGER),
    Column(key="spread", title=gettext_lazy("专家分歧（分）"), width=12),
    Column(key="waiting", title=gettext_lazy("未评分专家"), width=28),
    Column(key="recused", title=gettext_lazy("回避"), width=28),
    Column(key="due_on", title=gettext_lazy("评分截止"), kind=Kind.DATE),
    Column(key="left", title=gettext_lazy("剩余时间"), width=16),
)
BY_EXPERT = (
    Column(key="expert", title=gettext_lazy("评审专家"), width=16),
    Column(key="office", title=gettext_lazy("单位"), width=24),
    Column(key="assigned", title=gettext_lazy("分派"), kind=Kind.INTEGER),
    Column(key="scored", title=gettext_lazy("已评"), kind=Kind.INTEGER),
    Column(key="waiting", title=gettext_lazy("待评"), kind=Kind.INTEGER),
    Column(key="late", title=gettext_lazy("逾期"), kind=Kind.INTEGER),
    Column(key="circles", title=gettext_lazy("待评生活圈"), width=48),
    Column(key="due_on", title=gettext_lazy("最近截止"), kind=Kind.DATE),
)


@page(MANAGE)
def scoring(request: HttpRequest) -> HttpResponse:
    """The list, filtered; `?by=expert` by expert; `?export=xlsx` gives exactly what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    full = scored_in_full(scope, district)
    years = sorted(set(full.order_by().values_list("year", flat=True)), reverse=True)
    year = whole(request.GET.get("year", "")) or (years[0] if years else timezone.localdate().year)
    every = lines_of(full.filter(year=year))
    found = [line for line in every if _fits(request, line)]
    experts = _experts(request, found, scope)
    of_experts = request.GET.get("by") == "expert"
    if request.GET.get("export") == "xlsx":
        return _workbook(request, year, found, experts if of_experts else None)
    shown: list[Line] = experts if of_experts else found
    start = whole(request.GET.get("from", ""))
    assign = {"label": _("分派专家"), "url": reverse("evaluation:assign"), "main": True}
    context = {
        "crumbs": [{"label": district.name}, {"label": _("专家评分")}],
        "year": year,
        "figures": _figures(request, every),
        "filters": _filters(request, scope, district, years, year, every),
        "tools": {
            "count_text": (_("共 %(n)d 位专家") if of_experts else _("共 %(n)d 个生活圈"))
            % {"n": len(shown)},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": [assign],
        },
        "views": _views(request, of_experts=of_experts),
        "of_experts": of_experts,
        "lines": shown[start : start + PER_PAGE],
        "pager": offset_pager(request, start, PER_PAGE, len(shown)),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
        "any": bool(every),
        "here": request.get_full_path(),
    }
    return render(request, "evaluation/scoring.html", context)


@require_POST
@page(MANAGE)
def urge(request: HttpRequest) -> HttpResponse:
    """催办 the experts that were ticked."""
    scope = scope_of(request)
    back = reverse("evaluation:scoring") + "?by=expert"
    if not (wanted := request.POST.getlist("card")):
        messages.error(request, _("请先勾选要催办的专家。"))
        return redirect(back)
    ids = [one for group in wanted for one in group.split(",")]
    cards = Scorecard.objects.visible_to(scope).waiting().filter(pk__in=_uuids(ids))
    rows = cards.select_related("evaluation__circle", "evaluation__district").order_by("id")
    try:
        with refusals():
            text = request.POST.get("text", "")
            told = urge_experts(cards=rows, text=text, by=current_actor(), scope=scope)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("已催办，通知 %(n)d 人。") if told else _("今天已经催办过，未重复通知。")
        messages.success(request, done % {"n": told} if told else done)
    return redirect(back)


def _uuids(texts: list[str]) -> list[Any]:
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _fits(request: HttpRequest, line: Line) -> bool:
    get = request.GET.get
    words = f"{line['circle'].name} {line['circle'].code} {names_of(line['waiting'])}"
    step = get("step", "open")
    return (
        all(word in words for word in get("q", "").split())
        and (step == "all" or line["step"] == step or (step == "open" and _is_open(line)))
        and get("street", line["street"].code) in ("", line["street"].code)
        and get("kind", line["evaluation"].kind) in ("", line["evaluation"].kind)
        and get("standard", line["evaluation"].standard.code)
        in ("", line["evaluation"].standard.code)
        and (get("late") != "1" or line["late"])
    )


def _is_open(line: Line) -> bool:
    return line["step"] in OPEN_STEPS


def _experts(request: HttpRequest, found: list[Line], scope: Any) -> list[Line]:
    """Of the circles found; who has nothing left is shown only under 全部."""
    if request.GET.get("by") != "expert":
        return []
    lines = by_expert(found, Scorecard.objects.visible_to(scope))
    return lines if request.GET.get("step") == "all" else [one for one in lines if one["waiting"]]


def _views(request: HttpRequest, *, of_experts: bool) -> list[dict[str, Any]]:
    return [
        {
            "label": _("按生活圈"),
            "url": with_query(request, **{"by": None, "from": None}),
            "current": not of_experts,
        },
        {
            "label": _("按专家"),
            "url": with_query(request, **{"by": "expert", "from": None}),
            "current": of_experts,
        },
    ]


def _figures(request: HttpRequest, lines: list[Line]) -> list[dict[str, str]]:
    waiting = [card for line in lines for card in line["waiting"]]
    late = sum(len(line["waiting"]) for line in lines if line["late"])

    def count(step: str) -> str:
        return str(sum(line["step"] == step for line in lines))

    def link(**conditions: str) -> str:
        return with_query(request, **{name: None for name in (*CONDITIONS, "from")} | conditions)

    return [
        {"label": _("待评评分表"), "value": str(len(waiting)), "url": link(by="expert")},
        {"label": _("其中逾期"), "value": str(late), "url": link(late="1")},
        {"label": _("专家未派足"), "value": count("unassigned"), "url": link(step="unassigned")},
        {"label": _("分歧超限"), "value": count("divergent"), "url": link(step="divergent")},
        {"label": _("待确认"), "value": count("to_confirm"), "url": link(step="to_confirm")},
    ]


def _filters(
    request: HttpRequest, scope: Any, district: Any, years: list[int], year: int, lines: list[Line]
) -> dict[str, Any]:
    standards = {
        line["evaluation"].standard.code: line["evaluation"].standard.name for line in lines
    }
    fields = [
        search(request, "q", _("搜索"), _("生活圈名称、编码或专家姓名")),
        select(
            request,
            "step",
            _("进度"),
            [("open", _("未办结")), *((key, word) for key, (_status, word) in STEPS.items())],
            default="open",
        ),
        select(
            request,
            "street",
            _("街道（镇）"),
            [(one.code, one.name) for one in own_streets(scope, district)],
        ),
        select(request, "kind", _("评价类型"), Evaluation.Kind.choices),
        select(request, "late", _("时限"), [("1", _("仅看逾期"))]),
        select(request, "year", _("年度"), [(str(one), one) for one in years], default=str(year)),
    ]
    # Every year is one of its own: there is no 全部.
    fields[-1]["options"] = fields[-1]["options"][1:]
    if len(standards) > 1:
        fields.insert(-1, select(request, "standard", _("评价标准"), sorted(standards.items())))
    fields.append({"name": "by", "kind": "hidden", "label": "", "value": request.GET.get("by", "")})
    told = described(request, fields)
    told["chips"] = [chip for chip in told["chips"] if not chip["label"].startswith("：")]
    return told


def _workbook(
    request: HttpRequest, year: int, lines: list[Line], experts: list[Line] | None
) -> HttpResponse:
    label = _("专家评分进度") + f"{timezone.localdate():%Y%m%d}"
    notes = [_("%(year)d年度专家评分进度") % {"year": year}]
    if any(line["evaluation"].is_sample for line in lines):
        notes.append(_("演示数据"))
    if experts is not None:
        rows = [_expert_row(one) for one in experts]
        sheet = Sheet(title=_("按专家"), columns=BY_EXPERT, rows=rows, notes=notes)
    else:
        rows = [_circle_row(one) for one in lines]
        sheet = Sheet(title=_("按生活圈"), columns=BY_CIRCLE, rows=rows, notes=notes)
    return workbook_answer(request, name="scoring", label=label, sheets=[sheet])


def _circle_row(line: Line) -> dict[str, Any]:
    return {
        "code": line["circle"].code,
        "name": line["circle"].name,
        "street": line["street"].name,
        "kind": line["evaluation"].get_kind_display(),
        "standard": line["evaluation"].standard.name,
        "step": str(line["word"]),
        "sent": line["sent"],
        "wanted": line["wanted"],
        "spread": line["spread"],
        "waiting": names_of(line["waiting"]),
        "recused": recused_text(line["recused"]),
        "due_on": line["evaluation"].due_on,
        "left": line["left_word"],
    }


def _expert_row(line: Line) -> dict[str, Any]:
    return {
        "expert": str(line["expert"]),
        "office": str(line["expert"].office or ""),
        "assigned": line["assigned"],
        "scored": line["scored"],
        "waiting": len(line["waiting"]),
        "late": line["late"],
        "circles": "、".join(one["circle"].name for one in line["waiting"]),
        "due_on": line["due_on"],
    }
