"""预算指标, the ledger of its moves, and the orders that change what is granted."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.money import MoneyField
from subsidies.models.applications import Application
from subsidies.models.policies import Fund
from subsidies.querysets import OfDistrict, OfLineQuerySet
from territory.models import District


class BudgetLine(models.Model):
    """预算指标 of a fund and year. Free (可用余额) = granted − reserved − paid, never below 0.

    Only `subsidies.services.budget.move` writes the three amounts.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="lines", verbose_name=_("专项资金"))
    year = models.PositiveSmallIntegerField(_("年度"))
    granted = MoneyField(_("预算指标（元）"), default=0)
    reserved = MoneyField(_("已安排未拨付（元）"), default=0)
    paid = MoneyField(_("已拨付（元）"), default=0)
    is_sample = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("预算指标")
        verbose_name_plural = _("预算指标")
        constraints = [
            models.UniqueConstraint(fields=["fund", "year"], name="budget_line_once"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0, paid__gte=0), name="budget_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(granted__gte=F("reserved") + F("paid")), name="budget_not_exceeded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} {self.year}"

    @property
    def free(self) -> Any:
        """可用余额, yuan."""
        return self.granted - self.reserved - self.paid


class BudgetOrder(models.Model):
    """下达, 收回, 调剂, 结转: proposed by one person, approved by another, then moved."""

    class Kind(models.TextChoices):
        GRANT = "grant", _("下达")
        REDUCE = "reduce", _("收回")
        TRANSFER = "transfer", _("调剂")
        CARRY = "carry", _("结转")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("待审批")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("未批准")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    line = models.ForeignKey(
        BudgetLine, models.PROTECT, related_name="orders", verbose_name=_("预算指标")
    )
    # 调入 of 调剂 and 结转.
    to_line = models.ForeignKey(
        BudgetLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="incoming",
        verbose_name=_("调入预算指标"),
    )
    amount = MoneyField(_("金额（元）"))
    document_number = models.CharField(_("文号"), max_length=80, blank=True)
    reason = models.CharField(_("事由"), max_length=300)
    # Unpaid ones at the year's end: 结转 takes them along, 收回 puts them off to the next year.
    instalments: Any = models.ManyToManyField(
        "subsidies.Instalment", blank=True, related_name="orders", verbose_name=_("拨付分期")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    submitted_by_ids: Any = models.JSONField(_("提交人"), default=list, blank=True, editable=False)
    decided_on = models.DateField(_("审批日期"), null=True, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    created_at = models.DateTimeField(_("创建"), default=timezone.now, editable=False)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("预算调整")
        verbose_name_plural = _("预算调整")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="budget_order_amount"),
            models.CheckConstraint(
                condition=(
                    Q(kind__in=["transfer", "carry"], to_line__isnull=False) & ~Q(to_line=F("line"))
                )
                | Q(kind__in=["grant", "reduce"], to_line__isnull=True),
                name="budget_order_lines_fit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.line} {self.amount}"


class BudgetMove(models.Model):
    """One entry of the append-only ledger. Its deltas sum to the line's balances."""

    class Kind(models.TextChoices):
        GRANT = "grant", _("下达")
        REDUCE = "reduce", _("收回")
        TRANSFER_OUT = "transfer_out", _("调出")
        TRANSFER_IN = "transfer_in", _("调入")
        RESERVE = "reserve", _("安排")
        RELEASE = "release", _("撤销安排")
        PAY = "pay", _("拨付")
        CLAWBACK = "clawback", _("追回")

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(
        BudgetLine, models.PROTECT, related_name="moves", verbose_name=_("预算指标")
    )
    seq = models.PositiveIntegerField(_("序号"))
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    amount = MoneyField(_("金额（元）"))
    d_granted = MoneyField(_("预算指标增减"), default=0)
    d_reserved = MoneyField(_("已安排增减"), default=0)
    d_paid = MoneyField(_("已拨付增减"), default=0)
    application = models.ForeignKey(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="moves",
        verbose_name=_("扶持申报"),
    )
    # 0 = the whole. With an application never null: a retry meets the unique key.
    instalment = models.PositiveSmallIntegerField(_("期次"), default=0)
    attempt = models.PositiveSmallIntegerField(_("次数"), default=1)
    order = models.ForeignKey(
        BudgetOrder, models.PROTECT, null=True, blank=True, verbose_name=_("预算调整")
    )
    act = models.UUIDField(_("操作编号"), editable=False)
    at = models.DateTimeField(_("时间"), default=timezone.now, editable=False)
    by_label = models.CharField(_("经办人"), max_length=120, blank=True, editable=False)

    objects = OfLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("预算流水")
        verbose_name_plural = _("预算流水")
        ordering = ["line", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["line", "seq"], name="budget_move_seq_once"),
            models.UniqueConstraint(
                fields=["application", "kind", "instalment", "attempt"],
                condition=Q(application__isnull=False),
                name="budget_move_once",
            ),
            # An order moves each of its lines once.
            models.UniqueConstraint(
                fields=["order", "line"],
                condition=Q(order__isnull=False),
                name="budget_order_moves_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="budget_move_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} #{self.seq} {self.kind} {self.amount}"
