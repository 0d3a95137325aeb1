"""Pages of a list: `page_size`, `cursor`, `ordering`, `with_count`."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.api.keyset import BadCursorError, Order, page_after

DEFAULT_SIZE = 50
MAX_SIZE = 1000
PARAMETERS = ("cursor", "page_size", "ordering", "with_count")


class KeysetPagination(BasePagination):
    """Pages by key; the view's `orderings` says which columns a list may be ordered by."""

    next_link: str = ""
    count: int | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the asked page; bad parameters are refused, never bent."""
        order = order_of(request, view)
        size = _size_of(request)
        self.count = queryset.count() if _wants_count(request) else None
        try:
            rows, cursor = page_after(queryset, order, size, request.query_params.get("cursor", ""))
        except BadCursorError:
            raise ValidationError(
                {"cursor": _("游标无效：请原样使用上一页 next 中的地址，不要更换排序。")}
            ) from None
        if cursor:
            self.next_link = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """`results`, the address of the next page, and the count if it was asked for."""
        body: dict[str, Any] = {"next": self.next_link or None, "results": data}
        if self.count is not None:
            body["count"] = self.count
        return Response(body)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a page."""
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": _("下一页的地址；null 表示已到末页"),
                },
                "results": schema,
                "count": {"type": "integer", "description": _("总数，仅在 with_count=1 时给出")},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters of every list."""
        columns = sorted(view.orderings)
        orders = [sign + name for name in columns for sign in ("", "-")]
        return [
            _parameter("cursor", _("上一页 next 地址中的游标"), {"type": "string"}),
            _parameter(
                "page_size",
                _("每页条数"),
                {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE},
            ),
            _parameter(
                "ordering",
                _("排序字段，前加“-”为倒序；总是再按 id 排序"),
                {"type": "string", "enum": orders, "default": view.default_ordering},
            ),
            _parameter("with_count", _("为 1 时给出总数"), {"type": "string", "enum": ["0", "1"]}),
        ]


def order_of(request: Request, view: Any) -> Order:
    """The order asked for, or the list's own."""
    asked = request.query_params.get("ordering", view.default_ordering)
    order = Order.parse(asked)
    if order.column not in view.orderings:
        raise ValidationError(
            {
                "ordering": _("只能按以下字段排序：%(names)s")
                % {"names": "、".join(sorted(view.orderings))}
            }
        )
    return order


def _size_of(request: Request) -> int:
    text = request.query_params.get("page_size", str(DEFAULT_SIZE))
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= MAX_SIZE):
        raise ValidationError(
            {"page_size": _("每页条数须为 1 到 %(most)d 的整数") % {"most": MAX_SIZE}}
        )
    return int(text)


def _wants_count(request: Request) -> bool:
    text = request.query_params.get("with_count", "0")
    if text not in ("0", "1"):
        raise ValidationError({"with_count": _("只能是 0 或 1")})
    return text == "1"


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }
