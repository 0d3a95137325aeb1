"""Complaint counts per circle and month, as the hotlines gave them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.enums import ActionVariant

from circles.models import ComplaintCount
from circles.services.complaints import COMPLAINTS, import_complaints
from core.admin import ActPage, ReadOnlyAdmin, TableForm, button, label_acts, scope_of
from core.audit import current_actor
from territory.models import District

label_acts({"circles.import_complaints": gettext_lazy("导入投诉统计")})
GATE = "circles.import_complaints"


@admin.register(ComplaintCount)
class ComplaintCountAdmin(ReadOnlyAdmin):
    gates = {"view": "circles.complaints"}
    list_display = ("circle", "in_month", "source", "count", "closed", "is_sample")
    list_filter = ("circle", "source", "is_sample")
    list_select_related = ("circle",)
    search_fields = ("circle__name", "circle__code")
    date_hierarchy = "month"
    ordering = ("-month", "circle__code", "source")
    fields = ("circle", "in_month", "source", "count", "closed")
    actions_list = ("take_in", "export")

    @admin.display(description=gettext_lazy("月份"), ordering="month")
    def in_month(self, row: ComplaintCount) -> str:
        """The month, without a day."""
        return f"{row.month:%Y-%m}"

    @button(
        gate=GATE,
        label=gettext_lazy("导入投诉统计"),
        icon="upload_file",
        variant=ActionVariant.PRIMARY,
    )
    def take_in(self, request: HttpRequest) -> HttpResponse:
        """A table of the hotlines' counts."""

        def run(given: dict[str, Any]) -> str:
            taken = import_complaints(
                district=District.objects.visible_to(scope_of(request)).get(),
                file=given["file"].file,
                filename=given["file"].name,
                by=current_actor(),
            )
            return (
                _("共 %(rows)d 行：新增 %(new)d，更新 %(changed)d，未变 %(unchanged)d。")
                % taken.counts()
            )

        page = ActPage(
            title=_("导入投诉统计"),
            explanation=_("列：%(columns)s。全部无误才写入；同一生活圈、月份、来源的以新文件为准。")
            % {"columns": "、".join(str(column.title) for column in COMPLAINTS)},
            submit=_("导入"),
            form=TableForm,
            run=run,
        )
        return self.act_page(request, page, gate=GATE)
