"""Addresses of reporting: the commission's pages below /reports/."""

from django.urls import path

from portal.reporting import bulletins, news, news_item, overview, periods

app_name = "reporting"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("act/", overview.act, name="overview_act"),
    path("<uuid:pk>/files/<slug:kind>/", periods.report_file, name="report_file"),
    path("periods/", periods.periods, name="periods"),
    path("periods/<uuid:pk>/", periods.period, name="period"),
    path("periods/<uuid:pk>/act/", periods.act, name="period_act"),
    path(
        "periods/<uuid:pk>/<int:revision>/<slug:kind>/",
        periods.consolidation_file,
        name="period_file",
    ),
    path("bulletins/", bulletins.bulletins, name="bulletins"),
    path("bulletins/<uuid:pk>/", bulletins.bulletin, name="bulletin"),
    path("bulletins/<uuid:pk>/act/", bulletins.act, name="bulletin_act"),
    path("bulletins/<uuid:pk>/word/", bulletins.word, name="bulletin_word"),
    path("news/", news.news, name="news"),
    path("news/<uuid:pk>/", news_item.item, name="news_item"),
    path("news/<uuid:pk>/highlight/", news_item.highlight, name="news_highlight"),
    path("news/<uuid:pk>/<slug:word>/", news_item.move, name="news_move"),
    path("news/photos/<uuid:pk>/", news_item.photo, name="news_photo"),
]
