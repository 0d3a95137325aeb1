// “How it was computed”: the [data-explain] part of the page that a link names, shown in one dialog.

import { element, word } from "./dom.js";

function stateMessage(text, url) {
  return element("div", { class: "state state--small", role: "status" },
    element("p", { text }),
    url ? element("p", { class: "row" }, element("a", { class: "button button--small", href: url, text: word("open") })) : null);
}

async function load(url, body) {
  body.replaceChildren(stateMessage(word("loading")));
  const address = new URL(url, location.href);
  address.searchParams.set("dialog", "1"); // the page may leave out what the dialog does not show
  try {
    const response = await fetch(address, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const explained = page.querySelector("[data-explain]");
    if (!explained) throw new Error("no part to show");
    body.replaceChildren(document.importNode(explained, true));
  } catch {
    body.replaceChildren(stateMessage(word("loadFailed"), url));
  }
}

/** Links marked data-explain-link open here; with a modifier key or without scripts they go to their page. */
export function mountExplainDialog() {
  const dialog = document.getElementById("explain-dialog");
  if (!dialog?.showModal) return;
  const body = dialog.querySelector("[data-dialog-body]");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-explain-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    dialog.showModal();
    load(link.href, body);
  });
  dialog.querySelector("[data-dialog-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
