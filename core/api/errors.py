"""Refusals that HTTP has a status for and the framework no exception."""

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException


class ConflictError(APIException):
    """The request contradicts a row that is already there."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
    default_detail = _("与已有记录冲突（可能已存在相同的编码或名称），请核对后重试。")


class StaleError(APIException):
    """What the caller saw is no longer what is there."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "stale"
    default_detail = _("该记录已被他人修改，请重新读取后再提交。")


class TooLargeError(APIException):
    """The body is larger than the server takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("请求内容过大，请分批提交。")


class KeyReusedError(APIException):
    """An Idempotency-Key came back with another request."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key_reused"
    default_detail = _("该 Idempotency-Key 已用于另一个请求，请为新的请求换一个键。")


class PreconditionRequiredError(APIException):
    """A decision must name the version it is made on."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition_required"
    default_detail = _('请在 If-Match 请求头中给出所依据的版本（读取时返回的 ETag，例如 "v3"）。')
