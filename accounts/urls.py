"""Addresses of signing in and out."""

from django.contrib.auth.views import PasswordChangeDoneView
from django.urls import path
from django.views.i18n import set_language

from accounts.views import ChangePassword, SignIn, SignOut

urlpatterns = [
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", SignOut.as_view(), name="logout"),
    path("password/", ChangePassword.as_view(), name="password_change"),
    path("password/done/", PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("language/", set_language, name="set_language"),
]
