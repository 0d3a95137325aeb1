"""Who may open which page."""

from accounts.roles import COMMISSION, EVERYONE, STREET
from core import policy

policy.register("portal.dashboard", roles=COMMISSION)
policy.register("portal.desk", roles=STREET)
# Released figures and public facts are open to everyone signed in.
policy.register("portal.figures", roles=EVERYONE)
