// Long work: asks how far it is every two seconds; the page can be left at any time.

import { word } from "./dom.js";

const PAUSE_MS = 2000;

function show(box, state) {
  const bar = box.querySelector("progress");
  if (Number.isFinite(state.percent)) bar.value = state.percent;
  else bar.removeAttribute("value");
  if (state.label) box.querySelector("[data-progress-label]").textContent = state.label;
  box.querySelector("[data-progress-percent]").textContent = Number.isFinite(state.percent) ? `${Math.round(state.percent)}%` : "";
  box.querySelector("[data-progress-detail]").textContent = state.detail ?? "";
}

function finish(box, state) {
  if (state.state === "failed") {
    show(box, { ...state, detail: state.detail || word("failed") });
  } else if (state.url) {
    location.assign(state.url);
  } else {
    location.reload();
  }
}

async function follow(box) {
  let state = null;
  try {
    const response = await fetch(box.dataset.pollUrl, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (response.ok) state = await response.json();
  } catch {
    // A lost connection is not the end of the work: ask again.
  }
  if (state) show(box, state);
  if (state && state.state !== "running") finish(box, state);
  else setTimeout(follow, PAUSE_MS, box);
}

export function mountProgress() {
  for (const box of document.querySelectorAll("[data-progress][data-poll-url]")) follow(box);
}
