"""Waves of a survey: prepared, started, closed by hand or by the clock, published."""

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Office
from accounts.people import recipients, recipients_of_commission
from accounts.roles import PROGRAMME_OFFICER, SURVEY_AGENCY
from assessments.models import Questionnaire, Survey, SurveyAnswer
from assessments.services.tokens import forget_uses
from assessments.workflow.surveys import MANAGE, SURVEY
from circles.models import Circle
from core import jobs, policy, schedule
from core.audit import SYSTEM, Act, Actor, act
from core.db import locked
from core.models import Job
from core.notices import Recipient, notify
from core.scope import Scope
from core.text import normalise
from core.versions import require_version
from core.workflow import moving
from territory.models import District

State = Survey.State
Quotas = Mapping[Circle, int]
FIELDS = (
    "questionnaire", "year", "wave", "name", "agency", "opens_on", "closes_on", "min_seconds",
    "straight_items", "drop_flagged", "smallest_cell",
)  # fmt: skip
# What may still be changed while answers come in.
WHILE_OPEN = frozenset({"closes_on"})
MOST_QUOTA = 20_000
CLOSE = "assessments.close_surveys"


@dataclass(frozen=True)
class Progress:
    """How far a circle of a wave is.

    answered  every answer, flagged ones among them; by_channel adds up to it
    counted   those that make results: without the flagged ones, where the wave drops them
    """

    circle: Circle
    quota: int
    tokens: int = 0
    answered: int = 0
    flagged: int = 0
    counted: int = 0
    by_channel: dict[str, int] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether the quota is reached."""
        return self.counted >= self.quota


def create_survey(
    *, district: District, values: Mapping[str, Any], circles: Quotas, by: Actor, scope: Scope
) -> Survey:
    """A wave in preparation; without a `wave` of its own it is the next of its year."""
    policy.require(scope, MANAGE, Survey(district=district))
    with act("assessments.create_survey", by=by) as this:
        survey = Survey(district=district)
        _set(survey, values, FIELDS)
        if "wave" not in values and survey.questionnaire_id and survey.year:
            survey.wave = _next_wave(survey)
        _check(survey)
        survey.save(force_insert=True)
        _set_quotas(survey, circles)
        this.obj, this.to_state = survey, survey.state
        this.changes = _told(survey) | {"circles": len(circles)}
    return survey


def change_survey(
    *,
    survey: Survey,
    values: Mapping[str, Any],
    circles: Quotas | None = None,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Survey:
    """Anything while it is prepared (`circles` replace those there); its last day while open."""
    with act("assessments.change_survey", by=by) as this:
        now = locked(Survey.objects.filter(pk=survey.pk)).get()
        policy.require(scope, MANAGE, now)
        require_version(now, seen_version)
        allowed = _changeable(now, values, circles)
        before = _told(now)
        _set(now, values, allowed)
        _check(now)
        if now.state == State.OPEN and now.closes_on < timezone.localdate():
            raise ValidationError(
                {"closes_on": _("截止日期不能早于今天；要提前结束请点“结束调查”。")}
            )
        now.version += 1
        now.save()
        if circles is not None:
            _set_quotas(now, circles)
        after = _told(now)
        this.obj = now
        this.changes = {k: [before[k], after[k]] for k in after if before[k] != after[k]}
        if circles is not None:
            this.changes["circles"] = len(circles)
    return now


def start_survey(
    *,
    survey: Survey,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Survey:
    """开始调查: makes the secrets that tokens and households are hashed with; tells the agency."""
    with moving(
        SURVEY, survey, "start", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        if short := lacking(now):
            raise ValidationError(short)
        now.token_secret, now.address_key = secrets.token_hex(), secrets.token_hex()
        this.changes = {"circles": now.circles.count(), "closes_on": now.closes_on}
        if now.agency:
            _tell(
                recipients(now.agency, SURVEY_AGENCY),
                now,
                this,
                title=lazy("请开展调查：%(survey)s"),
                text=lazy("%(opens)s 开始，%(closes)s 截止。各生活圈样本配额见调查页面。"),
            )
    return now


def lacking(survey: Survey) -> list[str]:
    """What the wave needs before it can start; empty when nothing."""
    short = []
    if survey.questionnaire.state != Questionnaire.State.PUBLISHED:
        short.append(_("所用问卷已停用，请改选已发布的问卷。"))
    if not survey.circles.exists():
        short.append(_("还没有选择生活圈和样本配额。"))
    if survey.closes_on < timezone.localdate():
        short.append(_("截止日期已过，请先修改调查起止日期。"))
    return short


def close_survey(
    *,
    survey: Survey,
    comment: str = "",
    by: Actor,
    scope: Scope | None,
    seen_version: int | None = None,
) -> Survey:
    """结束调查: forgets both secrets and every household's hash; `scope` None is the clock's."""
    with moving(
        SURVEY, survey, "close", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        now.token_secret = now.address_key = ""
        now.closed_at = timezone.now()
        forget_uses(now)
        answers = SurveyAnswer.objects.filter(survey=now)
        households = answers.exclude(address_hash="").update(address_hash="")
        this.changes = {"answers": answers.count(), "households_forgotten": households}
        _tell(
            recipients_of_commission(now.district, PROGRAMME_OFFICER),
            now,
            this,
            title=lazy("调查已结束：%(survey)s"),
            text=lazy("共回收 %(answers)s 份。请核对后公布结果。"),
            answers=this.changes["answers"],
        )
    return now


def publish_survey(
    *,
    survey: Survey,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Survey:
    """公布结果: from now on streets see the results of their circles."""
    with moving(
        SURVEY, survey, "publish", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        this.changes = {"answers": now.answers.count()}
    return now


def close_overdue(today: dt.date | None = None) -> int:
    """Close the waves whose last day has passed; how many were closed. Once more closes none."""
    day, closed = today or timezone.localdate(), 0
    for survey in Survey.objects.filter(state=State.OPEN, closes_on__lt=day).order_by("id"):
        try:
            close_survey(survey=survey, by=SYSTEM, scope=None)
        except ValidationError as error:
            # Somebody closed it meanwhile.
            if getattr(error, "code", "") != "state":
                raise
        else:
            closed += 1
    return closed


@jobs.handler(CLOSE)
def _close_overdue(job: Job) -> jobs.Effect:
    """By the clock, in one transaction."""
    return lambda: {"closed": close_overdue()}


schedule.daily(CLOSE, hour=0)


def progress_of(survey: Survey) -> list[Progress]:
    """Each circle's quota and what came in, by street and code; two queries."""
    rows: Any = survey.answers.values("circle", "channel").annotate(
        n=Count("pk"), bad=Count("pk", filter=Q(flags__gt=0))
    )
    by_circle: dict[Any, list[dict[str, Any]]] = {}
    for row in rows.order_by("circle", "channel"):
        by_circle.setdefault(row["circle"], []).append(row)
    links = survey.circles.select_related("circle__lead_street").defer(
        "circle__boundary", "circle__lead_street__outline"
    )
    links = links.order_by("circle__lead_street__sort", "circle__code")
    return [_progress(survey, link, by_circle.get(link.circle_id, [])) for link in links]


def _progress(survey: Survey, link: Any, rows: list[dict[str, Any]]) -> Progress:
    answered, flagged = sum(row["n"] for row in rows), sum(row["bad"] for row in rows)
    return Progress(
        circle=link.circle,
        quota=link.quota,
        tokens=link.tokens,
        answered=answered,
        flagged=flagged,
        counted=answered - flagged if survey.drop_flagged else answered,
        by_channel={row["channel"]: row["n"] for row in rows},
    )


# --- What is set and checked ----------------------------------------------------------------------
def _set(survey: Survey, values: Mapping[str, Any], names: Any) -> None:
    for name in names:
        if name in values:
            value = values[name]
            setattr(survey, name, normalise(value) if name == "name" else value)


def _changeable(
    survey: Survey, values: Mapping[str, Any], circles: Quotas | None
) -> tuple[str, ...]:
    if survey.state == State.PREPARING:
        return FIELDS
    if survey.state == State.OPEN and circles is None and set(values) <= WHILE_OPEN:
        return tuple(WHILE_OPEN)
    told = {"state": survey.get_state_display()}
    if survey.state == State.OPEN:
        raise ValidationError(_("现为“%(state)s”，只能修改截止日期。") % told, code="state")
    raise ValidationError(_("现为“%(state)s”，不能再修改。") % told, code="state")


def _check(survey: Survey) -> None:
    errors: dict[str, Any] = {}
    asked = survey.questionnaire if survey.questionnaire_id else None
    if asked and asked.district_id != survey.district_id:
        errors["questionnaire"] = _("不是本区的问卷。")
    elif asked and survey.state == State.PREPARING and asked.state != asked.State.PUBLISHED:
        errors["questionnaire"] = _("只能使用已发布的问卷；请先发布问卷。")
    agency = survey.agency
    if agency and (agency.district_id != survey.district_id or agency.kind != Office.Kind.AGENCY):
        errors["agency"] = _("“%(office)s”不是本区委托的第三方机构。") % {"office": agency}
    if survey.opens_on and survey.closes_on and survey.closes_on < survey.opens_on:
        errors["closes_on"] = _("截止日期不能早于开始日期。")
    if not survey.smallest_cell:
        errors["smallest_cell"] = _("公布的最小样本数至少为 1。")
    if errors:
        raise ValidationError(errors)
    survey.full_clean()


def _set_quotas(survey: Survey, circles: Quotas) -> None:
    for circle, quota in circles.items():
        told = {"circle": circle.name, "most": MOST_QUOTA}
        if circle.district_id != survey.district_id:
            raise ValidationError({"circles": _("“%(circle)s”不是本区的生活圈。") % told})
        if not 1 <= quota <= MOST_QUOTA:
            raise ValidationError(
                {"circles": _("“%(circle)s”的样本配额应在 1 至 %(most)d 之间。") % told}
            )
    survey.circles.exclude(circle__in=[circle.pk for circle in circles]).delete()
    for circle, quota in sorted(circles.items(), key=lambda pair: pair[0].code):
        survey.circles.update_or_create(circle=circle, defaults={"quota": quota})


def _next_wave(survey: Survey) -> int:
    same = Survey.objects.filter(
        district=survey.district, questionnaire=survey.questionnaire, year=survey.year
    )
    last: int | None = same.aggregate(last=Max("wave"))["last"]
    return (last or 0) + 1


def _told(survey: Survey) -> dict[str, Any]:
    """What the audit log keeps of the wave's settings."""
    told = {name: getattr(survey, name) for name in FIELDS}
    told["questionnaire"] = f"{survey.questionnaire.code}/{survey.questionnaire.number}"
    told["agency"] = survey.agency.code if survey.agency else ""
    return told


def _tell(
    people: list[Recipient], survey: Survey, this: Act, *, title: Any, text: Any, **parts: Any
) -> None:
    # In the site's language, whoever acts.
    with translation.override(settings.LANGUAGE_CODE):
        told = {
            "survey": survey.name,
            "opens": f"{survey.opens_on:%Y-%m-%d}",
            "closes": f"{survey.closes_on:%Y-%m-%d}",
        } | {name: str(value) for name, value in parts.items()}
        notify(
            key=f"survey:{survey.pk}:{this.action.rsplit('.', 1)[1]}",
            people=people,
            title=str(title) % told,
            text=str(text) % told,
            path=f"/evaluation/surveys/{survey.pk}/",
        )
