"""Pages of subsidies: policies, rounds, applications, budgets, payments, effects."""
