"""The case on one page: lines with their clauses, tools for reviewers alone, decisions pinned."""

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document as WordFile

from core.models import Clause
from subsidies.models import Application, PolicyItem
from tests.subsidies.making import FACILITY, make_line
from tests.subsidies.test_reviewing import Here

pytestmark = pytest.mark.django_db


def page_of(client: Client, case: Application) -> tuple[Any, str]:
    answer = client.get(reverse("subsidies:application", args=[case.pk]))
    return answer, answer.content.decode()


def test_a_case_is_read_checked_and_decided_on_one_page(client: Client) -> None:
    here = Here()
    clause = Clause.objects.select_related("document").first()
    assert clause is not None
    steps = [{**one, "clause": str(clause)} for one in FACILITY["steps"]]
    PolicyItem.objects.filter(policy=here.policy, key="facility").update(
        rule={**FACILITY, "steps": steps}
    )
    make_line(here.cast.district, 300_000)
    case, other = here.case, here.make()
    act = lambda name, *parts: reverse(f"subsidies:{name}", args=[case.pk, *parts])  # noqa: E731

    # The street that filed it reads its case: no tools, no budget, no review form.
    client.force_login(here.filer.user)
    answer, text = page_of(client, case)
    assert "计算过程" in text
    assert "258,000.00" in text
    for hidden in ("审核通过</button>", "登记核查记录", "已安排未拨付", act("review_paper")):
        assert hidden not in text
    assert client.post(act("application_review", "review")).status_code == 403
    assert client.get(act("review_paper")).status_code == 403

    client.force_login(here.cast.officer.user)
    answer, text = page_of(client, case)
    lines = answer.context["paper"]["lines"]
    assert [line["amount"] for line in lines] == ["860,000.00", "258,000.00", "258,000.00"]
    assert f'href="{reverse("portal:clause", args=[clause.pk])}">{clause}</a>' in text
    assert [one["word"] for one in answer.context["conditions"]] == ["符合"]
    assert answer.context["budget"]["left"] == 42_000
    assert answer.context["queue"]["next"] == other
    seen = {"seen_version": case.version, "seen_digest": answer.context["assessment"].sha256}

    # Found by the audit: shown beside what was declared, worked out anew.
    wrong = {"fact-investment": "很多", "reason": "审计", "seen_version": case.version}
    answer = client.post(act("application_facts"), wrong)
    assert answer.status_code == 422
    assert "审定投资额：" in answer.content.decode()
    assert 'value="很多"' in answer.content.decode()
    client.post(act("application_facts"), wrong | {"fact-investment": "800,000"})
    answer, text = page_of(client, case)
    assert answer.context["facts"][0]["checked"] == "800,000.00 元"
    assert "240,000.00" in text

    # Who decides on what they saw before is told; nothing typed is lost.
    decision = {"amount": "200,000", "reason": "核减装修", "note": "同意"}
    answer = client.post(act("application_review", "review"), decision | seen)
    assert answer.status_code == 422
    assert "已被他人修改" in answer.content.decode()
    assert "核减装修</textarea>" in answer.content.decode()
    case.refresh_from_db()
    stale = decision | seen | {"seen_version": case.version}
    answer = client.post(act("application_review", "review"), stale)
    assert "测算结果有变化" in answer.content.decode()
    told = {"kind": "audit", "unit": "事务所", "on": "2026-03-01", "outcome": "passed"}
    assert client.post(act("application_check"), told).status_code == 302
    answer, _text = page_of(client, case)
    seen = {"seen_digest": answer.context["assessment"].sha256}
    assert client.post(act("application_review", "review"), decision | seen).status_code == 302
    answer, text = page_of(client, case)
    assert "−40,000.00" in text
    assert answer.context["frozen"] is True
    assert [str(one["word"]) for one in answer.context["trail"]] == [
        "审核通过",
        "登记核查记录",
        "填写审定数据",
    ]

    paper = WordFile(io.BytesIO(client.get(act("review_paper")).content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert "240,000.00" in cells
    assert str(clause) in cells
    assert any("支持金额：200,000.00 元" in one.text for one in paper.paragraphs)


def test_the_queue_works_out_every_case_and_passes_those_ticked(client: Client) -> None:
    here = Here()
    bare = here.make(facts={"months": "14"})
    barred = here.make(facts={"months": "1", "investment": "1"})
    here.make(state="submitted")
    queue = reverse("subsidies:review_queue")
    client.force_login(here.cast.officer.user)
    answer = client.get(queue)
    rows = {line["row"].pk: line for line in answer.context["rows"]}
    assert {pk: line["status"] for pk, line in rows.items()} == {
        here.case.pk: "good",
        bare.pk: "unknown",
        barred.pk: "bad",
    }
    assert answer.context["sums"]["amount"] == 258_000
    assert [line["row"] for line in client.get(f"{queue}?mark=unmet").context["rows"]] == [barred]
    assert client.get(f"{queue}?export=xlsx").status_code == 200
    chosen = reverse("subsidies:review_chosen")
    both = {"application": [rows[pk]["value"] for pk in (here.case.pk, barred.pk)]}
    assert barred.number in client.post(chosen, both, follow=True).content.decode()
    one = {"application": [rows[here.case.pk]["value"]], "next": queue}
    assert "1 件已审核通过" in client.post(chosen, one, follow=True).content.decode()
    here.case.refresh_from_db()
    assert here.case.state == "reviewed"
