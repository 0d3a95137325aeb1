"""What is done with 预算指标: opened, checked; commitments met, unpaid instalments carried over."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.audit import current_actor, note
from portal.coordination.acting import ActPage, act_page, run_here, sent
from portal.subsidies.budget_line import find, next_line
from portal.views.common import own_district, page, scope_of
from subsidies.checking import check_lines
from subsidies.models import Fund, Instalment
from subsidies.services.lines import FIRST_YEAR, LAST_YEAR, open_fund, open_line
from subsidies.services.reserving import carry_over, reserve_commitments, take_back


class OpenForm(forms.Form):
    """A fund that there is, or a new one; and the year."""

    fund = forms.ModelChoiceField(
        label=gettext_lazy("专项资金"),
        queryset=Fund.objects.none(),
        required=False,
        empty_label=gettext_lazy("新设专项资金"),
    )
    name = forms.CharField(
        label=gettext_lazy("新专项资金名称"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("上面选“新设专项资金”时填写。"),
    )
    code = forms.SlugField(
        label=gettext_lazy("新专项资金编码"),
        max_length=50,
        required=False,
        help_text=gettext_lazy("字母、数字和连字符，如 life-circle；设定后不再改。"),
    )
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=FIRST_YEAR, max_value=LAST_YEAR)

    def clean(self) -> dict[str, Any]:
        """A new fund needs a name and a code."""
        given = super().clean() or {}
        if not given.get("fund"):
            for name in ("name", "code"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _("新设专项资金须填写。"))
        return given


@page("subsidies.manage_budgets")
def open_(request: HttpRequest) -> HttpResponse:
    """开设: the line of a fund and year, with nothing granted yet."""
    scope = scope_of(request)
    district, today = own_district(scope), timezone.localdate()
    asked = {"year": request.GET.get("year") or today.year, "fund": request.GET.get("fund")}
    form: Any = OpenForm(sent(request), initial=asked)
    form.fields["fund"].queryset = Fund.objects.filter(district=district).order_by("name", "id")

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        who = {"by": common["by"], "scope": common["scope"]}
        fund = given["fund"] or open_fund(
            district=district, code=given["code"], name=given["name"], **who
        )
        line = open_line(fund=fund, year=given["year"], **who)
        return reverse("subsidies:budget", args=[line.pk])

    back = reverse("subsidies:budgets")
    return act_page(
        request,
        ActPage(
            title=_("开设预算指标"),
            explanation=_("按专项资金和年度开设，开设时金额为零；再凭指标文办理“下达”。"),
            submit=_("开设"),
            form=form,
            run=run,
            done=_("已开设，请办理下达。"),
            back=back,
            crumbs=[{"label": _("预算指标"), "url": back}, {"label": _("开设")}],
            template="subsidies/act.html",
        ),
    )


@require_POST
@page("subsidies.budgets")
def check(request: HttpRequest) -> HttpResponse:
    """核对 now what is checked every night."""
    found = check_lines(own_district(scope_of(request)))
    note("subsidies.check_budgets", by=current_actor(), wrong=len(found))
    for one in found:
        messages.error(request, one.text)
    if not found:
        messages.success(request, _("已核对：余额、流水和分期全部相符。"))
    return redirect("subsidies:budgets")


@require_POST
@page("subsidies.manage_budgets")
def reserve(request: HttpRequest, pk: Any) -> HttpResponse:
    """落实本年度承诺."""
    scope = scope_of(request)
    line = find(pk, scope)
    return run_here(
        request,
        reverse("subsidies:budget", args=[line.pk]),
        _("本年度承诺已落实，资金已安排。"),
        lambda: reserve_commitments(line=line, by=current_actor(), scope=scope),
    )


@require_POST
@page("subsidies.manage_budgets")
def year_end(request: HttpRequest, pk: Any) -> HttpResponse:
    """结转 or 收回 of the ticked instalments, sent for approval."""
    scope = scope_of(request)
    line = find(pk, scope)
    back = reverse("subsidies:budget", args=[line.pk])
    common: dict[str, Any] = {"by": current_actor(), "scope": scope}

    def run() -> None:
        ticked = _ticked(request, line)
        reason = request.POST.get("reason", "").strip()[:300]
        if request.POST.get("act") == "carry":
            to_line = next_line(line)
            if to_line is None:
                told = {"year": line.year + 1}
                raise ValidationError(_("请先开设%(year)d年度的预算指标，再办理结转。") % told)
            carry_over(instalments=ticked, to_line=to_line, reason=reason, **common)
        else:
            take_back(instalments=ticked, reason=reason, **common)

    return run_here(request, back, _("已提交审批；批准后资金和分期一并变动。"), run)


def _ticked(request: HttpRequest, line: Any) -> list[Instalment]:
    keys = {one for one in request.POST.getlist("instalment") if len(one) == 36}
    rows = Instalment.objects.filter(line=line).select_related("application", "line")
    return [one for one in rows.order_by("pk") if str(one.pk) in keys]
