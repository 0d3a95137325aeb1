"""Addresses of the public questionnaire."""

from django.urls import path

from portal.survey import views

app_name = "survey"
urlpatterns = [
    path("", views.enter, name="enter"),
    path("<str:code>/", views.answer, name="answer"),
]
