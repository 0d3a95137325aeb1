// Photos of a scorecard: kept in this browser until the server has them, sent one after another, never dropped by a lost connection.

import { csrfToken } from "./report-sender.js";

const DATABASE = "scoring";
const SHELF = "photos";
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30000;
const TIMEOUT_MS = 60000;

const settled = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

/** The shelf of the browser, or null where it keeps none: then photos last as long as the page. */
async function openShelf() {
  try {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(SHELF, { keyPath: "id" });
    return await settled(request);
  } catch {
    return null;
  }
}

/** @param options {person, card, url, onState(name), onSaved(entry, result), onRefused(entry, errors)}; an entry is {id, key, file} */
export class PhotoQueue {
  #entries = new Map();
  #busy = false;
  #pause = FIRST_PAUSE_MS;
  #timer = 0;
  #shelf = openShelf();

  constructor(options) {
    this.options = options;
    addEventListener("online", () => this.now());
    addEventListener("storage", (event) => event.key === "signed-in" && this.now());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.now());
  }

  get waiting() {
    return this.#entries.size;
  }

  /** What was taken before the page was closed, oldest first. */
  async restored() {
    const kept = (await this.#with("readonly", (shelf) => shelf.getAll())) ?? [];
    const mine = kept.filter((one) => one.person === this.options.person && one.card === this.options.card);
    for (const entry of mine) this.#entries.set(entry.id, entry);
    return mine;
  }

  async add(key, file) {
    const entry = { id: `${Date.now()}-${Math.random()}`, key, file, person: this.options.person, card: this.options.card };
    this.#entries.set(entry.id, entry);
    await this.#with("readwrite", (shelf) => shelf.put(entry));
    return entry;
  }

  async drop(entry) {
    this.#entries.delete(entry.id);
    await this.#with("readwrite", (shelf) => shelf.delete(entry.id));
  }

  /** Send what waits; resolves when all is sent or the connection is lost. */
  async now() {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    let again = false;
    try {
      for (const entry of [...this.#entries.values()]) {
        again = !(await this.#send(entry));
        if (again) break;
      }
    } finally {
      this.#busy = false;
    }
    if (again) this.#timer = setTimeout(() => this.now(), this.#longer());
  }

  /** Whether the server has answered for good. */
  async #send(entry) {
    if (!this.#entries.has(entry.id)) return true;
    this.options.onState("sending");
    const answer = await this.#post(entry);
    if (!answer || answer.status === 429 || answer.status >= 500) return this.#later("waiting");
    if (answer.status === 401) return this.#later("signedOut");
    this.#pause = FIRST_PAUSE_MS;
    await this.drop(entry);
    if (answer.status === 200) this.options.onSaved(entry, answer.result);
    else this.options.onRefused(entry, answer.result.errors ?? [answer.result.text ?? ""]);
    return true;
  }

  #later(state) {
    this.options.onState(state);
    return false;
  }

  #longer() {
    const pause = this.#pause;
    this.#pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    return pause;
  }

  async #post(entry) {
    const body = new FormData();
    body.append("key", entry.key);
    body.append("photo", entry.file, "photo.jpg");
    return post(this.options.url, body);
  }

  async #with(mode, act) {
    const shelf = await this.#shelf;
    if (!shelf) return null;
    try {
      return await settled(act(shelf.transaction(SHELF, mode).objectStore(SHELF)));
    } catch {
      return null;
    }
  }
}

/** {status, result} of a form sent to one of our addresses; null when nothing of ours answered. */
export async function post(url, body = new FormData()) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
      body,
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const isJson = response.headers.get("Content-Type")?.includes("json");
    return isJson ? { status: response.status, result: await response.json() } : null;
  } catch {
    return null;
  }
}
