"""需要您处理: what waits for the caller, oldest first, and the countdown to the yearly return."""

import datetime as dt
from typing import Any

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.models import Job
from core.scope import Scope
from metrics.models import Run
from outlets.models import Import
from portal.evaluation.todo import waiting_in_evaluation
from portal.reporting.overview import address_of
from portal.subsidies.todo import waiting_in_subsidies
from reports.models import ProgressReport, WorkItem
from territory.models import District

SHOWN = 8
# 三年行动计划 五: provinces report by the end of November; the district's own day follows from
# the city's notice of each year.
PROVINCE_DUE = (11, 30)


def waiting_for(scope: Scope, district: District) -> dict[str, Any]:
    """The `todo` of the dashboard."""
    items = [
        *_unsigned_runs(scope, district),
        *_failed_jobs(scope, district),
        *_open_imports(scope),
        *_reports_to_check(scope, district),
        *_news_to_adopt(scope, district),
        *_evaluation(scope, district),
        *_subsidies(scope, district),
    ]
    items.sort(key=lambda item: item["since"])
    return {
        "items": items[:SHOWN],
        "count": len(items),
        "countdown": _countdown(timezone.localdate()),
    }


def _unsigned_runs(scope: Scope, district: District) -> list[dict[str, Any]]:
    if not policy.may(scope, "metrics.release"):
        return []
    # Nightly runs wait for nobody: only those that a person asked for.
    asked_for = Run.objects.filter(
        district=district, kind=Run.Kind.SNAPSHOT, state=Run.State.READY
    ).exclude(by_label="")
    rows = asked_for.order_by("started_at")
    return [
        {
            "title": _("统计截止日 %(day)s 的快照待定稿") % {"day": run.as_of},
            "url": reverse("admin:metrics_run_change", args=[run.pk]),
            "kind_word": _("定稿"),
            "waiting_text": _waiting(run.started_at),
            "overdue": False,
            "since": run.started_at,
        }
        for run in rows[:SHOWN]
    ]


def _failed_jobs(scope: Scope, district: District) -> list[dict[str, Any]]:
    if not policy.may(scope, "metrics.recompute"):
        return []
    since = timezone.now() - dt.timedelta(days=7)
    rows = Job.objects.filter(
        state=Job.State.FAILED, key__startswith=district.code, finished_at__gte=since
    ).order_by("finished_at")
    return [
        {
            "title": job.error or str(job),
            "url": reverse("admin:core_job_change", args=[job.pk]),
            "kind_word": _("任务失败"),
            "waiting_text": _waiting(job.created_at),
            "overdue": False,
            "since": job.created_at,
        }
        for job in rows[:SHOWN]
    ]


def _open_imports(scope: Scope) -> list[dict[str, Any]]:
    """Ledgers that the caller has uploaded and that are checked, but not confirmed."""
    if not policy.may(scope, "outlets.import"):
        return []
    rows = Import.objects.visible_to(scope).filter(by_id=scope.user_id, state=Import.State.CHECKED)
    return [
        {
            "title": _("台账“%(file)s”已检查，待确认") % {"file": batch.file_name},
            "url": reverse("ledger:import", args=[batch.pk]),
            "kind_word": _("导入台账"),
            "waiting_text": _waiting(batch.at),
            "overdue": False,
            "since": batch.at,
        }
        for batch in rows.order_by("at")[:SHOWN]
    ]


def _reports_to_check(scope: Scope, district: District) -> list[dict[str, Any]]:
    """Reports that were sent, period by period."""
    if not policy.may(scope, "reports.check"):
        return []
    rows = ProgressReport.objects.visible_to(scope).filter(district=district).to_check()
    waiting = rows.values("period__code", "period__type_code", "period__type__name").annotate(
        n=Count("pk"), since=Min("submitted_at"), year=Max("period__ends_on__year")
    )
    return [
        {
            "title": _("%(period)s %(form)s：%(n)d 份待审核")
            % {"period": one["period__code"], "form": one["period__type__name"], "n": one["n"]},
            "url": address_of(year=one["year"], type=one["period__type_code"], show="submitted"),
            "kind_word": _("进展报送"),
            "waiting_text": _waiting(one["since"]),
            "overdue": False,
            "since": one["since"],
        }
        for one in waiting.order_by("since", "period__code")
    ]


def _news_to_adopt(scope: Scope, district: District) -> list[dict[str, Any]]:
    if not policy.may(scope, "reports.adopt_work_item"):
        return []
    rows = WorkItem.objects.visible_to(scope).filter(district=district, state="submitted")
    waiting = rows.aggregate(n=Count("pk"), since=Min("at"))
    if not waiting["n"]:
        return []
    return [
        {
            "title": _("%(n)d 条工作信息待采用") % {"n": waiting["n"]},
            "url": f"{reverse('reporting:news')}?state=submitted",
            "kind_word": _("工作信息"),
            "waiting_text": _waiting(waiting["since"]),
            "overdue": False,
            "since": waiting["since"],
        }
    ]


def _evaluation(scope: Scope, district: District) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "url": url,
            "kind_word": kind,
            "waiting_text": _waiting(since),
            "overdue": False,
            "since": since,
        }
        for title, url, kind, since in waiting_in_evaluation(scope, district)
    ]


def _subsidies(scope: Scope, district: District) -> list[dict[str, Any]]:
    return [
        {
            "title": one.title,
            "url": one.url,
            "kind_word": one.kind,
            "waiting_text": _waiting(one.since) if one.since else "",
            "due_text": _("请尽快处理") if one.late else "",
            "overdue": one.late,
            # What has no day waits since now.
            "since": one.since or timezone.now(),
        }
        for one in waiting_in_subsidies(scope, district)
    ]


def _waiting(since: dt.datetime) -> str:
    days = (timezone.now() - since).days
    return _("已等待 %(n)d 天") % {"n": days} if days else _("今天")


def _countdown(today: dt.date) -> dict[str, str]:
    due = dt.date(today.year, *PROVINCE_DUE)
    if due < today:
        due = due.replace(year=today.year + 1)
    return {
        "label": _("年度报送"),
        "days_text": _("还有 %(n)d 天") % {"n": (due - today).days},
        "due_text": _("省级报商务部截止 %(day)s；区级报送日以市商务委通知为准") % {"day": due},
    }
