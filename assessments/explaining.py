"""A ground turned into the explanation that a grade keeps, in the site's language."""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.gates import Opinion
from assessments.grading import DimensionPoints, Item, explain
from assessments.grounds import Ground
from assessments.measures import measure, source_name
from assessments.models import Checklist, Evaluation, ScoreItem


def explained(
    ground: Ground, formats: dict[str, int], evaluation: Evaluation | None = None
) -> dict[str, Any]:
    """The explanation of one ground, in the site's language whoever asks."""
    with translation.override(settings.LANGUAGE_CODE):
        found = ground.satisfaction
        return explain(
            levels=ground.design.levels,
            presence=ground.presence,
            labels=ground.design.labels,
            dimensions=_dimensions(ground, formats),
            opinion=Opinion(found.n, found.satisfied, found.basic, ground.enough, ground.withheld)
            if found is not None and ground.survey is not None
            else None,
            origin=_origin(ground, evaluation),
            notes=_notes(ground),
        )


def _dimensions(ground: Ground, formats: dict[str, int]) -> list[DimensionPoints]:
    measured = measure(ground, formats)
    judged = ground.judged

    def item(row: ScoreItem) -> Item:
        is_judged = row.kind == ScoreItem.Kind.JUDGED
        points = judged.points.get(row.key) if is_judged else measured[row.key].points
        cards = _("专家 %(n)d 人") % {"n": judged.cards} if points is not None else _("未评分")
        return Item(
            key=row.key,
            name=row.name,
            kind=row.kind,
            full=row.points,
            points=points,
            figure=cards if is_judged else measured[row.key].text,
            source=_("专家评分") if is_judged else source_name(row, ground.design.format_names),
        )

    return [
        DimensionPoints(row.key, row.name, row.points, [item(one) for one in items])
        for row, items in ground.design.dimensions
    ]


def _origin(ground: Ground, evaluation: Evaluation | None) -> dict[str, Any]:
    standard, release, survey = ground.design.standard, ground.release, ground.survey
    checklist, judged = ground.checklist, ground.judged
    return {
        "standard": {
            "id": str(standard.pk),
            "code": standard.code,
            "number": standard.number,
            "name": standard.name,
            "is_official": standard.is_official,
        },
        "kind": evaluation.kind if evaluation else "",
        "release": release
        and {"id": str(release.pk), "run": str(release.run_id), "cutoff": str(release.cutoff)},
        "checklist": checklist and {"id": str(checklist.pk), "state": str(checklist.state)},
        "survey": survey
        and {
            "id": str(survey.pk),
            "name": survey.name,
            "year": survey.year,
            "wave": survey.wave,
        },
        "cards": {
            "counted": judged.cards,
            "wanted": judged.wanted,
            "spread": None if judged.spread is None else str(judged.spread),
            "carried_from": judged.carried_from,
        },
    }


def _notes(ground: Ground) -> list[str]:
    """What a reader must know of the figures, one sentence each."""
    judged, notes = ground.judged, []
    checklist = ground.checklist
    if checklist is None or checklist.state != Checklist.State.CONFIRMED:
        notes.append(_("分型表未确认"))
    told = {"n": judged.cards, "wanted": judged.wanted, "year": judged.carried_from}
    if judged.carried_from:
        notes.append(_("专家评分沿用%(year)d年的结果") % told)
    elif judged.cards < judged.wanted:
        notes.append(_("专家评分表已确认 %(n)d/%(wanted)d 份") % told)
    if judged.needs_one_more:
        limit = {"spread": judged.spread, "limit": ground.design.standard.divergence}
        notes.append(_("专家评分相差 %(spread)s 分，超过上限 %(limit)s 分，须增派一名专家") % limit)
    return notes
