"""Pages of the ground floor: health for machines, errors for people."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from core import audit, health, monitoring
from core.api.problems import plain_problem
from core.paths import without_secret


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: database, broker, worker and disk are there; 503 when one is not."""
    well, findings = health.report()
    body = {"status": "ok" if well else "failing", "checks": findings}
    return JsonResponse(
        body, status=200 if well else 503, json_dumps_params={"ensure_ascii": False}
    )


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus; none of them about persons."""
    return HttpResponse(monitoring.exposition(), content_type=CONTENT_TYPE_LATEST)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request could not be read."""
    return _error(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """Not allowed: says who could, and leaves a line in the audit log."""
    if request.user.is_authenticated:
        audit.note("core.refused", method=request.method, path=without_secret(request.path))
    context = {"exception": str(exception), "who_could": "、".join(_who_could(request))}
    return _error(request, "403.html", 403, context)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page, or none for the caller."""
    return _error(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault; asks nothing of what may just have failed."""
    if _asked_by_machine(request):
        return plain_problem(500)
    return HttpResponse(get_template("500.html").render(), status=500)


def _error(
    request: HttpRequest, template: str, status: int, context: dict[str, Any] | None = None
) -> HttpResponse:
    if _asked_by_machine(request):
        return plain_problem(status)
    # The page is one of ours, also where one of the stock admin was asked for.
    request.is_stock_admin = False  # type: ignore[attr-defined]
    return render(request, template, context, status=status)


def _asked_by_machine(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _who_could(request: HttpRequest) -> list[str]:
    """Who may use the page of the admin that was asked for; its gate's own words say the rest."""
    match = request.resolver_match
    admin = getattr(match.func, "model_admin", None) if match else None
    if admin is None or not hasattr(admin, "who_could"):
        return []
    name = match.url_name or "" if match else ""
    verb = next((verb for verb in ("add", "change", "delete") if name.endswith(verb)), "view")
    return admin.who_could(verb) or admin.who_could("view")
