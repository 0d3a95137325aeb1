// ③: cells corrected in place. Each change is saved at once and judged; what has changed on the page is
// exchanged piece by piece, so that what somebody is typing meanwhile stays as it is.

import { toast } from "./app.js";
import { word } from "./dom.js";

const form = document.querySelector("[data-check-form]");

function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

class Saver {
  constructor(holder) {
    this.form = holder;
    this.saved = new Map(this.inputs.map((input) => [input.name, input.value]));
    this.queue = new Map();
    this.busy = false;
    this.waiting = [];
  }

  get inputs() {
    return [...this.form.querySelectorAll("[data-cell] input")];
  }

  get wrong() {
    return this.inputs.filter((input) => input.getAttribute("aria-invalid") === "true");
  }

  isChanged(input) {
    return input.value !== (this.saved.get(input.name) ?? "");
  }

  /** Sends a cell, after those that are under way. */
  save(input, extra = {}) {
    if (!this.isChanged(input) && !extra.replace) return Promise.resolve();
    this.queue.set(input.name, input.value);
    this.extra = { ...this.extra, ...extra };
    this.saved.set(input.name, input.value);
    input.closest("[data-cell]").classList.add("is-saving");
    if (!this.busy) this.running = this.run();
    return this.running;
  }

  async run() {
    this.busy = true;
    while (this.queue.size) {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
      body.set("verdict", this.form.dataset.verdict);
      body.set("shown", [...this.form.querySelectorAll("[data-row]")].map((row) => row.dataset.row).join(","));
      for (const [name, value] of this.queue) body.set(name, value);
      for (const [name, value] of Object.entries(this.extra ?? {})) body.set(name, value);
      const names = [...this.queue.keys()];
      this.queue.clear();
      this.extra = {};
      try {
        const response = await fetch(this.form.action, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
        const answer = await response.json();
        if (response.ok) this.show(answer);
        else this.refuse(names, answer.problem ?? answer.detail ?? word("failed"));
      } catch {
        this.refuse(names, word("loadFailed"));
      }
    }
    this.busy = false;
  }

  refuse(names, text) {
    for (const name of names) {
      this.saved.delete(name);
      const cell = this.form.querySelector(`[data-cell="${CSS.escape(name)}"]`);
      cell?.classList.remove("is-saving");
    }
    toast(text);
    announce(text);
  }

  show(answer) {
    document.querySelector("[data-tiles]").innerHTML = answer.tiles;
    for (const [no, html] of Object.entries(answer.rows)) this.exchange(no, html);
    for (const input of this.form.ownerDocument.querySelectorAll("input[name=version]")) input.value = answer.version;
    announce(answer.said);
    const left = document.querySelector("[data-left]");
    if (left) left.textContent = answer.said;
    const unjudged = document.querySelector("[data-unjudged]");
    if (unjudged && answer.unjudged) unjudged.textContent = answer.said;
    document.querySelector("[data-next]")?.classList.toggle("button--main", answer.error === 0);
  }

  exchange(no, html) {
    const old = this.form.querySelector(`[data-row="${no}"]`);
    const made = parse(`<table><tbody>${html}</tbody></table>`)?.querySelector("tr");
    if (!old || !made) return;
    for (const cell of made.querySelectorAll("[data-cell]")) {
      const name = cell.dataset.cell;
      const typed = old.querySelector(`[data-cell="${CSS.escape(name)}"] input`);
      const input = cell.querySelector("input");
      if (!typed) {
        this.saved.set(name, input.value);
      } else if (typed === document.activeElement || this.isChanged(typed)) {
        this.keep(typed, input);
      } else {
        this.saved.set(name, input.value);
      }
    }
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const where = focused?.name === "set" || focused?.name === "replace" ? focused.closest("[data-cell]").dataset.cell : focused?.name;
    const selection = focused?.selectionStart ?? null;
    old.replaceWith(made);
    if (!where) return;
    const again = made.querySelector(`[data-cell="${CSS.escape(where)}"] input`);
    again?.focus({ preventScroll: true });
    if (again && selection !== null) again.setSelectionRange(selection, again.selectionEnd ?? selection);
  }

  /** What somebody is typing stays; its last saved text is what the server knows. */
  keep(typed, input) {
    this.saved.set(input.name, input.value);
    input.value = typed.value;
  }

  next(from, back = false) {
    const all = this.wrong.filter((input) => input !== from);
    const behind = (input) => Boolean(from.compareDocumentPosition(input) & Node.DOCUMENT_POSITION_FOLLOWING);
    const target = back ? all.filter((input) => !behind(input)).at(-1) : all.find(behind);
    if (target) {
      target.focus();
      target.select();
    }
    return target;
  }
}

function announce(text) {
  const holder = document.querySelector("[data-said]");
  if (holder) holder.textContent = text;
}

function mount() {
  const saver = new Saver(form);
  form.addEventListener("change", (event) => {
    if (event.target.closest("[data-cell]")) saver.save(event.target);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-cell] input")) return;
    event.preventDefault();
    const input = event.target;
    saver.save(input);
    if (!saver.next(input, event.shiftKey)) input.blur();
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    event.preventDefault();
    const input = button?.closest("[data-cell]")?.querySelector("input");
    if (!input) return;
    if (button.name === "set") {
      input.value = button.dataset.set;
      input.focus();
      saver.save(input);
    } else if (button.name === "replace") {
      saver.saved.delete(input.name);
      saver.save(input, { replace: button.value });
    }
  });
  addEventListener("beforeunload", (event) => {
    if (saver.busy || saver.inputs.some((input) => saver.isChanged(input))) event.preventDefault();
  });
}

if (form) mount();
