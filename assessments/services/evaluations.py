"""Evaluations of a year: begun for many circles at once, their kind, the draw of 年度复核."""

import datetime as dt
import hashlib
import math
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Evaluation, Grade, Sample, Standard
from circles.models import Circle
from circles.models.circle import Level, State
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from territory.models import District

MANAGE = "assessments.manage_evaluations"
Kind = Evaluation.Kind
# 验收评价 is of what has been built.
EVALUATED = frozenset({State.BUILT, State.ACCEPTED})
EARLIEST = 2021
MOST_NAMED = 5


def start_evaluations(
    *,
    circles: Iterable[Circle],
    year: int,
    standard: Standard,
    kind: str = "",
    due_on: dt.date | None = None,
    by: Actor,
    scope: Scope,
) -> list[Evaluation]:
    """Begin the year's evaluation of these circles; those that have begun are left alone.

    kind ""  首次验收 for circles that have no approved level, 年度复核 for all others; after the
             draw of the year none of those begins: it would be neither drawn nor scored
    Returns what was begun, by the circles' codes.
    """
    policy.require(scope, MANAGE, standard)
    wanted = sorted({circle.pk: circle for circle in circles}.values(), key=lambda one: one.code)
    _check_start(wanted, year, standard, kind, due_on)
    with act("assessments.start_evaluations", by=by, obj=standard) as this:
        # As the draw does: it is over what has begun before.
        locked(Standard.objects.filter(pk=standard.pk)).get()
        begun = Evaluation.objects.filter(circle__in=wanted, year=year, standard=standard)
        known = set(begun.values_list("circle_id", flat=True))
        graded = set() if kind else _graded(wanted, year)
        made = [
            Evaluation(
                district_id=circle.district_id,
                circle=circle,
                year=year,
                standard=standard,
                kind=kind or (Kind.REVIEW if circle.pk in graded else Kind.FIRST),
                due_on=due_on,
                by_label=by.label[:120],
                is_sample=circle.is_sample,
            )
            for circle in wanted
            if circle.pk not in known
        ]
        reviews = [row for row in made if row.kind == Kind.REVIEW]
        if reviews and _drawn(reviews[0]):
            raise ValidationError(
                {
                    "kind": _(
                        "该年度已完成复核抽样，不能再开始“年度复核”；"
                        "请选“首次验收”或“申请升级”，由专家评分。"
                    )
                }
            )
        Evaluation.objects.bulk_create(made, ignore_conflicts=True)
        # Somebody else may have begun one of them at the same moment.
        mine = Evaluation.objects.filter(pk__in=[row.pk for row in made])
        begun_now = list(mine.select_related("circle", "standard").order_by("circle__code"))
        this.changes = {
            "year": year,
            "standard": standard.code,
            "circles": {row.circle.code: row.kind for row in begun_now},
            "due_on": due_on,
        }
    return begun_now


def change_kind(
    *,
    evaluation: Evaluation,
    kind: str,
    due_on: dt.date | None = None,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Evaluation:
    """Another kind or another last day of scoring, as long as no grade was submitted.

    After the draw nothing becomes 年度复核 any more: it would be neither drawn nor scored.
    """
    with act("assessments.change_evaluation", by=by) as this:
        now = locked(Evaluation.objects.filter(pk=evaluation.pk)).get()
        require_version(now, seen_version)
        policy.require(scope, MANAGE, now)
        if kind not in Kind:
            raise ValidationError({"kind": _("请选择评价类型。")})
        refuse_if_decided(now)
        if kind == Kind.REVIEW != now.kind and _drawn(now):
            raise ValidationError(
                {"kind": _("该年度已完成复核抽样，不能再改为“年度复核”，否则既不抽样也不评分。")}
            )
        this.obj = now
        this.changes = {"kind": [now.kind, kind], "due_on": [now.due_on, due_on]}
        now.kind, now.due_on = kind, due_on
        now.sampled = now.sampled and kind == Kind.REVIEW
        now.version += 1
        now.save(update_fields=["kind", "due_on", "sampled", "version"])
    return now


def draw_sample(
    *,
    district: District,
    year: int,
    standard: Standard,
    seed: str,
    by: Actor,
    scope: Scope,
) -> Sample:
    """Draw ⌈share × n⌉ of the year's 年度复核 for full scoring, once; `order_of` says how."""
    policy.require(scope, MANAGE, standard)
    seed = seed.strip()
    if not seed or len(seed) > 40:
        raise ValidationError({"seed": _("请填写随机种子（40 字以内），例如抽样当日公开的数字。")})
    with act("assessments.draw_sample", by=by, comment=seed) as this:
        # The standard's row keeps two draws from meeting.
        locked(Standard.objects.filter(pk=standard.pk, district=district)).get()
        if Sample.objects.filter(district=district, year=year, standard=standard).exists():
            raise ValidationError(_("该年度已按此标准抽样，不能重新抽样；结果见“复核抽样”。"))
        reviews = Evaluation.objects.filter(
            district=district, year=year, standard=standard, kind=Kind.REVIEW
        )
        codes = {row.circle.code: row.pk for row in locked(reviews.select_related("circle"))}
        if not codes:
            raise ValidationError(_("没有可抽样的年度复核，请先对已评级的生活圈开始评价。"))
        drawn = draw(list(codes), share_of=standard, seed=seed)
        reviews.filter(pk__in=[codes[code] for code in drawn]).update(sampled=True)
        sample = Sample.objects.create(
            district=district,
            year=year,
            standard=standard,
            seed=seed,
            drawn_from=sorted(codes),
            drawn=drawn,
            at=timezone.now(),
            by_label=by.label[:120],
            is_sample=reviews.filter(is_sample=True).exists(),
        )
        this.obj, this.changes = sample, {"year": year, "standard": standard.code, "drawn": drawn}
    return sample


def draw(codes: Sequence[str], *, share_of: Standard, seed: str) -> list[str]:
    """The drawn codes, in the order drawn: the first ⌈share × n⌉ of `order_of`."""
    wanted = math.ceil(share_of.review_share * len(codes))
    return order_of(codes, seed)[:wanted]


def order_of(codes: Iterable[str], seed: str) -> list[str]:
    """Codes by the SHA-256 of “seed:code” (UTF-8, as hexadecimal text), ascending.

    Anyone can check it: printf '%s' 'SEED:CODE' | sha256sum
    """
    return sorted(codes, key=lambda code: hashlib.sha256(f"{seed}:{code}".encode()).hexdigest())


def refuse_if_decided(evaluation: Evaluation) -> None:
    """ValidationError once a grade of the evaluation was submitted or decided on.

    The grade's row stays locked, so that none is submitted until this transaction ends.
    """
    grade = locked(Grade.objects.filter(evaluation=evaluation)).first()
    if grade and grade.state != Grade.State.PROPOSED:
        raise ValidationError(
            _("“%(circle)s”%(year)d年度的评定结果%(state)s，评价内容不能再改。")
            % {
                "circle": evaluation.circle,
                "year": evaluation.year,
                "state": _("已报审")
                if grade.state == Grade.State.SUBMITTED
                else grade.get_state_display(),
            },
            code="decided",
        )


def _check_start(
    circles: Sequence[Circle], year: int, standard: Standard, kind: str, due_on: dt.date | None
) -> None:
    if not circles:
        raise ValidationError({"circles": _("请先勾选生活圈。")})
    if kind and kind not in Kind:
        raise ValidationError({"kind": _("请选择评价类型。")})
    if not EARLIEST <= year <= timezone.localdate().year + 1:
        raise ValidationError({"year": _("评价年度应在 %(year)d 年以后。") % {"year": EARLIEST}})
    if due_on and due_on.year < year:
        raise ValidationError({"due_on": _("评分截止日期不能早于评价年度。")})
    if standard.state != Standard.State.PUBLISHED:
        raise ValidationError(
            {"standard": _("“%(standard)s”尚未发布或已停用。") % {"standard": standard}}
        )
    if any(circle.district_id != standard.district_id for circle in circles):
        raise ValidationError({"circles": _("只能选择本区的生活圈。")})
    if early := [circle for circle in circles if circle.state not in EVALUATED]:
        named = "、".join(circle.name for circle in early[:MOST_NAMED])
        raise ValidationError(
            {
                "circles": _("尚未建成或已退出的生活圈不能开始评价（%(n)d 个）：%(circles)s")
                % {"n": len(early), "circles": named + ("…" if len(early) > MOST_NAMED else "")}
            }
        )


def _graded(circles: Sequence[Circle], year: int) -> set[object]:
    """Circles that have an approved level: by the last decision, else as the register says."""
    last = dict(
        Grade.objects.decided()
        .filter(circle__in=circles, year__lt=year)
        .order_by("year", "decided_on")
        .values_list("circle_id", "outcome")
    )
    return {circle.pk for circle in circles if last.get(circle.pk, circle.level) in Level}


def _drawn(evaluation: Evaluation) -> bool:
    return Sample.objects.filter(
        district=evaluation.district_id, year=evaluation.year, standard=evaluation.standard_id
    ).exists()
