"""Policies as data: whose money, which clauses, and for each clause its rule (S1 七(二), S2)."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.models import Clause
from subsidies.querysets import OfDistrict, PolicyQuerySet
from territory.models import District


class Fund(models.Model):
    """专项资金: what budgets are given to, and policies are paid from."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    code = models.SlugField(_("编码"))
    name = models.CharField(_("专项资金"), max_length=100)
    is_sample = models.BooleanField(_("演示数据"), default=False)

    objects = OfDistrict.as_manager()

    class Meta:
        verbose_name = _("专项资金")
        verbose_name_plural = _("专项资金")
        constraints = [models.UniqueConstraint(fields=["district", "code"], name="fund_code_once")]

    def __str__(self) -> str:
        return self.name


class Policy(models.Model):
    """One version of a support policy; a published one is frozen, a change is a new one.

    common  what holds for all its items: {"inputs", "conditions", "caps", "evidence"}, in the
            shapes of `subsidies.rules.shapes`; its caps count over all items together
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        RETIRED = "retired", _("已停用")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    fund = models.ForeignKey(
        Fund, models.PROTECT, null=True, blank=True, verbose_name=_("专项资金")
    )
    code = models.SlugField(_("编码"))
    number = models.PositiveSmallIntegerField(_("版次"), default=1)
    name = models.CharField(_("政策名称"), max_length=120)
    document_number = models.CharField(_("文号"), max_length=80, blank=True)
    issuer = models.CharField(_("发文机关"), max_length=120, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至（不含）"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=300, blank=True)
    clause = models.ForeignKey(
        Clause, models.PROTECT, null=True, blank=True, verbose_name=_("依据")
    )
    note = models.TextField(_("说明"), blank=True)
    is_official = models.BooleanField(_("官方标准"), default=False)
    # Another place's policy, kept for comparison and trial: no round can be opened under it.
    is_reference = models.BooleanField(_("外地参考"), default=False)
    common: Any = models.JSONField(_("通用条件"), default=dict, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("扶持政策")
        verbose_name_plural = _("扶持政策")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "code", "number"], name="policy_number_once"
            ),
            models.UniqueConstraint(
                fields=["district", "code"],
                condition=Q(state="published"),
                name="policy_published_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="policy_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyItem(models.Model):
    """支持条款: what is supported, whom, and the rule by which its amount is worked out.

    rule  {"inputs", "conditions", "steps", "caps", "instalments", "evidence", "examples"}, in the
          shapes of `subsidies.rules.shapes`
    """

    class Form(models.TextChoices):
        GRANT = "grant", _("资助")
        AWARD = "award", _("奖励")
        ALLOWANCE = "allowance", _("补贴")
        INTEREST = "interest", _("贴息")

    id = models.BigAutoField(primary_key=True)
    policy = models.ForeignKey(
        Policy, models.CASCADE, related_name="items", verbose_name=_("扶持政策")
    )
    key = models.SlugField(_("编码"), max_length=40)
    ref = models.CharField(_("条款序号"), max_length=40, blank=True)
    name = models.CharField(_("支持事项"), max_length=100)
    form = models.CharField(_("支持方式"), max_length=10, choices=Form, default=Form.ALLOWANCE)
    # The clause's words, as far as they are known.
    text = models.TextField(_("条款原文"), blank=True)
    applicants = models.CharField(_("支持对象"), max_length=300, blank=True)
    # Of the items of one group only the highest is paid for the same outlet in a year (就高不重复).
    stack_group = models.SlugField(_("互斥组"), max_length=40, blank=True)
    rule: Any = models.JSONField(_("测算规则"), default=dict, blank=True)
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("支持条款")
        verbose_name_plural = _("支持条款")
        ordering = ["sort", "id"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "key"], name="policy_item_key_once")
        ]

    def __str__(self) -> str:
        return self.name
