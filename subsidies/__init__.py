"""Subsidies (扶持): policies as rules, 资金批次, applications, the budget and what it bought."""
