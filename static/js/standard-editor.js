// The editor of a part of a standard or a questionnaire: rows and lines added, moved and removed in
// place, names picked from their lists, the running sum. Without it the same buttons send the page.

import { element, readJson } from "./dom.js";

const form = document.querySelector("[data-editor]");
const words = document.getElementById("editor-words")?.dataset ?? {};
const choices = readJson("pickers") ?? {};
const units = readJson("units") ?? {};
// Kept in step with MOST_ROWS of the server.
const MOST_ROWS = 200;

let changed = false;

function touched() {
  changed = true;
  showSum();
  showUnits();
  showEarlier();
}

// --- Rows ----------------------------------------------------------------------------------------

function rowsOf(holder) {
  return [...holder.children].filter((node) => node.matches("[data-row]"));
}

function addRow(name) {
  const holder = form.querySelector(`[data-rows="${name}"]`);
  const rows = rowsOf(holder);
  if (rows.length >= MOST_ROWS) return;
  const taken = rows.map((row) => Number(row.querySelector(`input[name="${name}"]`).value));
  const number = Math.max(0, ...taken) + 1;
  const template = document.querySelector(`template[data-new-row="${name}"]`);
  const made = document.createElement("template");
  made.innerHTML = template.innerHTML.replaceAll(`${name}-NEW`, `${name}-${number}`).replaceAll('"NEW"', `"${number}"`).replaceAll(":NEW", `:${number}`);
  const row = made.content.querySelector("[data-row]");
  row.querySelector(`input[name$="-key"]`).value = `n-${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
  holder.append(row);
  mountPickers(row);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  touched();
}

function moveRow(row, by) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  touched();
}

function removeRow(row) {
  const typed = [...row.querySelectorAll("input[type=text], input[type=number], input:not([type]), textarea")].some((field) => field.value.trim());
  if (typed && !confirm(words.remove)) return;
  row.remove();
  touched();
}

function actOnRow(event) {
  const button = event.target.closest("[data-add], [data-do]");
  if (!button) return;
  event.preventDefault();
  if (button.dataset.add) return addRow(button.dataset.add);
  const row = button.closest("[data-row]");
  if (button.dataset.do === "remove") return removeRow(row);
  moveRow(row, button.dataset.do === "up" ? -1 : 1);
  button.focus();
}

// --- Lines: nodes of a curve, grades, options ----------------------------------------------------

function emptyLine(list) {
  const line = list.lastElementChild.cloneNode(true);
  for (const field of line.querySelectorAll("input, select")) field.value = "";
  return line;
}

function addLine(list) {
  const line = emptyLine(list);
  list.append(line);
  touched();
  return line;
}

function actOnLine(event) {
  const button = event.target.closest("[data-line-add], [data-line-remove], [data-line-up]");
  if (!button) return;
  event.preventDefault();
  const list = button.closest("[data-lines]").querySelector("ul");
  if ("lineAdd" in button.dataset) return addLine(list).querySelector("input:not([type=hidden])").focus();
  const line = button.closest("[data-line]");
  if ("lineUp" in button.dataset) line.previousElementSibling?.before(line);
  else {
    // The last one stays: new ones are copies of it.
    if (list.children.length === 1) list.append(emptyLine(list));
    line.remove();
  }
  touched();
}

// --- Sum, units, earlier questions ---------------------------------------------------------------

function showSum() {
  const holder = form.querySelector("[data-sum]");
  if (!holder) return;
  const fields = [...form.querySelectorAll('[data-row] input[name$="-points"]')].filter((field) => !field.closest("[data-lines]"));
  // In cents, so that 0.1 + 0.2 is 0.3.
  const total = fields.reduce((sum, field) => sum + (Math.round(Number(field.value) * 100) || 0), 0);
  const off = Math.round(Number(holder.dataset.target) * 100) - total;
  holder.querySelector("[data-sum-total]").textContent = String(total / 100);
  const word = holder.querySelector("[data-sum-word]");
  word.className = `status status--${off ? "warn" : "good"}`;
  word.textContent = off ? `${off > 0 ? words.short : words.over} ${Math.abs(off) / 100} ${words.points}` : words.fits;
}

function showUnits() {
  for (const row of form.querySelectorAll("[data-row]")) {
    const picked = row.querySelector('select[name$="-figure"]');
    if (!picked) continue;
    const unit = units[picked.value] ?? "";
    row.dataset.unit = unit;
    for (const place of row.querySelectorAll("[data-unit]")) place.textContent = unit === "yes" ? "" : unit;
  }
}

function optionsOf(question) {
  const options = {};
  for (const line of question.querySelectorAll(".question__options [data-line]")) {
    const label = line.querySelector('input[name$="-label"]').value.trim();
    if (label) options[label] = label;
  }
  return options;
}

/** Only questions with options that stand above may be what another one depends on. */
function showEarlier() {
  const above = [];
  [...form.querySelectorAll("[data-question]")].forEach((question, at) => {
    const select = question.querySelector("[data-after]");
    const now = select.value;
    select.replaceChildren(select.options[0], ...above.map(([key, text]) => element("option", { value: key, text })));
    select.value = above.some(([key]) => key === now) ? now : "";
    if (question.querySelector('select[name$="-kind"]').value === "open") return;
    const text = question.querySelector('input[name$="-text"]').value;
    above.push([question.querySelector('input[name$="-key"]').value, `${words.numberBefore} ${at + 1} ${words.numberAfter}：${text.slice(0, 40)}`]);
  });
}

// --- Names picked from a list --------------------------------------------------------------------

const dialog = document.getElementById("picker");
let done = null;

function offered(field) {
  if (field.dataset.picker !== "answers") return choices[field.dataset.picker] ?? {};
  const key = field.closest("[data-question]").querySelector("[data-after]").value;
  const asked = [...form.querySelectorAll("[data-question]")].find((one) => one.querySelector('input[name$="-key"]').value === key);
  return asked ? optionsOf(asked) : {};
}

/** Shows the choices as ticks; `give` gets the codes that were ticked and by which button. */
function pick(from, ticked, give, lines) {
  const holder = dialog.querySelector("[data-picker-choices]");
  holder.replaceChildren(
    ...Object.entries(from).map(([code, label]) => element("label", { class: "check" }, element("input", { type: "checkbox", value: code, checked: ticked.has(label) }), element("span", { text: label }))),
  );
  dialog.querySelector("[data-picker-none]").hidden = holder.children.length > 0;
  dialog.querySelector("[data-picker-done]").hidden = lines;
  for (const name of ["each", "any"]) dialog.querySelector(`[data-picker-${name}]`).hidden = !lines;
  dialog.querySelector("#picker-search").value = "";
  done = give;
  dialog.showModal();
}

function search() {
  const asked = dialog.querySelector("#picker-search").value.trim().toLowerCase();
  let shown = 0;
  for (const label of dialog.querySelectorAll("[data-picker-choices] label")) {
    label.hidden = !label.textContent.toLowerCase().includes(asked);
    shown += label.hidden ? 0 : 1;
  }
  dialog.querySelector("[data-picker-none]").hidden = shown > 0;
}

function finish(how) {
  const codes = [...dialog.querySelectorAll("[data-picker-choices] input:checked")].map((tick) => tick.value);
  dialog.close();
  done?.(codes, how);
  touched();
}

function openPicker(field) {
  const from = offered(field);
  if (field.tagName === "TEXTAREA") {
    pick(from, new Set(), (codes, how) => {
      const names = codes.map((code) => from[code]);
      const lines = field.value.split("\n").filter((line) => line.trim());
      if (names.length) field.value = [...lines, ...(how === "any" ? [names.join("／")] : names)].join("\n");
      field.focus();
    }, true);
    return;
  }
  const ticked = new Set(field.value.split(/[、，,；;]/).map((name) => name.trim()));
  pick(from, ticked, (codes) => {
    field.value = codes.map((code) => from[code]).join("、");
    field.focus();
  }, false);
}

/** Business formats as options of a question: their codes are what the summary of needs counts. */
function pickOptions(button) {
  const from = choices[button.dataset.pickOptions] ?? {};
  const list = button.closest("[data-lines]").querySelector("ul");
  const part = (line, name) => line.querySelector(`input[name$="-${name}"]`);
  const standing = new Set([...list.children].map((line) => part(line, "label").value.trim()));
  pick(from, standing, (codes) => {
    for (const code of codes) {
      if (standing.has(from[code])) continue;
      const last = list.lastElementChild;
      const line = part(last, "label").value ? addLine(list) : last;
      part(line, "value").value = code;
      part(line, "label").value = from[code];
    }
  }, false);
}

function mountPickers(within) {
  if (!dialog) return;
  for (const field of within.querySelectorAll("[data-picker]")) {
    const button = element("button", { type: "button", class: "button button--small pick", text: words.pick, "aria-label": `${words.pick} ${field.labels[0]?.textContent.trim() ?? ""}` });
    const holder = element("div", { class: field.tagName === "TEXTAREA" ? "picked picked--lines" : "picked" });
    field.replaceWith(holder);
    holder.append(field, button);
    button.addEventListener("click", () => openPicker(field));
  }
}

/** What is empty or does not apply is not sent: the server takes so many fields and no more. */
function leaveOut() {
  for (const line of form.querySelectorAll("[data-line]")) {
    const fields = [...line.querySelectorAll("input, select")];
    if (fields.every((field) => !field.value)) for (const field of fields) field.disabled = true;
  }
  for (const part of form.querySelectorAll(".question__score")) {
    if (getComputedStyle(part).display === "none") for (const field of part.querySelectorAll("input, select")) field.disabled = true;
  }
  // The browser's back button shows the page as it was left.
  addEventListener("pageshow", () => {
    for (const field of form.querySelectorAll(":disabled")) field.disabled = false;
  });
}

// --- Mount ---------------------------------------------------------------------------------------

function mount() {
  form.addEventListener("click", actOnRow);
  form.addEventListener("click", actOnLine);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick-options]");
    if (button) pickOptions(button);
  });
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("submit", () => {
    changed = false;
    leaveOut();
  });
  addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  // What was refused is not saved either.
  changed = Boolean(form.querySelector("[data-refused]"));
  dialog?.addEventListener("input", search);
  dialog?.querySelector("[data-picker-close]").addEventListener("click", () => dialog.close());
  for (const how of ["done", "each", "any"]) dialog?.querySelector(`[data-picker-${how}]`).addEventListener("click", () => finish(how));
  mountPickers(form);
  showUnits();
  form.querySelector('[aria-invalid="true"]')?.focus();
}

if (form) mount();
