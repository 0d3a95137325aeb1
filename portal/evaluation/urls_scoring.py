"""Addresses of the pages about scoring: who scores which circle, one's own cards, one card."""

from django.urls import path

from portal.evaluation import (
    assigning,
    circle_scoring,
    my_scorecards,
    score_photos,
    score_saving,
    scorecard,
    scoring,
)

urlpatterns = [
    path("scoring/", scoring.scoring, name="scoring"),
    path("scoring/urge/", scoring.urge, name="scoring_urge"),
    path("scoring/assign/", assigning.assign, name="assign"),
    path("<uuid:pk>/scoring/", circle_scoring.circle_scoring, name="circle_scoring"),
    path("<uuid:pk>/scoring/<slug:word>/", circle_scoring.move, name="circle_scoring_move"),
    path("my-scorecards/", my_scorecards.my_scorecards, name="my_scorecards"),
    path("my-scorecards/signed-in/", scorecard.signed_in, name="score_signed_in"),
    path("scorecards/<uuid:pk>/", scorecard.scorecard, name="scorecard"),
    path("scorecards/<uuid:pk>/summary/", scorecard.summary, name="scorecard_summary"),
    path("scorecards/<uuid:pk>/scores/", score_saving.scores, name="score_save"),
    path("scorecards/<uuid:pk>/photos/", score_photos.add, name="score_photo_add"),
    path("scorecards/<uuid:pk>/photos/<uuid:file>/", score_photos.photo, name="score_photo"),
    path(
        "scorecards/<uuid:pk>/photos/<uuid:file>/remove/",
        score_photos.remove,
        name="score_photo_remove",
    ),
    # Last: its words stand where the names above do.
    path("scorecards/<uuid:pk>/<slug:word>/", scorecard.move, name="scorecard_move"),
]
