"""The twelve roles (Django groups) and which of them work for the whole district."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core import policy

COMMISSION_ADMIN: Final = "commission_admin"
PROGRAMME_OFFICER: Final = "programme_officer"
APPROVER: Final = "approver"
FINANCE: Final = "finance"
LEADER: Final = "leader"
STREET_OFFICER: Final = "street_officer"
STREET_HEAD: Final = "street_head"
DEPARTMENT_LIAISON: Final = "department_liaison"
EXPERT: Final = "expert"
SURVEY_AGENCY: Final = "survey_agency"
SECURITY_ADMIN: Final = "security_admin"
AUDITOR: Final = "auditor"

NAMES: Final = {
    COMMISSION_ADMIN: _("系统管理员"),
    PROGRAMME_OFFICER: _("科室经办人"),
    APPROVER: _("委分管领导（审批）"),
    FINANCE: _("财务"),
    LEADER: _("领导（查看）"),
    STREET_OFFICER: _("街镇经办人"),
    STREET_HEAD: _("街镇分管领导"),
    DEPARTMENT_LIAISON: _("部门联络员"),
    EXPERT: _("评审专家"),
    SURVEY_AGENCY: _("第三方调查机构"),
    SECURITY_ADMIN: _("安全管理员"),
    AUDITOR: _("审计管理员"),
}
policy.ROLE_NAMES.update(NAMES)

COMMISSION: Final = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER, APPROVER, FINANCE, LEADER})
STREET: Final = frozenset({STREET_OFFICER, STREET_HEAD})
EVERYONE: Final = frozenset(NAMES)
# 等保 2.0: system, security and audit administration are never one person.
SEPARATED: Final = frozenset({COMMISSION_ADMIN, SECURITY_ADMIN, AUDITOR})


def separation_breach(roles: frozenset[str]) -> bool:
    """Whether the roles put two of the three separated administrations in one hand."""
    return len(roles & SEPARATED) > 1
