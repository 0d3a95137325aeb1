"""What pages with an editor would send, and what they say is wrong."""

from collections import defaultdict
from typing import Any

from django.test import Client
from lxml import html

Sent = dict[str, list[str]]


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="accounts.backends.ModelBackend")
    return client


def typed(answer: Any) -> Sent:
    """What the editor's form would be sent with as it stands."""
    page = html.fromstring(answer.content.decode())
    for template in list(page.iter("template")):
        template.drop_tree()
    [form] = [one for one in page.forms if one.get("data-editor") is not None]
    sent: Sent = defaultdict(list)
    for name, value in form.form_values():
        sent[name].append(value)
    del sent["csrfmiddlewaretoken"]
    return dict(sent)


def wrong(answer: Any) -> list[str]:
    """What the page says at its fields and on top."""
    page = html.fromstring(answer.content.decode())
    found = [*page.find_class("field__error"), *page.find_class("note--error")]
    return [" ".join(one.text_content().split()) for one in found]


def row_named(sent: Sent, column: str, text: str) -> str:
    """The number of the row that says so."""
    return next(n for n in sent["rows"] if sent[f"rows-{n}-{column}"] == [text])
