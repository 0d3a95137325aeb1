"""Addresses of the pages about reviews: the case, and the queue of those that wait."""

from django.urls import path

from portal.subsidies import application, review_acts, review_queue

CASE = "applications/<uuid:pk>/"

urlpatterns = [
    path("applications/review/", review_queue.queue, name="review_queue"),
    path("applications/review/pass/", review_queue.pass_chosen, name="review_chosen"),
    path(CASE, application.application, name="application"),
    path(f"{CASE}facts/", review_acts.facts, name="application_facts"),
    path(f"{CASE}checks/", review_acts.check, name="application_check"),
    path(f"{CASE}checks/<uuid:check>/<uuid:file>/", review_acts.check_file, name="check_file"),
    path(f"{CASE}review-form/", application.paper, name="review_paper"),
    path(f"{CASE}review/<slug:word>/", review_acts.move, name="application_review"),
]
