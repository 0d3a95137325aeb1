"""Instalments, 拨付清单, payments as the treasury made them, and what was recovered."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.money import MoneyField
from subsidies.models.applications import Application
from subsidies.models.budgets import BudgetLine
from subsidies.querysets import OfApplicationQuerySet, OfDistrict, OfImportQuerySet
from territory.models import District


class PaymentList(models.Model):
    """拨付清单: what the treasury is asked to pay. Issued = frozen."""

    class State(models.TextChoices):
        DRAFT = "draft", _("编制中")
        ISSUED = "issued", _("已送拨付")
        SETTLED = "settled", _("已结清")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    line = models.ForeignKey(
        BudgetLine, models.PROTECT, related_name="payment_lists", verbose_name=_("预算指标")
    )
    number = models.CharField(_("清单编号"), max_length=40)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    issued_on = models.DateField(_("送拨付日期"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    submitted_by_ids: Any = models.JSONField(_("提交人"), default=list, blank=True, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    created_at = models.DateTimeField(_("创建"), default=timezone.now, editable=False)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("拨付清单")
        verbose_name_plural = _("拨付清单")
        constraints = [
            models.UniqueConstraint(fields=["district", "number"], name="payment_list_number_once")
        ]

    def __str__(self) -> str:
        return self.number


class Instalment(models.Model):
    """分期: planned for a year; reserved on that year's line; listed; paid, or cancelled.

    The account is copied when it is listed: what was asked for stays with the list.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("待安排")
        RESERVED = "reserved", _("已安排")
        LISTED = "listed", _("已列清单")
        PAID = "paid", _("已拨付")
        CANCELLED = "cancelled", _("已取消")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="instalments", verbose_name=_("扶持申报")
    )
    number = models.PositiveSmallIntegerField(_("期次"))
    # The application's: raised with it for all that is not cancelled when money is carried over.
    attempt = models.PositiveSmallIntegerField(default=1, editable=False)
    year = models.PositiveSmallIntegerField(_("计划年度"))
    amount = MoneyField(_("金额（元）"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PLANNED)
    # What must hold before it is paid; who found that it does, and when.
    condition = models.CharField(_("拨付条件"), max_length=200, blank=True)
    not_before = models.DateField(_("最早拨付日"), null=True, blank=True)
    condition_met_on = models.DateField(_("条件核实日期"), null=True, blank=True)
    condition_note = models.CharField(_("核实说明"), max_length=300, blank=True)
    line = models.ForeignKey(
        BudgetLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instalments",
        verbose_name=_("预算指标"),
    )
    payment_list = models.ForeignKey(
        PaymentList,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instalments",
        verbose_name=_("拨付清单"),
    )
    account_name = models.CharField(_("户名"), max_length=120, blank=True)
    bank = models.CharField(_("开户行"), max_length=120, blank=True)
    account_number = models.CharField(_("账号"), max_length=40, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("拨付分期")
        verbose_name_plural = _("拨付分期")
        ordering = ["application", "attempt", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "attempt", "number"], name="instalment_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_amount"),
            # Money is held or spent on a line, and on a list only what is held.
            models.CheckConstraint(
                condition=~Q(state__in=["reserved", "listed", "paid"]) | Q(line__isnull=False),
                name="instalment_has_line",
            ),
            models.CheckConstraint(
                condition=~Q(state="listed") | Q(payment_list__isnull=False),
                name="instalment_listed_on_list",
            ),
        ]
        indexes = [models.Index(fields=["year", "state"], name="instalment_year_state")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.number}"


class PaymentImport(models.Model):
    """A file of the treasury's payments, looked at row by row, then taken in whole or not."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("待确认")
        DONE = "done", _("已入账")
        DROPPED = "dropped", _("已放弃")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.PREVIEW)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    matched = models.PositiveIntegerField(_("相符"), default=0)
    mismatched = models.PositiveIntegerField(_("不符"), default=0)
    by_label = models.CharField(_("导入人"), max_length=120, blank=True, editable=False)
    at = models.DateTimeField(_("导入时间"), default=timezone.now, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("拨付结果导入")
        verbose_name_plural = _("拨付结果导入")

    def __str__(self) -> str:
        return self.name


class Payment(models.Model):
    """What the treasury paid: one for each instalment, whatever is retried."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    instalment = models.OneToOneField(
        Instalment, models.PROTECT, related_name="payment", verbose_name=_("拨付分期")
    )
    paid_on = models.DateField(_("支付日期"))
    voucher = models.CharField(_("凭证号"), max_length=60)
    amount = MoneyField(_("支付金额（元）"))
    account_name = models.CharField(_("收款户名"), max_length=120)
    brought = models.ForeignKey(
        PaymentImport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name=_("导入文件"),
    )
    act = models.UUIDField(_("操作编号"), editable=False)
    at = models.DateTimeField(_("登记时间"), default=timezone.now, editable=False)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("拨付记录")
        verbose_name_plural = _("拨付记录")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount"),
            models.UniqueConstraint(
                fields=["district", "voucher", "instalment"], name="payment_voucher_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher} {self.amount}"


class PaymentImportRow(models.Model):
    """One row of the file: what it says, which instalment it pays, or why it cannot be told."""

    class Verdict(models.TextChoices):
        MATCHED = "matched", _("相符")
        REPEATED = "repeated", _("已入账")
        MISMATCHED = "mismatched", _("不符")
        INVALID = "invalid", _("无法读取")

    id = models.BigAutoField(primary_key=True)
    brought = models.ForeignKey(
        PaymentImport, models.CASCADE, related_name="lines", verbose_name=_("拨付结果导入")
    )
    number = models.PositiveIntegerField(_("行号"))
    raw: Any = models.JSONField(_("原文"), default=dict)
    verdict = models.CharField(_("比对结果"), max_length=10, choices=Verdict)
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    instalment = models.ForeignKey(
        Instalment, models.PROTECT, null=True, blank=True, verbose_name=_("拨付分期")
    )

    objects = OfImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("拨付结果行")
        verbose_name_plural = _("拨付结果行")
        ordering = ["brought", "number"]
        constraints = [
            models.UniqueConstraint(fields=["brought", "number"], name="payment_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.brought_id} {self.number}"


class Clawback(models.Model):
    """追回: demanded with a reason, approved by another; recovered money leaves `paid`."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("待审批")
        APPROVED = "approved", _("追回中")
        RECOVERED = "recovered", _("已追回")
        REFUSED = "refused", _("未批准")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    instalment = models.ForeignKey(
        Instalment, models.PROTECT, related_name="clawbacks", verbose_name=_("拨付分期")
    )
    number = models.PositiveSmallIntegerField(_("次数"), default=1)
    amount = MoneyField(_("追回金额（元）"))
    reason = models.CharField(_("追回事由"), max_length=300)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.SUBMITTED)
    submitted_by_ids: Any = models.JSONField(_("提交人"), default=list, blank=True, editable=False)
    recovered_on = models.DateField(_("到账日期"), null=True, blank=True)
    voucher = models.CharField(_("凭证号"), max_length=60, blank=True)
    # Recovered in the year of its budget the money can be used again, later it goes back to the
    # treasury (缴回财政) and leaves `granted`, too.
    is_returned = models.BooleanField(_("缴回财政"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    created_at = models.DateTimeField(_("创建"), default=timezone.now, editable=False)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("资金追回")
        verbose_name_plural = _("资金追回")
        constraints = [
            models.UniqueConstraint(fields=["instalment", "number"], name="clawback_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="clawback_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.instalment_id} {self.amount}"
