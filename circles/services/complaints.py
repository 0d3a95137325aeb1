"""Complaints that hotlines counted per circle and month: imported, never worked on here."""

import datetime as dt
import re
import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from circles.models import Circle, ComplaintCount
from core.audit import Actor, act
from core.spreadsheets import Choice, CleanRow, Column, Kind
from core.text import normalise_key
from outlets.services.register import lock_register
from outlets.services.small_files import SmallFile, Source, Taken
from territory.models import District

_MONTH = re.compile(
    r"((?:19|20)\d{2})(?:[-/.年]?)(\d{1,2})(?:月|[-/.]0?1(?: 00:00:00)?)?", re.ASCII
)
_SOURCES: dict[str, tuple[str, ...]] = {
    ComplaintCount.Source.CITIZENS: ("12345", "市民热线", "12345热线"),
    ComplaintCount.Source.CONSUMERS: ("12315", "消费者热线", "12315热线"),
}


def month_of(text: str) -> dt.date | None:
    """The first day of the month that a cell names; None when it names none."""
    found = _MONTH.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    return dt.date(int(found[1]), int(found[2]), 1)


def _is_month(text: str) -> str | None:
    if month_of(text):
        return None
    return _("无法确定是哪个月，请写成 2026-03 或 2026年3月")


COMPLAINTS: tuple[Column, ...] = (
    Column(
        key="circle",
        title=gettext_lazy("生活圈"),
        required=True,
        aliases=("便民生活圈", "生活圈编码", "生活圈名称", "所属生活圈"),
        help=gettext_lazy("生活圈编码或名称"),
    ),
    Column(
        key="month",
        title=gettext_lazy("月份"),
        required=True,
        aliases=("年月", "统计月份"),
        check=_is_month,
        example="2026-03",
    ),
    Column(
        key="source",
        title=gettext_lazy("来源"),
        kind=Kind.CHOICE,
        required=True,
        choices=tuple(
            Choice(code, label, _SOURCES[code]) for code, label in ComplaintCount.Source.choices
        ),
        aliases=("热线", "渠道"),
        example="12345",
    ),
    Column(
        key="count",
        title=gettext_lazy("投诉件数"),
        kind=Kind.INTEGER,
        required=True,
        least=0,
        aliases=("件数", "投诉数", "受理件数"),
    ),
    Column(
        key="closed",
        title=gettext_lazy("办结件数"),
        kind=Kind.INTEGER,
        required=True,
        least=0,
        aliases=("办结数",),
    ),
)

Key = tuple[uuid.UUID, dt.date, str]


def import_complaints(
    *, district: District, file: Source, filename: str, by: Actor, is_sample: bool = False
) -> Taken:
    """Take in a table of complaint counts, all rows or none.

    A count is known by circle, month and source; a known one gets what the file says. The same
    file again changes nothing. ValidationError names the cells that are wrong.
    """
    with act("circles.import_complaints", by=by, comment=filename) as this:
        table = SmallFile(file, filename=filename, columns=COMPLAINTS)
        lock_register(district)
        found = _found(table, district)
        table.require_good()
        taken = _write(found, district, table.sha256, is_sample=is_sample)
        this.changes = {"file": filename, **taken.counts()}
        this.payload_sha256 = table.sha256
    return taken


def _found(table: SmallFile, district: District) -> dict[Key, CleanRow]:
    """Each row by what it speaks of; what is wrong is noted in the table."""
    circles = _circles(district)
    keys: list[tuple[int, Key]] = []
    found: dict[Key, CleanRow] = {}
    for row in table.rows:
        cells = row.values
        named = circles.get(normalise_key(cells["circle"] or ""), set())
        if cells["circle"] and len(named) != 1:
            several = _("有 %(count)d 个生活圈叫这个名称，请填写生活圈编码")
            none = _("没有这个生活圈，请核对编码或名称")
            message = several % {"count": len(named)} if named else none
            table.fault(row.row, "circle", message)
        month = month_of(cells["month"] or "")
        if month and month > timezone.localdate():
            table.fault(row.row, "month", _("月份晚于本月"))
        count, closed = cells["count"], cells["closed"]
        if count is not None and closed is not None and closed > count:
            table.fault(row.row, "closed", _("办结件数大于投诉件数"))
        if len(named) == 1 and month and cells["source"]:
            key = next(iter(named)), month, cells["source"]
            keys.append((row.row, key))
            found[key] = row
    table.refuse_repeated(keys, "month")
    return found


def _circles(district: District) -> dict[str, set[uuid.UUID]]:
    """Circles by code and by name."""
    found: dict[str, set[uuid.UUID]] = {}
    rows = Circle.objects.filter(district=district).order_by("id")
    for pk, code, name in rows.values_list("id", "code", "name"):
        found.setdefault(normalise_key(name), set()).add(pk)
        # A code means one circle, whatever others are called.
        found[normalise_key(code)] = {pk}
    return found


def _write(
    found: dict[Key, CleanRow], district: District, sha256: str, *, is_sample: bool
) -> Taken:
    taken = Taken(sha256)
    known = {
        (row.circle_id, row.month, row.source): row
        for row in ComplaintCount.objects.filter(district=district)
    }
    new, changed = [], []
    for (circle, month, source), row in found.items():
        says: dict[str, Any] = {name: row.values[name] for name in ("count", "closed")}
        old = known.get((circle, month, source))
        if old is None:
            named = {"circle_id": circle, "month": month, "source": source}
            new.append(ComplaintCount(district=district, is_sample=is_sample, **named, **says))
        elif {name: getattr(old, name) for name in says} != says:
            old.count, old.closed = says["count"], says["closed"]
            changed.append(old)
        else:
            taken.unchanged += 1
    ComplaintCount.objects.bulk_create(new, batch_size=1000)
    ComplaintCount.objects.bulk_update(changed, ["count", "closed"], batch_size=1000)
    taken.new, taken.changed = len(new), len(changed)
    return taken
