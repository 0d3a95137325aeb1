"""`/desk/news/`: a unit's own 工作信息, and a new one in a minute from a phone."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Office
from core import policy
from core.admin.refusals import RefusedError, add_refusal, refusals
from core.audit import current_actor
from core.ids import new_id
from core.models import Clause
from core.scope import Scope
from portal.basis import offset_pager
from portal.reporting.news import shown
from portal.views.common import page, scope_of
from reports.models import WorkItem
from reports.news import MOST_WORDS, add_item, nameable_circles, own_office, photo_counts

PER_PAGE = 20
WAN = Decimal(10_000)


class NewsForm(forms.Form):
    """Title, category and day are enough; the rest when there is more to tell."""

    # Made with the empty form: what is sent twice over a bad line is kept once.
    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("标题"), max_length=100)
    category = forms.ChoiceField(
        label=gettext_lazy("类别"), choices=WorkItem.Category.choices, widget=forms.RadioSelect
    )
    happened_on = forms.DateField(
        label=gettext_lazy("日期"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    text = forms.CharField(
        label=gettext_lazy("正文"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-words": str(MOST_WORDS)}),
    )
    circle: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("生活圈"), required=False, empty_label=gettext_lazy("不涉及或全部")
    )
    sessions = forms.IntegerField(label=gettext_lazy("场次"), required=False, min_value=0)
    attendees = forms.IntegerField(label=gettext_lazy("人次"), required=False, min_value=0)
    sales = forms.DecimalField(
        label=gettext_lazy("带动消费额（万元）"), required=False, min_value=0, decimal_places=6
    )
    jobs = forms.IntegerField(label=gettext_lazy("岗位数"), required=False, min_value=0)
    care_posts = forms.IntegerField(label=gettext_lazy("其中爱心岗位"), required=False, min_value=0)
    clause: Any = forms.ModelChoiceField(
        None, label=gettext_lazy("对应条款"), required=False, empty_label=gettext_lazy("不指定")
    )

    FIGURES = ("sessions", "attendees", "sales", "jobs", "care_posts")

    def __init__(self, *args: Any, office: Office, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        circles: Any = self.fields["circle"]
        circles.queryset = nameable_circles(office).defer("boundary")
        circles.label_from_instance = lambda circle: circle.name
        clauses: Any = self.fields["clause"]
        clauses.queryset = (
            Clause.objects.filter(document__level="district")
            .select_related("document")
            .order_by("document__code", "sort")
        )
        for name in self.FIGURES:
            whole = "decimal" if name == "sales" else "numeric"
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": whole})

    @property
    def figures(self) -> list[Any]:
        """The fields that hold figures."""
        return [self[name] for name in self.FIGURES]

    def told(self) -> dict[str, Any]:
        """What the service takes; money in yuan."""
        given = dict(self.cleaned_data)
        given.pop("key")
        if given["sales"] is not None:
            given["sales"] = (given["sales"] * WAN).quantize(Decimal("0.01"))
        return given


@page("reports.work_items")
def mine(request: HttpRequest) -> HttpResponse:
    """What the caller's office has sent, and what became of it."""
    scope = scope_of(request)
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 0
    rows = WorkItem.objects.visible_to(scope).filter(office__code=scope.office_code)
    rows = rows.select_related("office", "circle").defer("circle__boundary")
    total = rows.count()
    items = list(rows.order_by("-happened_on", "-at", "-pk")[start : start + PER_PAGE])
    counts = photo_counts(items)
    context = {
        "crumbs": [{"label": _("工作信息")}],
        "items": [shown(item, scope, counts.get(item.pk, 0)) for item in items],
        "count_text": _("共 %(n)s 条") % {"n": f"{total:,}"},
        "pager": offset_pager(request, start, PER_PAGE, total),
        "may_add": policy.may(scope, "reports.add_work_item"),
        "here": request.get_full_path(),
    }
    return render(request, "reporting/news_mine.html", context)


@page("reports.add_work_item")
def new(request: HttpRequest) -> HttpResponse:
    """The form; sent, it is with the commission at once."""
    scope = scope_of(request)
    office = own_office(scope)
    if request.method != "POST":
        first = {"key": new_id(), "happened_on": timezone.localdate()}
        return _page(request, NewsForm(initial=first, office=office))
    form = NewsForm(request.POST, office=office)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        if not _is_sent(form.cleaned_data["key"], scope):
            with refusals():
                add_item(
                    office=office,
                    values=form.told(),
                    by=current_actor(),
                    scope=scope,
                    photos=_photos(request),
                    key=form.cleaned_data["key"],
                )
    except RefusedError as refused:
        add_refusal(form, refused)
        return _page(request, form, status=400)
    messages.success(request, _("已报送“%(title)s”。") % {"title": form.cleaned_data["title"]})
    return redirect("news:mine")


def _photos(request: HttpRequest) -> list[Any]:
    return list(request.FILES.getlist("photos"))


def _is_sent(key: uuid.UUID, scope: Scope) -> bool:
    """Whether this very form has come in before."""
    return bool(WorkItem.objects.visible_to(scope).filter(pk=key, by_id=scope.user_id).exists())


def _page(request: HttpRequest, form: NewsForm, status: int = 200) -> HttpResponse:
    context = {
        "crumbs": [
            {"label": _("工作信息"), "url": reverse("news:mine")},
            {"label": _("报送工作信息")},
        ],
        "form": form,
        "figures_open": any(form[name].value() or form[name].errors for name in form.FIGURES),
    }
    return render(request, "reporting/news_new.html", context, status=status)


__all__ = ["NewsForm", "mine", "new"]
