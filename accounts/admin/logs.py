"""The audit log for auditors, and background jobs for those who asked for them."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.models import Office
from accounts.querysets import jobs_visible_to
from core.admin import ReadOnlyAdmin
from core.admin.filters import WordFilter
from core.admin.labels import label_of, name_of_object
from core.admin.versions import event_changes
from core.models import AuditEvent, Job
from core.scope import Scope

ROOMS = ("accounts", "territory", "outlets", "circles", "metrics", "reports", "portal", "core")


class RoomFilter(WordFilter):
    """By the part of the platform that the act belongs to."""

    title = gettext_lazy("模块")
    parameter_name = "room"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """The rooms by their names."""
        return [(room, str(apps.get_app_config(room).verbose_name)) for room in ROOMS]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Acts are called <room>.<verb>."""
        return queryset.filter(action__startswith=f"{self.value()}.") if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    gates = {"view": "core.audit"}
    list_display = ("when", "what", "actor_label", "office", "about", "comment")
    list_filter = (RoomFilter,)
    search_fields = ("actor_label", "office_code", "object_id", "request_id", "comment", "action")
    search_help_text = gettext_lazy("可按操作人、单位编码、对象编号、请求编号或说明查找")
    date_hierarchy = "at"
    ordering = ("-id",)
    fields = (
        ("when", "what"),
        ("actor_label", "office"),
        "about",
        ("from_state", "to_state"),
        "comment",
        "changed",
        ("act", "request_id"),
        "payload_sha256",
    )
    readonly_fields = ("when", "what", "office", "about", "changed")
    actions_list = ("export",)

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Acts of the own district's offices, and those of nobody's (system, failed sign-ins)."""
        offices = Office.objects.filter(district__in=scope.district_ids)
        own = Q(office_code__in=offices.values("code")) | Q(office_code="")
        named = Office.objects.filter(code=OuterRef("office_code")).values("name")[:1]
        return AuditEvent.objects.filter(own).annotate(office_name=Subquery(named))

    @admin.display(description=gettext_lazy("单位"), ordering="office_code")
    def office(self, event: Any) -> str:
        """The office by its name, as long as there is one."""
        return event.office_name or event.office_code or "—"

    @admin.display(description=gettext_lazy("时间"), ordering="id")
    def when(self, event: AuditEvent) -> Any:
        """When it was done."""
        return event.at

    @admin.display(description=gettext_lazy("操作"), ordering="action")
    def what(self, event: AuditEvent) -> str:
        """The act by its name."""
        return label_of(event.action)

    @admin.display(description=gettext_lazy("对象"))
    def about(self, event: AuditEvent) -> str:
        """What it was done to; of sign-ins who tried, of refusals where."""
        if not event.object_type:
            told = (event.changes.get(name) for name in ("username", "path", "address"))
            return next((word for word in told if word), "—")
        return name_of_object(event.object_type, event.object_id)

    @admin.display(description=gettext_lazy("变更内容"))
    def changed(self, event: AuditEvent) -> Any:
        """Before and after, a line each."""
        lines = (
            (change.label, f"{change.before} → {change.after}" if change.before else change.after)
            for change in event_changes(event)
        )
        return format_html_join("", "<p><b>{}</b>　{}</p>", lines) or "—"


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    gates = {"view": "core.jobs"}
    list_display = ("what", "key", "standing", "attempt", "created_at", "finished_at", "trouble")
    list_filter = ("state",)
    search_fields = ("key", "kind")
    ordering = ("-created_at",)
    fields = (
        ("what", "key"),
        ("standing", "attempt"),
        ("created_at", "started_at", "finished_at"),
        "error",
        "came_of_it",
    )
    readonly_fields = ("what", "standing", "came_of_it")

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those of the own office; to the commission all of its districts'."""
        return jobs_visible_to(scope)

    @admin.display(description=gettext_lazy("任务"), ordering="kind")
    def what(self, job: Job) -> str:
        """The kind by its name."""
        return label_of(job.kind)

    @display(
        description=gettext_lazy("状态"),
        ordering="state",
        label={
            "done": "success",
            "running": "info",
            "failed": "danger",
            "queued": "warning",
            "cancelled": "",
        },
    )
    def standing(self, job: Job) -> tuple[str, str]:
        """How far it is."""
        return job.state, job.get_state_display()

    @admin.display(description=gettext_lazy("错误"))
    def trouble(self, job: Job) -> str:
        """The beginning of the error."""
        return job.error[:60]

    @admin.display(description=gettext_lazy("结果"))
    def came_of_it(self, job: Job) -> str:
        """The result as pairs."""
        if not isinstance(job.result, dict):
            return "—" if job.result is None else str(job.result)
        return "；".join(f"{name}：{value}" for name, value in job.result.items()) or _("无")
