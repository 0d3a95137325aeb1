// Circles of a wave: all of a street at once, and how many answers that makes in all.

const part = document.querySelector("[data-quotas]");

const boxes = (within) => [...within.querySelectorAll('input[name="circle"]')];

function mirror(box, within) {
  const all = boxes(within);
  const ticked = all.filter((one) => one.checked).length;
  box.checked = all.length > 0 && ticked === all.length;
  box.indeterminate = ticked > 0 && ticked < all.length;
}

function tell() {
  const told = part.querySelector("[data-quotas-told]");
  const chosen = boxes(part).filter((one) => one.checked);
  const quota = chosen.reduce((sum, one) => {
    const typed = Number(part.querySelector(`[name="quota-${CSS.escape(one.value)}"]`)?.value);
    return sum + (Number.isFinite(typed) ? typed : 0);
  }, 0);
  told.textContent = told.dataset.word.replace("{n}", chosen.length).replace("{quota}", quota);
  mirror(part.querySelector("[data-tick-all]"), part);
  for (const street of part.querySelectorAll("[data-street]")) mirror(street.querySelector("[data-tick-street]"), street);
}

if (part) {
  part.addEventListener("change", (event) => {
    const within = event.target.matches("[data-tick-all]") ? part
      : event.target.matches("[data-tick-street]") ? event.target.closest("[data-street]") : null;
    if (within) for (const one of boxes(within)) one.checked = event.target.checked;
    // A quota that is typed means the circle.
    if (event.target.name?.startsWith("quota-") && event.target.value) {
      boxes(event.target.closest("li"))[0].checked = true;
    }
    tell();
  });
  part.addEventListener("input", (event) => { if (event.target.type === "number") tell(); });
  tell();
}
