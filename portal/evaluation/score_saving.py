"""`/evaluation/scorecards/<uuid>/scores/`: where the page of a card saves each score by itself.

GET   the scores as they stand (and the cookie that a POST must match)
POST  {"key", "value", "reason", "seen_version", "seen_report", "person"} → what stands now

200 saved: `{"saved", "card_version", "answer", "others", "done"}`; `others` are scores that another
device has changed since `seen_report`. 409 another device changed the same score: `current` is what
stands. 400 the content is refused: `errors`. 401 nobody is signed in, or somebody else than
`person`. 403 not allowed. 423 the card is closed. As of reports (`portal.desk.answers`), so that
one script sends both.
"""

import json
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods

from assessments.models import Score, Scorecard
from assessments.services.scoring import ScoreConflictError, save_score
from assessments.services.scoring_rules import judged_items
from core import policy
from core.audit import current_actor
from portal.desk.words import clock_text
from portal.evaluation.score_sheet import answer_told, find_card
from portal.views.common import scope_of

MOST_BYTES = 50_000


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "POST"])
def scores(request: HttpRequest, pk: Any) -> HttpResponse:
    """The scores of one's own card, as JSON."""
    if not request.user.is_authenticated:
        return told(401, text=_("登录已过期"))
    policy.require(scope_of(request), "assessments.score")
    card = find_card(request, pk)
    policy.require(scope_of(request), "assessments.score", card)
    if request.method == "GET":
        version, person = card.version, str(request.user.pk)
        return told(200, card_version=version, person=person, answers=_all(card))
    sent = _sent(request)
    if sent.get("person") not in (None, str(request.user.pk)):
        return told(401, text=_("当前登录的是另一账号，请用原账号登录。"))
    return _save(request, card, sent)


def told(status: int, **body: Any) -> JsonResponse:
    """An answer for the script."""
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def refused(error: ValidationError) -> JsonResponse:
    """Why the content is not taken; 423 when the card is closed."""
    code = "" if hasattr(error, "error_dict") else (getattr(error, "code", "") or "")
    return told(423 if code == "state" else 400, errors=error.messages, code=code)


def _save(request: HttpRequest, card: Scorecard, sent: dict[str, Any]) -> HttpResponse:
    key = str(sent.get("key", ""))
    item = next((one for one in judged_items(card) if one.key == key), None)
    if item is None:
        return told(400, errors=[_("评分表没有这一项。")], code="unknown")
    before = card.version
    try:
        saved = save_score(
            card=card,
            item=item,
            points=str(sent.get("value", "")),
            reason=str(sent.get("reason", "")),
            seen_version=_whole(sent.get("seen_version")),
            by=current_actor(),
            scope=scope_of(request),
        )
    except ScoreConflictError as error:
        return told(409, text=str(error), current=answer_told(card, error.current))
    except ValidationError as error:
        return refused(error)
    except PermissionDenied as error:
        return told(403, text=str(error))
    now = saved.scorecard
    seen = _whole(sent.get("seen_report")) or before
    return told(
        200,
        saved=clock_text(timezone.now()),
        card_version=now.version,
        answer=answer_told(now, saved),
        # Another device saved meanwhile: its scores go along, to be shown.
        others=_all(now) if now.version > seen + 1 else [],
    )


def _all(card: Scorecard) -> list[dict[str, Any]]:
    rows = Score.objects.filter(scorecard=card).select_related("item").order_by("pk")
    return [answer_told(card, one) for one in rows]


def _sent(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MOST_BYTES:
        raise PermissionDenied(_("内容过长。"))
    try:
        sent = json.loads(request.body)
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
