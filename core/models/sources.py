"""Policy documents and their clauses: what every target, rule and indicator points to."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import new_id


class Document(models.Model):
    """A policy document, as issued."""

    class Level(models.TextChoices):
        NATION = "nation", _("国家")
        CITY = "city", _("市")
        DISTRICT = "district", _("区")
        ELSEWHERE = "elsewhere", _("外地参考")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(_("编码"), unique=True)
    name = models.CharField(_("名称"), max_length=200)
    short_name = models.CharField(_("简称"), max_length=60)
    number = models.CharField(_("文号"), max_length=80, blank=True)
    issuer = models.CharField(_("发文机关"), max_length=300)
    issued_on = models.DateField(_("成文日期"), null=True)
    level = models.CharField(_("层级"), max_length=10, choices=Level)
    status = models.CharField(_("状态"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("政策文件")
        verbose_name_plural = _("政策文件")

    def __str__(self) -> str:
        return self.name


class Clause(models.Model):
    """One clause of a document, in its own words, with the units it names."""

    class Manner(models.TextChoices):
        RESPONSIBLE = "responsible", _("负责")
        BY_DUTY = "by_duty", _("按职责分工负责")
        LEAD = "lead", _("牵头+配合")
        UNSTATED = "unstated", _("文件未明确")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="clauses", verbose_name=_("文件")
    )
    ref = models.CharField(_("序号"), max_length=40)
    title = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("原文"))
    units: Any = models.JSONField(_("责任单位"), default=list)
    # Whether it sets something to be done; headings, aims and principles do not.
    sets_task = models.BooleanField(_("布置任务"), default=False)
    manner = models.CharField(_("责任方式"), max_length=12, choices=Manner, default=Manner.UNSTATED)
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("条款")
        verbose_name_plural = _("条款")
        constraints = [
            models.UniqueConstraint(fields=["document", "ref"], name="clause_once_per_document")
        ]

    def __str__(self) -> str:
        return f"{self.document.short_name} {self.ref}"
