"""The schema and its documentation: the same for everyone, drawn once per language."""

import functools
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView


class KeptGenerator(SchemaGenerator):
    """Addresses and serializers do not change while the process lives, nor does their schema."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        return _drawn(translation.get_language())


@functools.cache
def _drawn(_language: str | None) -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


class SchemaView(SpectacularJSONAPIView):
    """OpenAPI 3.1, as JSON."""

    generator_class = KeptGenerator


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own files, without a line of inline code."""

    url_name = "api:schema"
    template_name = "core/api_docs.html"
