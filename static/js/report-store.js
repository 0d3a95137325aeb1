// What was typed and is not yet saved, kept in this browser: one entry for each person, report (or scorecard) and field.

/** Entries of one person's report: {value, reason, version, sent}; `sent` are values that may have arrived unanswered. */
export class Store {
  #prefix;
  #memory = new Map();

  constructor(person, report, kind = "report") {
    this.#prefix = `${kind}:${person}:${report}:`;
  }

  keys() {
    const stored = this.#attempt(() => Object.keys(localStorage).filter((name) => name.startsWith(this.#prefix)), []);
    return [...new Set([...stored.map((name) => name.slice(this.#prefix.length)), ...this.#memory.keys()])];
  }

  get(key) {
    if (this.#memory.has(key)) return this.#memory.get(key);
    return this.#attempt(() => JSON.parse(localStorage.getItem(this.#prefix + key)), null);
  }

  set(key, entry) {
    this.#memory.set(key, entry);
    // Without storage the entry lasts as long as the page.
    this.#attempt(() => localStorage.setItem(this.#prefix + key, JSON.stringify(entry)));
  }

  remove(key) {
    this.#memory.delete(key);
    this.#attempt(() => localStorage.removeItem(this.#prefix + key));
  }

  #attempt(act, otherwise) {
    try {
      return act();
    } catch {
      return otherwise;
    }
  }
}
