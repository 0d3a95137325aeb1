// A check sheet behind a link: every answer saves itself; what a lost connection kept from being sent waits in this
// browser and is sent when the connection is back. Nothing of the link itself is stored here.

const head = document.querySelector("[data-sheet]");
const words = head.dataset;
const key = `check:${words.sheet}`;
const said = head.querySelector("[data-said]");
const RETRY_MS = 15000;
const TYPING_MS = 800;

/** Line id → the form fields last written, as text. */
let queue = read();
let sending = false;
const timers = new Map();

function read() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

function keep() {
  try {
    if (Object.keys(queue).length) localStorage.setItem(key, JSON.stringify(queue));
    else localStorage.removeItem(key);
  } catch {
    // Without storage the queue lasts as long as the page.
  }
}

const formOf = (line) => document.querySelector(`[data-line="${line}"]`);

function show(line, state, text) {
  const form = formOf(line);
  if (!form) return;
  form.classList.remove("is-done", "is-waiting", "is-refused");
  if (state) form.classList.add(state);
  form.querySelector("[data-line-said]").textContent = text;
}

function showProgress({ done, total, saved }) {
  head.querySelector("progress").value = done;
  head.querySelector("[data-count-text]").textContent = words.count.replace("{done}", done).replace("{total}", total);
  said.textContent = words.saved.replace("{time}", saved);
  document.querySelector("[data-unfinished]").hidden = done === total;
}

/** Sends what waits, oldest first; stops at the first line that the connection does not carry. */
async function send() {
  if (sending) return;
  sending = true;
  let pause = TYPING_MS;
  try {
    for (const line of Object.keys(queue)) {
      const written = queue[line];
      let answer, result;
      show(line, "", words.saving);
      try {
        answer = await fetch(location.pathname, {
          method: "POST",
          body: new URLSearchParams(written),
          headers: { Accept: "application/json" },
          credentials: "omit",
          referrerPolicy: "no-referrer",
        });
        result = await answer.json();
      } catch {
        answer = null;
      }
      if (!answer || answer.status === 429 || answer.status >= 500) {
        show(line, "is-waiting", words.waiting);
        said.textContent = words.waiting;
        pause = RETRY_MS;
        return;
      }
      if (result.returned || result.closed) {
        location.reload();
        return;
      }
      // Written again meanwhile: what is newer stays in the queue.
      const same = JSON.stringify(queue[line]) === JSON.stringify(written);
      if (same) {
        delete queue[line];
        keep();
      }
      if (result.ok) {
        if (same) show(line, "is-done", words.saved.replace("{time}", result.saved));
        showProgress(result);
      } else {
        show(line, "is-refused", Object.values(result.errors).flat().join("；") || words.refused);
      }
    }
  } finally {
    sending = false;
    clearTimeout(timers.get(head));
    if (Object.keys(queue).length) timers.set(head, setTimeout(send, pause));
  }
}

function write(form) {
  const fields = Object.fromEntries(new FormData(form));
  if (!fields.finding) return;
  queue[form.dataset.line] = fields;
  keep();
  send();
}

for (const form of document.querySelectorAll("[data-line]")) {
  form.addEventListener("change", () => write(form));
  form.addEventListener("input", (event) => {
    if (event.target.type === "radio") return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => write(form), TYPING_MS));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    write(form);
  });
}

// What was written before the connection or the page was lost stands in the form again.
for (const [line, fields] of Object.entries(queue)) {
  const form = formOf(line);
  if (!form) {
    delete queue[line];
    continue;
  }
  for (const [name, value] of Object.entries(fields)) if (form.elements[name]) form.elements[name].value = value;
  show(line, "is-waiting", words.waiting);
}
keep();

const returning = document.querySelector("[data-return]");
returning.addEventListener("submit", (event) => {
  const left = Object.keys(queue).length;
  if (!left && navigator.onLine) return;
  event.preventDefault();
  returning.querySelector("[data-return-said]").textContent = left ? words.pending.replace("{n}", left) : words.waiting;
  send();
});

// A new outlet is sent with the page: without a connection what was typed would go with it.
const adding = document.querySelector("[data-add]");
adding.addEventListener("submit", (event) => {
  if (navigator.onLine) return;
  event.preventDefault();
  adding.querySelector("[data-add-said]").textContent = adding.dataset.offline;
});

addEventListener("online", send);
send();
