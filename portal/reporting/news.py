"""`/reports/news/`: what units have sent; the commission adopts it or not."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Office
from core import policy
from core.scope import Scope
from core.spreadsheets import Column
from core.spreadsheets.columns import Kind
from core.workflow import open_moves
from portal.basis import offset_pager
from portal.ledger.lists import described, search, select
from portal.reporting.tables import exports, table_file
from portal.views.common import own_district, page, scope_of
from reports.models import WorkItem
from reports.news import label_of, photo_counts
from reports.workflow import WORK_ITEM

PER_PAGE = 20
SIGNS = {
    WorkItem.State.SUBMITTED: "warn",
    WorkItem.State.ADOPTED: "good",
    WorkItem.State.DECLINED: "unknown",
    WorkItem.State.WITHDRAWN: "none",
}
# What a unit says in figures, in the order in which it is shown.
FIGURES = ("sessions", "attendees", "sales", "jobs", "care_posts")
COLUMNS = (
    Column(key="happened_on", title=gettext_lazy("日期"), kind=Kind.DATE),
    Column(key="office", title=gettext_lazy("报送单位"), width=20),
    Column(key="category", title=gettext_lazy("类别"), width=12),
    Column(key="title", title=gettext_lazy("标题"), width=40),
    Column(key="text", title=gettext_lazy("正文"), width=60),
    Column(key="circle", title=gettext_lazy("生活圈"), width=20),
    Column(key="sessions", title=gettext_lazy("场次"), kind=Kind.INTEGER),
    Column(key="attendees", title=gettext_lazy("人次"), kind=Kind.INTEGER),
    Column(key="sales", title=gettext_lazy("带动消费额（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="jobs", title=gettext_lazy("岗位数"), kind=Kind.INTEGER),
    Column(key="care_posts", title=gettext_lazy("其中爱心岗位"), kind=Kind.INTEGER),
    Column(key="photos", title=gettext_lazy("照片"), kind=Kind.INTEGER),
    Column(key="state", title=gettext_lazy("状态"), width=10),
    Column(key="highlight", title=gettext_lazy("亮点"), kind=Kind.FLAG),
    Column(key="remark", title=gettext_lazy("采用意见"), width=30),
    Column(key="at", title=gettext_lazy("报送时间"), width=18),
    Column(key="by", title=gettext_lazy("报送人"), width=12),
)


@page("reports.work_items")
def news(request: HttpRequest) -> HttpResponse:
    """The items that the caller sees, filtered; the newest first."""
    scope = scope_of(request)
    found = _filtered(request, scope)
    if "export" in request.GET:
        rows = list(_table_of(found))
        return table_file(request, name=_("工作信息"), columns=COLUMNS, rows=rows)
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 0
    total = found.count()
    items = list(found[start : start + PER_PAGE])
    context = {
        "crumbs": [{"label": own_district(scope).name}, {"label": _("工作信息")}],
        "filters": _filters(request, scope),
        "tools": {
            "count_text": _("共 %(n)s 条") % {"n": f"{total:,}"},
            "exports": exports(request),
        },
        "items": [shown(item, scope, photos) for item, photos in _with_photos(items)],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "may_add": policy.may(scope, "reports.add_work_item"),
        "here": request.get_full_path(),
    }
    return render(request, "reporting/news.html", context)


def shown(item: WorkItem, scope: Scope, photos: int) -> dict[str, Any]:
    """An item as lists show it."""
    return {
        "item": item,
        "sign": SIGNS[WorkItem.State(item.state)],
        "word": item.get_state_display(),
        "figures": figures_of(item),
        "photos": photos,
        "moves": [move.word for move in open_moves(WORK_ITEM, item, scope)],
    }


def figures_of(item: WorkItem) -> list[dict[str, str]]:
    """What the unit says in figures; what it does not say is left out, never 0."""
    told = []
    for column in FIGURES:
        amount = getattr(item, column)
        if amount is None:
            continue
        if column == "sales":
            told.append({"label": _("带动消费额（万元）"), "text": wan(amount)})
        else:
            told.append({"label": label_of(column), "text": f"{amount:,}"})
    return told


def wan(amount: Any) -> str:
    """Yuan in 万元, with the decimals that it has and two at most."""
    return f"{amount / 10_000:,.2f}".rstrip("0").rstrip(".")


def _with_photos(items: list[WorkItem]) -> Iterator[tuple[WorkItem, int]]:
    counts = photo_counts(items)
    for item in items:
        yield item, counts.get(item.pk, 0)


def _filtered(request: HttpRequest, scope: Scope) -> "QuerySet[WorkItem]":
    rows: QuerySet[WorkItem] = WorkItem.objects.visible_to(scope)
    get = request.GET.get
    if state := get("state"):
        rows = rows.filter(state=state)
    else:
        rows = rows.exclude(state=WorkItem.State.WITHDRAWN)
    if category := get("category"):
        rows = rows.filter(category=category)
    if office := get("office"):
        rows = rows.filter(office__code=office)
    if get("highlight") == "1":
        rows = rows.filter(highlight=True)
    for name, lookup in (("since", "gte"), ("until", "lte")):
        if day := _day(get(name, "")):
            rows = rows.filter(**{f"happened_on__{lookup}": day})
    for word in get("q", "").split():
        rows = rows.filter(
            Q(title__icontains=word) | Q(text__icontains=word) | Q(office__name__icontains=word)
        )
    return (
        rows.select_related("office", "circle")
        .order_by("-happened_on", "-at", "-pk")
        .defer("circle__boundary")
    )


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _filters(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    fields = [
        search(request, "q", _("搜索"), _("标题、正文、单位")),
        select(request, "state", _("状态"), WorkItem.State.choices),
        select(request, "category", _("类别"), WorkItem.Category.choices),
        _day_field(request, "since", _("日期自")),
        _day_field(request, "until", _("至")),
        select(request, "highlight", _("亮点"), [("1", _("仅亮点"))]),
    ]
    if scope.all_streets:
        offices = Office.objects.filter(district__in=scope.district_ids).order_by("kind", "code")
        senders = offices.filter(
            kind__in=[Office.Kind.STREET, Office.Kind.DEPARTMENT, Office.Kind.COMMISSION]
        )
        pairs = list(senders.values_list("code", "name"))
        fields.insert(3, select(request, "office", _("报送单位"), pairs))
    return described(request, fields)


def _day_field(request: HttpRequest, name: str, label: str) -> dict[str, Any]:
    return {"name": name, "label": label, "kind": "date", "value": request.GET.get(name, "")}


def _table_of(found: "QuerySet[WorkItem]") -> Iterator[list[Any]]:
    for item, photos in _with_photos(list(found)):
        yield [
            item.happened_on,
            item.office.name,
            item.get_category_display(),
            item.title,
            item.text,
            item.circle.name if item.circle else "",
            *(getattr(item, column) for column in FIGURES),
            photos,
            item.get_state_display(),
            item.highlight,
            item.remark,
            f"{timezone.localtime(item.at):%Y-%m-%d %H:%M}",
            item.by_label,
        ]
