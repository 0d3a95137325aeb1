"""工作信息: sent by any unit in one minute, adopted or not by the commission."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Office
from circles.models import Circle
from core import policy
from core.attachments import attach, attachments_of_rows
from core.audit import Actor, act
from core.db import locked
from core.ids import new_id
from core.scope import Scope
from core.text import count_words_cn, normalise
from core.versions import require_version
from core.workflow import moving
from outlets.fieldwork.photos import MOST_PHOTOS, Photo, cleaned
from reports.models import WorkItem
from reports.workflow import WORK_ITEM

MOST_WORDS = 2000
# What exceeds these is a slip of the pen.
MOST: Mapping[str, int | Decimal] = {
    "sessions": 10_000,
    "attendees": 10_000_000,
    "sales": Decimal(10_000_000_000),
    "jobs": 1_000_000,
    "care_posts": 1_000_000,
}
# Older news belongs to reports that are long closed.
OLDEST = dt.timedelta(days=366)
COLUMNS = (
    "category",
    "title",
    "text",
    "happened_on",
    "circle",
    "clause",
    *MOST,
)


def add_item(
    *,
    office: Office,
    values: Mapping[str, Any],
    by: Actor,
    scope: Scope,
    photos: Iterable[BinaryIO] = (),
    key: uuid.UUID | None = None,
) -> WorkItem:
    """Send a piece of news of `office`: `values` by `COLUMNS`; `key` is the id it gets.

    Photographs are stripped of place and device. Raises PermissionDenied, or ValidationError by
    field (`photos` for the pictures).
    """
    pictures = _pictures(photos)
    item = WorkItem(
        id=key or new_id(),
        district_id=office.district_id,
        office=office,
        by_id=scope.user_id,
        by_label=by.label[:120],
        submitted_by_ids=sorted(map(str, scope.persons)),
        **_neat(values),
    )
    item.street = office.street or (item.circle.lead_street if item.circle else None)
    policy.require(scope, "reports.add_work_item", item)
    _check(item)
    with act("reports.add_work_item", by=by, obj=item) as this:
        item.full_clean(exclude=["district", "office", "street", "circle", "clause"])
        item.save(force_insert=True)
        for number, picture in enumerate(pictures, 1):
            attach(item, ContentFile(picture.data, f"{number}.{picture.extension}"), by)
        this.changes = {"title": item.title, "photos": len(pictures)}
    return item


def label_of(column: str) -> str:
    """What a column is called."""
    field: Any = WorkItem._meta.get_field(column)
    return str(field.verbose_name)


def own_office(scope: Scope) -> Office:
    """The office that the caller writes for. PermissionDenied where there is none."""
    office = Office.objects.filter(code=scope.office_code).select_related("street").first()
    if office is None:
        raise PermissionDenied(_("您的账号尚未归属任何单位，请联系系统管理员。"))
    return office


def nameable_circles(office: Office) -> "QuerySet[Circle]":
    """The circles that an item of the office may be about: a street's own, or any."""
    rows = Circle.objects.filter(district=office.district_id).order_by("code")
    if office.street_id is None:
        return rows
    return rows.filter(street_links__street=office.street_id)


def photo_counts(items: Iterable[WorkItem]) -> dict[Any, int]:
    """Item id → photographs that hang on it; one query."""
    return {pk: len(files) for pk, files in attachments_of_rows(items).items()}


def withdraw_item(
    *, item: WorkItem, by: Actor, scope: Scope, comment: str = "", seen_version: int | None = None
) -> WorkItem:
    """The unit takes back what nobody has decided on yet."""
    return _moved(item, "withdraw", _Said(by, scope, comment, seen_version))


def adopt_item(
    *, item: WorkItem, by: Actor, scope: Scope, comment: str = "", seen_version: int | None = None
) -> WorkItem:
    """采用: from now on it may stand in the 工作通报 of its month."""
    return _moved(item, "accept", _Said(by, scope, comment, seen_version))


def decline_item(
    *, item: WorkItem, by: Actor, scope: Scope, comment: str = "", seen_version: int | None = None
) -> WorkItem:
    """不予采用, with a reason; an adopted one is no 亮点 any more."""
    return _moved(item, "decline", _Said(by, scope, comment, seen_version))


def highlight_item(
    *, item: WorkItem, on: bool, by: Actor, scope: Scope, seen_version: int | None = None
) -> WorkItem:
    """Show an adopted item on the leader's page as 亮点, or take it from there."""
    with act("reports.highlight_work_item", by=by) as this:
        now = locked(WorkItem.objects.filter(pk=item.pk)).get()
        require_version(now, seen_version)
        policy.require(scope, "reports.adopt_work_item", now)
        if on and now.state != WorkItem.State.ADOPTED:
            raise ValidationError(_("已采用的工作信息才能列为亮点，请先采用。"))
        this.obj, this.changes = now, {"highlight": [now.highlight, on]}
        now.highlight = on
        now.version += 1
        now.save()
    return now


@dataclass(frozen=True)
class _Said:
    """By whom a move is made, and what was said and seen."""

    by: Actor
    scope: Scope
    comment: str
    seen_version: int | None


def _moved(item: WorkItem, word: str, said: _Said) -> WorkItem:
    with moving(
        WORK_ITEM,
        item,
        word,
        by=said.by,
        scope=said.scope,
        comment=said.comment,
        seen_version=said.seen_version,
    ) as (now, _this):
        if word != "withdraw":
            now.decided_at, now.decided_by_label = timezone.now(), said.by.label[:120]
            now.remark = said.comment.strip()[:300]
        if now.state != WorkItem.State.ADOPTED:
            now.highlight = False
    moved: WorkItem = now
    return moved


def _neat(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the columns take of `values`: a title in one line, no text of blanks."""
    given = {name: values[name] for name in COLUMNS if name in values}
    given["title"] = normalise(given.get("title") or "")
    given["text"] = (given.get("text") or "").strip()
    return given


def _check(item: WorkItem) -> None:
    problems: dict[str, list[str]] = {}
    for column, message in _problems(item):
        problems.setdefault(column, []).append(message)
    if problems:
        raise ValidationError(problems)


def _problems(item: WorkItem) -> Iterator[tuple[str, str]]:
    if not item.title:
        yield "title", _("请填写标题")
    if item.category not in WorkItem.Category.values:
        yield "category", _("请选择类别")
    yield from _day_problems(item.happened_on)
    for column, most in MOST.items():
        label = label_of(column)
        amount = getattr(item, column)
        if amount is not None and not 0 <= amount <= most:
            told = {"label": label, "most": f"{most:,}"}
            yield column, _("%(label)s须在 0 到 %(most)s 之间，请核对") % told
    if item.care_posts is not None and (item.jobs is None or item.care_posts > item.jobs):
        yield "care_posts", _("爱心岗位是岗位数的其中数：岗位数须填写，且不少于爱心岗位")
    if (words := count_words_cn(item.text)) > MOST_WORDS:
        size = {"n": words, "most": MOST_WORDS}
        yield "text", _("正文 %(n)d 字，超过 %(most)d 字，请压缩") % size
    if item.circle and not nameable_circles(item.office).filter(pk=item.circle.pk).exists():
        yield "circle", _("请选择本单位范围内的生活圈")


def _day_problems(day: dt.date | None) -> Iterator[tuple[str, str]]:
    today = timezone.localdate()
    if day is None:
        yield "happened_on", _("请填写日期")
    elif day > today:
        yield "happened_on", _("日期不能晚于今天；活动举办后再报送")
    elif day < today - OLDEST:
        yield "happened_on", _("日期早于一年前，请核对年份")


def _pictures(photos: Iterable[BinaryIO]) -> list[Photo]:
    given = list(photos)
    if len(given) > MOST_PHOTOS:
        raise ValidationError({"photos": _("照片最多 %(n)d 张") % {"n": MOST_PHOTOS}})
    return [cleaned(photo) for photo in given]


__all__ = [
    "COLUMNS",
    "MOST_WORDS",
    "add_item",
    "adopt_item",
    "decline_item",
    "highlight_item",
    "label_of",
    "nameable_circles",
    "own_office",
    "photo_counts",
    "withdraw_item",
]
