"""Rows of everything, as many as asked, for the counts of queries.

`MAKE[model label](setting, count)` makes `count` more rows that `setting.officer` sees.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from accounts.models import Office, User
from accounts.services import issue_token
from circles.models import ComplaintCount, Designation, FormatCheck, PilotBatch
from core import audit
from core.ids import new_id
from core.models import Clause, Document, Job
from metrics.models import Release, RuleSet, Run, StreetNetwork, Target
from outlets.models import (
    AllianceMember,
    BusinessFormat,
    CheckRound,
    CheckSheet,
    CreditResult,
    Import,
    IndustryCode,
    Label,
    LedgerCompleteness,
    OutletLabel,
    QualityRule,
    Service,
    Suspicion,
    Visit,
)
from tests.api.making_assessments import ONE_MORE as ASSESSED
from tests.api.making_reports import ONE_MORE
from tests.api.making_subsidies import ONE_MORE as SUBSIDISED
from tests.factories import (
    BrandFactory,
    BusinessFormatFactory,
    CircleFactory,
    CompoundFactory,
    DistrictFactory,
    EnterpriseFactory,
    FacilityFactory,
    NeighbourhoodFactory,
    OfficeFactory,
    OutletFactory,
    ServiceFactory,
    SpaceFactory,
    StreetFactory,
    UserFactory,
)
from tests.permissions.world import make_finding, make_run, make_value


@dataclass
class Setting:
    """A district with a street, and people of the commission who look at its lists."""

    district: Any
    street: Any
    office: Office
    officer: User
    run: Run
    # What rows point to; fetching a relation row by row shows, be it one and the same.
    hood: Any
    compound: Any
    enterprise: Any
    brand: Any
    circle: Any
    made: int = 0

    def number(self) -> int:
        """A number not used before."""
        self.made += 1
        return self.made

    def viewer_of(self, url: str) -> User:
        """Someone who may open the page: the officer, or who administers what it shows."""
        client = Client()
        for role in ("commission_admin", "security_admin", "auditor", "programme_officer"):
            user = UserFactory(office=self.office, roles=[role])
            client.force_login(user)
            if client.get(url).status_code == 200:
                return user
        raise AssertionError(f"nobody may open {url}")


def make_setting() -> Setting:
    """An empty district and someone to look at it."""
    street = StreetFactory()
    office = OfficeFactory(district=street.district)
    run = make_run(street.district, Run.Kind.SNAPSHOT, Run.State.RELEASED)
    Release.objects.create(
        district=street.district, run=run, purpose="month", cutoff=run.as_of, by_label="试验员"
    )
    officer = UserFactory(office=office, roles=["programme_officer"])
    return Setting(
        street.district,
        street,
        office,
        officer,
        run,
        NeighbourhoodFactory(street=street),
        CompoundFactory(street=street),
        EnterpriseFactory(district=street.district),
        BrandFactory(district=street.district),
        CircleFactory(lead_street=street),
    )


Make = Callable[[Setting, int], None]


def one_by_one(make: Callable[[Setting], Any]) -> Make:
    """`count` rows, each made by itself."""

    def several(setting: Setting, count: int) -> None:
        for _ in range(count):
            make(setting)

    return several


def _districts(setting: Setting) -> None:
    """A caller sees one district, however many there are."""
    DistrictFactory()


def _outlet(setting: Setting) -> None:
    OutletFactory(
        street=setting.street,
        neighbourhood=setting.hood,
        enterprise=setting.enterprise,
        brand=setting.brand,
        main_format=BusinessFormat.objects.first(),
        services=setting.number() % 8,
        contact="张三丰",
        phone="13812345678",
        facts=False,
    )


def _circle(setting: Setting) -> None:
    CircleFactory(
        lead_street=setting.street,
        links__compounds=[setting.compound],
        links__neighbourhoods=[setting.hood],
        batch=_batch(setting),
        facts=False,
    )


def _batch(setting: Setting) -> PilotBatch:
    number = setting.number()
    batch = PilotBatch.objects.create(
        district=setting.district, code=f"b{number}", year=2026, name=f"第{number}批"
    )
    batch.streets.add(setting.street)
    return batch


def _compound(setting: Setting) -> None:
    CompoundFactory(street=setting.street, neighbourhood=setting.hood, facts=False)


def _run(setting: Setting) -> None:
    run = make_run(setting.district, Run.Kind.SNAPSHOT, Run.State.RELEASED)
    Release.objects.create(
        district=setting.district, run=run, purpose="year", cutoff=run.as_of, by_label="试验员"
    )


def _value(setting: Setting) -> None:
    make_value(setting.run, "CSD"[setting.number() % 3], new_id())


def _document(setting: Setting) -> Document:
    number = setting.number()
    return Document.objects.create(
        code=f"trial-{number}",
        name=f"文件{number}",
        short_name=f"文{number}",
        issuer="某委",
        level="city",
    )


def _clause(setting: Setting) -> None:
    Clause.objects.create(document=_document(setting), ref="一", title="标题", text="原文")


def _job(setting: Setting) -> None:
    Job.objects.create(kind="test", key=str(setting.number()), office_code=setting.office.code)


def _network(setting: Setting) -> None:
    StreetNetwork.objects.create(
        district=setting.district, name="路网", digest=f"{setting.number():064d}", current=False
    )


def _token(setting: Setting) -> None:
    issue_token(
        name=f"系统{setting.number()}",
        office=setting.office,
        role="leader",
        scopes=["read:values"],
        by=audit.SYSTEM,
    )


def _import(setting: Setting) -> None:
    number = setting.number()
    Import.objects.create(
        district=setting.district,
        street=setting.street,
        subject="outlets",
        file_name=f"{number}.xlsx",
        sha256=f"{number:064d}",
    )


def _membership(setting: Setting) -> None:
    AllianceMember.objects.create(
        district=setting.district,
        enterprise=setting.enterprise,
        alliance=f"联盟{setting.number()}",
        joined_on=_day(setting),
    )


def _credit(setting: Setting) -> None:
    CreditResult.objects.create(
        district=setting.district,
        enterprise=setting.enterprise,
        source="信用试验",
        grade="A",
        on=_day(setting),
    )


def _visit(setting: Setting) -> None:
    outlet = OutletFactory(street=setting.street, facts=False)
    Visit.objects.create(
        district=setting.district, street=setting.street, outlet=outlet, finding="same"
    )


def _round(setting: Setting) -> CheckRound:
    return CheckRound.objects.create(
        district=setting.district,
        street=setting.street,
        title=f"第{setting.number()}轮",
        issued_on=dt.date(2025, 1, 1),
        due_on=dt.date(2025, 1, 8),
    )


def _sheet(setting: Setting) -> None:
    CheckSheet.objects.create(
        round=_round(setting),
        neighbourhood=setting.hood,
        secret_sha256=f"{setting.number():064d}",
        valid_until=dt.datetime(2025, 1, 8, tzinfo=dt.UTC),
    )


def _suspicion(setting: Setting) -> None:
    Suspicion.objects.create(
        district=setting.district,
        street=setting.street,
        outlet=OutletFactory(street=setting.street, facts=False),
        kind="licence_gone",
        month=dt.date(2025, 1, 1),
        source=setting.office.code,
        external_id=str(setting.number()),
        content={"name": "甲店", "credit_code": ""},
    )


def _completeness(setting: Setting) -> None:
    LedgerCompleteness.objects.create(
        street=setting.street, format=BusinessFormat.objects.first(), on=_day(setting)
    )


def _day(setting: Setting) -> dt.date:
    return dt.date(2025, 1, 1) + dt.timedelta(days=setting.number())


def _label(setting: Setting) -> Label:
    number = setting.number()
    return Label.objects.create(code=f"trial-{number}", name=f"标识{number}")


def _outlet_label(setting: Setting) -> None:
    outlet = OutletFactory(street=setting.street, facts=False)
    OutletLabel.objects.create(outlet=outlet, label=_label(setting), year=2025, basis="试验文件")


def _finding(setting: Setting) -> None:
    make_finding(OutletFactory(street=setting.street, facts=False))


def _quality_rule(setting: Setting) -> None:
    number = setting.number()
    QualityRule.objects.create(code=f"trial-{number}", name=f"规则{number}", severity="warning")


def _check(setting: Setting) -> None:
    FormatCheck.objects.create(
        street=setting.street,
        format=BusinessFormat.objects.first(),
        checked_on=_day(setting),
        found=True,
    )


def _complaints(setting: Setting) -> None:
    ComplaintCount.objects.create(
        district=setting.district,
        circle=setting.circle,
        month=dt.date(1900 + setting.number(), 1, 1),
        source="12345",
        count=3,
        closed=2,
    )


def _designation(setting: Setting) -> None:
    Designation.objects.create(
        street=setting.street, level="市级", batch="首批", year=2000 + setting.number()
    )


def _rules(setting: Setting) -> None:
    """A copy of a known rule set."""
    rules = RuleSet.objects.order_by("code").first()
    rules.pk, rules.code = new_id(), f"trial-{setting.number()}"
    rules.district = setting.district
    rules.save(force_insert=True)


def _target(setting: Setting) -> None:
    Target.objects.create(
        indicator="chain_share",
        programme=f"方案{setting.number()}",
        value="0.3",
        nature="expected",
        clause=Clause.objects.first(),
    )


def _industry(setting: Setting) -> None:
    IndustryCode.objects.create(
        code=f"Z{setting.number():04d}", name="行业", suggests=BusinessFormat.objects.first()
    )


def _services(setting: Setting, count: int) -> None:
    """As many as there are bits for."""
    used = set(Service.objects.values_list("bit", flat=True))
    for bit in sorted(set(range(62)) - used)[:count]:
        ServiceFactory(bit=bit)


MAKE: dict[str, Make] = {
    label: one_by_one(make)
    for label, make in {
        "territory.district": _districts,
        "territory.street": lambda s: StreetFactory(district=s.district),
        "territory.neighbourhood": lambda s: NeighbourhoodFactory(street=s.street),
        "accounts.office": lambda s: OfficeFactory(street=s.street),
        "accounts.user": lambda s: UserFactory(office=s.office, roles=["leader"]),
        "accounts.apitoken": _token,
        "outlets.businessformat": lambda s: BusinessFormatFactory(),
        "outlets.industrycode": _industry,
        "outlets.brand": lambda s: BrandFactory(district=s.district),
        "outlets.enterprise": lambda s: EnterpriseFactory(district=s.district),
        "outlets.alliancemember": _membership,
        "outlets.creditresult": _credit,
        "outlets.outlet": _outlet,
        "outlets.import": _import,
        "outlets.ledgercompleteness": _completeness,
        "outlets.visit": _visit,
        "outlets.checkround": _round,
        "outlets.checksheet": _sheet,
        "outlets.suspicion": _suspicion,
        "outlets.label": _label,
        "outlets.outletlabel": _outlet_label,
        "outlets.qualityfinding": _finding,
        "outlets.qualityrule": _quality_rule,
        "circles.compound": _compound,
        "circles.circle": _circle,
        "circles.facility": lambda s: FacilityFactory(street=s.street, neighbourhood=s.hood),
        "circles.space": lambda s: SpaceFactory(street=s.street, neighbourhood=s.hood),
        "circles.complaintcount": _complaints,
        "circles.pilotbatch": _batch,
        "circles.designation": _designation,
        "circles.formatcheck": _check,
        "metrics.streetnetwork": _network,
        "metrics.run": _run,
        "metrics.release": _run,
        "metrics.value": _value,
        "metrics.ruleset": _rules,
        "metrics.target": _target,
        **ONE_MORE,
        **ASSESSED,
        **SUBSIDISED,
        "core.document": _document,
        "core.clause": _clause,
        "core.job": _job,
        "core.auditevent": lambda s: audit.note("test.note", number=s.number()),
    }.items()
} | {"outlets.service": _services}
