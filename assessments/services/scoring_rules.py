"""What a scorecard asks for, and what stands in the way of handing it in or confirming it."""

from collections import defaultdict
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.judging import Standing
from assessments.models import Scorecard, ScoreItem
from core.attachments import attachments_of_rows
from core.text import normalise, strip_unseen

REASON_LENGTH = 500
OPINION_LENGTH = 5000


def judged_items(card: Scorecard) -> list[ScoreItem]:
    """The items that the card asks for, in the order of the standard, with their dimensions."""
    rows = ScoreItem.objects.filter(
        dimension__standard=card.evaluation.standard_id, kind=ScoreItem.Kind.JUDGED
    )
    rows = rows.select_related("dimension")
    return list(rows.order_by("dimension__sort", "dimension_id", "sort", "id"))


def lacking_of(card: Scorecard) -> dict[str, list[str]]:
    """By item key what stands in the way of handing the card in; `declared` for the declaration."""
    found: dict[str, list[str]] = defaultdict(list)
    if card.declared_at is None:
        found["declared"].append(_("请先确认与评审对象没有利益关系。"))
    scores = {one.item_id: one for one in card.scores.all()}
    photos = attachments_of_rows(scores.values())
    for item in judged_items(card):
        told = {"item": item.name}
        score = scores.get(item.pk)
        if score is None or score.points is None:
            found[item.key].append(_("“%(item)s”尚未评分。") % told)
            continue
        if score.points == 0 and not score.reason:
            found[item.key].append(_("“%(item)s”评为 0 分，须写明理由。") % told)
        if item.photo_required and not photos[score.pk]:
            found[item.key].append(_("“%(item)s”须附现场照片。") % told)
    return dict(found)


def points_of(item: ScoreItem, value: Any) -> Decimal | None:
    """The points as the item takes them; ValidationError (`points`) says which it does."""
    if isinstance(value, str):
        value = normalise(value)
    if value in (None, ""):
        return None
    try:
        points = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        points = Decimal("NaN")
    if not points.is_finite() or not 0 <= points <= item.points:
        raise ValidationError(
            {"points": _("应为 0 至 %(most)s 分。") % {"most": plain(item.points)}}
        )
    grades = [Decimal(str(one["points"])) for one in item.scale]
    if points % item.step and points not in (*grades, item.points):
        raise ValidationError(
            {"points": _("评分步长为 %(step)s 分。") % {"step": plain(item.step)}}
        )
    return points


def plain(number: Decimal | None) -> str:
    """A number without needless zeros; "" for none."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def require_complete(standing: Standing) -> None:
    """ValidationError while the cards are too far apart, or too few."""
    if standing.needs_one_more and standing.spread is not None:
        raise ValidationError(
            _(
                "各评分表相差 %(spread)s 分（最高 %(high)s，最低 %(low)s），"
                "超过分歧上限 %(limit)s 分，须增派 1 位专家评分后再确认。"
            )
            % {
                "spread": plain(standing.spread),
                "high": plain(max(standing.totals)),
                "low": plain(min(standing.totals)),
                "limit": plain(standing.limit),
            },
            code="divergence",
        )
    if not standing.is_complete:
        raise ValidationError(
            _("已收到 %(sent)d 份评分表，标准要求 %(wanted)d 份，收齐后再确认。")
            % {"sent": standing.sent, "wanted": standing.wanted},
            code="incomplete",
        )


def reason_of(text: str) -> str:
    """A reason or comment as it is kept; ValidationError (`reason`) when it is too long."""
    return _text(text, REASON_LENGTH, "reason")


def opinion_of(text: str) -> str:
    """The words on the whole as they are kept; ValidationError (`opinion`) when too long."""
    return _text(text, OPINION_LENGTH, "opinion")


def _text(text: str, most: int, name: str) -> str:
    text = "\n".join(strip_unseen(line).rstrip() for line in str(text).splitlines()).strip()
    if len(text) > most:
        raise ValidationError({name: _("最多 %(most)d 个字符。") % {"most": most}})
    return text
