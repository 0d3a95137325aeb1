"""Addresses of 汇报数据, below `/briefing/`."""

from django.urls import path

from portal.briefing import views

app_name = "briefing"
urlpatterns = [
    path("", views.home, name="home"),
    path("paper.pdf", views.one_page, name="paper"),
]
