"""Who may open which page."""

from accounts.roles import COMMISSION, DEPARTMENT_LIAISON, EVERYONE, STREET
from core import policy

policy.register("portal.dashboard", roles=COMMISSION)
policy.register("portal.briefing", roles=COMMISSION)
policy.register("portal.desk", roles=STREET | {DEPARTMENT_LIAISON})
# Released figures and public facts are open to everyone signed in.
policy.register("portal.figures", roles=EVERYONE)
# Each person's own messages.
policy.register("portal.notices", roles=EVERYONE)
