"""Addresses of the pages of subsidies, by what they are about."""

from django.urls import include, path

app_name = "subsidies"
urlpatterns = [
    path("", include("portal.subsidies.urls_policies")),
    path("", include("portal.subsidies.urls_rounds")),
    path("", include("portal.subsidies.urls_applications")),
    path("", include("portal.subsidies.urls_reviews")),
    path("", include("portal.subsidies.urls_budgets")),
    path("", include("portal.subsidies.urls_payments")),
    path("", include("portal.subsidies.urls_effects")),
]
