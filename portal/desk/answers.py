"""`/desk/reports/<uuid>/answers/`: where the page of a report saves each answer by itself.

GET   the answers as they stand (and the cookie that a POST must match)
POST  {"key", "value", "reason", "seen_version", "seen_report", "person"} → what stands now

200 saved: `{"saved", "report_version", "answer", "others", "problems"}`; `others` are answers that
somebody else has changed since `seen_report`. 409 somebody else changed the same answer: `current`
is what stands. 400 the content is refused: `errors`, with `code` "reason" when only that lacks.
401 nobody is signed in, or somebody else than `person`. 403 not allowed. 423 the report is closed.
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

from core.audit import current_actor
from portal.desk.finding import find_own
from portal.desk.sheet import answer_told, problem_told
from portal.desk.words import change_text, clock_text
from portal.views.common import scope_of
from reports.models import ProgressReport, ReportAnswer, ReportItem
from reports.progress.answers import AnswerConflictError, save_answer
from reports.progress.rules import previous_answers, problems_of

MOST_BYTES = 200_000


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "POST"])
def answers(request: HttpRequest, pk: Any) -> HttpResponse:
    """The answers of a report of one's own office, as JSON."""
    if not request.user.is_authenticated:
        return _told(401, text=_("登录已过期"))
    report = find_own(request, pk)
    if request.method == "GET":
        return _told(
            200,
            report_version=report.version,
            person=str(request.user.pk),
            answers=_all(report),
        )
    sent = _sent(request)
    if sent.get("person") not in (None, str(request.user.pk)):
        return _told(401, text=_("当前登录的是另一账号，请用原账号登录。"))
    return _save(request, report, sent)


def _save(request: HttpRequest, report: ProgressReport, sent: dict[str, Any]) -> HttpResponse:
    key = str(sent.get("key", ""))
    item = report.period.type.items.filter(key=key).first()
    if item is None:
        return _told(400, errors=[_("本表没有这一项。")], code="unknown")
    before = report.version
    try:
        saved = save_answer(
            report=report,
            key=key,
            value=str(sent.get("value", "")),
            reason=str(sent.get("reason", "")),
            seen_version=_whole(sent.get("seen_version")),
            by=current_actor(),
            scope=scope_of(request),
        )
    except AnswerConflictError as error:
        return _told(409, text=str(error), current=_one(item, error.current))
    except ValidationError as error:
        return _refused(error, key)
    except PermissionDenied as error:
        return _told(403, text=str(error))
    now = saved.report
    seen = _whole(sent.get("seen_report")) or before
    return _told(
        200,
        saved=clock_text(timezone.now()),
        report_version=now.version,
        state_word=now.get_state_display(),
        answer=_one(item, saved) | {"change": _change(now, item, saved)},
        # Somebody else saved meanwhile: their answers go along, to be shown.
        others=_all(now) if now.version > seen + 1 else [],
        problems=[problem_told(one) for one in problems_of(now)],
    )


def _refused(error: ValidationError, key: str) -> HttpResponse:
    if not hasattr(error, "error_dict"):
        status = 423 if getattr(error, "code", "") == "state" else 400
        return _told(status, errors=error.messages, code=getattr(error, "code", "") or "")
    reasons = error.error_dict.get(key) or [
        one for told in error.error_dict.values() for one in told
    ]
    return _told(
        400,
        errors=[text for one in reasons for text in one.messages],
        code=next((one.code for one in reasons if one.code), ""),
    )


def _all(report: ProgressReport) -> list[dict[str, Any]]:
    items = {item.key: item for item in _items(report)}
    found = ReportAnswer.objects.filter(report=report, key__in=items)
    return [_one(items[one.key], one) for one in found.order_by("pk")]


def _one(item: ReportItem, answer: ReportAnswer) -> dict[str, Any]:
    told = answer_told(item, answer)
    names = ("key", "value", "version", "reason", "prefilled", "changed", "words", "by", "at")
    return {name: told[name] for name in names} | {"by_id": str(answer.by_id or "")}


def _change(report: ProgressReport, item: ReportItem, answer: ReportAnswer) -> str:
    before = None if item.is_text else previous_answers(report).get(item.key)
    return change_text(item, answer.number, before.number if before else None)


def _items(report: ProgressReport) -> list[ReportItem]:
    return list(report.period.type.items.all())


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


def _told(status: int, **body: Any) -> JsonResponse:
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
