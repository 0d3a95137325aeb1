"""The rule in words, for those who read policies and not JSON."""

from subsidies.rules.shapes import Rule


def rule_text(rule: Rule) -> list[str]:
    """Conditions, calculation, caps and instalments, one line each, with its clause in brackets."""
    raise NotImplementedError
