"""Addresses of the pages about payments."""

from django.urls import path

from portal.subsidies import (
    clawbacks,
    instalment_acts,
    instalments,
    payment_imports,
    payment_list,
    payment_lists,
    payment_register,
    payments,
)

ONE = "payments/instalments/<uuid:pk>/"
urlpatterns = [
    path("payments/", payments.payments, name="payments"),
    path("payments/instalments/", instalments.instalments, name="payment_instalments"),
    path(ONE, instalments.instalment, name="payment_instalment"),
    path(f"{ONE}condition/", instalment_acts.condition, name="payment_condition"),
    path(f"{ONE}account/", instalment_acts.account, name="payment_account"),
    path(f"{ONE}record/", instalment_acts.record, name="payment_record"),
    path(f"{ONE}clawback/", instalment_acts.clawback, name="clawback_new"),
    path("payments/register/", payment_register.register, name="payment_register"),
    path("payments/imports/", payment_imports.imports, name="payment_imports"),
    path("payments/imports/new/", payment_imports.new, name="payment_import_new"),
    path("payments/imports/<uuid:pk>/", payment_imports.one, name="payment_import"),
    path(
        "payments/imports/<uuid:pk>/mismatches.xlsx",
        payment_imports.mismatches,
        name="payment_mismatches",
    ),
    path(
        "payments/imports/<uuid:pk>/<slug:word>/",
        payment_imports.move,
        name="payment_import_move",
    ),
    path("payment-lists/", payment_lists.payment_lists, name="payment_lists"),
    path("payment-lists/new/", payment_lists.new, name="payment_list_new"),
    path("payment-lists/<uuid:pk>/", payment_list.payment_list, name="payment_list"),
    path("payment-lists/<uuid:pk>/list.xlsx", payment_list.book, name="payment_list_book"),
    path("payment-lists/<uuid:pk>/letter.docx", payment_list.letter, name="payment_list_letter"),
    path(
        "payment-lists/<uuid:pk>/results.xlsx", payment_list.template, name="payment_list_template"
    ),
    path("payment-lists/<uuid:pk>/<slug:word>/", payment_list.move, name="payment_list_move"),
    path("clawbacks/", clawbacks.clawbacks, name="clawbacks"),
    path("clawbacks/<uuid:pk>/", clawbacks.clawback, name="clawback"),
    path("clawbacks/<uuid:pk>/<slug:word>/", clawbacks.move, name="clawback_move"),
]
