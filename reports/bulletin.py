"""工作通报: the month's circular: drafted from what was passed and adopted, edited, issued.

Every section keeps its sources: the reports behind each total, the items told, the 定稿 behind the
短板. What a person has rewritten stays when the draft is made anew.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.audit import Actor, act
from core.db import locked
from core.digests import json_digest
from core.scope import Scope
from core.text import normalise
from core.versions import require_version
from core.word import OfficialDocument
from reports.bulletin_sections import Built, build
from reports.models import Bulletin
from reports.progress.writing import numbered
from territory.models import District

MOST_CHARACTERS = 20_000


def month_of(day: dt.date) -> dt.date:
    """The first day of the month that `day` lies in."""
    return day.replace(day=1)


def draft_bulletin(*, district: District, month: dt.date, by: Actor, scope: Scope) -> Bulletin:
    """The draft of the month's bulletin, made anew from what there is now.

    Sections that somebody has rewritten stay as they are. ValidationError for an issued one and
    for a month that has not begun.
    """
    month = month_of(month)
    policy.require(scope, "reports.change_bulletins", Bulletin(district=district))
    if month > timezone.localdate():
        raise ValidationError({"month": _("该月份尚未开始。")})
    with act("reports.draft_bulletin", by=by) as this:
        locked(District.objects.filter(pk=district.pk).defer("outline")).get()
        # Held still: neither an edit nor the issue in the meantime is written over.
        made = locked(Bulletin.objects.filter(district=district, month=month)).first()
        built = build(district, month, scope)
        if made is None:
            made = _new(district, month, _next_issue(district, month))
        else:
            _require_draft(made)
            _keep_edits(built, made.content)
            made.version += 1
        made.content, made.is_sample = built.content, built.is_sample
        made.at, made.by_label = timezone.now(), by.label[:120]
        made.save()
        this.obj = made
    return made


def edit_bulletin(
    *,
    bulletin: Bulletin,
    title: str,
    sections: Mapping[str, Mapping[str, str]],
    by: Actor,
    scope: Scope,
    seen_version: int | None,
) -> Bulletin:
    """Rewrite the draft: `sections` maps keys to {"title", "text"}; an empty text leaves it out."""
    with act("reports.edit_bulletin", by=by) as this:
        now = _open(bulletin, scope, seen_version)
        now.title = normalise(title)
        if not now.title or len(now.title) > 120:
            raise ValidationError({"title": _("标题须在 1 到 120 个字符之间。")})
        changed = []
        for section in now.content["sections"]:
            said = sections.get(section["key"])
            if said is None:
                continue
            text = "\n".join(line.rstrip() for line in said["text"].strip().splitlines())
            if len(text) > MOST_CHARACTERS:
                most = {"n": MOST_CHARACTERS}
                raise ValidationError({section["key"]: _("文字过长，最多 %(n)d 个字符") % most})
            heading = normalise(said["title"])[:60] or section["title"]
            if (heading, text) != (section["title"], section["text"]):
                section |= {"title": heading, "text": text, "edited": True}
                changed.append(section["key"])
        now.version += 1
        now.by_label = by.label[:120]
        now.save()
        this.obj, this.changes = now, {"sections": changed}
    return now


def issue_bulletin(
    *,
    bulletin: Bulletin,
    number: str,
    day: dt.date | None,
    by: Actor,
    scope: Scope,
    seen_version: int | None,
) -> Bulletin:
    """印发 under its number and day; from then on nothing of it changes."""
    with act("reports.issue_bulletin", by=by) as this:
        now = _open(bulletin, scope, seen_version)
        problems: dict[str, str] = {}
        number = normalise(number)[:80]
        if not number:
            problems["number"] = _("请填写文号。")
        if day is None or not now.month <= day <= timezone.localdate():
            problems["day"] = _("印发日期须在该月之后、不晚于今天。")
        if problems:
            raise ValidationError(problems)
        this.obj, this.from_state = now, now.state
        now.state = this.to_state = Bulletin.State.ISSUED
        now.number, now.issued_on = number, day
        this.payload_sha256 = json_digest(now.content)
        now.version += 1
        now.save()
    return now


def bulletin_word(bulletin: Bulletin) -> OfficialDocument:
    """The bulletin as an official document; a draft says that it is one."""
    document = OfficialDocument()
    if bulletin.is_sample:
        document.sample_mark()
    document.title(bulletin.title)
    issue = _("第 %(n)d 期") % {"n": bulletin.issue}
    state = bulletin.number if bulletin.state == Bulletin.State.ISSUED else _("（草稿）")
    document.subtitle(f"{issue}　{state}")
    shown = [section for section in bulletin.content["sections"] if section["text"]]
    for number, section in enumerate(shown, 1):
        document.heading(numbered(number, section["title"]))
        document.paragraph(section["text"])
    table = bulletin.content["table"]
    if table["rows"]:
        document.heading(_("附：各单位报送情况"), 2)
        document.table(table["head"], table["rows"], [4, 1, 1, 1, 1, 1.5])
    day = bulletin.issued_on or timezone.localdate(bulletin.at)
    document.signature(_("上海市普陀区商务委员会"), day)
    return document


def _new(district: District, month: dt.date, issue: int) -> Bulletin:
    told = {"y": month.year, "n": issue}
    title = _("普陀区一刻钟便民生活圈建设工作通报（%(y)d年第%(n)d期）") % told
    return Bulletin(district=district, month=month, issue=issue, title=title)


def _next_issue(district: District, month: dt.date) -> int:
    rows = Bulletin.objects.filter(district=district, month__year=month.year)
    return (rows.aggregate(last=Max("issue"))["last"] or 0) + 1


def _keep_edits(built: Built, before: Mapping[str, Any]) -> None:
    written = {one["key"]: one for one in before["sections"] if one["edited"]}
    for section in built.content["sections"]:
        if kept := written.get(section["key"]):
            section |= {"title": kept["title"], "text": kept["text"], "edited": True}


def _open(bulletin: Bulletin, scope: Scope, seen_version: int | None) -> Bulletin:
    now = locked(Bulletin.objects.filter(pk=bulletin.pk)).get()
    require_version(now, seen_version)
    policy.require(scope, "reports.change_bulletins", now)
    _require_draft(now)
    return now


def _require_draft(bulletin: Bulletin) -> None:
    if bulletin.state == Bulletin.State.ISSUED:
        raise ValidationError(_("本期通报已印发，不能再修改。"), code="state")


__all__ = [
    "bulletin_word",
    "draft_bulletin",
    "edit_bulletin",
    "issue_bulletin",
    "month_of",
]
