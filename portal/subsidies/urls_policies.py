"""Addresses of the pages about policies."""

from django.urls import URLPattern, path

from portal.subsidies import policies, policy_editing, policy_trying

urlpatterns: list[URLPattern] = [
    path("policies/", policies.policies, name="policies"),
    path("policies/new/", policies.new, name="policy_new"),
    path("policies/import/", policies.bring, name="policy_import"),
    path("policies/<uuid:pk>/", policies.policy, name="policy"),
    path("policies/<uuid:pk>/edit/<slug:part>/", policy_editing.part, name="policy_edit"),
    path("policies/<uuid:pk>/items/<slug:key>/", policies.item, name="policy_item"),
    path(
        "policies/<uuid:pk>/items/<slug:key>/edit/<slug:part>/",
        policy_editing.item_part,
        name="policy_item_edit",
    ),
    path("policies/<uuid:pk>/items/<slug:key>/try/", policy_trying.try_item, name="policy_try"),
    path("policies/<uuid:pk>/copy/", policies.copy, name="policy_copy"),
    path("policies/<uuid:pk>/publish/", policies.publish, name="policy_publish"),
    path("policies/<uuid:pk>/close/", policies.close, name="policy_close"),
    path("policies/<uuid:pk>/compare/", policies.compare, name="policy_compare"),
    path("policies/<uuid:pk>/policy.xlsx", policies.export, name="policy_export"),
]
