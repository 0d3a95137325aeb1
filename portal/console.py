"""The frame of the admin: its navigation by task, for each role what it may use."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy

# (title, icon, act of the gate, address)
Entry = tuple[Any, str, str, str]
GROUPS: tuple[tuple[Any, tuple[Entry, ...]], ...] = (
    (
        gettext_lazy("工作台"),
        (
            (gettext_lazy("建设总览"), "dashboard", "portal.dashboard", "portal:dashboard"),
            (gettext_lazy("我的工作台"), "home_work", "portal.desk", "portal:desk"),
            (gettext_lazy("短板清单"), "priority_high", "portal.figures", "portal:gaps"),
        ),
    ),
    (
        gettext_lazy("商业网点"),
        (
            (
                gettext_lazy("商业网点"),
                "storefront",
                "outlets.view",
                "admin:outlets_outlet_changelist",
            ),
            (gettext_lazy("数据质量"), "rule", "outlets.view", "ledger:quality"),
            (gettext_lazy("导入台账"), "upload_file", "outlets.import", "ledger:imports"),
            (
                gettext_lazy("导入记录"),
                "history",
                "outlets.view",
                "admin:outlets_import_changelist",
            ),
            (
                gettext_lazy("完整性确认"),
                "fact_check",
                "outlets.view",
                "admin:outlets_ledgercompleteness_changelist",
            ),
            (
                gettext_lazy("企业"),
                "apartment",
                "outlets.enterprises",
                "admin:outlets_enterprise_changelist",
            ),
            (
                gettext_lazy("企业联盟"),
                "handshake",
                "outlets.enterprises",
                "admin:outlets_alliancemember_changelist",
            ),
            (
                gettext_lazy("信用评价结果"),
                "workspace_premium",
                "outlets.enterprises",
                "admin:outlets_creditresult_changelist",
            ),
            (gettext_lazy("品牌"), "sell", "outlets.brands", "admin:outlets_brand_changelist"),
            (
                gettext_lazy("网点标识"),
                "award_star",
                "outlets.view",
                "admin:outlets_outletlabel_changelist",
            ),
            (
                gettext_lazy("标识目录"),
                "label",
                "outlets.change_formats",
                "admin:outlets_label_changelist",
            ),
            (
                gettext_lazy("质量规则"),
                "tune",
                "outlets.change_quality_rules",
                "admin:outlets_qualityrule_changelist",
            ),
            (
                gettext_lazy("业态目录"),
                "category",
                "outlets.change_formats",
                "admin:outlets_businessformat_changelist",
            ),
            (
                gettext_lazy("叠加服务"),
                "add_business",
                "outlets.change_formats",
                "admin:outlets_service_changelist",
            ),
        ),
    ),
    (
        gettext_lazy("便民生活圈"),
        (
            (
                gettext_lazy("便民生活圈"),
                "trip_origin",
                "circles.view",
                "admin:circles_circle_changelist",
            ),
            (
                gettext_lazy("小区"),
                "location_city",
                "circles.compounds",
                "admin:circles_compound_changelist",
            ),
            (
                gettext_lazy("公共服务设施"),
                "local_library",
                "circles.facilities",
                "admin:circles_facility_changelist",
            ),
            (
                gettext_lazy("可利用空间"),
                "real_estate_agent",
                "circles.spaces",
                "admin:circles_space_changelist",
            ),
            (
                gettext_lazy("投诉统计"),
                "support_agent",
                "circles.complaints",
                "admin:circles_complaintcount_changelist",
            ),
            (
                gettext_lazy("业态核查"),
                "search_check",
                "circles.view",
                "admin:circles_formatcheck_changelist",
            ),
            (
                gettext_lazy("试点批次"),
                "flag",
                "circles.batches",
                "admin:circles_pilotbatch_changelist",
            ),
            (
                gettext_lazy("街道（镇）"),
                "map",
                "territory.view",
                "admin:territory_street_changelist",
            ),
        ),
    ),
    (
        gettext_lazy("报送与协调"),
        (
            (gettext_lazy("报送情况"), "table_chart", "reports.overview", "reporting:overview"),
            (gettext_lazy("工作信息"), "campaign", "reports.adopt_work_item", "reporting:news"),
            (gettext_lazy("工作通报"), "newspaper", "reports.bulletins", "reporting:bulletins"),
            (
                gettext_lazy("报表"),
                "ballot",
                "reports.forms",
                "admin:reports_reporttype_changelist",
            ),
            (
                gettext_lazy("报告期"),
                "event_repeat",
                "reports.forms",
                "admin:reports_period_changelist",
            ),
            (
                gettext_lazy("任务分工"),
                "assignment_ind",
                "coordination.duties",
                "coordination:duties",
            ),
            (gettext_lazy("任务"), "task_alt", "coordination.tasks", "coordination:tasks"),
            (
                gettext_lazy("联席会议"),
                "groups",
                "coordination.meetings",
                "coordination:meetings",
            ),
            (
                gettext_lazy("提案建议"),
                "how_to_vote",
                "coordination.proposals",
                "coordination:proposals",
            ),
            (
                gettext_lazy("工作机制"),
                "account_tree",
                "coordination.change_roster",
                "admin:coordination_mechanism_changelist",
            ),
            (
                gettext_lazy("工作日历"),
                "calendar_month",
                "core.calendar",
                "admin:core_calendarday_changelist",
            ),
            (
                gettext_lazy("提醒规则"),
                "notifications_active",
                "core.calendar",
                "admin:core_reminderstage_changelist",
            ),
        ),
    ),
    (
        gettext_lazy("分级评价"),
        (
            (
                gettext_lazy("评价总表"),
                "grading",
                "assessments.evaluations",
                "evaluation:home",
            ),
            (
                gettext_lazy("专家评分"),
                "rate_review",
                "assessments.manage_evaluations",
                "evaluation:scoring",
            ),
            (
                gettext_lazy("满意度调查"),
                "sentiment_satisfied",
                "assessments.surveys",
                "evaluation:surveys",
            ),
            (
                gettext_lazy("评定结果"),
                "military_tech",
                "assessments.grades",
                "evaluation:grades",
            ),
            (
                gettext_lazy("评价标准"),
                "checklist",
                "assessments.standards",
                "evaluation:standards",
            ),
            (
                gettext_lazy("调查问卷"),
                "quiz",
                "assessments.standards",
                "evaluation:questionnaires",
            ),
        ),
    ),
    (
        gettext_lazy("资金扶持"),
        (
            (
                gettext_lazy("扶持总览"),
                "volunteer_activism",
                "subsidies.rounds",
                "subsidies:home",
            ),
            (gettext_lazy("资金批次"), "inventory", "subsidies.rounds", "subsidies:rounds"),
            (
                gettext_lazy("扶持申报"),
                "assignment",
                "subsidies.applications",
                "subsidies:applications",
            ),
            (
                gettext_lazy("预算指标"),
                "account_balance",
                "subsidies.budgets",
                "subsidies:budgets",
            ),
            (gettext_lazy("资金拨付"), "payments", "subsidies.payments", "subsidies:payments"),
            (gettext_lazy("扶持成效"), "insights", "subsidies.effects", "subsidies:effects"),
            (gettext_lazy("扶持政策"), "policy", "subsidies.policies", "subsidies:policies"),
        ),
    ),
    (
        gettext_lazy("指标测算"),
        (
            (
                gettext_lazy("测算批次"),
                "calculate",
                "metrics.networks",
                "admin:metrics_run_changelist",
            ),
            (
                gettext_lazy("定稿"),
                "verified",
                "metrics.networks",
                "admin:metrics_release_changelist",
            ),
            (
                gettext_lazy("测算规则"),
                "tune",
                "metrics.rules",
                "admin:metrics_ruleset_changelist",
            ),
            (gettext_lazy("目标"), "target", "metrics.rules", "admin:metrics_target_changelist"),
            (
                gettext_lazy("步行路网"),
                "route",
                "metrics.networks",
                "admin:metrics_streetnetwork_changelist",
            ),
        ),
    ),
    (
        gettext_lazy("单位与用户"),
        (
            (gettext_lazy("用户"), "group", "accounts.view", "admin:accounts_user_changelist"),
            (gettext_lazy("单位"), "domain", "accounts.view", "admin:accounts_office_changelist"),
            (
                gettext_lazy("接口令牌"),
                "key",
                "accounts.manage_tokens",
                "admin:accounts_apitoken_changelist",
            ),
        ),
    ),
    (
        gettext_lazy("文件与日志"),
        (
            (
                gettext_lazy("政策文件"),
                "description",
                "core.sources",
                "admin:core_document_changelist",
            ),
            (gettext_lazy("文件条款"), "gavel", "core.sources", "admin:core_clause_changelist"),
            (gettext_lazy("后台任务"), "pending_actions", "core.jobs", "admin:core_job_changelist"),
            (gettext_lazy("审计日志"), "policy", "core.audit", "admin:core_auditevent_changelist"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the side bar with the entries the caller may use."""
    scope = request.scope  # type: ignore[attr-defined]
    groups = []
    for title, entries in GROUPS:
        items = [
            {"title": label, "icon": icon, "link": address}
            for label, icon, action, name in entries
            if policy.may(scope, action) and (address := address_of(name))
        ]
        if items:
            groups.append({"title": title, "items": items})
    return groups


def address_of(name: str) -> str:
    """The address of a named page; empty while it is not mounted."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def environment(request: HttpRequest) -> Iterable[str] | None:
    """The word in the head of every page while the figures are not real."""
    return [_("演示数据"), "warning"] if settings.DEMO else None


def style(request: HttpRequest) -> str:
    """Our few rules beside Unfold's: type, mostly."""
    return static("css/console.css")


def favicon(request: HttpRequest) -> str:
    """The mark of the platform."""
    return static("img/favicon.svg")


def account_links(request: HttpRequest) -> list[dict[str, str]]:
    """What belongs to the person signed in."""
    return [{"title": _("修改密码"), "link": reverse("password_change")}]
