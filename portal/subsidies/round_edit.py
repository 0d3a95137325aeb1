"""`/subsidies/rounds/new/`, `…/edit/`: the form of a round."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core import policy
from core.scope import Scope
from portal.coordination.acting import ActPage, DayField, LongField, SeenForm, act_page, sent
from portal.subsidies.round_page import crumbs, find
from portal.views.common import own_district, page, scope_of
from subsidies.models import Policy, Round
from subsidies.round_papers import counted
from subsidies.services import rounds as services
from subsidies.services.rounds import AFTER_OPENING, CHANGEABLE, FIELDS

State = Round.State


class LaterForm(SeenForm):
    """What may change when the call is out."""

    contact = forms.CharField(
        label=lazy("联系人及电话"),
        max_length=100,
        required=False,
        help_text=lazy("申报单位咨询用，随申报通知公布。"),
    )
    public_place = forms.CharField(
        label=lazy("公示渠道"),
        max_length=200,
        required=False,
        help_text=lazy("如区政府门户网站某栏目。"),
    )
    objection_contact = forms.CharField(
        label=lazy("异议受理方式"),
        max_length=200,
        required=False,
        help_text=lazy("受理部门、电话、地址；发布公示前须填写。"),
    )


class RoundForm(LaterForm):
    """A call for applications under one policy."""

    year = forms.IntegerField(
        label=lazy("年度"),
        min_value=2000,
        max_value=2100,
        help_text=lazy("资金从该年度预算指标安排。"),
    )
    name = forms.CharField(
        label=lazy("资金批次"), max_length=100, help_text=lazy("如“2026年第一批”。")
    )
    item_keys = forms.MultipleChoiceField(
        label=lazy("申报事项"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=lazy("一项不选即政策的全部支持事项。"),
    )
    opens_on = DayField(label=lazy("申报开始"))
    closes_on = DayField(label=lazy("申报截止"), initial=None)
    notice_number = forms.CharField(label=lazy("申报通知文号"), max_length=80, required=False)
    notice_text = LongField(
        label=lazy("申报通知内容"),
        required=False,
        rows=6,
        max_length=5000,
        help_text=lazy("申报要求、报送方式等；支持事项、标准、条件和材料由政策自动列入通知。"),
    )
    supplement_days = forms.IntegerField(
        label=lazy("补正期限（工作日）"),
        min_value=1,
        max_value=60,
        initial=5,
        help_text=lazy("一次性告知后的补正时间；默认值待区商务委确认。"),
    )
    public_days = forms.IntegerField(
        label=lazy("公示期（工作日）"),
        min_value=1,
        max_value=60,
        initial=5,
        help_text=lazy("自公示次日起算，须满这些完整的工作日；默认值待区商务委确认。"),
    )
    field_order = ("seen_version", *FIELDS)

    def __init__(self, *args: Any, rule: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = rule.items.order_by("sort", "id")
        choice: Any = self.fields["item_keys"]
        choice.choices = [(one.key, f"{one.ref} {one.name}".strip()) for one in items]


@page("subsidies.manage_rounds")
def new(request: HttpRequest) -> HttpResponse:
    """A draft under a published policy: first which, then the form."""
    scope = scope_of(request)
    offered = _policies(scope)
    rule = _chosen(request, offered)
    if rule is None:
        context = {
            "crumbs": crumbs({"label": _("新建批次")}),
            "policies": offered,
        }
        return render(request, "subsidies/round_policies.html", context)

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        common.pop("seen_version")
        made = services.create_round(rule=rule, values=given, **common)
        return reverse("subsidies:round", args=[made.pk])

    today = timezone.localdate()
    number = Round.objects.filter(district=rule.district, year=today.year).count() + 1
    name = _("%(year)d年第%(n)s批") % {"year": today.year, "n": counted(number)}
    initial = {"year": today.year, "name": name}
    return act_page(
        request,
        ActPage(
            title=_("新建批次"),
            explanation=_("依据“%(policy)s”。保存为草稿，核对后再发布申报通知。")
            % {"policy": rule.name},
            submit=_("保存草稿"),
            form=RoundForm(sent(request), rule=rule, initial=initial),
            run=run,
            done=_("已保存草稿，请核对后发布申报通知。"),
            back=reverse("subsidies:rounds"),
            crumbs=crumbs({"label": _("新建批次")}),
            template="subsidies/act.html",
        ),
    )


@page("subsidies.manage_rounds")
def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """A draft changed in whole; later only whom to ask and where it is public."""
    row = find(request, pk)
    policy.require(scope_of(request), "subsidies.manage_rounds", row)
    back = reverse("subsidies:round", args=[row.pk])
    if row.state not in CHANGEABLE:
        messages.error(request, _("现为“%(s)s”，不能修改。") % {"s": row.get_state_display()})
        return redirect(back)
    names = FIELDS if row.state == State.DRAFT else AFTER_OPENING
    initial = {name: getattr(row, name) for name in names} | {"seen_version": row.version}

    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        services.change_round(round_=row, values=given, **common)

    form = (
        RoundForm(sent(request), rule=row.policy, initial=initial)
        if row.state == State.DRAFT
        else LaterForm(sent(request), initial=initial)
    )
    return act_page(
        request,
        ActPage(
            title=_("修改批次"),
            explanation=_("依据“%(policy)s”。") % {"policy": row.policy.name}
            if row.state == State.DRAFT
            else _("申报通知已发布，只能修改联系方式和公示渠道。"),
            submit=_("保存"),
            form=form,
            run=run,
            done=_("已保存。"),
            back=back,
            crumbs=crumbs({"label": row.name, "url": back}, {"label": _("修改批次")}),
            template="subsidies/act.html",
        ),
    )


def _policies(scope: Scope) -> list[Policy]:
    """Policies of the district under which a round may be opened."""
    rows = Policy.objects.visible_to(scope).filter(district=own_district(scope))
    rows = rows.filter(state=Policy.State.PUBLISHED, is_reference=False).select_related("fund")
    return list(rows.order_by("code", "number"))


def _chosen(request: HttpRequest, offered: list[Policy]) -> Policy | None:
    """As the address says; the only one there is needs no choosing."""
    asked = request.GET.get("policy", "")
    try:
        wanted = uuid.UUID(asked)
    except ValueError:
        return offered[0] if len(offered) == 1 else None
    return next((one for one in offered if one.pk == wanted), None)
