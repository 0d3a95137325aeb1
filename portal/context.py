"""What the frame of every page shows: navigation by what the caller may open, who they are."""

from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy
from core.notices import MOST_SHOWN, unread
from core.scope import NOBODY, Scope

# label, address name, the action that opens it
NAVIGATION = (
    (gettext_lazy("建设总览"), "portal:dashboard", "portal.dashboard"),
    (gettext_lazy("汇报数据"), "briefing:home", "portal.briefing"),
    (gettext_lazy("我的工作台"), "portal:desk", "portal.desk"),
    (gettext_lazy("便民生活圈"), "portal:circles", "portal.figures"),
    (gettext_lazy("短板清单"), "portal:gaps", "portal.figures"),
    (gettext_lazy("网点台账"), "ledger:home", "outlets.view"),
    (gettext_lazy("进展报送"), "reporting:overview", "reports.overview"),
    (gettext_lazy("统筹协调"), "coordination:home", "coordination.tasks"),
    (gettext_lazy("分级评价"), "evaluation:home", "assessments.evaluations"),
    (gettext_lazy("资金扶持"), "subsidies:home", "subsidies.rounds"),
    (gettext_lazy("我的评分表"), "evaluation:my_scorecards", "assessments.score"),
    (gettext_lazy("我的调查"), "evaluation:surveys", "assessments.own_surveys"),
    (gettext_lazy("测算批次"), "admin:metrics_run_changelist", "metrics.view_live"),
    (gettext_lazy("审计日志"), "admin:core_auditevent_changelist", "core.audit"),
    (gettext_lazy("用户"), "admin:accounts_user_changelist", "accounts.view"),
)
# Entries that stand for all pages below their address.
WITH_PAGES_BEHIND = frozenset(
    {
        "ledger:home",
        "reporting:overview",
        "coordination:home",
        "evaluation:home",
        "subsidies:home",
    }
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """components of templates/base.html."""
    scope: Scope = getattr(request, "scope", NOBODY)
    return {
        "is_demo": settings.DEMO,
        "is_demo_database": connection.vendor == "sqlite",
        "nav_items": _navigation(request, scope),
        "user_menu": _user_menu(scope),
        "foot_links": _foot_links(scope),
        # Called by the frame alone: other templates ask the database nothing.
        "notices_link": partial(_notices_link, scope),
    }


def _navigation(request: HttpRequest, scope: Scope) -> list[dict[str, Any]]:
    items = []
    for label, name, action in NAVIGATION:
        if policy.may(scope, action):
            url = reverse(name)
            items.append({"label": label, "url": url, "current": _current(request.path, name, url)})
    return items


def _current(path: str, name: str, url: str) -> bool:
    """Whether the page is this entry, or one behind it."""
    return path == url or (name in WITH_PAGES_BEHIND and path.startswith(url))


def _user_menu(scope: Scope) -> dict[str, Any] | None:
    if scope.user_id is None:
        return None
    roles = [str(policy.ROLE_NAMES.get(role, role)) for role in sorted(scope.roles)]
    return {
        "name": scope.label,
        "office": scope.office_code,
        "role_word": "、".join(roles),
        "items": [
            {"label": _("授权代办"), "url": reverse("people:delegations")},
            {"label": _("工作交接"), "url": reverse("people:handovers")},
        ]
        if scope.roles
        else [],
    }


def _notices_link(scope: Scope) -> dict[str, str] | None:
    if not policy.may(scope, "portal.notices"):
        return None
    waiting = unread(scope.user_id)
    number = f"{MOST_SHOWN}+" if waiting > MOST_SHOWN else str(waiting or "")
    text = _("消息：%(n)s 条未读") % {"n": number} if waiting else _("消息")
    return {"url": reverse("notices:list"), "unread": number, "text": text}


def _foot_links(scope: Scope) -> list[dict[str, str]]:
    if scope.user_id is None:
        return []
    return [{"label": _("接口文档"), "url": "/api/docs/"}]
