// A report as it is filled in: every answer saves itself a second after typing and on leaving its field. What the connection,
// the server or an expired sign-in keeps from being saved stays in this browser and is sent when that is over.

import { element } from "./dom.js";
import { showConflict } from "./report-conflict.js";
import { csrfToken, Sender } from "./report-sender.js";
import { Store } from "./report-store.js";
import { countWords } from "./report-words.js";

const TYPING_MS = 1000;

const form = document.getElementById("report-form");
const words = form.dataset;
const said = document.querySelector("[data-said]");
const lines = new Map([...form.querySelectorAll("[data-line]")].map((line) => [line.dataset.line, line]));
const timers = new Map();
/** What the server is known to hold, by key: leaving a field untouched sends nothing. */
const held = new Map();
const store = new Store(words.person, words.report);
let reportVersion = Number(words.version);

const field = (line) => line.querySelector("[name^=value-]");
const reason = (line) => line.querySelector("[name^=reason-]");
const part = (line, name) => line.querySelector(`[data-${name}]`);
const number = (text) => (text.trim() === "" ? null : Number(text.normalize("NFKC").replaceAll(",", "")));

const STATES = {
  saving: () => say(words.wordSaving),
  waiting: () => say(words.wordWaiting, "warn"),
  closed: () => say(words.wordClosed, "bad"),
  forbidden: () => say(words.wordForbidden, "bad"),
  done: () => {},
  signedOut: sayToSignIn,
};

function say(text, status = "") {
  said.dataset.status = status;
  said.textContent = text;
}

function sayToSignIn() {
  if (said.dataset.status === "signed-out") return;
  said.dataset.status = "signed-out";
  const link = element("a", { href: words.signIn, target: "_blank", rel: "noopener", class: "button button--small", text: words.wordSignIn });
  said.replaceChildren(element("span", { text: words.wordSignedOut }), " ", link);
}

function sayAt(line, text, status = "") {
  const place = part(line, "line-said");
  place.textContent = text;
  place.dataset.status = status;
}

/** Whether a number other than the prefilled one stands there. */
function isChanged(line) {
  const { prefilled } = line.dataset;
  return Boolean(prefilled) && number(field(line).value) !== Number(prefilled);
}

function show(line) {
  if (line.dataset.kind === "number") {
    line.classList.toggle("is-changed", isChanged(line));
    return;
  }
  const n = countWords(field(line).value);
  const { most } = line.dataset;
  let text = most ? words.wordWordsOf.replace("{n}", n).replace("{most}", most) : words.wordWords.replace("{n}", n);
  if (most && n > Number(most)) text += `，${words.wordOver.replace("{n}", n - Number(most))}`;
  const place = part(line, "words");
  place.textContent = text;
  place.dataset.status = most && n > Number(most) ? "bad" : "";
}

const standing = (line) => ({ value: field(line).value, reason: reason(line)?.value ?? "" });

function isHeld(line) {
  const known = held.get(line.dataset.line);
  const now = standing(line);
  return known?.value === now.value && known?.reason === now.reason;
}

function setVersion(line, version) {
  line.dataset.version = version;
  line.querySelector("[name^=version-]").value = version;
}

function setReportVersion(version) {
  reportVersion = version;
  for (const input of document.querySelectorAll("[data-report-version]")) input.value = version;
}

/** Puts what stands on the server into a field. */
function put(line, answer) {
  field(line).value = answer.value;
  if (reason(line)) reason(line).value = answer.reason;
  setVersion(line, answer.version);
  held.set(answer.key, standing(line));
  show(line);
}

function showProblems(problems) {
  for (const [key, line] of lines) {
    const found = problems.filter((one) => one.key === key);
    part(line, "problems").replaceChildren(...found.map((one) => element("li", { class: `line__problem line__problem--${one.status}`, text: one.text })));
  }
}

const sender = new Sender(store, {
  url: words.answers,
  person: words.person,
  version: () => reportVersion,
  onState: (state, detail) => {
    if (state === "saving" && said.dataset.status) return;
    STATES[state](detail);
  },
  onSaved: (key, result, isLatest) => {
    const line = lines.get(key);
    setReportVersion(result.report_version);
    showProblems(result.problems);
    if (line) {
      setVersion(line, result.answer.version);
      if (part(line, "change")) part(line, "change").textContent = result.answer.change || "—";
      if (isLatest) {
        held.set(key, standing(line));
        sayAt(line, words.wordSaved.replace("{time}", result.saved));
        line.classList.remove("is-waiting");
      }
    }
    for (const other of result.others) takeOver(other);
    say(words.wordSaved.replace("{time}", result.saved));
  },
  onConflict: (key, current) => {
    const line = lines.get(key);
    if (!line) return;
    line.classList.add("is-conflicting");
    sayAt(line, "");
    const isText = line.dataset.kind === "text";
    showConflict({ box: part(line, "conflict"), words, mine: () => standing(line), theirs: current, isText }, (value, why = "") => {
      line.classList.remove("is-conflicting");
      sender.release(key);
      if (value === null) {
        store.remove(key);
        put(line, current);
        line.classList.remove("is-waiting");
        return;
      }
      put(line, { ...current, value, reason: why });
      held.delete(key);
      write(line, "at once");
    });
    say(words.wordRefused, "warn");
  },
  onRefused: (key, result) => {
    const line = lines.get(key);
    if (!line) return;
    const needsReason = result.code === "reason" && !reason(line)?.value.trim();
    sayAt(line, needsReason ? words.wordNeedReason : (result.errors ?? [words.wordRefused]).join("；"), "bad");
    say(words.wordRefused, "warn");
  },
});

/** An answer that somebody else has changed: shown, unless one is writing there oneself. */
function takeOver(answer) {
  const line = lines.get(answer.key);
  if (!line || store.get(answer.key) || Number(line.dataset.version) === answer.version) return;
  put(line, answer);
  sayAt(line, words.wordOthers.replace("{who}", answer.by));
}

/** Keeps what stands in the field; sends it after a pause, or at once. */
function write(line, when = "soon") {
  const key = line.dataset.line;
  const waiting = store.get(key);
  if (!waiting && isHeld(line)) return;
  store.set(key, {
    ...standing(line),
    version: waiting?.version ?? Number(line.dataset.version),
    sent: waiting?.sent ?? [],
  });
  if (line.classList.contains("is-conflicting")) return;
  if (when === "at once") {
    const entry = store.get(key);
    store.set(key, { ...entry, version: Number(line.dataset.version) });
  }
  sender.hold(key);
  line.classList.add("is-waiting");
  clearTimeout(timers.get(key));
  if (when === "soon") timers.set(key, setTimeout(() => release(line), TYPING_MS));
  else release(line);
}

function release(line) {
  const key = line.dataset.line;
  clearTimeout(timers.get(key));
  timers.delete(key);
  if (line.classList.contains("is-conflicting")) return;
  // A number that was changed waits for its reason, in this browser.
  if (isChanged(line) && !reason(line).value.trim()) {
    sayAt(line, words.wordNeedReason, "warn");
    return;
  }
  sender.release(key);
  sender.now();
}

for (const line of lines.values()) {
  for (const input of [field(line), reason(line)].filter(Boolean)) {
    input.addEventListener("input", () => {
      show(line);
      write(line);
    });
    input.addEventListener("change", () => write(line, "now"));
  }
  part(line, "back")?.addEventListener("click", () => {
    field(line).value = line.dataset.prefilled;
    if (reason(line)) reason(line).value = "";
    show(line);
    write(line, "now");
    field(line).focus();
  });
}

for (const [key, line] of lines) held.set(key, standing(line));

// What was typed and not saved stands in its field again, and is sent on the version it was typed on.
let restored = 0;
for (const key of store.keys()) {
  const line = lines.get(key);
  const entry = store.get(key);
  if (!line || !entry) continue;
  field(line).value = entry.value;
  if (reason(line)) reason(line).value = entry.reason;
  show(line);
  line.classList.add("is-waiting");
  sender.hold(key);
  release(line);
  restored += 1;
}
if (restored) say(words.wordRestored);
for (const line of lines.values()) show(line);

// On to the summary only with everything saved.
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  for (const line of lines.values()) if (timers.has(line.dataset.line)) release(line);
  await settle();
  // Enter in a field only saves.
  if (!event.submitter?.hasAttribute("data-to-send")) return;
  const left = store.keys().length;
  if (left) {
    if (said.dataset.status !== "signed-out") say(words.wordPending.replace("{n}", left), "warn");
    form.querySelector(".is-conflicting, .is-waiting")?.scrollIntoView({ block: "center" });
    return;
  }
  location.assign(words.send);
});

/** Resolves when nothing that could be sent waits any more, or after a while. */
async function settle() {
  for (let attempt = 0; attempt < 50 && sender.waiting().length; attempt += 1) {
    await sender.now();
    await new Promise((done) => setTimeout(done, 100));
    if (said.dataset.status === "signed-out" || said.dataset.status === "warn") return;
  }
}

// Other forms of the page carry the token of the moment: signing in again has changed it.
for (const other of document.querySelectorAll("[data-token-form]")) {
  other.addEventListener("submit", () => {
    for (const input of other.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = csrfToken() || input.value;
  });
}
