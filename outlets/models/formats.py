"""Business formats (业态), add-on services (一店多能) and which service counts as which format."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import new_id


class BusinessFormat(models.Model):
    """A format of the official list, or of a wider unofficial vocabulary."""

    class Category(models.TextChoices):
        BASIC = "basic", _("基本保障类")
        QUALITY = "quality", _("品质提升类")

    class Nature(models.TextChoices):
        COMMERCIAL = "commercial", _("商业性")
        WELFARE = "welfare", _("类公益性")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(_("业态编码"), unique=True)
    # The number that values are keyed by; never reused.
    number = models.PositiveSmallIntegerField(_("序号"), unique=True)
    name = models.CharField(_("业态名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    category = models.CharField(_("业态类别"), max_length=8, choices=Category)
    nature = models.CharField(
        _("业态属性"), max_length=10, choices=Nature, default=Nature.COMMERCIAL
    )
    priority = models.BooleanField(_("优先发展"), default=False)
    aliases: Any = models.JSONField(_("别名"), default=list, blank=True)
    symbol = models.CharField(_("图标字"), max_length=2, blank=True)
    slogan = models.CharField(_("口号标签"), max_length=20, blank=True)
    is_official = models.BooleanField(_("官方目录"), default=True)

    class Meta:
        verbose_name = _("业态")
        verbose_name_plural = _("业态")

    def __str__(self) -> str:
        return self.name if self.is_official else f"{self.name}（{_('待区商务委确认')}）"


class Service(models.Model):
    """An add-on service an outlet may offer; `bit` is its place in `Outlet.services`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(_("服务编码"), unique=True)
    bit = models.PositiveSmallIntegerField(_("位"), unique=True)
    name = models.CharField(_("服务名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    aliases: Any = models.JSONField(_("别名"), default=list, blank=True)

    class Meta:
        verbose_name = _("叠加服务")
        verbose_name_plural = _("叠加服务")
        constraints = [
            models.CheckConstraint(condition=models.Q(bit__lte=61), name="service_bit_fits")
        ]

    def __str__(self) -> str:
        return self.name


class ServiceFormat(models.Model):
    """Whether an add-on service is accepted as the presence of a format."""

    id = models.BigAutoField(primary_key=True)
    service = models.ForeignKey(
        Service, models.CASCADE, related_name="formats", verbose_name=_("服务")
    )
    format = models.ForeignKey(
        BusinessFormat, models.CASCADE, related_name="services", verbose_name=_("业态")
    )
    counts = models.BooleanField(_("视同具备该业态"), default=False)
    is_official = models.BooleanField(_("官方口径"), default=False)

    class Meta:
        verbose_name = _("叠加服务与业态对应")
        verbose_name_plural = _("叠加服务与业态对应")
        constraints = [
            models.UniqueConstraint(fields=["service", "format"], name="service_format_once")
        ]

    def __str__(self) -> str:
        return f"{self.service} → {self.format}"


class IndustryCode(models.Model):
    """A GB/T 4754-2017 code with the format it suggests (a suggestion, never set silently)."""

    code = models.CharField(_("行业代码"), max_length=5, primary_key=True)
    name = models.CharField(_("行业名称"), max_length=80)
    suggests = models.ForeignKey(
        BusinessFormat, models.SET_NULL, null=True, blank=True, verbose_name=_("建议业态")
    )

    class Meta:
        verbose_name = _("国民经济行业代码")
        verbose_name_plural = _("国民经济行业代码")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
