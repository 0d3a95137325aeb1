"""Offices, the people in them, and the API clients of outside systems."""

import hashlib
import secrets
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from territory.models import District, Street


class Office(models.Model):
    """A unit that people act for: the commission, a street, a department, an agency."""

    class Kind(models.TextChoices):
        COMMISSION = "commission", _("区商务委")
        STREET = "street", _("街道（镇）")
        DEPARTMENT = "department", _("区相关部门")
        AGENCY = "agency", _("第三方机构")
        CITY = "city", _("市级单位")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(
        District, models.PROTECT, related_name="offices", verbose_name=_("区")
    )
    code = models.CharField(_("单位编码"), max_length=40, unique=True)
    name = models.CharField(_("单位名称"), max_length=100)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind)
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, verbose_name=_("街道（镇）")
    )

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="street") | models.Q(street__isnull=False),
                name="street_office_has_street",
            )
        ]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person, acting for one office in one or more roles (groups)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    display_name = models.CharField(_("姓名"), max_length=60, blank=True)
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, related_name="users", verbose_name=_("单位")
    )
    is_demo = models.BooleanField(_("演示账号"), default=False)

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """The name as the pages show it."""
        return str(self)


def hash_token(secret: str) -> str:
    """What is stored of a token: its SHA-256 (256 random bits need no slow hash)."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiToken(models.Model):
    """A bearer token of an outside system: hashed, scoped, bound to an office, expiring."""

    PREFIX = "lcp_"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("名称"), max_length=80)
    office = models.ForeignKey(
        Office, models.PROTECT, related_name="tokens", verbose_name=_("单位")
    )
    role = models.CharField(_("角色"), max_length=40)
    prefix = models.CharField(_("前缀"), max_length=12)
    digest = models.CharField(_("摘要"), max_length=64, unique=True, editable=False)
    scopes: Any = models.JSONField(_("权限范围"), default=list)
    expires_at = models.DateTimeField(_("到期"))
    revoked_at = models.DateTimeField(_("停用"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, editable=False)
    created_at = models.DateTimeField(_("创建"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")

    def __str__(self) -> str:
        return f"{self.name} {self.prefix}…"

    @property
    def live(self) -> bool:
        """Whether the token may be used now."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    @classmethod
    def new_secret(cls) -> str:
        """A fresh secret, shown once."""
        return cls.PREFIX + secrets.token_urlsafe(32)


class Delegation(models.Model):
    """授权代办: for some days one person acts for another of the same office, with their roles."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    principal = models.ForeignKey(
        User, models.PROTECT, related_name="delegations_given", verbose_name=_("委托人")
    )
    delegate = models.ForeignKey(
        User, models.PROTECT, related_name="delegations_held", verbose_name=_("代办人")
    )
    valid_from = models.DateField(_("自"))
    # The last day, included.
    valid_until = models.DateField(_("至"))
    reason = models.CharField(_("事由"), max_length=200)
    by_label = models.CharField(_("办理人"), max_length=120, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(_("提前终止"), null=True, blank=True)

    class Meta:
        verbose_name = _("授权代办")
        verbose_name_plural = _("授权代办")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")),
                name="delegation_forward",
            ),
            models.CheckConstraint(
                condition=~models.Q(principal=models.F("delegate")), name="delegation_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.principal} → {self.delegate}"
