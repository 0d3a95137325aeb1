"""System checks of the indicator dictionary."""

from typing import Any

from django.core.checks import Error, register

from metrics.indicators import Basis, all_indicators


@register()
def cited(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Every 目标 and 统计 indicator cites the clause that asks for it."""
    return [
        Error(
            f"Indicator {indicator.code} is {indicator.basis} but cites no clause.",
            hint="Give clause=(document code, clause ref), or make it Basis.ANALYSIS.",
            id="metrics.E001",
        )
        for indicator in all_indicators()
        if indicator.basis != Basis.ANALYSIS and indicator.clause is None
    ]
