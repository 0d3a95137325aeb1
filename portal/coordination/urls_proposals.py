"""Addresses of the pages about proposals."""

from django.urls import URLPattern, path

from portal.coordination import drafts, proposal, proposals

urlpatterns: list[URLPattern] = [
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/new/", proposals.register, name="proposal_register"),
    path("proposals/replies/", proposals.replies, name="replies"),
    path("proposals/<uuid:pk>/", proposal.proposal, name="proposal"),
    path("proposals/<uuid:pk>/reply.docx", proposal.document, name="reply_document"),
    path("proposals/<uuid:pk>/draft/", drafts.editor, name="draft"),
    path("proposals/<uuid:pk>/draft/figures/", drafts.refresh, name="draft_refresh"),
    path("proposals/<uuid:pk>/draft/figures/<uuid:figure>/", drafts.drop, name="draft_drop"),
    path("proposals/<uuid:pk>/countersign/", proposal.countersign, name="proposal_countersign"),
    path("proposals/<uuid:pk>/contribute/", proposal.contribute, name="proposal_contribute"),
    path("proposals/<uuid:pk>/<slug:word>/", proposal.act, name="proposal_act"),
]
