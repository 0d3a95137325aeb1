"""Files that people attach to a record."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id


class Attachment(models.Model):
    """A file attached to a row of any room; who may open it, that room's gate decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The row's model (`app.model`) and key.
    object_type = models.CharField(_("对象类型"), max_length=60)
    object_id = models.UUIDField(_("对象编号"))
    name = models.CharField(_("文件名"), max_length=200)
    content_type = models.CharField(_("类型"), max_length=100)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField("SHA-256", max_length=64)
    file = models.FileField(_("文件"), upload_to="attachments/%Y/%m", max_length=200)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by_id = models.UUIDField(_("上传人编号"), null=True, editable=False)
    by_label = models.CharField(_("上传人"), max_length=120, blank=True)
    removed_at = models.DateTimeField(_("移除时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        indexes = [models.Index(fields=["object_type", "object_id"], name="attachment_object")]

    def __str__(self) -> str:
        return self.name
