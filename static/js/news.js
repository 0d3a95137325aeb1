// 工作信息: photographs made small, and what is typed kept in this browser until it has been sent.

import { mountPhotos } from "./photos.js";

const holder = document.querySelector("[data-draft]");
const key = `draft:${holder.dataset.draft}`;
const LEFT_OUT = new Set(["csrfmiddlewaretoken", "photos"]);

function read() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
}

function keep() {
  const said = holder.querySelector("[data-draft-said]");
  const written = [...new FormData(holder)].filter(([name, value]) => !LEFT_OUT.has(name) && typeof value === "string");
  try {
    localStorage.setItem(key, JSON.stringify(written));
    said.textContent = said.dataset.kept;
  } catch {
    // Without storage the words last as long as the page.
  }
}

function restore() {
  for (const [name, value] of read()) {
    const field = holder.elements[name];
    if (field) field.value = value;
  }
  for (const details of holder.querySelectorAll("details")) {
    if ([...details.querySelectorAll("input, select")].some((field) => field.value)) details.open = true;
  }
}

if (holder.matches("form")) {
  // A form that came back with errors already holds what was typed.
  if (!holder.querySelector(".note--error")) restore();
  holder.addEventListener("input", keep);
  mountPhotos(holder);
} else if (document.querySelector(".messages .note--success")) {
  // The list, after a successful sending: nothing need be kept any more.
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}
