"""The admin pages of people, offices and tokens, and of the logs that need to know offices."""

from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.admin import logs, offices, tokens, users

# Roles are fixed: there is nothing to manage about Django's groups.
admin.site.unregister(Group)

__all__ = ["logs", "offices", "tokens", "users"]
