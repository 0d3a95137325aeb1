"""Which figures a page shows: those of the last 定稿, or live ones beside it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.scope import ALL, Scope
from metrics.models import Release, Run
from metrics.querysets import last_release, live_run
from territory.models import District


@dataclass(frozen=True)
class Basis:
    """The run whose figures are shown, and the release that it is compared with."""

    run: Run
    release: Release | None
    live: bool

    def described(self, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """The `basis` of the page templates."""
        if self.live:
            computed = timezone.localtime(self.run.finished_at or self.run.started_at)
            told = {"label": _("实时测算"), "computed_at": f"{computed:%Y-%m-%d %H:%M}"}
        elif self.release:
            told = {
                "label": _("%(purpose)s定稿") % {"purpose": self.release.get_purpose_display()},
                "signed_text": _("%(who)s %(day)s 签发")
                % {"who": self.release.by_label, "day": timezone.localtime(self.release.at).date()},
            }
        else:
            told = {"label": str(self.run)}
        may_see_live = policy.may(scope, "metrics.view_live")
        return told | {
            "live": self.live,
            "cutoff_day": self.run.as_of.isoformat(),
            "release_url": with_query(request, live=None),
            "live_url": with_query(request, live="1") if may_see_live else "",
        }


def readers_scope(basis: Basis, scope: Scope) -> Scope:
    """Whose circles may be listed: of released figures the whole district's, of live ones own."""
    return scope if basis.live else replace(scope, street_ids=ALL)


def choose(request: HttpRequest, scope: Scope, district: District) -> Basis | None:
    """The basis a request asks for: `?live=1`, `?as_of=DAY` of an earlier 定稿, else the last."""
    if request.GET.get("live") == "1" and policy.may(scope, "metrics.view_live"):
        run = live_run(district)
        return Basis(run, last_release(district), live=True) if run else None
    release = _release_of(district, request.GET.get("as_of", "")) or last_release(district)
    return Basis(release.run, release, live=False) if release else None


def releases(district: District) -> list[Release]:
    """One release per cut-off day, the newest first."""
    rows = Release.objects.filter(district=district).select_related("run")
    by_day: dict[dt.date, Release] = {}
    for release in rows.order_by("-cutoff", "-at"):
        by_day.setdefault(release.cutoff, release)
    return list(by_day.values())


def with_query(request: HttpRequest, **changes: str | None) -> str:
    """This page's address with some of its query changed (None removes)."""
    query = {key: value for key, value in request.GET.items() if value}
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = value
    return f"{request.path}?{urlencode(query)}" if query else request.path


def sort_heads(
    request: HttpRequest, names: Iterable[str], default: str
) -> dict[str, dict[str, str | None]]:
    """Of each sortable column the address that sorts by it, and how the list is sorted now.

    The first click sorts downwards, the next one upwards; `default` is the order without `sort`.
    """
    now = request.GET.get("sort", default)
    heads: dict[str, dict[str, str | None]] = {}
    for name in names:
        down, up = now == f"-{name}", now == name
        heads[name] = {
            "url": with_query(request, sort=name if down else f"-{name}", **{"from": None}),
            "sort": "descending" if down else "ascending" if up else None,
        }
    return heads


def _release_of(district: District, day: str) -> Release | None:
    try:
        cutoff = dt.date.fromisoformat(day)
    except ValueError:
        return None
    return next((r for r in releases(district) if r.cutoff == cutoff), None)


def offset_pager(request: HttpRequest, start: int, size: int, total: int) -> dict[str, Any]:
    """components/pager.html's dict of a computed list, paged by `?from=`."""
    last = min(start + size, total)
    return {
        "previous_url": with_query(request, **{"from": str(max(start - size, 0))})
        if start
        else None,
        "next_url": with_query(request, **{"from": str(last)}) if last < total else None,
        "text": _("第 %(a)d–%(b)d 项，共 %(n)d 项")
        % {"a": start + 1 if total else 0, "b": last, "n": total},
    }
