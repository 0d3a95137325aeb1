"""Addresses of the pages about duties per clause, the roster, the lines of work."""

from django.urls import URLPattern, path

from portal.coordination import duties, duty, lines, roster, seat

urlpatterns: list[URLPattern] = [
    path("duties/", duties.duties, name="duties"),
    path("duties/mine/", duty.mine, name="duties_mine"),
    path("duties/<uuid:pk>/", duty.duty, name="duty"),
    path("roster/", roster.roster, name="roster"),
    path("roster/new/", seat.new, name="roster_new"),
    path("roster/<uuid:pk>/", seat.seat, name="roster_seat"),
    path("roster/<uuid:pk>/succeed/", seat.take_over, name="roster_succeed"),
    path("roster/<uuid:pk>/vacate/", seat.leave, name="roster_vacate"),
    path("roster/<uuid:pk>/correct/", seat.put_right, name="roster_correct"),
    path("roster/<uuid:pk>/end/", seat.end, name="roster_end"),
    path("lines/", lines.lines, name="lines"),
    path("lines/<int:year>/<slug:code>/", lines.line, name="line"),
]
