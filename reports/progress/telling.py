"""Telling people what became of a report: the office when it is decided, the checkers when sent."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.people import recipients, recipients_of_commission
from accounts.roles import DEPARTMENT_LIAISON, PROGRAMME_OFFICER, STREET_HEAD, STREET_OFFICER
from core.notices import Recipient, notify
from reports.models import ProgressReport

# Who fills reports in: a street's people, a department's liaison, the commission's own officers.
FILLERS = (STREET_OFFICER, STREET_HEAD, DEPARTMENT_LIAISON, PROGRAMME_OFFICER)


def sent(report: ProgressReport, number: int) -> None:
    """To the commission's officers: there is something to check."""
    title = _("%(report)s 无变化报送") if report.no_change else _("%(report)s 已报送，待审核")
    people = recipients_of_commission(report.district, PROGRAMME_OFFICER)
    _tell(report, f"sent:{number}", people, title, path=f"/reports/{report.pk}/")


def accepted(report: ProgressReport, number: int) -> None:
    """To the office: nothing more to do."""
    _tell_office(report, f"accepted:{number}", _("%(report)s 审核通过"))


def returned(report: ProgressReport, comment: str, number: int) -> None:
    """To the office: what is to mend, and by when."""
    what = f"returned:{number}:{report.returned_times}"
    _tell_office(report, what, _("%(report)s 退回修改，请于 %(due)s 前重新报送"), comment)


def reopened(report: ProgressReport, comment: str) -> None:
    """To the office: a passed report is to be corrected."""
    title = _("%(report)s 重新开放，请于 %(due)s 前更正后报送")
    _tell_office(report, f"reopened:{report.revision}", title, comment)


def _tell_office(report: ProgressReport, what: str, title: Any, text: str = "") -> None:
    people = recipients(report.office, *FILLERS)
    _tell(report, what, people, title, text, path=f"/desk/reports/{report.pk}/")


def _tell(
    report: ProgressReport,
    what: str,
    people: Iterable[Recipient],
    title: Any,
    text: str = "",
    *,
    path: str,
) -> None:
    parts = {"report": str(report), "due": report.due_on.isoformat()}
    # In the site's language, whoever acts.
    with translation.override(settings.LANGUAGE_CODE):
        filled = title % parts
    notify(key=f"report:{report.pk}:{what}", people=people, title=filled, text=text, path=path)
