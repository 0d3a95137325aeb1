"""Portal has no registers; its acts are named here for the audit log and the histories."""

from django.utils.translation import gettext_lazy as _

from core.admin import label_acts

label_acts({"portal.load_demo": _("装入演示数据")})
