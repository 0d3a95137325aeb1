// Choosing the file to upload: dropped or picked, named before it is sent, refused when it is too large.

import { element } from "./dom.js";

function megabytes(bytes) {
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function mount(zone) {
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-drop-name]");
  const said = zone.querySelector("[data-drop-said]");

  const show = () => {
    const file = input.files[0];
    const tooLarge = Boolean(file) && file.size > Number(input.dataset.mostBytes);
    zone.classList.toggle("is-chosen", Boolean(file) && !tooLarge);
    zone.classList.toggle("is-wrong", tooLarge);
    name.textContent = file ? `${file.name}（${megabytes(file.size)}）` : name.dataset.none;
    said.replaceChildren();
    if (tooLarge) said.append(element("p", { class: "field__error", text: input.dataset.tooLarge }));
    input.setCustomValidity(tooLarge ? input.dataset.tooLarge : "");
  };

  input.addEventListener("change", show);
  for (const type of ["dragenter", "dragover"]) zone.addEventListener(type, () => zone.classList.add("is-over"));
  for (const type of ["dragleave", "drop"]) zone.addEventListener(type, () => zone.classList.remove("is-over"));
  if (input.files.length) show();
}

/** The button says that it is at work, and cannot be pressed twice. */
function mountBusy(form) {
  form.addEventListener("submit", (event) => {
    if (!form.checkValidity() && form.querySelector("input[type=file]")?.validity.customError) {
      event.preventDefault();
      return;
    }
    const button = form.querySelector("[data-busy]");
    if (!button) return;
    button.dataset.idle = button.textContent;
    button.textContent = button.dataset.busy;
    setTimeout(() => { button.disabled = true; });
  });
  addEventListener("pageshow", () => {
    const button = form.querySelector("[data-idle]");
    if (!button) return;
    button.disabled = false;
    button.textContent = button.dataset.idle;
  });
}

for (const zone of document.querySelectorAll("[data-drop]")) mount(zone);
for (const form of document.querySelectorAll("[data-drop-form]")) mountBusy(form);
