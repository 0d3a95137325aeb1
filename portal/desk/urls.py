"""Addresses of the desk behind `/desk/`, and of one report for those who check it."""

from django.urls import path

from portal.desk import acts, answers, check, home, report

app_name = "desk"
urlpatterns = [
    path("desk/signed-in/", home.signed_in, name="signed_in"),
    path("desk/reports/<uuid:pk>/", report.report, name="report"),
    path("desk/reports/<uuid:pk>/answers/", answers.answers, name="answers"),
    path("desk/reports/<uuid:pk>/send/", acts.send, name="send"),
    path("desk/reports/<uuid:pk>/unchanged/", acts.unchanged, name="unchanged"),
    path("desk/reports/<uuid:pk>/withdraw/", acts.withdraw, name="withdraw"),
    path("desk/reports/<uuid:pk>/reread/", acts.reread, name="reread"),
    path("desk/reports/<uuid:pk>/files/", acts.attach, name="attach"),
    path("desk/reports/<uuid:pk>/files/<uuid:file>/", acts.attachment, name="attachment"),
    path("desk/reports/<uuid:pk>/files/<uuid:file>/remove/", acts.detach, name="detach"),
    path("desk/reports/<uuid:pk>/history/", acts.history, name="history"),
    path("reports/<uuid:pk>/", check.check, name="check"),
]
