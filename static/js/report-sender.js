// Sends what waits in the store, one answer after another, until the server has it; never gives up, never drops a word.

const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30000;
const SIGNED_OUT_PAUSE_MS = 5000;
const TIMEOUT_MS = 15000;

const cookie = (name) => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

/** The token that forms must send; signing in again changes it. */
export const csrfToken = () => cookie("csrftoken") || document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";

const trimmed = (text) => text.replace(/\r\n?/g, "\n").trim();

/** Whether a value is, but for what the server makes of its ends and digits, one of those sent. */
function wasSent(sent, value) {
  return sent.some((one) => trimmed(one) === trimmed(value) || (value !== "" && Number(one) === Number(value)));
}

/**
 * @param store what waits
 * @param options {url, person, version(), onState(name, detail), onSaved(key, result, isLatest), onConflict(key, current), onRefused(key, result),
 *   stamp(entry): what tells one's own words from others', where that is more than the value}
 */
export class Sender {
  #busy = false;
  #pause = FIRST_PAUSE_MS;
  #timer = 0;
  #held = new Set();

  constructor(store, options) {
    this.store = store;
    this.options = options;
    addEventListener("online", () => this.now());
    addEventListener("storage", (event) => event.key === "signed-in" && this.now());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.now());
  }

  /** Keys that wait to be sent; those that a person must look at first are held back. */
  waiting() {
    return this.store.keys().filter((key) => !this.#held.has(key));
  }

  /** A person must decide on the answer before it can be sent. */
  hold(key) {
    this.#held.add(key);
  }

  release(key) {
    this.#held.delete(key);
  }

  /** Send at once; resolves when everything that can be sent has been, or the connection is lost. */
  async now() {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    let again = 0;
    try {
      for (let keys = this.waiting(); keys.length && !again; keys = this.waiting()) again = await this.#send(keys[0]);
    } finally {
      this.#busy = false;
    }
    if (again) this.#timer = setTimeout(() => this.now(), again);
    else if (!this.store.keys().length) this.options.onState("done");
  }

  /** Sends one answer; how long to wait before the next attempt, 0 = go on. */
  async #send(key) {
    const entry = this.store.get(key);
    if (!entry) {
      this.store.remove(key);
      return 0;
    }
    this.options.onState("saving", key);
    this.store.set(key, { ...entry, sent: [...(entry.sent ?? []).slice(-9), this.#stamp(entry)] });
    const answer = await this.#post({
      key,
      value: entry.value,
      reason: entry.reason,
      seen_version: entry.version,
      seen_report: this.options.version(),
      person: this.options.person,
    });
    if (!answer) return this.#later("waiting");
    const { status, result } = answer;
    if (status === 401) return this.#later("signedOut", SIGNED_OUT_PAUSE_MS);
    if (status === 429 || status >= 500) return this.#later("waiting");
    this.#pause = FIRST_PAUSE_MS;
    if (status === 200) this.#saved(key, entry, result);
    else if (status === 409) this.#conflicting(key, entry, result.current);
    else if (status === 423) return this.#stop("closed");
    else if (status === 403) return this.#stop("forbidden");
    else {
      this.hold(key);
      this.options.onRefused(key, result);
    }
    return 0;
  }

  #saved(key, entry, result) {
    const now = this.store.get(key);
    const isLatest = !now || (now.value === entry.value && now.reason === entry.reason);
    if (isLatest) this.store.remove(key);
    else this.store.set(key, { ...now, version: result.answer.version, sent: [] });
    this.options.onSaved(key, result, isLatest);
  }

  #conflicting(key, entry, current) {
    // What stands is what we sent before: the answer to that was lost on the way.
    if (current.by_id === this.options.person && wasSent(entry.sent ?? [], this.#stamp(current))) {
      this.store.set(key, { ...(this.store.get(key) ?? entry), version: current.version, sent: [] });
      return;
    }
    this.hold(key);
    this.options.onConflict(key, current);
  }

  #stamp(entry) {
    return this.options.stamp?.(entry) ?? entry.value;
  }

  #later(state, pause = 0) {
    this.options.onState(state);
    const wait = pause || this.#pause;
    if (!pause) this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    return wait;
  }

  #stop(state) {
    this.options.onState(state);
    for (const key of this.store.keys()) this.hold(key);
    return 0;
  }

  async #post(body) {
    for (const attempt of [1, 2]) {
      try {
        const response = await fetch(this.options.url, {
          method: "POST",
          headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
          body: JSON.stringify(body),
          credentials: "same-origin",
          redirect: "error",
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const isJson = response.headers.get("Content-Type")?.includes("json");
        if (isJson) return { status: response.status, result: await response.json() };
        if (response.status !== 403 || attempt === 2) return response.status === 403 ? { status: 403, result: {} } : null;
        // Perhaps only the token is old: reading the answers brings a new one.
        const fresh = await fetch(this.options.url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
        if (fresh.status === 401) return { status: 401, result: {} };
      } catch {
        return null;
      }
    }
    return null;
  }
}
