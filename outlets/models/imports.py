"""Ledgers on their way into a register: the file, each of its rows, and how an office's columns
are read."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.scope import Scope
from territory.models import District, Street


def file_place(instance: "Import", _filename: str) -> str:
    """Where the uploaded file is kept: by its import, never by a name that somebody chose."""
    ending = "csv" if instance.file_name.lower().endswith(".csv") else "xlsx"
    return f"imports/{instance.at:%Y/%m}/{instance.pk}.{ending}"


class ImportQuerySet(models.QuerySet[Any]):
    """Scoping of imports."""

    def visible_to(self, scope: Scope) -> "ImportQuerySet":
        """Those of the caller's districts; to a street those made for it."""
        rows = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        return rows.filter(street__in=scope.street_ids)


class Import(models.Model):
    """One ledger taken in: the file and its digest, who, when, how it was read, what came of it."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("待对应列")
        CHECKING = "checking", _("检查中")
        CHECKED = "checked", _("待确认")
        CONFIRMING = "confirming", _("写入中")
        DONE = "done", _("已导入")
        UNDOING = "undoing", _("撤销中")
        UNDONE = "undone", _("已撤销")
        DISCARDED = "discarded", _("已放弃")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, verbose_name=_("街道（镇）")
    )
    office_code = models.CharField(_("单位编码"), max_length=32, blank=True)
    subject = models.CharField(_("内容"), max_length=20)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DONE)
    file = models.FileField(_("文件"), upload_to=file_place, blank=True, max_length=200)
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    # How the file is read: sheet, header rows, key → column; and what the survey saw.
    layout: Any = models.JSONField(_("读取方式"), default=dict, blank=True)
    # Official column key → the title it has in the file.
    mapping: Any = models.JSONField(_("列对应"), default=dict)
    # The titles of all columns, as the file has them.
    titles: Any = models.JSONField(_("列名"), default=list, blank=True)
    # What the importer said of rows that do not name their coordinate system.
    crs = models.CharField(_("坐标系"), max_length=10, blank=True)
    # The day from which the facts hold.
    on = models.DateField(_("生效日期"), null=True, blank=True)
    counts: Any = models.JSONField(_("计数"), default=dict)
    # The register as it was when the rows were judged (`LedgerKind.mark`).
    register_mark = models.BigIntegerField(_("比对时台账标记"), null=True, editable=False)
    notes: Any = models.JSONField(_("说明"), default=list, blank=True)
    # Why the last step did not come to its end, for people.
    problem = models.TextField(_("未完成原因"), blank=True)
    act = models.UUIDField(_("操作编号"), null=True)
    undo_act = models.UUIDField(_("撤销操作编号"), null=True)
    by_id = models.UUIDField(_("导入人编号"), null=True, editable=False)
    by_label = models.CharField(_("导入人"), max_length=120, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    undone_by_label = models.CharField(_("撤销人"), max_length=120, blank=True)
    is_sample = models.BooleanField(_("演示数据"), default=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("台账导入")
        verbose_name_plural = _("台账导入")
        indexes = [models.Index(fields=["district", "-at"], name="import_newest")]

    def __str__(self) -> str:
        return f"{self.file_name} {self.at:%Y-%m-%d %H:%M}"


class ImportRow(models.Model):
    """One row of an uploaded ledger: as written, as understood, what it would do, what it did."""

    class Verdict(models.TextChoices):
        NEW = "new", _("新增")
        CHANGED = "changed", _("变更")
        UNCHANGED = "unchanged", _("未变")
        DUPLICATE = "duplicate", _("疑似重复")
        ERROR = "error", _("有误")

    class Decision(models.TextChoices):
        MERGE = "merge", _("合并")
        KEEP = "keep", _("保留两条")
        SKIP = "skip", _("跳过")

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(
        Import, models.CASCADE, related_name="rows", verbose_name=_("台账导入"), db_column="import"
    )
    # The row's number in the sheet.
    no = models.PositiveIntegerField(_("行号"))
    # The cells as the file has them, by column of the sheet; corrections made since, by key.
    # JSON text: only ever read whole, so that the database need not take it apart.
    raw = models.TextField(_("原文"), default="[]")
    edits: Any = models.JSONField(_("更正"), default=dict)
    # Register column → the value it states; stored form.
    clean: Any = models.JSONField(_("读取结果"), default=dict)
    verdict = models.CharField(_("检查结果"), max_length=9, choices=Verdict)
    # [[column key, message], …]
    errors: Any = models.JSONField(_("问题"), default=list)
    # Column → [as it stands, as it will stand], stored form.
    changes: Any = models.JSONField(_("变更内容"), default=dict)
    # What was guessed and may be taken over or not: column key → [values]
    hints: Any = models.JSONField(_("建议"), default=dict)
    # Likely doubles: [{"row": n} or {"id": …, "code": …, "name": …, "address": …}, …] with "why".
    likely: Any = models.JSONField(_("疑似重复"), default=list)
    decision = models.CharField(_("处理"), max_length=5, choices=Decision, blank=True, default="")
    # Which of `likely` a merge goes to: the id of a register row, or the number of a sheet row.
    merge_into = models.CharField(_("并入"), max_length=36, blank=True, default="")
    # Why confirming sent the row back to be looked at again.
    returned = models.CharField(_("退回原因"), max_length=200, blank=True, default="")
    # The register row it speaks of (or has made), and its version when it was compared.
    target_id = models.UUIDField(_("对应记录"), null=True)
    seen_version = models.PositiveIntegerField(_("比对时版本"), null=True)
    # The version this import gave the register row; null = not written.
    written_version = models.PositiveIntegerField(_("写入版本"), null=True)

    class Meta:
        verbose_name = _("导入行")
        verbose_name_plural = _("导入行")
        indexes = [
            models.Index(fields=["batch", "verdict", "no"], name="importrow_verdict"),
            models.Index(
                fields=["target_id"],
                condition=Q(written_version__isnull=False),
                name="importrow_written",
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["batch", "no"], name="importrow_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.no}"


class RememberedColumn(models.Model):
    """What a column title means in the ledgers of an office, as its people once said."""

    id = models.BigAutoField(primary_key=True)
    office_code = models.CharField(_("单位编码"), max_length=32)
    subject = models.CharField(_("内容"), max_length=20)
    # The title without spaces and decoration.
    title_key = models.CharField(_("列名"), max_length=120)
    # The official column; empty = this column is not read.
    key = models.CharField(_("对应列"), max_length=40, blank=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("列对应记忆")
        verbose_name_plural = _("列对应记忆")
        constraints = [
            models.UniqueConstraint(
                fields=["office_code", "subject", "title_key"], name="remembered_column_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title_key} → {self.key}"


class Export(models.Model):
    """A list that somebody took out, exactly as it was filtered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    district = models.ForeignKey(District, models.PROTECT, verbose_name=_("区"))
    by_id = models.UUIDField(_("导出人编号"), null=True, editable=False)
    by_label = models.CharField(_("导出人"), max_length=120, blank=True)
    office_code = models.CharField(_("单位编码"), max_length=32, blank=True)
    subject = models.CharField(_("内容"), max_length=20)
    # The filters, as the address of the list has them.
    query = models.TextField(_("筛选条件"), blank=True)
    kind = models.CharField(_("格式"), max_length=10)
    crs = models.CharField(_("坐标系"), max_length=10, blank=True)
    # With contact data in clear, for those who may.
    contacts = models.BooleanField(_("含联系方式"), default=False)
    rows = models.PositiveIntegerField(_("行数"), null=True)
    file = models.FileField(_("文件"), blank=True, max_length=200)
    job = models.UUIDField(_("任务编号"), null=True)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = _("导出")
        verbose_name_plural = _("导出")
        indexes = [models.Index(fields=["by_id", "-at"], name="export_newest")]

    def __str__(self) -> str:
        return f"{self.subject} {self.at:%Y-%m-%d %H:%M}"
