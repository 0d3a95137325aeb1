"""Addresses of the pages about budgets."""

from django.urls import path

from portal.subsidies import budget_acts, budget_line, budget_orders, budgets

urlpatterns = [
    path("budgets/", budgets.budgets, name="budgets"),
    path("budgets/open/", budget_acts.open_, name="budget_open"),
    path("budgets/check/", budget_acts.check, name="budget_check"),
    path("budgets/orders/", budget_orders.orders, name="budget_orders"),
    path("budgets/orders/new/", budget_orders.new, name="budget_order_new"),
    path("budgets/orders/<uuid:pk>/", budget_orders.order, name="budget_order"),
    path("budgets/orders/<uuid:pk>/edit/", budget_orders.edit, name="budget_order_edit"),
    path("budgets/orders/<uuid:pk>/<slug:word>/", budget_orders.move, name="budget_order_move"),
    path("budgets/<uuid:pk>/", budget_line.line, name="budget"),
    path("budgets/<uuid:pk>/reserve/", budget_acts.reserve, name="budget_reserve"),
    path("budgets/<uuid:pk>/year-end/", budget_acts.year_end, name="budget_year_end"),
]
