"""Tables of subsidies."""

from subsidies.models.applications import Application, Check, Evidence, Objection
from subsidies.models.budgets import BudgetLine, BudgetMove, BudgetOrder
from subsidies.models.effects import Effect
from subsidies.models.payments import (
    Clawback,
    Instalment,
    Payment,
    PaymentImport,
    PaymentImportRow,
    PaymentList,
)
from subsidies.models.policies import Fund, Policy, PolicyItem
from subsidies.models.rounds import Round

__all__ = [
    "Application",
    "BudgetLine",
    "BudgetMove",
    "BudgetOrder",
    "Check",
    "Clawback",
    "Effect",
    "Evidence",
    "Fund",
    "Instalment",
    "Objection",
    "Payment",
    "PaymentImport",
    "PaymentImportRow",
    "PaymentList",
    "Policy",
    "PolicyItem",
    "Round",
]
