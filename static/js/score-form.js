// A scorecard on the spot: one item a screen, every tap saves itself. What a lost connection or an expired sign-in keeps from being
// saved stays in this browser, scores and photos alike, and is sent when that is over.

import { element } from "./dom.js";
import { smaller } from "./photos.js";
import { showConflict } from "./report-conflict.js";
import { csrfToken, Sender } from "./report-sender.js";
import { Store } from "./report-store.js";
import { mountPages } from "./score-pages.js";
import { PhotoQueue, post } from "./score-photos.js";
import { mountPoints, pointsOf } from "./score-points.js";

const PAUSE_MS = 700;
const MOST_PHOTOS = 6;

const form = document.getElementById("score-form");
const words = form.dataset;
const said = document.querySelector("[data-said]");
const items = new Map([...form.querySelectorAll("[data-item]")].map((section) => [section.dataset.item, section]));
const timers = new Map();
/** What the server is known to hold, by key. */
const held = new Map();
const points = new Map();
const store = new Store(words.person, words.card, "scorecard");
let cardVersion = Number(words.version);
let pages;

const field = (section) => section.querySelector(".stepper__points");
const reason = (section) => section.querySelector("[name^=reason-]");
const part = (section, name) => section.querySelector(`[data-${name}]`);
const standing = (section) => ({ value: plain(field(section).value), reason: reason(section).value.trim() });
const plain = (text) => (pointsOf(text) === null ? text.trim() : String(pointsOf(text)));
const isDone = (section) => pointsOf(field(section).value) !== null;

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

function sayAt(section, text, status = "") {
  const place = part(section, "item-said");
  place.textContent = text;
  place.dataset.status = status;
}

const STATES = {
  saving: () => said.dataset.status || say(words.wordSaving),
  waiting: () => say(words.wordWaiting, "warn"),
  closed: () => say(words.wordClosed, "bad"),
  forbidden: () => say(words.wordForbidden, "bad"),
  done: () => {},
  signedOut: sayToSignIn,
};

function showProgress() {
  const done = [...items.values()].filter(isDone).length;
  form.querySelector("[data-progress]").value = done;
  form.querySelector("[data-progress-said]").textContent = words.wordProgress.replace("{done}", done).replace("{items}", items.size);
  for (const [key, section] of items) {
    const place = document.querySelector(`[data-jump-said="${key}"]`);
    if (place) place.textContent = isDone(section) ? `${standing(section).value} / ${section.dataset.full}` : "—";
  }
  pages?.refresh();
}

function setCardVersion(version) {
  cardVersion = version;
  for (const input of document.querySelectorAll("[name=seen_version]")) input.value = version;
}

function setVersion(section, version) {
  section.dataset.version = version;
  section.querySelector("[name^=version-]").value = version;
}

/** Puts what stands on the server into an item. */
function put(section, answer) {
  field(section).value = answer.value;
  reason(section).value = answer.reason;
  setVersion(section, answer.version);
  held.set(answer.key, standing(section));
  points.get(answer.key).show();
  showProgress();
}

const told = ({ value, reason: why }) => {
  const given = value === "" ? "" : words.wordPoints.replace("{n}", value);
  return [given, why && `${words.wordReason}：${why}`].filter(Boolean).join("\n");
};

const sender = new Sender(store, {
  url: words.scores,
  person: words.person,
  version: () => cardVersion,
  stamp: (entry) => `${entry.value}\n${entry.reason}`,
  onState: (state) => STATES[state](),
  onSaved: (key, result, isLatest) => {
    setCardVersion(result.card_version);
    const section = items.get(key);
    if (section) {
      setVersion(section, result.answer.version);
      if (isLatest) {
        held.set(key, standing(section));
        section.classList.remove("is-waiting");
        const lacksReason = pointsOf(field(section).value) === 0 && !reason(section).value.trim();
        sayAt(section, lacksReason ? words.wordNeedReason : "", lacksReason ? "bad" : "");
      }
    }
    for (const other of result.others) takeOver(other);
    say(words.wordSaved.replace("{time}", result.saved));
  },
  onConflict: (key, current) => {
    const section = items.get(key);
    if (!section) return;
    section.classList.add("is-conflicting");
    sayAt(section, "");
    const mine = () => ({ value: told(standing(section)), reason: "" });
    const theirs = { value: told(current), by: current.by, at: current.at };
    showConflict({ box: part(section, "conflict"), words, mine, theirs, isText: false }, (chosen) => {
      section.classList.remove("is-conflicting");
      sender.release(key);
      if (chosen === null) {
        store.remove(key);
        section.classList.remove("is-waiting");
        put(section, current);
        return;
      }
      setVersion(section, current.version);
      held.delete(key);
      const entry = store.get(key);
      store.set(key, { ...entry, ...standing(section), version: current.version });
      write(section, "now");
    });
    pages.go(key, false);
  },
  onRefused: (key, result) => {
    const section = items.get(key);
    if (section) sayAt(section, (result.errors ?? []).join("；"), "bad");
    say((result.errors ?? []).join("；"), "bad");
  },
});

/** A score that another device has changed: shown, unless one is scoring it here. */
function takeOver(answer) {
  const section = items.get(answer.key);
  if (!section || store.get(answer.key) || Number(section.dataset.version) === answer.version) return;
  put(section, answer);
}

/** Keeps what stands in the item; sends it after a pause, or at once. */
function write(section, when) {
  const key = section.dataset.item;
  const waiting = store.get(key);
  const known = held.get(key);
  const now = standing(section);
  showProgress();
  if (!waiting && known?.value === now.value && known?.reason === now.reason) return;
  store.set(key, { ...now, version: waiting?.version ?? Number(section.dataset.version), sent: waiting?.sent ?? [] });
  if (section.classList.contains("is-conflicting")) return;
  sender.hold(key);
  section.classList.add("is-waiting");
  clearTimeout(timers.get(key));
  if (when === "soon") timers.set(key, setTimeout(() => release(section), PAUSE_MS));
  else release(section);
}

function release(section) {
  const key = section.dataset.item;
  clearTimeout(timers.get(key));
  timers.delete(key);
  if (section.classList.contains("is-conflicting")) return;
  sender.release(key);
  sender.now();
}

for (const [key, section] of items) {
  points.set(key, mountPoints(section, (when) => write(section, when)));
  for (const input of [field(section), reason(section)]) {
    input.addEventListener("input", () => write(section, "soon"));
    input.addEventListener("change", () => write(section, "now"));
  }
  held.set(key, standing(section));
}

// --- Photos ----------------------------------------------------------------------------------------------------------------------
const photos = new PhotoQueue({
  person: words.person,
  card: words.card,
  url: words.photos,
  onState: (state) => {
    if (state === "sending") say(words.wordPhotoSending);
    else if (state === "waiting") say(words.wordPhotoWaiting, "warn");
    else sayToSignIn();
  },
  onSaved: (entry, { photo, card_version: version }) => {
    if (version === cardVersion + 1) setCardVersion(version);
    const place = thumbOf(entry);
    place?.replaceWith(thumb(items.get(entry.key), { ...photo, shown: place.querySelector("img").src }));
    say(words.wordPhotoSaved);
  },
  onRefused: (entry, errors) => {
    thumbOf(entry)?.remove();
    say(errors.join("；"), "bad");
    const section = items.get(entry.key);
    if (section) sayAt(section, errors.join("；"), "bad");
  },
});

const thumbs = (section) => part(section, "thumbs");
const thumbOf = (entry) => form.querySelector(`[data-entry="${entry.id}"]`);

function thumb(section, { id, url, remove_url: removeUrl, shown, entry }) {
  const n = thumbs(section).children.length + 1;
  const image = element("img", { src: shown ?? url, alt: words.wordPhoto.replace("{n}", n), width: 96, height: 96 });
  const made = element("li", { "data-photo": id, "data-remove": removeUrl, "data-entry": entry?.id, class: entry && "is-waiting" }, image);
  made.append(removeButton(section, made, entry));
  return made;
}

function removeButton(section, place, entry) {
  const button = element("button", { type: "button", class: "thumbs__remove", "aria-label": words.wordPhotoRemove, text: "×" });
  button.addEventListener("click", async () => {
    if (entry) await photos.drop(entry);
    else {
      const answer = await post(place.dataset.remove);
      if (!answer || ![200, 404].includes(answer.status)) {
        say(answer?.result.errors?.join("；") ?? words.wordPhotoFailed, "warn");
        return;
      }
      if (answer.result.card_version === cardVersion + 1) setCardVersion(cardVersion + 1);
    }
    place.remove();
    say(words.wordPhotoRemoved);
    section.querySelector("[data-photo-input]").focus();
  });
  return button;
}

function showWaiting(section, entry) {
  thumbs(section).append(thumb(section, { shown: URL.createObjectURL(entry.file), entry }));
}

for (const [key, section] of items) {
  for (const place of section.querySelectorAll("[data-photo]")) place.append(removeButton(section, place, null));
  for (const input of section.querySelectorAll("[data-photo-input]")) {
    input.addEventListener("change", async () => {
      const taken = [...input.files].slice(0, MOST_PHOTOS - thumbs(section).children.length);
      if (taken.length < input.files.length) say(words.wordPhotosMost, "warn");
      input.value = "";
      for (const file of taken) showWaiting(section, await photos.add(key, await smaller(file)));
      photos.now();
    });
  }
}
for (const entry of await photos.restored()) if (items.has(entry.key)) showWaiting(items.get(entry.key), entry);

// --- What was left from before ---------------------------------------------------------------------------------------------------
let restored = 0;
for (const key of store.keys()) {
  const section = items.get(key);
  const entry = store.get(key);
  if (!section || !entry) continue;
  field(section).value = entry.value;
  reason(section).value = entry.reason;
  points.get(key).show();
  section.classList.add("is-waiting");
  release(section);
  restored += 1;
}
if (restored || photos.waiting) say(words.wordRestored);
photos.now();

const firstOpen = [...items.values()].find((section) => !isDone(section)) ?? items.values().next().value;
pages = mountPages(form, [...items.values()], {
  previous: form.querySelector("[data-previous]"),
  next: form.querySelector("[data-next]"),
  finish: form.querySelector("[data-to-summary]"),
  first: firstOpen?.dataset.item,
  isComplete: () => [...items.values()].every(isDone),
});
showProgress();

// On to the summary only with everything saved.
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  for (const section of items.values()) if (timers.has(section.dataset.item)) release(section);
  await settle();
  // Enter in a field only saves.
  if (!event.submitter?.hasAttribute("data-to-summary")) return;
  const left = store.keys().length + photos.waiting;
  if (!left) {
    location.assign(words.summary);
    return;
  }
  if (said.dataset.status !== "signed-out") say(words.wordPending.replace("{n}", left), "warn");
  const open = form.querySelector(".is-conflicting, .is-waiting")?.closest("[data-item]");
  if (open) pages.go(open.dataset.item);
});

/** Resolves when nothing that could be sent waits any more, or after a while. */
async function settle() {
  for (let attempt = 0; attempt < 50 && (sender.waiting().length || photos.waiting); attempt += 1) {
    await Promise.all([sender.now(), photos.now()]);
    await new Promise((done) => setTimeout(done, 100));
    if (["signed-out", "warn"].includes(said.dataset.status)) return;
  }
}

// Other forms of the page carry the token of the moment: signing in again has changed it.
for (const other of document.querySelectorAll("form[method=post]")) {
  other.addEventListener("submit", () => {
    for (const input of other.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = csrfToken() || input.value;
  });
}
