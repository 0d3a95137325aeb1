"""A meeting and a proposal taken through their pages, without scripts, and onto paper."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document

from coordination.models import Meeting, Proposal
from coordination.samples import load_past_reply
from tests.coordination.people import Cast, Person
from tests.coordination.test_proposals import release

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def cast() -> Cast:
    return Cast()


class Browser:
    """Somebody's browser."""

    def __init__(self, person: Person) -> None:
        self.client = Client()
        self.client.force_login(person.user, backend="accounts.backends.ModelBackend")

    def page(self, name: str, *args: Any, query: str = "") -> str:
        answer = self.client.get(reverse(f"coordination:{name}", args=args) + query)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    def send(self, name: str, *args: Any, refused: bool = False, **data: Any) -> str:
        """Send a form; back comes the page it leads to, or (`refused`) the one that says why."""
        answer = self.client.post(reverse(f"coordination:{name}", args=args), data, follow=True)
        text = answer.content.decode()
        assert answer.status_code == (422 if refused else 200), text
        assert bool(answer.redirect_chain) is not refused, text
        return text

    def document(self, name: str, *args: Any) -> list[str]:
        """The lines of a Word document."""
        answer = self.client.get(reverse(f"coordination:{name}", args=args))
        return [one.text for one in Document(io.BytesIO(answer.content)).paragraphs if one.text]


def test_a_meeting_from_call_to_task(cast: Cast) -> None:
    officer, approver = Browser(cast.officer), Browser(cast.approver)
    housing, street = Browser(cast.housing_liaison), Browser(cast.street_officer)
    called = {"offices": [str(cast.housing.pk), str(cast.subdistrict.pk)]}
    planned = {"kind": "special", "title": "早餐网点专题会", "planned_on": TODAY.isoformat()}
    officer.send("meeting_plan", refused=True, **planned)
    officer.send("meeting_plan", **planned, **called)
    meeting = Meeting.objects.get()
    links = {link.office_id: link.pk for link in meeting.offices.all()}
    held = {"held_on": TODAY.isoformat(), "chair": "张三", f"came_{links[cast.housing.pk]}": "on"}
    held[f"who_{links[cast.housing.pk]}"] = "李四"
    officer.send("meeting_act", meeting.pk, "finish", **held)
    text = officer.send(
        "minutes",
        meeting.pk,
        minutes="会议听取了汇报。",
        text=["由区房管局梳理房屋。", "", "修订补贴办法。"],
        major=["2"],
        seen_version=2,
    )
    assert "已保存为第 1 稿" in text
    assert [(r.text, r.major) for r in meeting.resolutions.order_by("sort")] == [
        ("由区房管局梳理房屋。", False),
        ("修订补贴办法。", True),
    ]
    # Another officer's browser still has the page from before.
    late = officer.send(
        "minutes", meeting.pk, minutes="另一人的稿子。", text=[], seen_version=2, refused=True
    )
    assert "另一人的稿子。" in late
    assert "现在保存的纪要" in late
    assert "会议听取了汇报。" in late
    officer.send("meeting_act", meeting.pk, "review")
    assert "请贵单位会签" in housing.page("meetings")
    housing.send("meeting_countersign", meeting.pk, edition=1, opinion="confirm")
    told = street.send("meeting_countersign", meeting.pk, refused=True, edition=1, opinion="x")
    assert "须写明理由" in told
    street.send("meeting_countersign", meeting.pk, edition=1, opinion="object", comment="过紧")
    issue = {"number": "普纪要〔2026〕1号", "issued_on": TODAY.isoformat()}
    told = approver.send("meeting_act", meeting.pk, "publish", refused=True, **issue)
    assert "不同意且未协调：甲街道" in told
    assert issue["number"] in told
    objection = meeting.countersignatures.get(opinion="objected")
    decided = {"settled_by": "召集人", "settled_on": TODAY.isoformat(), "decision": "照办。"}
    approver.send("meeting_settle", meeting.pk, objection.pk, edition=1, **decided)
    approver.send("meeting_act", meeting.pk, "publish", **issue)
    filed = {"filed_on": TODAY.isoformat(), "filed_with": "区政府办公室"}
    officer.send("meeting_act", meeting.pk, "close", **filed)
    first = meeting.resolutions.get(sort=1)
    due_on = (TODAY + dt.timedelta(days=30)).isoformat()
    task = {"title": "梳理房屋", "lead": str(cast.housing.pk), "due_on": due_on}
    shown = officer.send("resolution", meeting.pk, first.pk, "task", **task)
    assert first.tasks.get().number in shown
    told = housing.client.get(reverse("coordination:meetings") + "?export=xlsx&from=1")
    [sheet] = openpyxl.load_workbook(io.BytesIO(told.content)).worksheets
    cells = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {"早餐网点专题会", "区房管局、甲街道", "普纪要〔2026〕1号"} <= cells
    # A page far behind the last, or no number at all, is no error.
    housing.page("meetings", query="?from=99999999999999999999&year=²")
    lines = housing.document("minutes_document", meeting.pk)
    assert lines[1] == "会议纪要"
    assert "普纪要〔2026〕1号" in lines[2]
    assert "出席：区房管局 李四" in lines
    assert "请假：甲街道" in lines
    assert "2. 修订补贴办法。（重大事项，按程序报政府决定）" in lines
    assert lines[-2:] == ["发送：区房管局、甲街道", "抄送：区政府办公室"]


def test_a_reply_with_figures(cast: Cast) -> None:
    officer, approver = Browser(cast.officer), Browser(cast.approver)
    housing = Browser(cast.housing_liaison)
    release(cast, TODAY - dt.timedelta(days=30), chain_share=0.293)
    officer.send(
        "proposal_register",
        kind="cppcc",
        session="区政协十五届三次会议",
        number="１５３０９９",
        title="优化“一刻钟”建设，办好服务",
        proposer="某某某",
        received_on=TODAY.isoformat(),
        due_on=TODAY.isoformat(),
    )
    proposal = Proposal.objects.get()
    assert (proposal.number, proposal.title) == ("153099", "优化“一刻钟”建设，办好服务")
    officer.send(
        "proposal_act",
        proposal.pk,
        "assign",
        lead=str(cast.commission.pk),
        helping=[str(cast.housing.pk)],
        section="商业科",
        contact="经办人",
        due_on=(TODAY + dt.timedelta(days=30)).isoformat(),
    )
    housing.send("proposal_contribute", proposal.pk, text="已梳理三处房屋。")
    url = reverse("coordination:draft", args=[proposal.pk])
    assert "提案已收悉" in officer.page("draft", proposal.pk)
    typed = {"reply": "一、基本情况\r\n连锁化率为，持续提升。", "words": "连锁", "seen_version": 3}
    found = officer.client.post(url, typed | {"find": "1"}).content.decode()
    assert "29.3%" in found
    assert "连锁化率为，持续提升。" in found
    key = f"chain_share|D|{cast.district.pk}"
    caret = len("一、基本情况\n连锁化率为")
    put = officer.client.post(url, typed | {"insert": key, "caret": caret}).content.decode()
    assert "连锁化率为29.3%，持续提升。" in put
    assert f'name="taken" value="{key}"' in put
    saved = typed | {"reply": "一、基本情况\r\n连锁化率为29.3%，持续提升。", "taken": key}
    assert "已保存答复稿" in officer.client.post(url, saved, follow=True).content.decode()
    officer.send("proposal_act", proposal.pk, "send")
    shown = "一、基本情况\r\n连锁化率为29.3%，持续提升。"
    housing.send("proposal_countersign", proposal.pk, opinion="confirm", seen_reply=shown)
    release(cast, TODAY, chain_share=0.295)
    page = approver.page("proposal_act", proposal.pk, "reply")
    assert "这 1 个数字此后已变化" in page
    assert "原 29.3%，现 29.5%" in page
    seen = page.split('name="figures_seen" value="')[1].split('"')[0]
    given = {"number": "试商〔2026〕38号", "result": "adopted", "publicity": "full"}
    given |= {"replied_on": TODAY.isoformat(), "figures": "replace"}
    again = approver.send(
        "proposal_act", proposal.pk, "reply", refused=True, **given, figures_seen="stale"
    )
    assert "请选择替换为最新定稿" in again
    approver.send("proposal_act", proposal.pk, "reply", **given, figures_seen=seen)
    lines = approver.document("reply_document", proposal.pk)
    assert lines[:2] == ["办理结果：解决采纳", "公开属性：主动公开 全文"]
    assert "试商〔2026〕38号" in lines
    title = lines.index("对区政协十五届三次会议")
    assert lines[title + 1] == "第153099号提案的答复"
    assert "某某某委员：" in lines
    assert "连锁化率为29.5%，持续提升。" in lines
    assert "区商务委" in lines
    assert lines[-1].startswith("联系人姓名：经办人")
    told = officer.client.get(reverse("coordination:proposals") + "?export=xlsx&state=replied")
    [sheet] = openpyxl.load_workbook(io.BytesIO(told.content)).worksheets
    cells = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {"153099", "区商务委", "区房管局", "解决采纳", "主动公开 全文"} <= cells
    found = officer.page("replies", query="?q=连锁化率 持续")
    assert "<mark>连锁化率</mark>" in found


def test_the_published_reply_is_among_past_replies(cast: Cast) -> None:
    proposal = load_past_reply(cast.district)
    assert proposal is not None
    assert load_past_reply(cast.district) == proposal
    officer = Browser(cast.officer)
    assert "<mark>小修小补</mark>" in officer.page("replies", query="?q=小修小补 一店一早")
    page = officer.page("proposal", proposal.pk)
    assert "普商务〔2024〕38号" in page
    assert "公开原文" in page
