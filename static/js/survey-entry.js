// Entry of one answer after the other: unasked questions hidden, the circle changed by choosing.

import { skip } from "./survey.js";

const form = document.querySelector("[data-entry]");
if (form) {
  skip(form);
  form.addEventListener("input", () => skip(form));
  let sending = false;
  form.addEventListener("submit", (event) => {
    const button = form.querySelector("[data-send]");
    if (sending || !button) {
      event.preventDefault();
      return;
    }
    sending = true;
    button.setAttribute("aria-disabled", "true");
    button.textContent = button.dataset.sending;
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

const choice = document.querySelector("[data-go]");
if (choice) {
  document.querySelector("[data-go-button]").hidden = true;
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
