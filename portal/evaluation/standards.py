"""`/evaluation/standards/`: versions, one as a document, its draft's parts, publishing, files."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from assessments import books
from assessments.contents import content_of
from assessments.models import Standard
from assessments.services import standards as services
from assessments.workflow.standards import STANDARD
from core import policy
from core.ids import new_id
from core.spreadsheets import Column
from core.spreadsheets import Kind as CellKind
from portal.coordination.acting import ActPage, act_page, sent
from portal.editing.comparing import compared
from portal.editing.editor import edit_page
from portal.editing.versions import (
    CHANGE,
    READ,
    Kind,
    brought,
    copied,
    exported,
    find,
    heading,
    listed,
    moved,
)
from portal.evaluation.standards_document import OF_DIMENSION, document_of
from portal.evaluation.standards_forms import HeadForm
from portal.evaluation.standards_parts import PARTS, ItemsEditor
from portal.evaluation.standards_wording import differ
from portal.views.common import own_district, page, scope_of

COLUMNS = (
    Column(key="name", title=gettext_lazy("标准名称"), width=36),
    Column(key="number", title=gettext_lazy("版次"), kind=CellKind.INTEGER),
    Column(key="state", title=gettext_lazy("状态"), width=10),
    Column(key="valid_from", title=gettext_lazy("自"), kind=CellKind.DATE),
    Column(key="valid_to", title=gettext_lazy("至（不含）"), kind=CellKind.DATE),
    Column(key="source", title=gettext_lazy("来源"), width=60),
    Column(key="official", title=gettext_lazy("是否确认"), width=16),
)


def _cells(row: Standard) -> dict[str, Any]:
    same = ("name", "number", "valid_from", "valid_to", "source")
    official = _("已确认") if row.is_official else _("待区商务委确认")
    told = {name: getattr(row, name) for name in same}
    return told | {"state": row.get_state_display(), "official": official}


KIND = Kind(
    name="standard",
    label=gettext_lazy("评价标准"),
    model=Standard,
    machine=STANDARD,
    columns=COLUMNS,
    cells=_cells,
    sorts={"name": "name", "from": "valid_from", "updated": "updated_at"},
    copy=services.copy_standard,
    publish=services.publish_standard,
    close=services.close_standard,
    lacking=services.lacking,
    book=books.standard_book,
    bring=books.import_standard,
    closing=gettext_lazy("停用后不能再用它开展新的评价；正在进行和已经审定的评价不受影响。"),
)


@page(READ)
def standards(request: HttpRequest) -> HttpResponse:
    """All versions of the district's standards."""
    return listed(request, KIND)


@page(CHANGE)
def new(request: HttpRequest) -> HttpResponse:
    """A draft from nothing."""
    district = own_district(scope_of(request))

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        common.pop("seen_version")
        code = f"standard-{dt.date.today():%Y}-{new_id().hex[-6:]}"
        made = services.create_standard(district=district, values={**given, "code": code}, **common)
        return KIND.url("", made)

    return act_page(
        request,
        ActPage(
            title=_("新建评价标准"),
            explanation=_("从空白开始；若与已有标准相近，打开那一版“复制为新版”更快。"),
            submit=_("新建"),
            form=HeadForm(sent(request), district=district),
            run=run,
            done=_("已新建草稿，请填写等级条件、分型表和评价表。"),
            back=KIND.list_url(),
            crumbs=KIND.crumbs({"label": _("新建")}),
            template="evaluation/standard_act.html",
        ),
    )


@page(CHANGE)
def bring(request: HttpRequest) -> HttpResponse:
    """A draft from a workbook."""
    return brought(request, KIND)


@page(READ)
def standard(request: HttpRequest, pk: Any) -> HttpResponse:
    """One version as a document."""
    row = find(request, KIND, pk)
    head = heading(KIND, row, scope_of(request))
    context = {"crumbs": KIND.crumbs({"label": head["title"]}), "head": head, "row": row}
    if head["may_edit"]:
        context["lacking"] = services.lacking(row)
    return render(request, "evaluation/standard.html", context | document_of(row))


@page(CHANGE)
def part(request: HttpRequest, pk: Any, part: str) -> HttpResponse:
    """A part of a draft in its editor."""
    row = find(request, KIND, pk)
    policy.require(scope_of(request), CHANGE, row)
    told: dict[str, Any] = {}
    make: Any = PARTS.get(part)
    if part.startswith(OF_DIMENSION):
        key = part.removeprefix(OF_DIMENSION)
        make, told["dimension"] = ItemsEditor, get_object_or_404(row.dimensions, key=key)
    if make is None:
        raise Http404(_("没有这个部分。"))
    back = KIND.url("", row)
    if row.state != Standard.State.DRAFT and request.method != "POST":
        messages.error(request, _("只有草稿可以修改；请复制为新版再改。"))
        return redirect(back)
    crumbs = KIND.crumbs(KIND.crumb(row))
    return edit_page(request, make, row, back=back, crumbs=crumbs, **told)


@page(READ)
def compare(request: HttpRequest, pk: Any) -> HttpResponse:
    """Two versions side by side."""
    return compared(request, KIND, find(request, KIND, pk), differ(content_of))


@require_POST
@page(CHANGE)
def copy(request: HttpRequest, pk: Any) -> HttpResponse:
    """A new draft like this version."""
    return copied(request, KIND, find(request, KIND, pk))


@page(READ)
def export(request: HttpRequest, pk: Any) -> HttpResponse:
    """The version as a workbook."""
    return exported(KIND, find(request, KIND, pk))


@page(CHANGE)
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """Publish or close it."""
    return moved(request, KIND, find(request, KIND, pk), word)
