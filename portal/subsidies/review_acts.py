"""What reviewers do with a case: 审定数据, 核查记录, 审核通过, 退回, 不予支持."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from portal.views.common import page


@page("subsidies.handle_application")
def facts(request: HttpRequest, pk: Any) -> HttpResponse:
    """审定数据: what review found instead of what was declared."""
    raise Http404


@page("subsidies.handle_application")
def check(request: HttpRequest, pk: Any) -> HttpResponse:
    """第三方审计、信用核查、联审、现场核验."""
    raise Http404


@require_POST
@page("subsidies.handle_application")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """审核通过, 退回审核, 不予支持."""
    raise Http404


@page("subsidies.applications")
def check_file(request: HttpRequest, pk: Any, check: Any, file: Any) -> HttpResponse:
    """A file of a check."""
    raise Http404
