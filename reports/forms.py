"""Acts on report forms: publish a draft, copy a version for the next one, retire."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from core.audit import Actor, act
from core.db import locked
from core.versions import require_version
from metrics.indicators import all_indicators
from reports.models import ReportDuty, ReportItem, ReportRule, ReportType

State = ReportType.State


def publish_form(*, form: ReportType, by: Actor, seen_version: int | None = None) -> ReportType:
    """Put a draft into use and the version before it out of use; published ones stay as they are.

    Periods that are open keep the version they were opened with. ValidationError says what the
    draft lacks.
    """
    with act("reports.publish_form", by=by) as this:
        versions = locked(ReportType.objects.filter(district=form.district_id, code=form.code))
        now = next(row for row in versions if row.pk == form.pk)
        require_version(now, seen_version)
        if now.state != State.DRAFT:
            raise ValidationError(_("只有草稿可以发布；已发布的报表请先复制为新版。"))
        if lacking := list(_lacking(now)):
            raise ValidationError(lacking)
        for row in versions:
            if row.state == State.PUBLISHED:
                row.state, row.version = State.RETIRED, row.version + 1
                row.save(update_fields=["state", "version"])
        this.obj, this.from_state, this.to_state = now, now.state, State.PUBLISHED
        now.state, now.version = State.PUBLISHED, now.version + 1
        now.save(update_fields=["state", "version"])
    return now


def copy_form(*, form: ReportType, by: Actor) -> ReportType:
    """A draft of the next version, with the same duties, items and rules."""
    with act("reports.copy_form", by=by) as this:
        versions = locked(ReportType.objects.filter(district=form.district_id, code=form.code))
        if any(row.state == State.DRAFT for row in versions):
            raise ValidationError(_("该报表已有一份草稿，请直接修改草稿。"))
        newest = versions.aggregate(number=Max("number"))["number"]
        copy = _copied(form, number=newest + 1, state=State.DRAFT, version=1)
        for model in (ReportDuty, ReportItem, ReportRule):
            for row in model.objects.filter(type=form).order_by("pk"):
                _copied(row, type=copy)
        this.obj, this.changes = copy, {"from": form.number, "to": copy.number}
    return copy


def retire_form(*, form: ReportType, by: Actor, comment: str) -> ReportType:
    """Ask this report of nobody any more; what was reported stays."""
    with act("reports.retire_form", by=by, comment=comment) as this:
        now = locked(ReportType.objects.filter(pk=form.pk)).get()
        if now.state != State.PUBLISHED:
            raise ValidationError(_("只有已发布的报表可以停用。"))
        this.obj, this.from_state, this.to_state = now, now.state, State.RETIRED
        now.state, now.version = State.RETIRED, now.version + 1
        now.save(update_fields=["state", "version"])
    return now


def _copied(row: Any, **changes: Any) -> Any:
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    for name, value in changes.items():
        values.pop(f"{name}_id", None)
        values[name] = value
    return type(row)._default_manager.create(**values)


def _lacking(form: ReportType) -> Iterator[str]:
    items = {item.key: item for item in form.items.all()}
    if not items:
        yield _("报表还没有填报项目。")
    if not form.duties.exists():
        yield _("报表还没有规定由谁报送。")
    known = {indicator.code for indicator in all_indicators()}
    for item in items.values():
        if item.source == ReportItem.Source.INDICATOR and item.source_code not in known:
            yield _("项目“%(item)s”的来源指标“%(code)s”不存在，请核对指标编码。") % {
                "item": item.label,
                "code": item.source_code,
            }
        if item.is_text and ReportItem.Gather.SUM in (item.over_time, item.over_offices):
            yield _("项目“%(item)s”是文字，不能合计，请改为“文字汇编”。") % {"item": item.label}
    for rule in form.rules.all():
        if strange := [key for key in (*rule.left, *rule.right) if key not in items]:
            yield _("审核规则“%(rule)s”引用了不存在的项目：%(keys)s。") % {
                "rule": rule.code,
                "keys": "、".join(strange),
            }
        if not rule.left or (not rule.right and rule.constant is None):
            yield _("审核规则“%(rule)s”缺少一边，请补充项目或常数。") % {"rule": rule.code}
