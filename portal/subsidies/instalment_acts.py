"""Forms about one instalment: 条件核实, 更正账户, 登记拨付, 申请追回."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from core import policy
from core.money import MoneyFormField
from portal.coordination.acting import ActPage, DayField, LongField, SeenForm, act_page, sent
from portal.subsidies.instalments import find, path_of, title_of
from portal.subsidies.payment_shared import crumbs_of
from portal.templatetags.money import yuan
from portal.views.common import page, scope_of
from subsidies.accounts import account_of
from subsidies.models import Instalment
from subsidies.services.clawbacks import ask_clawback, recoverable
from subsidies.services.payee_accounts import correct_account
from subsidies.services.paying import record_payment
from subsidies.services.payment_lists import confirm_condition

Run = Callable[[dict[str, Any], dict[str, Any]], str | None]


class ConditionForm(SeenForm):
    on = DayField(label=lazy("核实日期"))
    note = LongField(
        label=lazy("核实说明"),
        rows=3,
        max_length=300,
        help_text=lazy("依据什么核实，例如现场核验日期、材料名称"),
    )


class AccountForm(SeenForm):
    account_name = forms.CharField(
        label=lazy("户名"), max_length=120, help_text=lazy("须与企业名称一致")
    )
    bank = forms.CharField(label=lazy("开户行"), max_length=120)
    account_number = forms.CharField(
        label=lazy("账号"),
        max_length=40,
        help_text=lazy("只填数字，可用空格分组"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    reason = LongField(
        label=lazy("更正依据"), rows=3, max_length=500, help_text=lazy("例如企业来函日期、文号")
    )


class PaymentForm(forms.Form):
    paid_on = DayField(label=lazy("支付日期"))
    voucher = forms.CharField(label=lazy("凭证号"), max_length=60)
    amount = MoneyFormField(label=lazy("支付金额（元）"))
    account_name = forms.CharField(label=lazy("收款户名"), max_length=120)


class ClawbackForm(SeenForm):
    amount = MoneyFormField(label=lazy("追回金额（元）"))
    reason = LongField(label=lazy("追回事由"), rows=4, max_length=300)


def _page(request: HttpRequest, row: Instalment, **told: Any) -> HttpResponse:
    act = ActPage(
        back=path_of(row),
        crumbs=crumbs_of(
            row.application.district,
            (_("拨付分期"), reverse("subsidies:payment_instalments")),
            (title_of(row), path_of(row)),
            (told["title"], ""),
        ),
        template="subsidies/act.html",
        **told,
    )
    return act_page(request, act)


def _facts(row: Instalment, *more: tuple[Any, Any]) -> dict[str, Any]:
    return {
        "facts": [
            (_("申报企业"), row.application.enterprise.name),
            (_("项目名称"), f"{row.application.number} {row.application.title}"),
            (_("期次"), row.number),
            (_("金额（元）"), yuan(row.amount)),
            *more,
        ]
    }


@page("subsidies.confirm_condition")
def condition(request: HttpRequest, pk: Any) -> HttpResponse:
    """条件核实."""
    row = find(request, pk)
    policy.require(scope_of(request), "subsidies.confirm_condition", row.application)

    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        confirm_condition(instalment=row, **given, **common)

    started = {
        "seen_version": row.version,
        "on": row.condition_met_on or timezone.localdate(),
        "note": row.condition_note,
    }
    return _page(
        request,
        row,
        title=_("核实拨付条件"),
        submit=_("确认条件已满足"),
        explanation=_("核实后该期可以列入拨付清单；核实人和日期记入办理过程。"),
        form=ConditionForm(sent(request), initial=started),
        run=run,
        done=_("已核实。"),
        extra=_facts(
            row,
            (_("拨付条件"), row.condition or "—"),
            (_("最早拨付日"), row.not_before or "—"),
        ),
    )


@page("subsidies.manage_payments")
def account(request: HttpRequest, pk: Any) -> HttpResponse:
    """更正账户 of its application."""
    row = find(request, pk)
    application = row.application

    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        correct_account(application=application, **given, **common)

    now = account_of(application)
    started = {
        "seen_version": application.version,
        "account_name": now.name or application.enterprise.name,
        "bank": now.bank,
        "account_number": now.number,
    }
    return _page(
        request,
        row,
        title=_("更正收款账户"),
        submit=_("更正账户"),
        explanation=_("编制中的清单随之更新；更正人不能审签含有该企业的清单。"),
        form=AccountForm(sent(request), initial=started),
        run=run,
        done=_("账户已更正。"),
        extra=_facts(row),
    )


@page("subsidies.manage_payments")
def record(request: HttpRequest, pk: Any) -> HttpResponse:
    """登记拨付, by hand."""
    row = find(request, pk)

    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        common.pop("seen_version")
        record_payment(instalment=row, **given, **common)

    started = {"amount": row.amount, "account_name": row.account_name}
    return _page(
        request,
        row,
        title=_("登记拨付"),
        submit=_("登记入账"),
        explanation=_(
            "按国库回单填写；金额、户名须与清单一致。重复提交只入账一次，笔数多时请用支付结果导入。"
        ),
        form=PaymentForm(sent(request), initial=started),
        run=run,
        done=_("已登记拨付。"),
        extra=_facts(row, (_("拨付清单"), row.payment_list or "—")),
    )


@page("subsidies.ask_clawback")
def clawback(request: HttpRequest, pk: Any) -> HttpResponse:
    """申请追回."""
    row = find(request, pk)
    policy.require(scope_of(request), "subsidies.ask_clawback", row.application)
    most = recoverable(row) if row.state == Instalment.State.PAID else None

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        made = ask_clawback(instalment=row, **given, **common)
        return reverse("subsidies:clawback", args=[made.pk])

    return _page(
        request,
        row,
        title=_("申请追回资金"),
        submit=_("提交审批"),
        explanation=_("由分管领导审批；批准后登记到账，到账前“已拨付”不变。"),
        form=ClawbackForm(sent(request), initial={"seen_version": row.version, "amount": most}),
        run=run,
        done=_("已提交，等待审批。"),
        extra=_facts(row, (_("最多可追回（元）"), yuan(most))),
    )
