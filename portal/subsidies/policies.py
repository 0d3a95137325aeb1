"""`/subsidies/policies/`: versions of policies, one read, copied, published, closed, as files."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now, TruncDate
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.ids import new_id
from core.spreadsheets import Column
from core.spreadsheets import Kind as CellKind
from portal.coordination.acting import ActPage, act_page, sent
from portal.editing import versions
from portal.editing.comparing import compared
from portal.editing.versions import Kind, Narrowing
from portal.subsidies.policy_document import common_lines, item_document
from portal.subsidies.policy_forms import PolicyForm
from portal.views.common import own_district, page, scope_of
from subsidies.bookreading import import_policy
from subsidies.books import policy_book
from subsidies.contents import compare as differences
from subsidies.contents import content_of
from subsidies.models import Policy, PolicyItem
from subsidies.parts import COMMON_PARTS
from subsidies.services import policies as services
from subsidies.workflow.policies import CHANGE, POLICY

READ = "subsidies.policies"
COLUMNS = (
    Column(key="place", title=gettext_lazy("范围"), width=10),
    Column(key="name", title=gettext_lazy("政策名称"), width=40),
    Column(key="number", title=gettext_lazy("版次"), kind=CellKind.INTEGER),
    Column(key="state", title=gettext_lazy("状态"), width=10),
    Column(key="document_number", title=gettext_lazy("文号"), width=24),
    Column(key="issuer", title=gettext_lazy("发文机关"), width=24),
    Column(key="fund", title=gettext_lazy("专项资金"), width=24),
    Column(key="valid_from", title=gettext_lazy("自"), kind=CellKind.DATE),
    Column(key="valid_to", title=gettext_lazy("至（不含）"), kind=CellKind.DATE),
    Column(key="items", title=gettext_lazy("支持事项"), kind=CellKind.INTEGER),
    Column(key="source", title=gettext_lazy("来源"), width=50),
    Column(key="official", title=gettext_lazy("是否确认"), width=16),
)


def _cells(row: Any) -> dict[str, Any]:
    same = ("name", "number", "document_number", "issuer", "valid_from", "valid_to", "source")
    return {name: getattr(row, name) for name in same} | {
        "place": _("外地参考") if row.is_reference else _("本区"),
        "state": row.get_state_display(),
        "fund": str(row.fund or ""),
        "items": row.item_count,
        "official": _("已确认") if row.is_official else _("待区商务委确认"),
    }


def _shaped(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("fund").annotate(item_count=Count("items"))


class _Kind(Kind):
    """Policies: publishing and closing have addresses of their own."""

    def url(self, page: str, row: Any, *more: str) -> str:
        """The address of a page about a version."""
        return super().url(more[0], row) if page == "move" else super().url(page, row, *more)


_TODAY = TruncDate(Now())
KIND = _Kind(
    name="policy",
    plural="policies",
    room="subsidies",
    template="subsidies/policy",
    change=CHANGE,
    label=gettext_lazy("扶持政策"),
    model=Policy,
    machine=POLICY,
    columns=COLUMNS,
    cells=_cells,
    sorts={"name": "name", "from": "valid_from", "updated": "updated_at"},
    shaped=_shaped,
    together=("is_reference",),
    searched=("name", "source", "document_number", "items__name"),
    narrowed=(
        Narrowing(
            name="place",
            label=gettext_lazy("范围"),
            choices=(
                ("own", gettext_lazy("本区"), Q(is_reference=False)),
                ("reference", gettext_lazy("外地参考"), Q(is_reference=True)),
            ),
        ),
        Narrowing(
            name="on",
            label=gettext_lazy("施行"),
            choices=(
                (
                    "now",
                    gettext_lazy("施行期内"),
                    Q(valid_from__lte=_TODAY) & (Q(valid_to=None) | Q(valid_to__gt=_TODAY)),
                ),
                ("later", gettext_lazy("尚未施行"), Q(valid_from__gt=_TODAY)),
                ("past", gettext_lazy("已过施行期"), Q(valid_to__lte=_TODAY)),
            ),
        ),
    ),
    copy=services.copy_policy,
    publish=services.publish_policy,
    close=services.close_policy,
    lacking=services.lacking,
    book=policy_book,
    bring=import_policy,
    closing=gettext_lazy("停用后不能再按它发起资金批次；正在进行的批次仍按它办理。"),
)


def find_policy(request: HttpRequest, pk: Any) -> Policy:
    """The version, if the caller's scope holds it."""
    found: Policy = versions.find(request, KIND, pk)
    return found


def find_item(policy: Policy, key: str) -> PolicyItem:
    """An item of the version."""
    found = policy.items.filter(key=key).first()
    if found is None:
        raise Http404(_("这一版没有这个支持事项。"))
    return found


@page(READ)
def policies(request: HttpRequest) -> HttpResponse:
    """All versions: the district's own, and other places' for reference."""
    return versions.listed(request, KIND)


@page(CHANGE)
def new(request: HttpRequest) -> HttpResponse:
    """A draft from nothing."""
    district = own_district(scope_of(request))

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        common.pop("seen_version")
        code = f"policy-{dt.date.today():%Y}-{new_id().hex[-6:]}"
        made = services.create_policy(district=district, values={**given, "code": code}, **common)
        return reverse("subsidies:policy_edit", args=[made.pk, "items"])

    return act_page(
        request,
        ActPage(
            title=_("新建扶持政策"),
            explanation=_(
                "从空白开始；若与已有政策（含外地参考）相近，打开那一版“复制为新版”更快。"
            ),
            submit=_("新建"),
            form=PolicyForm(sent(request), district=district),
            run=run,
            done=_("已新建草稿，请列出支持事项。"),
            back=KIND.list_url(),
            crumbs=KIND.crumbs({"label": _("新建")}),
            template="subsidies/policy_act.html",
        ),
    )


@page(CHANGE)
def bring(request: HttpRequest) -> HttpResponse:
    """A draft from a workbook."""
    return versions.brought(request, KIND)


@page(READ)
def policy(request: HttpRequest, pk: Any) -> HttpResponse:
    """One version: what it says of itself, and each item's rule in words."""
    row = find_policy(request, pk)
    head = versions.heading(KIND, row, scope_of(request))
    items = list(row.items.all())
    context = {
        "crumbs": KIND.crumbs({"label": head["title"]}),
        "head": head,
        "row": row,
        "items": [item_document(one, row) for one in items],
        "common": _counts(row.common),
        "common_lines": common_lines(row),
        "rounds": row.rounds.visible_to(scope_of(request)).order_by("-year", "-opens_on", "id"),
    }
    if head["may_edit"]:
        context["lacking"] = services.lacking(row)
    return render(request, "subsidies/policy.html", context)


def _counts(common: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What holds for all items, by part."""

    return [
        {"name": part.name, "label": part.label, "count": len(common.get(part.name) or ())}
        for part in COMMON_PARTS
    ]


@page(READ)
def item(request: HttpRequest, pk: Any, key: str) -> HttpResponse:
    """One item: its rule in words, and the parts that it may be changed by."""
    row = find_policy(request, pk)
    found = find_item(row, key)
    head = versions.heading(KIND, row, scope_of(request))
    context = {
        "crumbs": KIND.crumbs(KIND.crumb(row), {"label": found.name}),
        "head": head,
        "row": row,
        "one": item_document(found, row),
        "acts": _item_acts(row, found),
    }
    return render(request, "subsidies/policy_item.html", context)


def _item_acts(row: Policy, item: PolicyItem) -> list[dict[str, Any]]:
    acts: list[dict[str, Any]] = [{"label": _("返回政策"), "url": KIND.url("", row)}]
    if item.rule.get("steps"):
        url = reverse("subsidies:policy_try", args=[row.pk, item.key])
        acts.insert(0, {"label": _("试算"), "url": url, "main": True})
    return acts


@require_POST
@page(CHANGE)
def copy(request: HttpRequest, pk: Any) -> HttpResponse:
    """A new draft like this version."""
    return versions.copied(request, KIND, find_policy(request, pk))


@page(CHANGE)
def publish(request: HttpRequest, pk: Any) -> HttpResponse:
    """Freeze it, after what is lacking."""
    return versions.moved(request, KIND, find_policy(request, pk), "publish")


@page(CHANGE)
def close(request: HttpRequest, pk: Any) -> HttpResponse:
    """Out of use, with a reason."""
    return versions.moved(request, KIND, find_policy(request, pk), "close")


@page(READ)
def compare(request: HttpRequest, pk: Any) -> HttpResponse:
    """Two versions side by side."""
    return compared(request, KIND, find_policy(request, pk), _differ)


def _differ(a: Policy, b: Policy) -> list[dict[str, Any]]:
    return [
        {
            "part": one.item_label or one.part_label,
            "label": " · ".join(t for t in (one.part_label, one.label) if t)
            if one.item_label
            else (one.label or one.column),
            "field": one.column if one.item_label or one.label else "",
            "before": one.before,
            "after": one.after,
        }
        for one in differences(content_of(a), content_of(b))
        # What programs call a version says nothing to people.
        if not (one.part == "policy" and one.column == _code_label())
    ]


def _code_label() -> str:
    return str(Policy._meta.get_field("code").verbose_name)


@page(READ)
def export(request: HttpRequest, pk: Any) -> HttpResponse:
    """The version as a workbook that can be imported again."""
    return versions.exported(KIND, find_policy(request, pk))
