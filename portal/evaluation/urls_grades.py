"""Addresses of the pages about grades."""

from django.urls import URLPattern, path

from portal.evaluation import grade, grade_acts, grade_compare, grade_paper, grades

urlpatterns: list[URLPattern] = [
    path("grades/", grades.grades, name="grades"),
    path("grades/propose/", grade_acts.propose, name="propose"),
    path("grades/chosen/<slug:word>/", grade_acts.move_chosen, name="grades_move"),
    path("grades/compare/", grade_compare.compare, name="grade_compare"),
    path("grades/<uuid:pk>/", grade.grade, name="grade"),
    path("grades/<uuid:pk>/document/", grade_paper.document, name="grade_document"),
    path("grades/<uuid:pk>/<slug:word>/", grade_acts.move, name="grade_move"),
]
