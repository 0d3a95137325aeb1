"""Answers that an interviewer enters: by telephone, and at the door, once for each household.

The address of a household is turned into a keyed hash at once and is never kept, logged or shown;
the key is thrown away when the wave closes, and the hashes with it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import AgeBand, Channel, Survey, SurveyAnswer
from assessments.services.answering import (
    ClosedError,
    check_answers,
    flags_of,
    hold_open,
    overall_of,
)
from circles.models import Circle
from core import policy
from core.audit import Actor, act
from core.scope import Scope
from core.text import normalise_key

COLLECT = "assessments.collect_answers"
BY_HAND = (Channel.PHONE, Channel.DOOR)
# Shorter ones name no household.
SHORTEST_ADDRESS = 4
CITY = "上海市"


def enter_answer(
    *,
    survey: Survey,
    circle: Circle,
    channel: str,
    given: Mapping[str, Any],
    age_band: str = "",
    address: str = "",
    by: Actor,
    scope: Scope,
) -> SurveyAnswer:
    """Store one answer taken by telephone (`phone`) or at the door (`door`, with the address).

    Raises PermissionDenied, or ValidationError by question key, `age_band`, `address`, `circle`.
    Beyond the quota it is stored all the same; the page warns.
    """
    policy.require(scope, COLLECT, survey)
    with act("assessments.enter_answer", by=by) as this:
        now = _held(survey)
        _check_how(now, circle, channel, age_band)
        questions = list(now.questionnaire.questions.all())
        answers = check_answers(questions, given)
        answer = SurveyAnswer(
            survey=now,
            circle=circle,
            channel=channel,
            age_band=age_band,
            answers=answers,
            overall=overall_of(questions, answers),
            answered_on=timezone.localdate(),
            flags=flags_of(now, questions, answers, None),
            address_hash=household_hash(now, address) if channel == Channel.DOOR else "",
        )
        _store(answer)
        # The wave, not the answer: nobody may find the hour of an answer in the log.
        this.obj = now
        this.changes = {"circle": circle.code, "channel": channel}
    return answer


def household_hash(survey: Survey, address: str) -> str:
    """HMAC-SHA256 of the address in its comparable form, under the wave's key."""
    plain = comparable_address(address, survey.district.name)
    if len(plain) < SHORTEST_ADDRESS:
        raise ValidationError({"address": _("请填写到门牌室号的详细地址。")})
    return hmac.new(survey.address_key.encode(), plain.encode(), hashlib.sha256).hexdigest()


def comparable_address(address: str, district: str) -> str:
    """An address without city and district, blanks, widths and marks that people type at will."""
    plain = normalise_key(address).translate(_MARKS)
    for name in (CITY, district):
        plain = plain.removeprefix(normalise_key(name))
    return plain


_MARKS = dict.fromkeys(map(ord, ",.;:、。，；："), None)


def _held(survey: Survey) -> Survey:
    try:
        hold_open(survey.pk)
    except ClosedError as error:
        raise ValidationError(_("调查未在进行中，不能录入答卷。"), code="state") from error
    return Survey.objects.select_related("questionnaire", "district").get(pk=survey.pk)


def _check_how(survey: Survey, circle: Circle, channel: str, age_band: str) -> None:
    errors = {}
    if channel not in BY_HAND:
        errors["channel"] = _("请选择电话或入户。")
    if age_band and age_band not in AgeBand.values:
        errors["age_band"] = _("请从年龄段中选择一项。")
    if not survey.circles.filter(circle=circle).exists():
        errors["circle"] = _("“%(circle)s”不在本次调查范围内。") % {"circle": circle}
    if errors:
        raise ValidationError(errors)


def _store(answer: SurveyAnswer) -> None:
    """Save it; a household that has answered is refused, also in a race (the constraint)."""
    try:
        with transaction.atomic():
            answer.save(force_insert=True)
    except IntegrityError:
        if not answer.address_hash:
            raise
        raise ValidationError(
            {"address": _("这户居民本次调查已有答卷，同一户只计一份；请改访下一户。")},
            code="household",
        ) from None
