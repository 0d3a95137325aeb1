"""Pages of what has versions: listed, read, copied, published, closed, as files.

A `Kind` says what they are versions of (standards, questionnaires, policies).
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, policy
from core.admin.exporting import TYPE
from core.audit import current_actor
from core.scope import Scope
from core.spreadsheets import Column, Sheet
from core.spreadsheets.partbooks import BookError
from core.workflow import Machine, open_moves
from portal.basis import offset_pager, with_query
from portal.coordination.acting import (
    ActPage,
    CommentForm,
    SeenForm,
    act_page,
    common_of,
    run_here,
    sent,
)
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.ledger.lists import described, search, select
from portal.views.common import own_district, scope_of

READ, CHANGE = "assessments.standards", "assessments.change_standards"
PER_PAGE = 30
MOST_BYTES = 5 * 2**20
STATUS = {"draft": "warn", "published": "good", "retired": "unknown"}


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """One more filter of a list: its word in the address, its choices → conditions of rows."""

    name: str
    label: Any
    choices: tuple[tuple[str, Any, Q], ...]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One sort of versions.

    name     the argument's name in services, and the head of address names
    columns  of the list's workbook; cells says what stands in them
    sorts    the list's orders by their word in the address
    parts    its name in the address → label, of what `lacking` may be mended in
    """

    name: str
    label: Any
    model: Any
    machine: Machine
    columns: Sequence[Column]
    cells: Callable[[Any], dict[str, Any]]
    sorts: dict[str, Any]
    copy: Callable[..., Any]
    publish: Callable[..., Any]
    close: Callable[..., Any]
    lacking: Callable[[Any], list[str]]
    book: Callable[[Any], bytes]
    bring: Callable[..., Any]
    closing: Any
    # Whose addresses they have, what changing asks of the gate, the head of template names.
    room: str = "evaluation"
    change: str = CHANGE
    template: str = "evaluation/standard"
    # Of the list: its name, how its rows are got, more filters, what stands together, what is
    # searched.
    plural: str = ""
    shaped: Callable[["QuerySet[Any]"], "QuerySet[Any]"] = lambda rows: rows
    narrowed: tuple[Narrowing, ...] = ()
    together: tuple[str, ...] = ()
    searched: tuple[str, ...] = ("name", "source")

    @property
    def many(self) -> str:
        """The name of the list."""
        return self.plural or f"{self.name}s"

    def url(self, page: str, row: Any, *more: str) -> str:
        """The address of a page about a version."""
        tail = f"_{page}" if page else ""
        return reverse(f"{self.room}:{self.name}{tail}", args=[row.pk, *more])

    def list_url(self) -> str:
        """The address of the list."""
        return reverse(f"{self.room}:{self.many}")

    def crumbs(self, *more: dict[str, str]) -> list[dict[str, str]]:
        """The way here."""
        return [{"label": str(self.label), "url": self.list_url()}, *more]

    def crumb(self, row: Any) -> dict[str, str]:
        """The version on the way to a page about it."""
        return {"label": title_of(row), "url": self.url("", row)}


def title_of(row: Any) -> str:
    """Its name and 版次."""
    return _("%(name)s（第 %(n)d 版）") % {"name": row.name, "n": row.number}


def find(request: HttpRequest, kind: Kind, pk: Any) -> Any:
    """The version, if the caller's scope holds it."""
    rows = kind.model.objects.visible_to(scope_of(request))
    found = rows.select_related("district", "clause__document").filter(pk=pk).first()
    if found is None:
        raise Http404(_("您的工作范围内没有这个版本。"))
    return found


# --- List -----------------------------------------------------------------------------------------
def listed(request: HttpRequest, kind: Kind) -> HttpResponse:
    """All versions; those of one code together, the newest first."""
    scope = scope_of(request)
    district = own_district(scope)
    every = kind.shaped(kind.model.objects.visible_to(scope).filter(district=district))
    found = _filtered(request, kind, every)
    if request.GET.get("export") == "xlsx":
        rows = [kind.cells(row) for row in found]
        sheet = Sheet(title=str(kind.label), columns=kind.columns, rows=rows, notes=[district.name])
        label = f"{kind.label}{timezone.localdate():%Y%m%d}"
        return workbook_answer(request, name=kind.many, label=label, sheets=[sheet])
    start, total = whole(request.GET.get("from", "")), found.count()
    fields = [
        search(request, "q", _("搜索"), _("名称、来源")),
        select(request, "state", _("状态"), kind.model.State.choices),
        *(
            select(request, one.name, str(one.label), [choice[:2] for choice in one.choices])
            for one in kind.narrowed
        ),
    ]
    context = {
        "kind": kind,
        "crumbs": [{"label": district.name}, {"label": str(kind.label)}],
        "filters": described(request, fields),
        "tools": {
            "count_text": _("共 %(n)d 个版本") % {"n": total},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": _list_actions(kind, scope),
        },
        "lines": [_line(kind, row) for row in found[start : start + PER_PAGE]],
        "sorts": _sort_links(request, kind),
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(one["name"]) for one in fields),
    }
    return render(request, f"{kind.room}/{kind.many}.html", context)


def _filtered(request: HttpRequest, kind: Kind, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    for word in request.GET.get("q", "").split():
        said = [Q(**{f"{name}__icontains": word}) for name in kind.searched]
        rows = rows.filter(reduce(or_, said))
    if request.GET.get("state") in kind.model.State.values:
        rows = rows.filter(state=request.GET["state"])
    for one in kind.narrowed:
        asked = request.GET.get(one.name, "")
        for condition in [choice[2] for choice in one.choices if choice[0] == asked]:
            rows = rows.filter(condition)
    word = request.GET.get("sort", "")
    column = kind.sorts.get(word.removeprefix("-"))
    rest = ("code", "-number", "id")
    if column is None:
        return rows.order_by(*kind.together, *rest)
    by = F(column)
    return rows.order_by(*kind.together, by.desc() if word.startswith("-") else by.asc(), *rest)


def _sort_links(request: HttpRequest, kind: Kind) -> dict[str, dict[str, str]]:
    now = request.GET.get("sort", "")
    links = {}
    for word in kind.sorts:
        upward = {word: "ascending", f"-{word}": "descending"}.get(now, "")
        asked = f"-{word}" if now == word else word
        links[word] = {"now": upward, "url": with_query(request, sort=asked, **{"from": None})}
    return links


def _list_actions(kind: Kind, scope: Scope) -> list[dict[str, Any]]:
    if not policy.may(scope, kind.change):
        return []
    labels = {"import": _("从 Excel 导入"), "new": _("新建")}
    return [
        {
            "label": label,
            "url": reverse(f"{kind.room}:{kind.name}_{name}"),
            "main": name == "new",
        }
        for name, label in labels.items()
    ]


def _line(kind: Kind, row: Any) -> dict[str, Any]:
    return {"row": row, "url": kind.url("", row), "status": STATUS[row.state]}


# --- One version ----------------------------------------------------------------------------------
def heading(kind: Kind, row: Any, scope: Scope) -> dict[str, Any]:
    """What stands above every version: its name, state, and what one may do with it."""
    may_change = policy.may(scope, kind.change, row)
    acts: list[dict[str, Any]] = [{"label": _("与其他版本比较"), "url": kind.url("compare", row)}]
    acts.append({"label": _("导出 Excel"), "url": kind.url("export", row)})
    if may_change:
        acts.append({"label": _("复制为新版"), "url": kind.url("copy", row), "post": True})
    acts += [
        {
            "label": move.label,
            "url": kind.url("move", row, move.word),
            "main": move.word == "publish",
        }
        for move in open_moves(kind.machine, row, scope)
    ]
    return {
        "row": row,
        "title": title_of(row),
        "status": STATUS[row.state],
        "acts": acts,
        "may_edit": may_change and row.state == "draft",
    }


def copied(request: HttpRequest, kind: Kind, row: Any) -> HttpResponse:
    """A draft like this version, opened at once."""
    policy.require(scope_of(request), kind.change, row)
    common = common_of(request)
    common.pop("seen_version")
    made: list[Any] = []
    answer = run_here(
        request,
        kind.url("", row),
        _("已复制为新的草稿，可以修改；原版本不受影响。"),
        lambda: made.append(kind.copy(**{kind.name: row}, **common)),
    )
    return redirect(kind.url("", made[0])) if made else answer


def exported(kind: Kind, row: Any) -> HttpResponse:
    """The version as a workbook that can be imported again."""
    audit.note("portal.export", list=kind.name, rows=1, query=str(row.pk))
    response = HttpResponse(kind.book(row), content_type=TYPE)
    name = quote(f"{title_of(row)}.xlsx")
    response["Content-Disposition"] = (
        f"attachment; filename=\"{kind.name}.xlsx\"; filename*=UTF-8''{name}"
    )
    return response


def moved(request: HttpRequest, kind: Kind, row: Any, word: str) -> HttpResponse:
    """Publish, after what is lacking; or close with a reason."""
    if word not in {move.word for move in kind.machine.moves}:
        raise Http404(_("没有这项办理。"))
    policy.require(scope_of(request), kind.change, row)
    initial = {"seen_version": row.version}
    here = {"label": str(kind.machine.move(word).label)}
    same: dict[str, Any] = {
        "back": kind.url("", row),
        "crumbs": kind.crumbs(kind.crumb(row), here),
        "template": f"{kind.template}_act.html",
    }
    told: dict[str, Any] = {kind.name: row}
    if word == "close":
        return act_page(
            request,
            ActPage(
                title=_("停用：%(row)s") % {"row": title_of(row)},
                explanation=kind.closing,
                submit=_("停用"),
                form=CommentForm(sent(request), initial=initial),
                run=lambda given, common: _nowhere(kind.close(**told, **given, **common)),
                done=_("已停用。"),
                danger=True,
                **same,
            ),
        )
    missing = kind.lacking(row) if row.state == "draft" else []
    return act_page(
        request,
        ActPage(
            title=_("发布：%(row)s") % {"row": title_of(row)},
            explanation=_("发布后不能再修改；要改，须复制为新版。同一编码原来发布的版本随之停用。"),
            submit=_("发布"),
            form=SeenForm(sent(request), initial=initial),
            run=lambda given, common: _nowhere(kind.publish(**told, **given, **common)),
            done=_("已发布。"),
            extra={"lacking": missing, "is_official": row.is_official},
            **same,
        ),
    )


def _nowhere(_done: Any) -> None:
    """Back to the version."""


# --- From a workbook ------------------------------------------------------------------------------
class BookForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("Excel 文件（.xlsx）"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        help_text=gettext_lazy("格式同“导出 Excel”的文件：可先导出一个版本，修改后再导入。"),
    )

    def clean_file(self) -> Any:
        """Not larger than such a workbook can be."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("文件超过 5 MB，请确认选对了文件。"))
        return file


def brought(request: HttpRequest, kind: Kind) -> HttpResponse:
    """A new draft from a workbook, or what is wrong with it by place."""
    scope = scope_of(request)
    district = own_district(scope)
    form = BookForm(sent(request), request.FILES or None)
    errors: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = kind.bring(
                district=district,
                file=io.BytesIO(file.read()),
                filename=file.name,
                by=current_actor(),
                scope=scope,
            )
        except BookError as error:
            errors = error.errors
        else:
            messages.success(request, _("已导入为草稿，请核对后发布。"))
            return redirect(kind.url("", made))
    context = {
        "kind": kind,
        "crumbs": kind.crumbs({"label": _("从 Excel 导入")}),
        "form": form,
        "errors": errors,
        "back": kind.list_url(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, f"{kind.template}_import.html", context, status=status)
