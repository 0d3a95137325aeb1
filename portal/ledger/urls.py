"""Addresses of the ledger's pages, by what they are about."""

from django.urls import path

from portal.ledger import home

app_name = "ledger"
urlpatterns = [
    path("", home.home, name="home"),
]
