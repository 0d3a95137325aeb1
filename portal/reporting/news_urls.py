"""Addresses of a unit's own 工作信息, on the desk."""

from django.urls import path

from portal.reporting import news_desk

app_name = "news"
urlpatterns = [
    path("", news_desk.mine, name="mine"),
    path("new/", news_desk.new, name="new"),
]
