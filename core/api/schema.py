"""How our faces look in the OpenAPI schema."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from core.api.fields import FaceSerializer
from core.api.filters import BOX_SCHEMA
from core.api.idempotency import header_parameter
from core.api.problems import KINDS, MEDIA_TYPE

_ALWAYS_POSSIBLE = (400, 401, 403, 406, 429, 500)
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": [f"/api/problems/{slug}/" for slug in KINDS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "row", "message"],
                "properties": {
                    "field": {"type": ["string", "null"]},
                    "row": {"type": ["integer", "null"]},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
_VERBS = {
    "list": _("列表"),
    "retrieve": _("详情"),
    "create": _("新建"),
    "update": _("整体修改"),
    "partial_update": _("修改"),
    "close": _("关闭"),
    "rows_of": _("各行"),
    "correct": _("更正各行"),
    "review": _("检查"),
    "confirm": _("确认"),
    "revoke": _("撤销"),
    "prefill": _("预填"),
    "submit": _("报送"),
    "withdraw": _("撤回"),
    "accept": _("通过"),
    "send_back": _("退回修改"),
    "sign_off": _("定稿"),
    "reopen": _("重新开放"),
    "differences": _("两次报送的差异"),
}
_GEOMETRY = {"type": ["object", "null"]}


class FaceSchema(AutoSchema):
    """Adds what no single view says: common parameters, problems, representations, versions."""

    def get_summary(self) -> str:
        """What the operation is about and does, in the words of the documents."""
        subject = getattr(self.view, "subject", "")
        queryset = getattr(self.view, "queryset", None)
        if not subject and queryset is not None:
            subject = queryset.model._meta.verbose_name
        action = getattr(self.view, "action", None) or self.method_mapping[self.method.lower()]
        return f"{subject}：{_VERBS.get(action, action)}"

    def get_description(self) -> str:  # type: ignore[override]
        """Only what a face says to its users; docstrings are for those who read the code."""
        return str(getattr(self.view, "explained", ""))

    def get_override_parameters(self) -> list[Any]:
        """The parameters that come with the kind of request."""
        made = list(super().get_override_parameters())
        if self._reads():
            made.append(
                _csv_parameter("fields", _("只返回这些字段（id 总在其中）"), self._field_enum())
            )
        if self._is_list_view() and getattr(self.view, "has_point", False):
            made.append(_csv_parameter("in_bbox", _("西、南、东、北（度）"), BOX_SCHEMA))
        if self._pins_version():
            made.append(
                OpenApiParameter(
                    "If-Match",
                    {"type": "string", "pattern": '^"v[0-9]{1,9}"$'},
                    OpenApiParameter.HEADER,
                    required=True,
                    description=_("所依据的版本，即读取时返回的 ETag"),
                )
            )
        return made

    def _get_parameters(self) -> list[Any]:
        made = super()._get_parameters()
        if self.method == "POST":
            made.append(header_parameter())
        return made

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._problem_statuses():
            bodies[str(status)] = {
                "description": _("问题说明（RFC 9457）"),
                "content": {MEDIA_TYPE: {"schema": self._problem_schema()}},
            }
        return bodies

    def _get_response_for_code(
        self,
        serializer: Any,
        status_code: str,
        media_types: Any = None,
        direction: Any = "response",
    ) -> dict[str, Any]:
        made: dict[str, Any] = super()._get_response_for_code(
            serializer, status_code, media_types, direction
        )
        content = made.get("content", {})
        if "text/csv" in content:
            content["text/csv"] = {"schema": {"type": "string"}}
        if "application/geo+json" in content:
            content["application/geo+json"] = {"schema": self._geojson_schema()}
        if getattr(self.view, "versioned", False) and not self._is_list_view():
            made["headers"] = {
                "ETag": {"schema": {"type": "string"}, "description": _("版本，供 If-Match 使用")}
            }
        return made

    def _map_serializer(
        self, serializer: Any, direction: Any, bypass_extensions: bool = False
    ) -> Any:
        made = super()._map_serializer(serializer, direction, bypass_extensions)
        if isinstance(serializer, FaceSerializer):
            made["required"] = ["id"]  # `fields=` may trim all others
        return made

    def _reads(self) -> bool:
        return self.method == "GET" and hasattr(self.view, "rows")

    def _pins_version(self) -> bool:
        action = getattr(self.view, "action", None)
        return bool(getattr(self.view, "versioned", False)) and action not in (
            "list",
            "retrieve",
            "create",
            *getattr(self.view, "unpinned", ()),
        )

    def _field_enum(self) -> dict[str, Any]:
        view: Any = self.view
        serializer = view.get_serializer_class()()
        names = list(serializer.fields)
        return {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1}

    def _problem_statuses(self) -> list[int]:
        statuses = list(_ALWAYS_POSSIBLE)
        if "{" in self.path:
            statuses.append(404)
        if self.method != "GET":
            statuses += [409, 413, 415]
        if self.method == "POST":
            statuses.append(422)
        if self._pins_version():
            statuses += [412, 428]
        return sorted(statuses)

    def _problem_schema(self) -> dict[str, Any]:
        from drf_spectacular.plumbing import ResolvedComponent

        component = ResolvedComponent(
            name="Problem", type=ResolvedComponent.SCHEMA, schema=_PROBLEM, object="Problem"
        )
        self.registry.register_on_missing(component)
        reference: dict[str, Any] = component.ref
        return reference

    def _geojson_schema(self) -> dict[str, Any]:
        feature = {
            "type": "object",
            "required": ["type", "geometry", "properties"],
            "properties": {
                "type": {"const": "Feature"},
                "id": {"type": "string"},
                "geometry": _GEOMETRY,
                "properties": {"type": "object"},
            },
        }
        if not self._is_list_view():
            return feature
        return {
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": {"const": "FeatureCollection"},
                "features": {"type": "array", "items": feature},
            },
        }


def without_enum_marks(result: Any, **_kwargs: Any) -> Any:
    """Drop the generator's internal marks (it would have merged enumerations by them)."""
    if isinstance(result, dict):
        result.pop("x-spec-enum-id", None)
        for inner in result.values():
            without_enum_marks(inner)
    elif isinstance(result, list):
        for inner in result:
            without_enum_marks(inner)
    return result


def _csv_parameter(name: str, description: Any, schema: dict[str, Any]) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        schema,
        OpenApiParameter.QUERY,
        description=description,
        style="form",
        explode=False,
    )
