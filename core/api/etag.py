"""Versions as HTTP says them: `ETag: "v3"` and `If-Match`."""

import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from core.api.errors import PreconditionRequiredError, StaleError

# A compressing proxy may have marked the tag as weak; the version in it is the same.
_OURS = re.compile(r'(?:W/)?"v([0-9]{1,9})"')
_ANY_TAG = re.compile(r'(?:W/)?"[^"]*"')


def etag_of(row: Any) -> str:
    """The entity tag of a row that counts its versions."""
    return f'"v{row.version}"'


def seen_version(request: Request) -> int:
    """The version that `If-Match` pins the request to.

    Raises 428 without one (`*` pins nothing), 412 for a tag that can never match, 400 for no tag.
    """
    tag = request.headers.get("If-Match", "").strip()
    if tag in ("", "*"):
        raise PreconditionRequiredError
    if ours := _OURS.fullmatch(tag):
        return int(ours[1])
    if _ANY_TAG.fullmatch(tag):
        raise StaleError
    raise ParseError(_('If-Match 应为读取时返回的 ETag，例如 "v3"。'))
