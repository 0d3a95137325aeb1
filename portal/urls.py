"""Addresses of the pages."""

from django.urls import path, re_path

from portal.desk import home
from portal.views import check, circle, dashboard, data, figure, lists, street

app_name = "portal"
urlpatterns = [
    path("admin/", dashboard.dashboard, name="dashboard"),
    path("desk/", home.desk, name="desk"),
    path("streets/<str:code>/", street.street, name="street"),
    path("circles/", lists.circles, name="circles"),
    path("circles/<str:code>/", circle.circle, name="circle"),
    path("gaps/", lists.gap_list, name="gaps"),
    path(
        "figures/<uuid:run>/<slug:code>/<str:scope_kind>/<uuid:scope_id>/<int:part>/",
        figure.figure,
        name="figure",
    ),
    path("clauses/<uuid:pk>/", figure.clause, name="clause"),
    re_path(
        r"^map-data/layers/(?P<level>circle|compound|LEVEL)/$", data.map_layer, name="map_layer"
    ),
    path("map-data/values/<uuid:run>/", data.map_values, name="map_values"),
    path("jobs/<uuid:pk>/", data.job, name="job"),
    path("check/<str:secret>/", check.sheet, name="check"),
    path("check/<str:secret>/paper/", check.paper, name="check_paper"),
]
