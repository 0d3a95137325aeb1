// The overview of reports: selecting cells by sort, counting what is selected, one button for each sort.

const form = document.querySelector("[data-matrix]");
const acts = form?.querySelector("[data-matrix-acts]");

if (acts) {
  const boxes = [...form.querySelectorAll('input[name="report"]')];
  const count = acts.querySelector("[data-matrix-count]");
  const idle = count.textContent;
  const chosen = (sort) => boxes.filter((box) => box.checked && (!sort || box.dataset.do === sort)).length;

  const show = () => {
    const n = chosen();
    count.textContent = n ? count.dataset.text.replace("{n}", n) : idle;
    for (const button of acts.querySelectorAll('button[name="do"]')) button.disabled = !chosen(button.value);
  };
  const fits = {
    urge: (box) => box.dataset.do === "urge",
    "urge-overdue": (box) => box.dataset.do === "urge" && box.closest(".matrix__cell--bad") !== null,
    accept: (box) => box.dataset.do === "accept",
    none: () => false,
  };
  for (const button of acts.querySelectorAll("[data-select]")) {
    button.addEventListener("click", () => {
      for (const box of boxes) box.checked = fits[button.dataset.select](box);
      show();
    });
  }
  form.addEventListener("change", show);
  // The browser's back button brings ticks back without saying so.
  addEventListener("pageshow", show);
  show();
}
