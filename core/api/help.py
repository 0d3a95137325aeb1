"""What anyone may read: what a problem's type means, and that an address is nowhere."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.problems import KINDS
from core.api.viewsets import Face


@extend_schema(exclude=True)
class ProblemFace(Face):
    """One kind of problem."""

    permission_classes = [AllowAny]

    def get(self, request: Request, slug: str) -> Response:
        """Its title and meaning."""
        if slug not in KINDS:
            raise Http404
        kind = KINDS[slug]
        return Response({"type": request.path, "title": kind.title, "meaning": kind.meaning})


@extend_schema(exclude=True)
class NowhereFace(Face):
    """Every address below /api/ that is no other's."""

    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nothing here, whatever the method, the caller or the parameters."""
        self.perform_content_negotiation(request, force=True)
        raise Http404

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Never reached."""
        raise Http404
