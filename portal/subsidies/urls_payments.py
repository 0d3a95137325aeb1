"""Addresses of the pages about payments."""

from django.urls import path

from portal.subsidies import payments

urlpatterns = [
    path("payments/", payments.payments, name="payments"),
]
