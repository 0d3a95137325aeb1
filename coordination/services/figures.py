"""Figures in replies: taken from a 定稿, kept beside the text, looked at again before signing.

A figure stands in the text as plain text; its row says where it came from. Only numbers that can
be told apart from all others in the text are ever replaced by themselves.
"""

import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from circles.models import Circle
from coordination.models import Proposal, ProposalFigure
from core.text import normalise_key
from metrics.compute import Flag
from metrics.indicators import Indicator, Unit, all_indicators, by_number, get
from metrics.models import Release, Value
from metrics.querysets import figures, last_release
from territory.models import District, Street

NO_VALUE = "—"
MOST_OFFERED = 40


@dataclass(frozen=True)
class Place:
    """Whom figures are about: the district, a street or a circle."""

    scope: str
    id: uuid.UUID
    name: str


@dataclass(frozen=True)
class Offer:
    """A released figure that may be put into a text."""

    indicator: Indicator
    place: Place
    shown: str
    value: float | None
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """A figure of a reply beside what the last 定稿 says.

    standing  how often its text stands in the reply; `sure` when it can be told from all others
    """

    figure: ProposalFigure
    name: str
    place: str
    now: str
    release: Release | None
    standing: int
    sure: bool

    @property
    def changed(self) -> bool:
        """Whether the last 定稿 says otherwise."""
        return self.now != self.figure.shown

    @property
    def wrong(self) -> bool:
        """Whether somebody has to decide on it."""
        return self.changed or not self.standing


def shown_text(indicator: Indicator, value: float | None) -> str:
    """A figure as official texts write it: 29.5%, 1234, 12.3万人."""
    if value is None:
        return NO_VALUE
    match indicator.unit:
        case Unit.SHARE:
            return f"{value * 100:.1f}%"
        case Unit.RATE:
            return f"{value:.1f}"
        case Unit.POINTS:
            return f"{value:.1f}分"
        case Unit.PERSONS:
            return f"{value / 10_000:.1f}万人" if value >= 10_000 else f"{value:.0f}人"
        case Unit.METRES:
            return f"{value:.0f}米"
        case Unit.SQUARE_METRES:
            return f"{value:.0f}平方米"
        case _:
            return f"{value:.0f}"


def places_of(district: District) -> list[Place]:
    """The district, its streets and its circles, in this order."""
    streets = Street.objects.filter(district=district).order_by("sort", "code")
    circles = Circle.objects.filter(district=district).order_by("code")
    return [
        Place("D", district.pk, district.name),
        *(Place("S", pk, name) for pk, name in streets.values_list("pk", "name")),
        *(Place("C", pk, name) for pk, name in circles.values_list("pk", "name")),
    ]


def offers(release: Release, places: Sequence[Place], words: str = "") -> list[Offer]:
    """Released figures of these places whose indicator's name has the words; two queries."""
    wanted = normalise_key(words)
    found = [one for one in all_indicators() if wanted in normalise_key(str(one.name))]
    if not found or not places:
        return []
    by_place = {place.id: place for place in places}
    values = figures(release.run, [one.code for one in found], scope_ids=by_place.keys(), part=0)
    made = [
        Offer(
            indicator,
            place,
            shown_text(indicator, figure.value),
            figure.value,
            _tags(release, figure.flags),
        )
        for indicator in found
        for place in places
        if place.scope in indicator.scopes
        and (figure := values.get((indicator.code, place.id, 0)))
        and figure.value is not None
    ]
    return made[:MOST_OFFERED]


def _tags(release: Release, flags: int) -> tuple[str, ...]:
    tags = ["demo"] if release.run.is_sample else []
    tags += ["unconfirmed"] if flags & Flag.UNOFFICIAL else []
    tags += ["partial"] if flags & Flag.PARTIAL else []
    return tuple(tags)


def take_figure(
    proposal: Proposal, *, indicator: str, scope: str, scope_id: uuid.UUID, part: int = 0
) -> ProposalFigure:
    """The row of a figure of the last 定稿, not yet saved; its `shown` goes into the text."""
    release = last_release(proposal.district)
    if release is None:
        raise ValidationError(_("尚无定稿，不能引用数字；请先完成一次定稿。"))
    try:
        known = get(indicator)
    except KeyError as error:
        raise ValidationError(_("没有“%(code)s”这个指标。") % {"code": indicator}) from error
    _require_place(proposal.district, scope, scope_id)
    found = figures(release.run, [indicator], scope=scope, scope_ids=[scope_id], part=part)
    figure = found.get((indicator, scope_id, part))
    if figure is None or figure.value is None:
        told = {"name": known.name}
        raise ValidationError(_("最近一次定稿中没有“%(name)s”的数值。") % told)
    return ProposalFigure(
        proposal=proposal,
        release=release,
        indicator=indicator,
        scope=scope,
        scope_id=scope_id,
        part=part,
        shown=shown_text(known, figure.value),
        value=figure.value,
    )


def _require_place(district: District, scope: str, scope_id: uuid.UUID) -> None:
    tables = {"D": District, "S": Street, "C": Circle}
    rows = tables[scope]._default_manager.filter(pk=scope_id) if scope in tables else None
    if rows is not None and scope != "D":
        rows = rows.filter(district=district)
    if rows is None or not rows.exists() or (scope == "D" and scope_id != district.pk):
        raise ValidationError(_("所引数字不属于本区。"))


def check_figures(proposal: Proposal) -> list[Checked]:
    """Each figure of a reply beside the last 定稿, in the order in which they were put in."""
    rows = list(proposal.figures.order_by("at", "id"))
    if not rows:
        return []
    release = last_release(proposal.district)
    now = _values(release, rows) if release else {}
    names = {(place.scope, place.id): place.name for place in places_of(proposal.district)}
    standing = {shown: len(_find(shown, proposal.reply)) for shown in {r.shown for r in rows}}
    shares = Counter(row.shown for row in rows)
    becoming: dict[str, set[str]] = {}
    for row in rows:
        becoming.setdefault(row.shown, set()).add(_now(row, now))
    return [
        Checked(
            row,
            str(get(row.indicator).name),
            names.get((row.scope, row.scope_id), "—"),
            _now(row, now),
            release,
            standing[row.shown],
            # The same digits elsewhere may mean something else (a target, another year).
            standing[row.shown] == shares[row.shown] and len(becoming[row.shown]) == 1,
        )
        for row in rows
    ]


def _values(
    release: Release, rows: Iterable[ProposalFigure]
) -> dict[tuple[str, str, uuid.UUID, int], float | None]:
    numbers = {get(row.indicator).number for row in rows}
    values = Value.objects.filter(
        run=release.run_id, indicator__in=numbers, scope_id__in={row.scope_id for row in rows}
    )
    return {
        (by_number(number).code, scope, scope_id, part): value
        for number, scope, scope_id, part, value in values.values_list(
            "indicator", "scope", "scope_id", "part", "value"
        )
    }


def _now(row: ProposalFigure, values: dict[tuple[str, str, uuid.UUID, int], float | None]) -> str:
    value = values.get((row.indicator, row.scope, row.scope_id, row.part))
    return shown_text(get(row.indicator), value)


def _find(shown: str, text: str) -> list[re.Match[str]]:
    return list(_pattern([shown]).finditer(text))


def _pattern(shown: Iterable[str]) -> re.Pattern[str]:
    """Finds these numbers where they are not part of a longer one (9.3% not within 29.3%)."""
    longest = sorted(shown, key=len, reverse=True)
    body = "|".join(re.escape(one) for one in longest)
    return re.compile(rf"(?<![\d.,])(?:{body})(?![\d%万人米]|平方米|[.,]\d)")


def replaced(proposal: Proposal, checked: Sequence[Checked]) -> str:
    """The reply with every changed figure replaced at once.

    ValidationError naming those that cannot be told from other numbers of the text.
    """
    changed = [one for one in checked if one.changed and one.standing]
    if unsure := [one for one in changed if not one.sure or one.now == NO_VALUE]:
        shown = "、".join(dict.fromkeys(one.figure.shown for one in unsure))
        raise ValidationError(
            _("%(shown)s 在文中无法准确定位或已无数值，请退回起草人手工核改。") % {"shown": shown}
        )
    becoming = {one.figure.shown: one.now for one in changed}
    if not becoming:
        return proposal.reply
    return _pattern(becoming).sub(lambda match: becoming[match[0]], proposal.reply)


def keep_replaced(checked: Sequence[Checked]) -> None:
    """Note of the replaced figures what stands in the text now, and from which 定稿."""
    for one in checked:
        if one.changed and one.standing and one.release is not None:
            row = one.figure
            row.shown, row.release = one.now, one.release
            found = figures(
                one.release.run,
                [row.indicator],
                scope=row.scope,
                scope_ids=[row.scope_id],
                part=row.part,
            ).get((row.indicator, row.scope_id, row.part))
            row.value = found.value if found else None
            row.save(update_fields=["shown", "release", "value"])


def changes_key(checked: Sequence[Checked]) -> str:
    """Stands for what has changed since, so that only what was seen is decided on; "" = nothing."""
    lines = [f"{one.figure.pk} {one.now} {one.standing}" for one in checked if one.wrong]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] if lines else ""


def changes_told(checked: Sequence[Checked]) -> list[str]:
    """What has changed since, one line a figure: “连锁化率（普陀区）：原 29.3%，现 29.5%”."""
    lines = []
    for one in checked:
        told = {"name": one.name, "place": one.place, "old": one.figure.shown, "now": one.now}
        if not one.standing:
            lines.append(_("%(name)s（%(place)s）：%(old)s 在文中已找不到") % told)
        elif one.changed:
            lines.append(_("%(name)s（%(place)s）：原 %(old)s，现 %(now)s") % told)
    return lines
