"""The base of every admin page: gated, scoped, looked at again after saving."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from core import audit
from core.admin import filters
from core.admin.acts import Acts
from core.admin.describing import changes_of
from core.admin.exporting import Exporting
from core.admin.forms import GatedForm
from core.admin.gated import Gated
from core.admin.paging import CappedPaginator, CountedList
from core.admin.refusals import RefusedError, refusals
from core.admin.versions import Histories


class BaseAdmin(Gated, Acts, Exporting, Histories, ModelAdmin):
    """A register's lists and forms.

    gates              as in `Gated`
    through_services   whether writing goes through services, which write their own audit events
    """

    through_services: ClassVar[bool] = False
    form = GatedForm
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 25
    list_max_show_all = 0
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    compressed_fields = True
    save_as = False

    # --- Lists ---------------------------------------------------------------------------------
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CountedList]:
        """Our list, which counts no further than it must."""
        return CountedList

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        """Filters named by their fields get the kind that suits the field."""
        return [self._filter(item) for item in super().get_list_filter(request)]

    def _filter(self, item: Any) -> Any:
        if not isinstance(item, str):
            return item
        suited = filters.filter_of(self.model._meta.get_field(item))
        return (item, suited) if suited else item

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Only by the fields the list offers: masked columns cannot be guessed by filtering."""
        offered = {
            item if isinstance(item, str) else item[0] if isinstance(item, tuple) else ""
            for item in super().get_list_filter(request)
        } | {self.date_hierarchy}
        if lookup.split("__")[0] not in {str(name).split("__")[0] for name in offered}:
            return False
        return super().lookup_allowed(lookup, value, request)

    # --- One row -------------------------------------------------------------------------------
    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        if not self.may(request, "view"):
            raise PermissionDenied
        raise Http404

    def row(self, request: HttpRequest, object_id: str, verb: str = "view") -> Any:
        """The caller's row of that id; 404 when it is not theirs, 403 when they may not."""
        obj = self.get_object(request, unquote(str(object_id)))
        if not self.may(request, verb, obj):
            raise PermissionDenied
        if obj is None:
            raise Http404
        return obj

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form, which knows what a service has refused."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """What is refused while saving comes back as errors of the form, with nothing written."""
        extra = {"show_save_and_add_another": False, **(extra_context or {})}
        try:
            with refusals():
                return super().changeform_view(request, object_id, form_url, dict(extra))
        except RefusedError as refusal:
            if request.method != "POST" or hasattr(request, "refusal"):
                raise
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, dict(extra))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write the row."""
        obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write what belongs to the row; then the row must still be one the caller may see."""
        super().save_related(request, form, formsets, change)
        row = self.get_queryset(request).filter(pk=form.instance.pk).first()
        if row is None or not self.may(request, "view", row):
            raise ValidationError(
                _("保存后这条记录将不在您的工作范围内，未保存；请核对街道（镇）、单位等归属字段。")
            )

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Delete the row, with its audit event."""
        with audit.act(self._action("delete"), obj=obj, changes={"row": str(obj)}):
            obj.delete()

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Nothing that can be deleted is worth the stock page's list of everything related."""
        self.row(request, object_id, "delete")
        return super().delete_view(request, object_id, extra_context)

    # --- Audit ---------------------------------------------------------------------------------
    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Fields before and after, for the audit event."""
        return changes_of(form, formsets)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The audit event of a new row, in the place of Django's own log."""
        self._audit("add", obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The audit event of a change; saving without a change is none."""
        if message:
            self._audit("change", obj, message)

    def log_deletions(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        """Nothing: `delete_model` writes the event."""

    def _audit(self, verb: str, obj: Any, changes: Any) -> None:
        if not self.through_services:
            with audit.act(self._action(verb), obj=obj, changes=changes):
                pass

    def _action(self, verb: str) -> str:
        return f"{self.opts.app_label}.{verb}_{self.opts.model_name}"

    # --- Pages of our own ------------------------------------------------------------------------
    def page(
        self, request: HttpRequest, template: str, context: dict[str, Any]
    ) -> TemplateResponse:
        """A page of this register in the frame of the admin."""
        request.current_app = self.admin_site.name
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, template, frame | context)


class ReadOnlyAdmin(BaseAdmin):
    """A register that people only read; what happens to it, happens by acts."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class _Inline(Gated):
    extra = 0
    show_change_link = False

    def rows(self, scope: Any) -> "QuerySet[Any]":
        """Those of the parent, which the caller was found to see."""
        return self.model._default_manager.all()


class BaseInline(_Inline, TabularInline):
    """Rows that belong to the one above, as a table."""


class BaseStackedInline(_Inline, StackedInline):
    """Rows that belong to the one above, one below the other."""
