"""Addresses of 授权代办 and 工作交接, below `/accounts/`."""

from django.urls import path

from portal.people import delegations, handover

app_name = "people"
urlpatterns = [
    path("delegations/", delegations.delegations, name="delegations"),
    path("delegations/<uuid:pk>/end/", delegations.end, name="end_delegation"),
    path("handover/", handover.people, name="handovers"),
    path("handover/<uuid:pk>/", handover.one, name="handover"),
]
