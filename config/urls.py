"""Addresses: each room mounts its own faces here."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from core import views
from portal.home import home

handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler404 = "core.views.not_found"
handler500 = "core.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("portal.people.urls")),
    path("desk/news/", include("portal.reporting.news_urls")),
    path("reports/", include("portal.reporting.urls")),
    # Our own pages stand before the stock admin: /admin/ itself is the dashboard.
    path("", include("portal.urls")),
    path("", include("portal.desk.urls")),
    path("briefing/", include("portal.briefing.urls")),
    path("ledger/", include("portal.ledger.urls")),
    path("coordination/", include("portal.coordination.urls")),
    path("evaluation/", include("portal.evaluation.urls")),
    path("subsidies/", include("portal.subsidies.urls")),
    path("survey/", include("portal.survey.urls")),
    path("notices/", include("portal.notices.urls")),
    path("admin/", admin.site.urls),
    path("api/", include(("config.api", "api"))),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]
