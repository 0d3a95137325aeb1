"""Addresses of reporting: the commission's pages below /reports/."""

from django.urls import path

from portal.reporting import news, news_item

app_name = "reporting"
urlpatterns = [
    path("news/", news.news, name="news"),
    path("news/<uuid:pk>/", news_item.item, name="news_item"),
    path("news/<uuid:pk>/highlight/", news_item.highlight, name="news_highlight"),
    path("news/<uuid:pk>/<slug:word>/", news_item.move, name="news_move"),
    path("news/photos/<uuid:pk>/", news_item.photo, name="news_photo"),
]
