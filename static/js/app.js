// What every page needs: theme, menus, filters, copy buttons, toasts, the explain dialog, progress, sparklines.

import { mountExplainDialog } from "./dialog.js";
import { mountProgress } from "./progress.js";
import { mountSparklines } from "./sparkline.js";
import { mountTableSort } from "./table-sort.js";
import { element, word } from "./dom.js";

const root = document.documentElement;

/** Shows a short message for a few seconds; screen readers hear it. */
export function toast(text) {
  const holder = document.querySelector("[data-toasts]");
  if (!holder) return;
  const item = element("div", { class: "toast", text });
  holder.append(item);
  setTimeout(() => item.remove(), 4000);
}

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function mountThemeToggle() {
  const button = document.querySelector("[data-theme-toggle]");
  if (!button) return;
  const use = button.querySelector("use");
  const showOther = () => use.setAttribute("href", use.getAttribute("href").replace(/#.*/, isDark() ? "#sun" : "#moon"));
  showOther();
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // Without storage the choice holds for this page.
    }
    showOther();
    document.dispatchEvent(new Event("themechange"));
  });
}

function mountNavigation() {
  const button = document.querySelector("[data-nav-toggle]");
  const nav = document.getElementById("nav");
  if (button && nav) {
    button.addEventListener("click", () => {
      const open = nav.classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(open));
    });
  }
  nav?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

function mountMenus() {
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

/** Fields left empty stay out of the address, so that it says only what is in force. */
function mountFilters() {
  for (const form of document.querySelectorAll("form[data-filters]")) {
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    });
    // The browser's back button shows the form again as it was left: disabled fields included.
    addEventListener("pageshow", () => {
      for (const field of form.elements) field.disabled = false;
    });
  }
}

/** A second click while the first is on its way sends nothing twice, and nobody conflicts with oneself. */
function mountSentOnce() {
  const sent = new WeakMap();
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (Date.now() - (sent.get(event.target) ?? 0) < 3000) event.preventDefault();
    else sent.set(event.target, Date.now());
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) sent.delete(form);
  });
}

/** Puts a text on the clipboard; pages that came by plain HTTP, as in an intranet, have no clipboard API. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = element("textarea", { class: "visually-hidden" });
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

function mountCopyButtons() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await copy(button.dataset.copy);
    toast(word("copied"));
  });
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
}

/** On a phone the row of tabs scrolls: brings the current one into sight. */
function showCurrentTab() {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.parentElement;
    row.scrollLeft += tab.getBoundingClientRect().right - row.getBoundingClientRect().right + tab.offsetWidth / 2;
  }
}

mountThemeToggle();
mountNavigation();
showCurrentTab();
mountMenus();
mountFilters();
mountSentOnce();
mountCopyButtons();
mountExplainDialog();
mountProgress();
mountSparklines();
mountTableSort();
