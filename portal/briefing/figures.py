"""The seven figures of the last 定稿, each beside the one before and the one a year ago."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.scope import Scope
from metrics.compute import Flag
from metrics.gaps import gaps
from metrics.indicators import Indicator, Unit, get
from metrics.indicators.programme import LEVELS
from metrics.models import Release, Run
from metrics.querysets import Figure, Key, figures
from portal.basis import releases
from portal.briefing.sentences import (
    DEMO_MARK,
    PARTIAL_MARK,
    Template,
    sentence,
    templates,
)
from portal.opinion import margin_of
from portal.present import (
    against_target,
    explain_url,
    people_text,
    tags_of,
    target_for,
    unit_text,
    value_text,
)
from portal.views.common import gap_item, targets
from portal.views.dashboard import LEVEL_WORDS
from reports.models import WorkItem
from territory.models import District

SHOWN = 3


@dataclass(frozen=True)
class Card:
    """One of the seven as it is shown; `copy` is empty while something forbids quoting it."""

    code: str
    label: str
    value_text: str
    unit: str
    more: list[dict[str, str]]
    changes: list[dict[str, str]]
    sentence: str
    copy: str
    blocked: str
    tags: list[str]
    target: dict[str, Any]
    explain_url: str


@dataclass(frozen=True)
class Briefing:
    """All that the page and the one-page paper show."""

    district: District
    release: Release
    cards: list[Card]
    highlights: list[WorkItem] = field(default_factory=list)
    weaknesses: list[dict[str, Any]] = field(default_factory=list)

    @property
    def run(self) -> Run:
        """The run that was signed off."""
        return self.release.run

    @property
    def is_sample(self) -> bool:
        """Whether anything here is 演示数据."""
        return self.run.is_sample or any(item.is_sample for item in self.highlights)


def briefing_of(district: District, scope: Scope) -> Briefing | None:
    """The briefing of the district's last 定稿; None before there is one."""
    signed = releases(district)
    if not signed:
        return None
    last = signed[0]
    return Briefing(
        district,
        last,
        _cards(district, last, previous(signed), year_before(signed)),
        highlights(district),
        weaknesses(last.run, scope),
    )


def previous(signed: list[Release]) -> Release | None:
    """The 定稿 before the last one (较上次)."""
    return signed[1] if len(signed) > 1 else None


def year_before(signed: list[Release]) -> Release | None:
    """The 定稿 of the same month a year earlier (同比); the latest of that month."""
    day = signed[0].cutoff
    month = (day.year - 1, day.month)
    return next((one for one in signed if (one.cutoff.year, one.cutoff.month) == month), None)


def highlights(district: District) -> list[WorkItem]:
    """三个亮点: adopted 工作信息 marked as such, the newest first."""
    rows = WorkItem.objects.filter(
        district=district, state=WorkItem.State.ADOPTED, highlight=True
    ).select_related("office")
    return list(rows.order_by("-happened_on", "-id")[:SHOWN])


def weaknesses(run: Run, scope: Scope) -> list[dict[str, Any]]:
    """三个短板: what is surely missing or too far, for most residents; 情况不明 is no weakness."""
    known = [gap for gap in gaps(run, scope) if gap.missing is not None]
    return [gap_item(gap) for gap in known[:SHOWN]]


def _cards(
    district: District, last: Release, before: Release | None, year_ago: Release | None
) -> list[Card]:
    codes = [code for one in templates() for code in one.codes]
    books = [
        (release, figures(release.run, codes, scope="D") if release else {})
        for release in (last, before, year_ago)
    ]
    goals = targets()
    return [_card(district, one, books, goals) for one in templates()]


def _card(
    district: District,
    template: Template,
    books: list[tuple[Release | None, dict[Key, Figure]]],
    goals: list[Any],
) -> Card:
    (last, book), (before, earlier), (year_ago, older) = books
    assert last is not None
    indicator = get(template.code)
    found = {code: book.get((code, district.pk, 0)) for code in template.codes}
    values = {code: one.value for code, one in found.items() if one and one.value is not None}
    flags = 0
    for one in found.values():
        flags |= one.flags if one else 0
    complete = len(values) == len(template.codes)
    blocked = _blocked(last.run, flags, found, complete=complete)
    text = ""
    if complete:
        levels = _levels(district, book) if template.code == "circles_built" else None
        text = _marked(
            sentence(
                template, last.cutoff, values, levels, unconfirmed=bool(flags & Flag.UNOFFICIAL)
            ),
            last.run,
            flags,
        )
    value = values.get(template.code)
    key = (template.code, district.pk, 0)
    target = target_for(goals, template.code, "D")
    return Card(
        code=template.code,
        label=template.label,
        value_text=value_text(indicator, value),
        unit=unit_text(indicator) if value is not None else "",
        more=_more(template, district, book, values),
        changes=_changes(
            indicator,
            value,
            ((_("较上次"), before, earlier.get(key)), (_("同比"), year_ago, older.get(key))),
        ),
        sentence=text,
        copy="" if blocked else text,
        blocked=blocked,
        tags=tags_of(last.run, flags) if value is not None else [],
        target=against_target(value, target) if target else {},
        explain_url=explain_url(last.run, template.code, "D", district.pk)
        if value is not None
        else "",
    )


def _blocked(run: Run, flags: int, found: dict[str, Figure | None], *, complete: bool) -> str:
    """Why the sentence cannot be copied; empty when it can."""
    if not complete:
        return _("暂无数据：最近一次定稿没有这项数字，不能复制。")
    if run.is_sample:
        return _("演示数据，不得对外引用，不能复制。")
    if flags & Flag.PARTIAL:
        known = min(one.coverage for one in found.values() if one)
        return _("数据不全：已知输入占 %(known).1f%%，低于 %(floor)d%%，仅供参考，不能复制。") % {
            "known": known * 100,
            "floor": run.rule_set.coverage_floor * 100,
        }
    return ""


def _marked(text: str, run: Run, flags: int) -> str:
    """The sentence with what must be said before it, should somebody type it off."""
    if run.is_sample:
        return DEMO_MARK + text
    return PARTIAL_MARK + text if flags & Flag.PARTIAL else text


def _levels(district: District, book: dict[Key, Figure]) -> dict[str, int]:
    found = {
        level: book.get(("circles_built", district.pk, part)) for level, part in LEVELS.items()
    }
    return {level: int(one.num) for level, one in found.items() if one}


def _more(
    template: Template, district: District, book: dict[Key, Figure], values: dict[str, float]
) -> list[dict[str, str]]:
    """What stands below the big figure: levels, how sure it is, the sentence's second figure."""
    if template.code == "circles_built":
        return [
            {"label": str(LEVEL_WORDS[level]), "text": str(count)}
            for level, count in _levels(district, book).items()
        ]
    if sure := margin_of(template.code, book.get((template.code, district.pk, 0))):
        return [{"label": _("误差范围"), "text": sure}]
    return [
        {"label": str(get(code).name), "text": people_text(values[code])}
        for code in template.also
        if code in values
    ]


def _changes(
    indicator: Indicator,
    value: float | None,
    compared: tuple[tuple[str, Release | None, Figure | None], ...],
) -> list[dict[str, str]]:
    told = []
    for word, release, figure in compared:
        if value is None:
            continue
        if release is None or figure is None or figure.value is None:
            told.append({"word": word, "text": _("暂无"), "direction": "same", "day": ""})
            continue
        told.append(
            {
                "word": word,
                "text": _change(indicator, value - figure.value),
                "direction": _direction(indicator, value - figure.value),
                "day": release.cutoff.isoformat(),
            }
        )
    return told


def _change(indicator: Indicator, change: float) -> str:
    if abs(change) < 1e-9:
        return _("持平")
    if indicator.unit == Unit.SHARE:
        return _("%(n)s 个百分点") % {"n": f"{change * 100:+.1f}"}
    return f"{change:+,.0f} {unit_text(indicator)}".strip()


def _direction(indicator: Indicator, change: float) -> str:
    if abs(change) < 1e-9 or indicator.higher_is_better is None:
        return "same"
    return "better" if (change > 0) == indicator.higher_is_better else "worse"


def day_text(day: dt.date) -> str:
    """2026年6月30日, as the sentences write it."""
    return _("%(y)d年%(m)d月%(d)d日") % {"y": day.year, "m": day.month, "d": day.day}
