"""The admin pages of runs, releases, rules, targets and networks."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from core.admin import (
    ActPage,
    BaseAdmin,
    BaseInline,
    ReadOnlyAdmin,
    button,
    label_acts,
    scope_of,
)
from core.audit import current_actor
from core.scope import Scope
from metrics import services, work
from metrics.models import FormatRule, Release, RuleSet, Run, StreetNetwork, Target
from territory.models import District

label_acts(
    {
        "metrics.snapshot": gettext_lazy("生成快照"),
        "metrics.release": gettext_lazy("定稿"),
        "metrics.import_network": gettext_lazy("导入步行路网"),
        "metrics.live": gettext_lazy("更新实时测算"),
        "metrics.nightly": gettext_lazy("夜间更新"),
    }
)


class SnapshotForm(forms.Form):
    """The day that figures are made for."""

    district = forms.ModelChoiceField(
        District.objects.none(), label=gettext_lazy("区"), widget=UnfoldAdminSelectWidget
    )
    as_of = forms.DateField(
        label=gettext_lazy("统计截止日"),
        initial=timezone.localdate,
        widget=UnfoldAdminDateWidget,
        help_text=gettext_lazy("以这一天的台账、小区和生活圈为准，不得晚于今天。"),
    )

    def clean_as_of(self) -> Any:
        """Figures of a day that has not come are none."""
        day = self.cleaned_data["as_of"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("统计截止日尚未到来，请改为今天或以前的日期。"))
        return day


class ReleaseForm(forms.Form):
    """What a snapshot is signed off for."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("用途"), choices=Release.Purpose, widget=UnfoldAdminSelectWidget
    )
    comment = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextareaWidget,
        help_text=gettext_lazy("如会议纪要编号、报送对象。"),
    )


def may_be_released(run: Run) -> bool:
    """Whether the run is a finished snapshot."""
    return run.kind == Run.Kind.SNAPSHOT and run.state in (Run.State.READY, Run.State.RELEASED)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    gates = {"view": "metrics.view"}
    list_display = ("named", "as_of", "standing", "rule_set", "network", "sample", "finished_at")
    list_filter = ("kind", "state", "is_sample")
    list_select_related = ("rule_set", "network")
    date_hierarchy = "as_of"
    ordering = ("-as_of", "-started_at")
    fields = (
        ("district", "kind"),
        ("as_of", "state"),
        ("rule_set", "network"),
        ("started_at", "finished_at"),
        ("formula_version", "input_digest"),
        "releases_made",
    )
    actions_list = ("make_snapshot",)
    actions_detail = ("sign_off",)

    @admin.display(description=gettext_lazy("批次"), ordering="kind")
    def named(self, run: Run) -> str:
        """Kind and day."""
        return str(run)

    @display(
        description=gettext_lazy("状态"),
        ordering="state",
        label={"released": "success", "ready": "info", "building": "warning", "failed": "danger"},
    )
    def standing(self, run: Run) -> tuple[str, str]:
        """How far the run is."""
        return run.state, run.get_state_display()

    @display(description=gettext_lazy("演示"), label={"sample": "warning"})
    def sample(self, run: Run) -> tuple[str, str] | str:
        """Sample figures say so."""
        return ("sample", _("演示数据")) if run.is_sample else ""

    @admin.display(description=gettext_lazy("定稿情况"))
    def releases_made(self, run: Run) -> str:
        """For what, by whom and when it was signed off."""
        return (
            "；".join(
                _("%(purpose)s，%(who)s，%(at)s")
                % {
                    "purpose": release.get_purpose_display(),
                    "who": release.by_label,
                    "at": f"{timezone.localtime(release.at):%Y-%m-%d %H:%M}",
                }
                for release in run.releases.order_by("at")
            )
            or "—"
        )

    @button(
        gate="metrics.snapshot",
        label=gettext_lazy("生成快照"),
        icon="photo_camera",
        variant=ActionVariant.PRIMARY,
    )
    def make_snapshot(self, request: HttpRequest) -> HttpResponse:
        """Ask for a snapshot of a day; a worker makes it."""
        districts = District.objects.visible_to(scope_of(request)).order_by("code")
        only = districts.first() if districts.count() == 1 else None

        class OwnForm(SnapshotForm):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                field: Any = self.fields["district"]
                field.queryset = districts

        def run(given: dict[str, Any]) -> str:
            work.enqueue_snapshot(given["district"], given["as_of"], current_actor())
            return _("已安排生成 %(day)s 的快照；完成后会出现在本清单，进度见“后台任务”。") % {
                "day": given["as_of"]
            }

        page = ActPage(
            title=_("生成快照"),
            explanation=_(
                "快照按统计截止日固定当时的台账和各项指标，生成后不再变动，供审核和定稿。"
            ),
            submit=_("生成"),
            form=OwnForm,
            run=run,
            initial={"district": only},
        )
        return self.act_page(request, page, gate="metrics.snapshot")

    @button(
        gate="metrics.release",
        label=gettext_lazy("定稿"),
        icon="verified",
        variant=ActionVariant.PRIMARY,
        shown_for=may_be_released,
    )
    def sign_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Sign the snapshot off."""
        row = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            release = services.release_run(run=row, by=current_actor(), **given)
            return _("已定稿：%(purpose)s，统计截止日 %(day)s。") % {
                "purpose": release.get_purpose_display(),
                "day": release.cutoff,
            }

        page = ActPage(
            title=_("定稿：%(name)s") % {"name": row},
            explanation=_(
                "定稿后，领导页面、报送和对外公布的数字以本批次为准，并永久保存；不能撤回。"
            ),
            submit=_("确认定稿"),
            form=ReleaseForm,
            run=run,
        )
        return self.act_page(request, page, gate="metrics.release", obj=row)


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    gates = {"view": "metrics.view"}
    list_display = ("purpose", "cutoff", "run", "by_label", "at", "comment")
    list_filter = ("purpose",)
    list_select_related = ("run",)
    date_hierarchy = "cutoff"
    ordering = ("-cutoff", "-at")
    fields = ("purpose", "cutoff", "run", "by_label", "at", "comment")


class FormatRuleInline(BaseInline):
    model = FormatRule
    gates = {
        "view": "metrics.rules",
        "add": "metrics.change_rules",
        "change": "metrics.change_rules",
        "delete": "metrics.change_rules",
    }
    ordering = ("format__number",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """With the formats they name."""
        return super().get_queryset(request).select_related("format")


@admin.register(RuleSet)
class RuleSetAdmin(BaseAdmin):
    gates = {
        "view": "metrics.rules",
        "add": "metrics.change_rules",
        "change": "metrics.change_rules",
    }
    list_display = ("name", "code", "district", "valid_from", "valid_to", "is_official")
    list_select_related = ("district",)
    ordering = ("-valid_from", "code")
    inlines = (FormatRuleInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "code"),
                    "district",
                    ("valid_from", "valid_to"),
                    "is_official",
                    "note",
                )
            },
        ),
        (
            gettext_lazy("口径"),
            {
                "fields": (
                    ("walking_speed", "elderly_speed"),
                    ("detour", "coverage_floor"),
                    ("chain_min_stores", "quality_kinds"),
                    "check_months",
                )
            },
        ),
    )

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """The common ones and those of the own district."""
        own = RuleSet.objects.filter(district__in=scope.district_ids)
        return own | RuleSet.objects.filter(district__isnull=True)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rules that figures were made by stay as they were: a new set takes their place."""
        return super().has_change_permission(request, obj) and not (
            obj is not None and Run.objects.filter(rule_set=obj, state=Run.State.RELEASED).exists()
        )


@admin.register(Target)
class TargetAdmin(BaseAdmin):
    gates = {"view": "metrics.rules", "change": "metrics.change_rules"}
    list_display = (
        "indicator",
        "part",
        "programme",
        "comparison",
        "value",
        "year",
        "nature",
        "applies",
        "clause",
    )
    list_filter = ("nature", "applies", "year")
    list_select_related = ("clause__document",)
    search_fields = ("indicator", "programme")
    ordering = ("indicator", "part", "year")
    autocomplete_fields = ("clause",)

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """All: they are what documents say."""
        return Target.objects.all()


@admin.register(StreetNetwork)
class StreetNetworkAdmin(ReadOnlyAdmin):
    gates = {"view": "metrics.networks"}
    list_display = ("name", "source", "current", "imported_at", "is_sample")
    ordering = ("-imported_at",)
    fields = ("district", "name", "source", "current", "imported_at", "digest", "reported")

    @admin.display(description=gettext_lazy("导入报告"))
    def reported(self, network: StreetNetwork) -> str:
        """What the import kept and dropped."""
        return "；".join(f"{name}：{value}" for name, value in network.report.items()) or "—"
