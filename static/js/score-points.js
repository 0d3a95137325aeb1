// Points of one item: a stepper, the grades of its scale, typing. Counted in hundredths, so that nothing is lost to fractions.

const HOLD_MS = 450;
const REPEAT_MS = 70;

const hundredths = (text) => Math.round(Number(text) * 100);
const plain = (n) => String(n / 100);

/** The points as typed, full-width digits and all; null when they are none. */
export function pointsOf(text) {
  const typed = text.normalize("NFKC").trim();
  return typed !== "" && Number.isFinite(Number(typed)) ? Number(typed) : null;
}

/** The next mark of the step above (direction 1) or below (-1), between 0 and the full marks. */
export function stepped(text, direction, step, full) {
  const now = pointsOf(text);
  const [wide, most] = [hundredths(step), hundredths(full)];
  // Down from nothing begins at the full marks: most take off from there.
  if (now === null) return plain(direction > 0 ? Math.min(wide, most) : most);
  const marks = hundredths(now) / wide;
  const next = direction > 0 ? Math.floor(marks) + 1 : Math.ceil(marks) - 1;
  return plain(Math.min(Math.max(next * wide, 0), most));
}

/** Lets the buttons of an item set its points; calls `changed(when)`: "soon" while one steps, "now" for a grade. */
export function mountPoints(section, changed) {
  const field = section.querySelector(".stepper__points");
  const grades = [...section.querySelectorAll("[data-grade]")];
  const show = () => {
    const now = pointsOf(field.value);
    for (const one of grades) one.setAttribute("aria-pressed", now !== null && now === Number(one.dataset.grade));
  };
  const step = (direction) => {
    field.value = stepped(field.value, direction, section.dataset.step, section.dataset.full);
    show();
    changed("soon");
  };
  for (const [name, direction] of [["less", -1], ["more", 1]]) {
    const button = section.querySelector(`[data-${name}]`);
    let timer = 0;
    let held = false;
    const stop = () => clearTimeout(timer);
    button.addEventListener("pointerdown", () => {
      held = false;
      const again = () => {
        held = true;
        step(direction);
        timer = setTimeout(again, REPEAT_MS);
      };
      timer = setTimeout(again, HOLD_MS);
    });
    for (const end of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(end, stop);
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    // Held down it has stepped already.
    button.addEventListener("click", () => held || step(direction));
    button.addEventListener("keydown", () => (held = false));
  }
  for (const one of grades) {
    one.addEventListener("click", () => {
      field.value = one.dataset.grade;
      show();
      changed("now");
    });
  }
  field.addEventListener("input", show);
  return { show };
}
