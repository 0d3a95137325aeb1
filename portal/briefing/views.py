"""`/briefing/` and its one-page paper."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import audit, policy
from portal.briefing.figures import briefing_of, day_text
from portal.briefing.paper import paper
from portal.views.common import own_district, page, scope_of


@page("portal.briefing")
def home(request: HttpRequest) -> HttpResponse:
    """Seven figures, three 亮点, three 短板."""
    scope = scope_of(request)
    briefing = briefing_of(own_district(scope), scope)
    context = {
        "briefing": briefing,
        "day": day_text(briefing.run.as_of) if briefing else "",
        "data_as_of": briefing.run.as_of.isoformat() if briefing else "",
        "may_release": policy.may(scope, "metrics.release"),
    }
    return render(request, "briefing/home.html", context)


@page("portal.briefing")
def one_page(request: HttpRequest) -> HttpResponse:
    """一页纸 as PDF; noted in the audit log."""
    scope = scope_of(request)
    briefing = briefing_of(own_district(scope), scope)
    if briefing is None:
        raise Http404(_("还没有定稿数据，不能生成一页纸。"))
    audit.note("portal.briefing_paper", run=briefing.run.pk, cutoff=briefing.run.as_of)
    response = HttpResponse(paper(briefing), content_type="application/pdf")
    name = f"briefing-{briefing.run.as_of}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
