// A list with ticks: one tick for all, how many are ticked, buttons that need one.

for (const form of document.querySelectorAll("[data-ticks]")) {
  const boxes = [...form.querySelectorAll("[data-tick]")];
  const every = form.querySelector("[data-tick-all]");
  const count = form.querySelector("[data-tick-count]");
  const idle = count?.textContent;

  const show = () => {
    const n = boxes.filter((box) => box.checked).length;
    if (count) count.textContent = n ? count.dataset.text.replace("{n}", n) : idle;
    if (every) {
      every.checked = n > 0 && n === boxes.length;
      every.indeterminate = n > 0 && n < boxes.length;
    }
    for (const button of form.querySelectorAll("[data-needs-tick]")) button.disabled = !n;
  };
  every?.addEventListener("change", () => {
    for (const box of boxes) box.checked = every.checked;
    show();
  });
  form.addEventListener("change", show);
  // The browser's back button brings ticks back without saying so.
  addEventListener("pageshow", show);
  show();
}
