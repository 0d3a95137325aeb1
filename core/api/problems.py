"""Every error under /api/ as RFC 9457 problem details, in the caller's language."""

import json
import logging
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signals import got_request_exception
from django.db import DatabaseError, IntegrityError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from core import audit
from core.api.callers import actor_of, scope_of
from core.api.errors import ConflictError, StaleError, TooLargeError
from core.versions import StaleVersionError

logger = logging.getLogger("django.request")

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """What a sort of problem is called and means; its `type` is where this can be read."""

    title: Any
    meaning: Any


KINDS: dict[str, Kind] = {
    "invalid": Kind(
        gettext_lazy("请求有误"), gettext_lazy("参数或内容不符合要求，errors 逐项说明。")
    ),
    "not-signed-in": Kind(
        gettext_lazy("需要登录"), gettext_lazy("没有登录，或令牌无效、已过期、已停用。")
    ),
    "forbidden": Kind(gettext_lazy("没有权限"), gettext_lazy("身份有效，但无权办理此事。")),
    "not-found": Kind(
        gettext_lazy("未找到"), gettext_lazy("地址不存在，或该记录不存在、不在您的可见范围内。")
    ),
    "method-not-allowed": Kind(
        gettext_lazy("不支持该方法"), gettext_lazy("该地址不接受这一 HTTP 方法。")
    ),
    "not-acceptable": Kind(
        gettext_lazy("无法提供该格式"), gettext_lazy("Accept 请求头所要的格式这里没有。")
    ),
    "conflict": Kind(gettext_lazy("与已有记录冲突"), gettext_lazy("与数据库中已有记录相抵触。")),
    "stale": Kind(
        gettext_lazy("记录已变更"),
        gettext_lazy("If-Match 所给的版本已不是当前版本，未作任何修改。"),
    ),
    "too-large": Kind(gettext_lazy("请求过大"), gettext_lazy("请求内容超过服务器接受的上限。")),
    "unsupported-media-type": Kind(
        gettext_lazy("不支持的内容类型"), gettext_lazy("请求内容须为 application/json。")
    ),
    "key-reused": Kind(
        gettext_lazy("幂等键重复使用"), gettext_lazy("同一 Idempotency-Key 用于了不同的请求。")
    ),
    "version-required": Kind(
        gettext_lazy("缺少版本条件"), gettext_lazy("修改须用 If-Match 指明所依据的版本。")
    ),
    "too-many-requests": Kind(
        gettext_lazy("请求过于频繁"),
        gettext_lazy("超过调用频率上限，请按 Retry-After 等待后再试。"),
    ),
    "server-error": Kind(
        gettext_lazy("服务器内部错误"), gettext_lazy("服务器出错，未作任何修改；可稍后重试。")
    ),
}
_KIND_OF_STATUS = {
    400: "invalid",
    401: "not-signed-in",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    409: "conflict",
    412: "stale",
    413: "too-large",
    415: "unsupported-media-type",
    422: "key-reused",
    428: "version-required",
    429: "too-many-requests",
    500: "server-error",
}


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """Turn whatever a view raised into a problem; refusals go into the audit log."""
    request = context["request"]
    known = _as_api_error(error)
    if known is None:
        return _server_error(error, request)
    set_rollback()
    if known.status_code == 403 and scope_of(request).user_id:
        audit.note("core.refused", by=actor_of(request), method=request.method, path=request.path)
    return problem_response(
        known.status_code, _detail_of(known), errors_of(known.detail), headers=_headers_of(known)
    )


def problem_response(
    status: int,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
    *,
    headers: dict[str, str] | None = None,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """An `application/problem+json` answer; `errors` are `{field, row, message}`.

    `more` are members of this kind of problem alone (RFC 9457, 3.2).
    """
    slug = _KIND_OF_STATUS[status]
    problem: dict[str, Any] = {
        "type": f"/api/problems/{slug}/",
        "title": str(KINDS[slug].title),
        "status": status,
        "detail": detail,
    }
    if errors:
        problem["errors"] = errors
    if request_id := audit.current_actor().request_id:
        problem["request_id"] = request_id
    body = json.dumps(problem | (more or {}), ensure_ascii=False, cls=DjangoJSONEncoder)
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)


def plain_problem(status: int) -> HttpResponse:
    """The problem of an address under /api/ that no face was reached for."""
    return problem_response(status, str(KINDS[_KIND_OF_STATUS[status]].meaning))


def errors_of(detail: Any, field: str = "", row: int | None = None) -> list[dict[str, Any]]:
    """DRF's nested error detail as a flat list; empty for a plain message."""
    if isinstance(detail, dict):
        return [
            entry
            for name, inner in detail.items()
            for entry in errors_of(inner, _joined(field, name), row)
        ]
    if isinstance(detail, list):
        return [entry for inner in detail for entry in errors_of(inner, field, row)]
    code = getattr(detail, "code", "")
    if not field and code != "invalid":
        return []
    return [{"field": field or None, "row": row, "message": str(detail)}]


def _joined(field: str, name: str) -> str:
    if name in (api_settings.NON_FIELD_ERRORS_KEY, NON_FIELD_ERRORS):
        return field
    return f"{field}.{name}" if field else str(name)


def _as_api_error(error: Exception) -> exceptions.APIException | None:
    for kinds, translate in _TRANSLATIONS:
        if isinstance(error, kinds):
            return translate(error)
    return None


def _integrity(error: Exception) -> exceptions.APIException:
    logger.warning("refused by the database", exc_info=error)
    return ConflictError()


_TRANSLATIONS: list[tuple[Any, Any]] = [
    (exceptions.APIException, lambda error: error),
    (Http404, lambda error: exceptions.NotFound()),
    (DjangoPermissionDenied, lambda error: exceptions.PermissionDenied(str(error) or None)),
    (StaleVersionError, lambda error: StaleError(str(error))),
    (DjangoValidationError, lambda error: exceptions.ValidationError(_validation_detail(error))),
    (RequestDataTooBig, lambda error: TooLargeError()),
    (SuspiciousOperation, lambda error: exceptions.ParseError()),
    (IntegrityError, _integrity),
]


def _validation_detail(error: DjangoValidationError) -> Any:
    return error.message_dict if hasattr(error, "error_dict") else error.messages


def _detail_of(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        entries = errors_of(error.detail)
        return _("共 %(count)d 处不符合要求：%(first)s") % {
            "count": len(entries),
            "first": "; ".join(_sentence(entry) for entry in entries[:3]),
        }
    if isinstance(error, exceptions.NotFound):
        return str(KINDS["not-found"].meaning)
    return str(error.detail)


def _sentence(entry: dict[str, Any]) -> str:
    return f"{entry['field']}: {entry['message']}" if entry["field"] else str(entry["message"])


def _headers_of(error: exceptions.APIException) -> dict[str, str]:
    headers: dict[str, str] = {}
    if auth := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def _server_error(error: Exception, request: Any) -> HttpResponse:
    """Logged like any other, and signalled, so that tests and error trackers hear of it."""
    logger.error("Internal Server Error: %s", request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request._request)
    if isinstance(error, DatabaseError):
        set_rollback()
    return problem_response(500, str(KINDS["server-error"].meaning))
