"""The admin pages of districts, streets and neighbourhoods: official codes, names, aliases."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin import BaseAdmin, GatedForm, WordsField, label_acts
from territory.models import District, Neighbourhood, Street

label_acts({"territory.set_outlines": _("绘制边界")})


class TerritoryAdmin(BaseAdmin):
    """Units come with the official codes; people keep names and aliases, never the codes."""

    gates = {"view": "territory.view", "change": "territory.change"}
    ordering: ClassVar[tuple[str, ...]] = ("code",)

    @admin.display(description=_("边界"))
    def drawn(self, unit: Any) -> str:
        """Whether there is an outline; they are taken in by file, not typed."""
        if not unit.outline:
            return str(_("未绘制"))
        return str(_("示意边界") if unit.is_sample_outline else _("已绘制"))


@admin.register(District)
class DistrictAdmin(TerritoryAdmin):
    list_display = ("name", "code", "city", "drawn")
    search_fields = ("name", "code")
    fields = ("code", "name", "name_en", "city", "drawn")
    readonly_fields = ("code", "drawn")


class StreetForm(GatedForm):
    """Aliases as words."""

    aliases = WordsField(label=_("别名"))


@admin.register(Street)
class StreetAdmin(TerritoryAdmin):
    form = StreetForm
    list_display = ("name", "code", "kind", "also_called", "drawn")
    list_filter = ("kind",)
    search_fields = ("name", "code")
    ordering = ("sort", "code")
    fields = ("district", "code", "name", "name_en", "kind", "aliases", "sort", "drawn")
    readonly_fields = ("district", "code", "drawn")

    @admin.display(description=_("别名"))
    def also_called(self, street: Street) -> str:
        """Other words for it."""
        return "、".join(street.aliases) or "—"


@admin.register(Neighbourhood)
class NeighbourhoodAdmin(TerritoryAdmin):
    list_display = ("name", "code", "street", "drawn")
    list_filter = ("street",)
    list_select_related = ("street",)
    search_fields = ("name", "code", "street__name")
    ordering = ("street__sort", "sort", "code")
    fields = ("street", "code", "name", "name_en", "sort", "drawn")
    readonly_fields = ("street", "code", "drawn")
