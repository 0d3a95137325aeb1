// The questionnaire's comforts; without this file the page asks and takes the same answers.
//
// Questions that an earlier answer leaves out are hidden; what is filled in stays on the device
// until it is sent, and is forgotten then. Nothing is asked of the network.

const DAY = 24 * 3600 * 1000;
const PREFIX = "survey:";

const keyOf = (path) => PREFIX + path;

/** Storage may be switched off, or full: a draft is a comfort, not a promise. */
function attempt(what, otherwise = null) {
  try {
    return what();
  } catch {
    return otherwise;
  }
}

/** Drafts that nobody sent are not kept for ever on a device that others use, too. */
function forgetOld(now) {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    const draft = attempt(() => JSON.parse(localStorage.getItem(key)));
    if (!draft || now - draft.at > DAY) localStorage.removeItem(key);
  }
}

function values(form) {
  const held = {};
  for (const field of form.elements) {
    if (!field.name || field.type === "submit") continue;
    const isChoice = field.type === "radio" || field.type === "checkbox";
    if (isChoice && !field.checked) continue;
    (held[field.name] ??= []).push(field.value);
  }
  return held;
}

function putBack(form, held) {
  for (const field of form.elements) {
    const kept = held[field.name];
    if (!field.name || field.type === "submit") continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = !!kept?.includes(field.value);
    else if (kept) field.value = kept[0];
  }
}

/** Hide what the earlier answers leave out, in order: one skip may bring another. */
export function skip(form) {
  for (const question of form.querySelectorAll("[data-after]")) {
    const wanted = question.dataset.afterValues.split("|");
    const earlier = form.querySelectorAll(`[name="${CSS.escape(question.dataset.after)}"]`);
    const asked = [...earlier].some((one) => one.checked && !one.disabled && wanted.includes(one.value));
    question.hidden = !asked;
    for (const field of question.querySelectorAll("input, textarea")) field.disabled = !asked;
  }
}

function start(form) {
  const key = keyOf(location.pathname);
  attempt(() => forgetOld(Date.now()));
  const draft = attempt(() => JSON.parse(localStorage.getItem(key)));
  if ("fresh" in form.dataset && draft) {
    putBack(form, draft.held);
    form.querySelector("[data-draft]").hidden = false;
  }
  skip(form);
  const keep = () => attempt(() => localStorage.setItem(key, JSON.stringify({ at: Date.now(), held: values(form) })));
  form.addEventListener("input", () => {
    skip(form);
    keep();
  });
  const offline = form.querySelector("[data-offline]");
  addEventListener("online", () => { offline.hidden = true; });
  let sending = false;
  form.addEventListener("submit", (event) => {
    const isSetting = event.submitter?.name === "do";
    if (!navigator.onLine) {
      event.preventDefault();
      offline.hidden = false;
    } else if (sending && !isSetting) {
      event.preventDefault();
    } else if (!isSetting) {
      sending = true;
      const button = form.querySelector("[data-send]");
      button.setAttribute("aria-disabled", "true");
      button.textContent = button.dataset.sending;
    }
  });
  // Back from the next page the button is as it was.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

const form = document.querySelector("[data-survey]");
if (form) start(form);
if (document.querySelector("[data-sent]")) attempt(() => localStorage.removeItem(keyOf(location.pathname)));
document.querySelector("#errors")?.focus();
