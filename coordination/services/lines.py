"""「24字方针·七个一」落实情况 of each year: the skeleton of the annual summary."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.models import WorkLine, WorkLineProgress
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import StaleVersionError, require_version
from territory.models import District

FIRST_YEAR, LAST_YEAR = 2021, 2099


@dataclass(frozen=True)
class LineOfYear:
    """A line and what the district says of it in a year."""

    line: WorkLine
    progress: WorkLineProgress | None

    @property
    def version(self) -> int:
        """What an edit is decided on; 0 before anything was said."""
        return self.progress.version if self.progress else 0


def lines_of_year(district: District, year: int) -> list[LineOfYear]:
    """All lines in their order, said or not; two queries."""
    said = {
        row.line_id: row for row in WorkLineProgress.objects.filter(district=district, year=year)
    }
    lines = WorkLine.objects.select_related("clause__document").order_by("group", "sort", "code")
    return [LineOfYear(line, said.get(line.pk)) for line in lines]


def years(district: District) -> list[int]:
    """Years of which something was said, and this one, the newest first."""
    told = WorkLineProgress.objects.filter(district=district).values_list("year", flat=True)
    return sorted({timezone.localdate().year, *told}, reverse=True)


def save_line(
    *,
    district: District,
    line: WorkLine,
    year: int,
    text: str,
    by: Actor,
    scope: Scope,
    evidence: str = "",
    seen_version: int | None = None,
    is_sample: bool = False,
) -> WorkLineProgress:
    """Write what is said of a line in a year, on the version that was seen (0: nothing yet).

    StaleVersionError when somebody else has written in the meantime. What stood there before is
    kept in the audit log.
    """
    policy.require(scope, "coordination.change_lines")
    if district.pk not in scope.district_ids:
        raise ValidationError(_("只能填写本区的落实情况。"))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError({"year": _("请选择年度。")})
    if not text.strip():
        raise ValidationError({"text": _("请写明落实情况。")})
    if len(evidence.strip()) > 300:
        raise ValidationError({"evidence": _("佐证材料不超过 300 字。")})
    key = {"district": district, "line": line, "year": year}
    with act("coordination.save_line", by=by) as this:
        now = locked(WorkLineProgress.objects.filter(**key)).first()
        if now is None:
            now = _begun(WorkLineProgress(**key, is_sample=is_sample, version=0), seen_version)
        else:
            require_version(now, seen_version)
        before = {"text": now.text, "evidence": now.evidence}
        now.text, now.evidence = text.strip(), evidence.strip()
        now.at, now.by_label = timezone.now(), by.label[:120]
        now.version += 1
        now.save()
        this.obj = now
        after = {"text": now.text, "evidence": now.evidence}
        this.changes = {
            name: [before[name], after[name]] for name in after if before[name] != after[name]
        } | {"line": line.code, "year": year}
    return now


def _begun(row: WorkLineProgress, seen_version: int | None) -> WorkLineProgress:
    if seen_version:
        raise StaleVersionError(seen_version, 0)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise StaleVersionError(0, 1) from error
    return row
