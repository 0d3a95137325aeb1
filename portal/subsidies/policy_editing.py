"""The parts of a policy's draft in their editors: its own columns, its items, their rules."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy as gate
from portal.editing.editor import Editor, FormEditor, RowsEditor, edit_page
from portal.editing.rows import Rows
from portal.subsidies.policies import KIND, find_item, find_policy
from portal.subsidies.policy_forms import ItemForm, ItemRow, PolicyForm
from portal.subsidies.policy_rows import PartRow, initial_of
from portal.views.common import page, scope_of
from subsidies.contents import inputs_of
from subsidies.models import Policy, PolicyItem
from subsidies.parts import BY_NAME, COMMON_PARTS, PARTS, Part, flat_place
from subsidies.services import policies as services
from subsidies.workflow.policies import CHANGE

HEAD, ITEMS = "head", "items"
_HINTS: dict[str, Any] = {
    "inputs": gettext_lazy("申报人要填的数据：条件和计算步骤都从这里取数。"),
    "conditions": gettext_lazy("须同时符合；能由数据判断的由平台判断，其余由审核人判断。"),
    "steps": gettext_lazy(
        "自上而下逐步计算，每步的结果作为下一步的起点：先取数或定额，再乘数量、乘比例，最后是最高支持金额。"
    ),
    "caps": gettext_lazy("几笔申报加起来的限额；单笔的最高支持金额写在计算步骤中。"),
    "instalments": gettext_lazy("分几期拨付；一次拨付的不填。"),
    "evidence": gettext_lazy("申报时逐项提交、逐项核验的材料。"),
    "examples": gettext_lazy("按文件手工算好的例子：发布前平台逐个核对，有一个不符就不能发布。"),
}


class HeadEditor(FormEditor):
    """基本信息."""

    part, title = HEAD, gettext_lazy("基本信息")
    template = "subsidies/policy_form.html"

    def __init__(self, row: Policy, data: Any = None) -> None:
        super().__init__(row, data)
        self.form = PolicyForm.of(row, data)

    def save(self, **common: Any) -> None:
        """Its own columns."""
        values = {k: v for k, v in self.form.cleaned_data.items() if k != "seen_version"}
        services.change_policy(policy=self.row, values=values, **common)


class ItemsEditor(RowsEditor):
    """支持事项: which there are, in which order."""

    part, title = ITEMS, gettext_lazy("支持事项")
    template = "subsidies/policy_items.html"

    def __init__(self, row: Policy, data: Any = None) -> None:
        super().__init__(row, data)
        initial = row.items.values("key", "name", "ref", "form")
        self.standing = {one["key"] for one in initial}
        self.rows = Rows(ItemRow, "rows", data=data, initial=initial)

    def save(self, **common: Any) -> None:
        """All rows in their order."""
        services.arrange_items(policy=self.row, rows=self.rows.cleaned, **common)

    @property
    def names(self) -> dict[str, Any]:
        """Keys of the items that are kept already: their rules can be opened."""
        return {"standing": self.standing}


class ItemHeadEditor(FormEditor):
    """What an item says of itself."""

    part = HEAD
    template = "subsidies/policy_form.html"

    def __init__(self, row: Policy, data: Any = None, *, item: PolicyItem) -> None:
        super().__init__(row, data)
        self.item, self.title = item, _("%(item)s：基本信息") % {"item": item.name}
        self.form = ItemForm.of(item, row.version, data)

    def save(self, **common: Any) -> None:
        """Its own columns."""
        values = {k: v for k, v in self.form.cleaned_data.items() if k != "seen_version"}
        services.replace_item(policy=self.row, key=self.item.key, values=values, **common)


class PartEditor(RowsEditor):
    """A part of an item's rule, or (without an item) of what holds for all items."""

    template = "subsidies/policy_part.html"

    def __init__(
        self, row: Policy, data: Any = None, *, of: Part, item: PolicyItem | None = None
    ) -> None:
        super().__init__(row, data)
        self.of, self.item = of, item
        rule = item.rule if item else row.common
        inputs = inputs_of(rule, row.common) if item else row.common.get("inputs") or []
        told = {"item": item.name if item else _("通用条件"), "part": of.label}
        self.title = _("%(item)s：%(part)s") % told
        self.rows = Rows(
            PartRow,
            "rows",
            data=data,
            initial=[initial_of(of, one, inputs) for one in rule.get(of.name) or ()],
            options={"part": of, "inputs": inputs},
        )

    def save(self, **common: Any) -> None:
        """The rows in their order; the rule's other parts as they stand."""
        rows = [form.row() for form in self.rows.forms]  # type: ignore[attr-defined]
        if self.item is None:
            values = {"common": {**self.row.common, self.of.name: rows}}
            services.change_policy(policy=self.row, values=values, **common)
            return
        rule = {"rule": {self.of.name: rows}}
        services.replace_item(policy=self.row, key=self.item.key, values=rule, **common)

    def place(self, path: list[str], reasons: list[str]) -> bool:
        """`rule.steps.2.value`: at the second row when it is of this part, else named on top."""
        items = list(self.row.items.all())
        whose = ""
        if path[0] == ITEMS and len(path) > 1:
            whose, path = items[int(path[1]) - 1].name, path[2:]
        if len(path) < 2 or path[1] not in BY_NAME:
            return False
        part, rest = BY_NAME[path[1]], path[2:]
        mine = path[0] == ("rule" if self.item else "common")
        if mine and not whose and part is self.of and rest and rest[0].isdecimal():
            return self.rows.refuse(int(rest[0]), flat_place(part, rest[1:]), reasons)
        where = [whose, str(part.label)]
        if rest and rest[0].isdecimal():
            where.append(_("第 %(n)s 行") % {"n": rest[0]})
            cell = part.cell(flat_place(part, rest[1:]))
            where.append(str(cell.label) if cell else "")
        self.errors += [f"{' · '.join(filter(None, where))}：{one}" for one in reasons]
        return True

    @property
    def names(self) -> dict[str, Any]:
        """The parts beside this one, and what this one is for."""
        parts = PARTS if self.item else COMMON_PARTS
        return {
            "hint": _HINTS[self.of.name],
            "siblings": [
                {"label": one.label, "url": self._url(one), "current": one is self.of}
                for one in parts
            ],
        }

    def _url(self, part: Part) -> str:
        if self.item:
            args = [self.row.pk, self.item.key, part.name]
            return reverse("subsidies:policy_item_edit", args=args)
        return reverse("subsidies:policy_edit", args=[self.row.pk, part.name])


@page(CHANGE)
def part(request: HttpRequest, pk: Any, part: str) -> HttpResponse:
    """What the version says of itself and for all its items."""
    row = find_policy(request, pk)
    made: dict[str, type[Editor]] = {HEAD: HeadEditor, ITEMS: ItemsEditor}
    if part in made:
        return _edited(request, row, made[part], KIND.url("", row))
    if part not in {one.name for one in COMMON_PARTS}:
        raise Http404(_("没有这个部分。"))
    return _edited(request, row, PartEditor, KIND.url("", row), of=BY_NAME[part])


@page(CHANGE)
def item_part(request: HttpRequest, pk: Any, key: str, part: str) -> HttpResponse:
    """What an item says of itself, or a part of its rule."""
    row = find_policy(request, pk)
    item = find_item(row, key)
    back = reverse("subsidies:policy_item", args=[row.pk, item.key])
    if part == HEAD:
        return _edited(request, row, ItemHeadEditor, back, item=item)
    if part not in BY_NAME:
        raise Http404(_("没有这个部分。"))
    return _edited(request, row, PartEditor, back, of=BY_NAME[part], item=item)


def _edited(
    request: HttpRequest, row: Policy, make: type[Editor], back: str, **told: Any
) -> HttpResponse:
    gate.require(scope_of(request), CHANGE, row)
    if row.state != Policy.State.DRAFT and request.method != "POST":
        messages.error(request, _("只有草稿可以修改；请复制为新版再改。"))
        return redirect(back)
    crumbs = KIND.crumbs(KIND.crumb(row))
    if item := told.get("item"):
        crumbs.append({"label": item.name, "url": back})
    return edit_page(request, make, row, back=back, crumbs=crumbs, **told)
