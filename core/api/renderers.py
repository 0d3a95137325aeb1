"""The representations of a list: JSON, CSV, GeoJSON; and choosing between them."""

import json
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import renderers
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation


class JSONRenderer(renderers.JSONRenderer):
    """UTF-8, as it is written."""

    ensure_ascii = False


class CSVRenderer(renderers.BaseRenderer):
    """Marks that a list can be had as CSV; the rows are written by `core.api.streams`."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return str(data).encode()


class GeoJSONRenderer(renderers.JSONRenderer):
    """GeoJSON (RFC 7946): WGS 84 degrees, longitude first."""

    media_type = "application/geo+json"
    format = "geojson"
    ensure_ascii = False

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return json.dumps(data, ensure_ascii=False, cls=self.encoder_class).encode()


class Negotiation(DefaultContentNegotiation):
    """`?format=` chooses the representation and nothing else; another word is a mistake."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        chosen = [renderer for renderer in renderers if renderer.format == format]
        if chosen:
            return chosen
        raise ValidationError(
            {
                "format": _(
                    "format 只选择表示方式，这里可用：%(known)s。按业态筛选请用 main_format、"
                    "serves 或 business_format。"
                )
                % {"known": "、".join(str(renderer.format) for renderer in renderers)}
            }
        )
