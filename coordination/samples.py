"""The published reply of 2024 as a past reply, for demonstrations: taken from the library.

Source: 提案答复 (普商务〔2024〕38号), whose clauses the reference data hold. Who proposed it,
who is to be asked and when it came in are not kept there.
"""

from accounts.models import Office
from coordination.models import Proposal
from core.models import Document
from territory.models import District

DOCUMENT = "reply-2024-38"


def load_past_reply(district: District) -> Proposal | None:
    """The reply as a closed proposal marked as sample; once. None = the library has it not."""
    document = Document.objects.filter(code=DOCUMENT).first()
    if document is None or document.issued_on is None:
        return None
    clauses = document.clauses.order_by("sort").values_list("text", flat=True)
    proposal, made = Proposal.objects.get_or_create(
        district=district,
        session="区政协十五届三次会议",
        number="153099",
        defaults={
            "kind": Proposal.Kind.CPPCC,
            "title": "优化“一刻钟便民生活圈”建设，办好群众“家门口”的服务",
            "proposer": "政协委员",
            "state": Proposal.State.REPLIED,
            "received_on": document.issued_on,
            "due_on": document.issued_on,
            "reply": "\n".join(clauses),
            "reply_number": document.number,
            "result": Proposal.Result.ADOPTED,
            "publicity": Proposal.Publicity.FULL,
            "replied_on": document.issued_on,
            "is_sample": True,
        },
    )
    if made:
        offices = Office.objects.filter(district=district, kind=Office.Kind.COMMISSION)
        if commission := offices.order_by("code").first():
            proposal.offices.create(office=commission, role="lead")
    return proposal
