"""Minutes and replies as Word documents, in the layout in which offices print them.

Minutes: 纪要格式 of GB/T 9704—2012 (出席、请假、列席 under the text). Replies: S2.
"""

import datetime as dt
import re

from django.utils.translation import gettext as _

from accounts.models import Office
from accounts.offices import short_name
from coordination.models import Meeting, MeetingOffice, Proposal, ProposalOffice
from core.word import OfficialDocument

# How the levels of official texts begin: 一、 （一） 1. （1）
_HEADINGS = (
    (1, re.compile(r"[一二三四五六七八九十]+、")),
    (2, re.compile(r"[（(][一二三四五六七八九十]+[）)]")),
    (3, re.compile(r"\d{1,2}[.．]\s*\D")),
)
# A longer line is a paragraph, though it begins like a heading.
_LONGEST_HEADING = 40


def minutes_document(meeting: Meeting) -> OfficialDocument:
    """会议纪要; before it is issued it says which draft it is."""
    document = OfficialDocument()
    document.title(f"{mechanism_name(meeting)}\n{_('会议纪要')}")
    if meeting.number and meeting.issued_on:
        document.subtitle(f"{meeting.number}　　{_day(meeting.issued_on)}")
    else:
        document.subtitle(_("（会签稿，第 %(n)d 稿）") % {"n": meeting.minutes_edition})
    for label, text in (
        (_("会议名称"), meeting.title),
        (_("时间"), _day(meeting.held_on) if meeting.held_on else ""),
        (_("地点"), meeting.place),
        (_("主持"), meeting.chair),
    ):
        if text:
            document.paragraph(f"{label}：{text}")
    write_text(document, meeting.minutes)
    resolutions = list(meeting.resolutions.order_by("sort"))
    if resolutions:
        document.paragraph(_("会议议定以下事项："))
    for at, one in enumerate(resolutions, start=1):
        major = _("（重大事项，按程序报政府决定）") if one.major else ""
        document.paragraph(f"{at}. {one.text}{major}")
    for label, text in attendance_lines(meeting):
        document.paragraph(f"{label}：{text}")
    sent_to = "、".join(short_name(link.office) for link in _links(meeting))
    document.paragraph(f"{_('发送')}：{sent_to}")
    if meeting.filed_with:
        document.paragraph(f"{_('抄送')}：{meeting.filed_with}")
    if meeting.is_sample:
        document.sample_mark()
    return document


def mechanism_name(meeting: Meeting) -> str:
    """Whose minutes they are; its words are data."""
    if meeting.mechanism:
        return meeting.mechanism.name
    return _("%(district)s一刻钟便民生活圈建设工作联席会议") % {"district": meeting.district.name}


def attendance_lines(meeting: Meeting) -> list[tuple[str, str]]:
    """(出席 | 请假 | 列席, who), those that are not empty."""
    links = _links(meeting)
    came = [f"{short_name(link.office)} {link.person}".strip() for link in links if link.attended]
    absent = [short_name(link.office) for link in links if link.attended is False]
    lines = [
        (_("出席"), "；".join(came)),
        (_("请假"), "、".join(absent)),
        (_("列席"), meeting.guests),
    ]
    return [(label, text) for label, text in lines if text]


def reply_document(proposal: Proposal) -> OfficialDocument:
    """The reply as printed: 办理结果, 公开属性, 文号, title, 称谓, text, 落款, 联系人."""
    document = OfficialDocument()
    document.paragraph(f"{_('办理结果')}：{proposal.get_result_display()}", indent=False)
    document.paragraph(f"{_('公开属性')}：{proposal.get_publicity_display()}", indent=False)
    office = answering_office(proposal)
    document.subtitle(office)
    document.subtitle(proposal.reply_number or _("（文号待编）"))
    document.title(reply_title(proposal, between="\n"))
    document.paragraph(f"{addressee(proposal)}：", indent=False)
    write_text(document, proposal.reply)
    if proposal.replied_on:
        document.signature(office, proposal.replied_on)
    else:
        document.paragraph(_("（审核稿，未签发）"))
    contact = f"{_('联系人姓名')}：{proposal.contact}　{_('联系电话')}：{proposal.phone}"
    document.paragraph(contact, indent=False)
    if proposal.is_sample:
        document.sample_mark()
    return document


def reply_title(proposal: Proposal, between: str = "") -> str:
    """“对区政协十五届三次会议第153099号提案的答复”; `between` parts it where it may break."""
    told = {"session": proposal.session + between, "number": proposal.number}
    if proposal.kind == Proposal.Kind.CONGRESS:
        return _("对%(session)s第%(number)s号代表建议的答复") % told
    return _("对%(session)s第%(number)s号提案的答复") % told


def addressee(proposal: Proposal) -> str:
    """“李某某委员”; a name that says what its bearer is stays as it is."""
    title = _("代表") if proposal.kind == Proposal.Kind.CONGRESS else _("委员")
    name = proposal.proposer
    return name if name.endswith(title) else f"{name}{title}"


def opening(proposal: Proposal) -> str:
    """How a reply begins, as a start for the drafter."""
    told = {"title": proposal.title}
    if proposal.kind == Proposal.Kind.CONGRESS:
        return _("您提出的“%(title)s”的建议已收悉，经研究，现将主办意见函告如下：") % told
    return _("您提出的“%(title)s”的提案已收悉，经研究，现将主办意见函告如下：") % told


def answering_office(proposal: Proposal) -> str:
    """The 主办 unit; the commission until one is named."""
    lead = proposal.offices.filter(role=ProposalOffice.Role.LEAD).select_related("office").first()
    if lead:
        return lead.office.name
    offices = Office.objects.filter(district=proposal.district_id, kind=Office.Kind.COMMISSION)
    return str(offices.order_by("code").first() or "")


def write_text(document: OfficialDocument, text: str) -> None:
    """Running text whose short numbered lines become headings."""
    for line in text.splitlines():
        said = line.strip()
        level = next((n for n, begins in _HEADINGS if begins.match(said)), 0)
        if level and len(said) <= _LONGEST_HEADING and not said.endswith(("。", "；")):
            document.heading(said, level)
        elif said:
            document.paragraph(said)


def _links(meeting: Meeting) -> list[MeetingOffice]:
    return list(meeting.offices.select_related("office__district").order_by("id"))


def _day(day: dt.date) -> str:
    return _("%(year)d年%(month)d月%(day)d日") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }
