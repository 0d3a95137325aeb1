"""Periods, progress reports, the desk and the overview: who may ask, write and open what."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.roles import APPROVER, DEPARTMENT_LIAISON, PROGRAMME_OFFICER, STREET_OFFICER
from core.attachments import attach
from core.audit import SYSTEM
from tests.factories import (
    OfficeFactory,
    PeriodFactory,
    ProgressReportFactory,
    ReportTypeFactory,
)
from tests.outlets.pictures import png
from tests.permissions.callers import (
    COMMISSION_PEOPLE,
    FOREIGN_OFFICER,
    STREET_PEOPLE,
    TOKEN_OF_COMMISSION,
)
from tests.permissions.entries import (
    COMMISSIONS,
    DISTRICT_WIDE,
    NOBODY,
    OF_THE_STREET,
    ONLY_FOREIGN,
    ListEntry,
    PageEntry,
    Who,
    WriteEntry,
    by_street,
    of_row,
    shared,
)

READERS: Who = DISTRICT_WIDE | OF_THE_STREET | {DEPARTMENT_LIAISON}
CHECKERS: Who = frozenset({PROGRAMME_OFFICER, APPROVER, TOKEN_OF_COMMISSION})
FINALISERS: Who = frozenset({PROGRAMME_OFFICER, TOKEN_OF_COMMISSION})

LISTS: dict[str, ListEntry] = {
    "periods": shared(READERS, type=lambda row: row.type_code),
    "progress-reports": ListEntry(
        ask=READERS | {FOREIGN_OFFICER},
        own=DISTRICT_WIDE | OF_THE_STREET,
        other=DISTRICT_WIDE,
        foreign=frozenset({FOREIGN_OFFICER}),
        by={
            "office": lambda row: row.office.code,
            "street": by_street,
            "type": lambda row: row.period.type_code,
        },
    ),
}


def _move(word: str, own: Who, rows: str, *, other: Who = NOBODY, **body: Any) -> WriteEntry:
    """A move of a report; the office's own moves are nobody's in another street."""
    return WriteEntry(
        "post",
        f"api:v1:progress-reports-{word}",
        own,
        other,
        lambda world, place: body,
        rows=rows,
    )


WRITES: tuple[WriteEntry, ...] = (
    WriteEntry(
        "patch",
        "api:v1:progress-reports-detail",
        OF_THE_STREET,
        NOBODY,
        lambda world, place: {"answers": {"events": {"number": "3", "version": 0}}},
        rows="progress-reports",
    ),
    _move("prefill", OF_THE_STREET, "progress-reports"),
    _move("submit", OF_THE_STREET, "progress-reports", no_change=True),
    _move("withdraw", OF_THE_STREET, "sent-reports"),
    _move("accept", CHECKERS, "sent-reports", other=CHECKERS),
    _move("return", CHECKERS, "sent-reports", other=CHECKERS, comment="请核对"),
    _move("sign-off", FINALISERS, "passed-reports", other=FINALISERS),
    _move("reopen", CHECKERS, "passed-reports", other=CHECKERS, comment="数据有误"),
)
DESK: Who = STREET_PEOPLE | {DEPARTMENT_LIAISON}
COMMISSIONS_AND_UNITS: Who = COMMISSION_PEOPLE | DESK | {FOREIGN_OFFICER}


def _own(name: str = "progress-reports", method: str = "get", **parts: str) -> PageEntry:
    """A page about a report that only its own office opens."""
    return PageEntry(
        STREET_PEOPLE, of_row(name, **(parts or {"pk": "pk"})), NOBODY, ONLY_FOREIGN, method
    )


def _seen(name: str = "progress-reports", **parts: str) -> PageEntry:
    """A page that the office and the commission open (or are led on from)."""
    about = of_row(name, **(parts or {"pk": "pk"}))
    return PageEntry(STREET_PEOPLE | COMMISSION_PEOPLE, about, COMMISSION_PEOPLE, ONLY_FOREIGN)


def _report_file(world: Any, place: str) -> dict[str, Any]:
    return {"pk": world.rows["sent-reports"][place].pk, "kind": "word"}


PAGES: dict[str, PageEntry] = {
    "reporting:overview": PageEntry(COMMISSIONS),
    "reporting:overview_act": PageEntry(COMMISSIONS, method="post"),
    "reporting:report_file": PageEntry(
        STREET_PEOPLE | COMMISSION_PEOPLE, _report_file, COMMISSION_PEOPLE, ONLY_FOREIGN
    ),
    "api:v1:progress-reports-differences": PageEntry(
        DISTRICT_WIDE | OF_THE_STREET,
        of_row("passed-reports", pk="pk"),
        DISTRICT_WIDE,
        ONLY_FOREIGN,
        query="?from=1&to=2",
    ),
    "api:v1:progress-reports-overview": PageEntry(DISTRICT_WIDE | {FOREIGN_OFFICER}),
    "portal:desk": PageEntry(DESK),
    "desk:signed_in": PageEntry(COMMISSIONS_AND_UNITS),
    "desk:report": _seen(),
    "desk:answers": _own(),
    "desk:send": _own(),
    "desk:unchanged": _own(method="post"),
    "desk:withdraw": _own("sent-reports", method="post"),
    "desk:reread": _own(method="post"),
    "desk:attach": _own(method="post"),
    "desk:attachment": _seen("report-files", pk="object_id", file="pk"),
    "desk:detach": _own("report-files", method="post", pk="object_id", file="pk"),
    "desk:history": _seen(),
    "desk:check": PageEntry(
        COMMISSION_PEOPLE, of_row("sent-reports", pk="pk"), COMMISSION_PEOPLE, ONLY_FOREIGN
    ),
}


def fill(world: Any, place: str, street: Any) -> None:
    """Rows of this room at a place: a report not begun, one sent, one passed."""
    offices = {
        "own": world.callers.people[STREET_OFFICER].office,
        # The commission owes reports, too.
        "foreign": world.callers.people[FOREIGN_OFFICER].office,
    }
    office = offices.get(place) or OfficeFactory(street=street)
    form = ReportTypeFactory(district=street.district)
    # Something that prefilling knows.
    form.items.create(
        key="outlets", label="网点数", kind="number", source="ledger", source_code="outlets_open"
    )
    sent = dict.fromkeys(("first_submitted_at", "submitted_at"), timezone.now())
    for month, name, state, told in (
        ("2026-10", "progress-reports", "todo", {}),
        ("2026-09", "sent-reports", "submitted", sent),
        ("2026-08", "passed-reports", "accepted", sent),
    ):
        period = PeriodFactory(type=form, code=month)
        report = ProgressReportFactory(
            period=period, office=office, street=street, state=state, **told
        )
        world.add(name, place, report)
        if name == "passed-reports":
            content = {"no_change": True, "revision": 1, "answers": {}}
            for number in (1, 2):
                report.submissions.create(number=number, content=content, sha256="0" * 64)
        if name == "progress-reports":
            world.add("report-files", place, attach(report, _file(), SYSTEM))
        if place != "other":
            world.add("periods", place, period)


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("说明.png", png())
