"""Applications: one enterprise, one item of the policy, one outlet (if it is about one)."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from circles.models import Circle
from core.ids import new_id
from core.money import MoneyField
from outlets.models import Enterprise, Outlet
from subsidies.models.policies import PolicyItem
from subsidies.models.rounds import Round
from subsidies.querysets import ApplicationQuerySet, OfApplicationQuerySet
from territory.models import District, Street


class Application(models.Model):
    """草稿 → 已申报 (⇄ 待补正) → 已受理 → 已审核 → 拟支持 → 已审定 → 拨付中 → 已办结.

    facts        what the enterprise declares: input key → value, canonical texts
    checked      what review found instead (审定投资额): input key → value; wins over `facts`
    eligibility  [{"key", "label", "state": "met"|"unmet"|"unknown", "text"}]
    computation  what `subsidies.services.assessing` made: {"policy": {…}, "lines": […], …}
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("已申报")
        SUPPLEMENT = "supplement", _("待补正")
        ACCEPTED = "accepted", _("已受理")
        REVIEWED = "reviewed", _("已审核")
        PROPOSED = "proposed", _("拟支持")
        APPROVED = "approved", _("已审定")
        PAYING = "paying", _("拨付中")
        DONE = "done", _("已办结")
        NOT_ACCEPTED = "not_accepted", _("不予受理")
        REFUSED = "refused", _("不予支持")
        WITHDRAWN = "withdrawn", _("已撤回")
        # After 拟支持: an objection was upheld, or the support was given up.
        CANCELLED = "cancelled", _("取消支持")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    round = models.ForeignKey(
        Round, models.PROTECT, related_name="applications", verbose_name=_("资金批次")
    )
    item = models.ForeignKey(PolicyItem, models.PROTECT, verbose_name=_("支持事项"))
    # Given when first submitted: 2026-01-0007.
    number = models.CharField(_("受理编号"), max_length=30, blank=True)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, verbose_name=_("申报企业"))
    outlet = models.ForeignKey(
        Outlet, models.PROTECT, null=True, blank=True, verbose_name=_("网点")
    )
    # Where it takes place: of the outlet, or as told; who files for a street files for its own.
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, verbose_name=_("街道（镇）")
    )
    circle = models.ForeignKey(
        Circle, models.PROTECT, null=True, blank=True, verbose_name=_("便民生活圈")
    )
    title = models.CharField(_("项目名称"), max_length=120)
    summary = models.TextField(_("项目简介"), blank=True)
    facts: Any = models.JSONField(_("申报数据"), default=dict, blank=True)
    checked: Any = models.JSONField(_("审定数据"), default=dict, blank=True)
    contact = models.CharField(_("联系人"), max_length=40, blank=True)
    phone = models.CharField(_("联系电话"), max_length=40, blank=True)
    account_name = models.CharField(_("户名"), max_length=120, blank=True)
    bank = models.CharField(_("开户行"), max_length=120, blank=True)
    account_number = models.CharField(_("账号"), max_length=40, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.DRAFT)
    submitted_at = models.DateTimeField(_("申报时间"), null=True, blank=True)
    submitted_by_ids: Any = models.JSONField(_("提交人"), default=list, blank=True, editable=False)
    # 一次性告知: once, with everything that is lacking.
    supplement_text = models.TextField(_("一次性告知内容"), blank=True)
    supplement_on = models.DateField(_("告知日期"), null=True, blank=True)
    supplement_due = models.DateField(_("补正截止"), null=True, blank=True)
    accepted_on = models.DateField(_("受理日期"), null=True, blank=True)
    eligibility: Any = models.JSONField(_("条件核验"), default=list, blank=True)
    computation: Any = models.JSONField(_("测算过程"), default=dict, blank=True)
    # Null = not worked out, or it cannot be.
    computed = MoneyField(_("测算金额（元）"), null=True, blank=True)
    # What is supported: as computed, or lowered by the reviewer with a reason.
    amount = MoneyField(_("支持金额（元）"), null=True, blank=True)
    lowered_reason = models.CharField(_("核减理由"), max_length=300, blank=True)
    reviewed_by_ids: Any = models.JSONField(_("审核人"), default=list, blank=True, editable=False)
    reviewed_on = models.DateField(_("审核日期"), null=True, blank=True)
    decision_note = models.CharField(_("办理意见"), max_length=500, blank=True)
    # How often its money was reserved: reserve → release → reserve is attempt 2.
    attempt = models.PositiveSmallIntegerField(default=0, editable=False)
    is_sample = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    created_at = models.DateTimeField(_("创建"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("最近更新"), auto_now=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("扶持申报")
        verbose_name_plural = _("扶持申报")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "number"], condition=~Q(number=""), name="application_number_once"
            ),
            models.CheckConstraint(
                condition=Q(computed__isnull=True) | Q(computed__gte=0),
                name="application_computed",
            ),
            # Never more than the rules give, and lowered only with a reason.
            models.CheckConstraint(
                condition=Q(amount__isnull=True)
                | Q(amount__gte=0, computed__isnull=False, amount__lte=F("computed")),
                name="application_amount_below_computed",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount=F("computed")) | ~Q(lowered_reason=""),
                name="application_lowered_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "state"], name="application_round_state"),
            models.Index(fields=["enterprise", "state"], name="application_enterprise"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()


class Evidence(models.Model):
    """One line of the evidence checklist; its files hang on this row (`core.attachments`)."""

    class State(models.TextChoices):
        MISSING = "missing", _("未提供")
        PROVIDED = "provided", _("已提供")
        CHECKED = "checked", _("核验通过")
        LACKING = "lacking", _("需补正")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(
        Application, models.CASCADE, related_name="evidence", verbose_name=_("扶持申报")
    )
    key = models.SlugField(_("编码"), max_length=40)
    label = models.CharField(_("申报材料"), max_length=120)
    required = models.BooleanField(_("必需"), default=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.MISSING)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("申报材料")
        verbose_name_plural = _("申报材料")
        ordering = ["sort", "id"]
        constraints = [models.UniqueConstraint(fields=["application", "key"], name="evidence_once")]

    def __str__(self) -> str:
        return self.label


class Check(models.Model):
    """第三方审计、信用核查、联审: what others found; their files hang on this row."""

    class Kind(models.TextChoices):
        AUDIT = "audit", _("第三方审计")
        CREDIT = "credit", _("信用核查")
        JOINT = "joint", _("部门联审")
        SITE = "site", _("现场核验")

    class Outcome(models.TextChoices):
        PASSED = "passed", _("通过")
        REMARKS = "remarks", _("有意见")
        FAILED = "failed", _("不通过")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(
        Application, models.CASCADE, related_name="checks", verbose_name=_("扶持申报")
    )
    kind = models.CharField(_("类别"), max_length=8, choices=Kind)
    unit = models.CharField(_("核查单位"), max_length=100)
    on = models.DateField(_("日期"))
    outcome = models.CharField(_("结论"), max_length=8, choices=Outcome)
    document_number = models.CharField(_("文号"), max_length=80, blank=True)
    note = models.CharField(_("意见"), max_length=500, blank=True)
    by_label = models.CharField(_("登记人"), max_length=120, blank=True, editable=False)
    created_at = models.DateTimeField(_("登记时间"), default=timezone.now, editable=False)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("核查记录")
        verbose_name_plural = _("核查记录")
        ordering = ["on", "created_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"


class Objection(models.Model):
    """An objection (异议) raised while the list is public; an upheld one cancels the support."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("待处理")
        UPHELD = "upheld", _("异议成立")
        DISMISSED = "dismissed", _("异议不成立")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="objections", verbose_name=_("扶持申报")
    )
    received_on = models.DateField(_("收到日期"))
    # Kept as told; shown to the commission only.
    raised_by = models.CharField(_("异议人"), max_length=100, blank=True)
    text = models.TextField(_("异议内容"))
    outcome = models.CharField(_("处理结果"), max_length=10, choices=Outcome, default=Outcome.OPEN)
    reason = models.CharField(_("处理意见"), max_length=500, blank=True)
    handled_on = models.DateField(_("处理日期"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("公示异议")
        verbose_name_plural = _("公示异议")
        ordering = ["received_on", "id"]

    def __str__(self) -> str:
        return f"{self.application_id} {self.received_on}"
