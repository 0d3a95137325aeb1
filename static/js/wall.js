// The wall screen: the parts of the dashboard one after the other. The arrow keys move; whoever touches it has a minute.

const SHOW_MS = 15000;
const HOLD_MS = 60000;
const parts = [...document.querySelectorAll("[data-wall-part]")];
let shown = -1;
let touched = -HOLD_MS;

function show(index) {
  shown = index;
  parts.forEach((part, at) => part.classList.toggle("is-shown", at === 0 || at === shown));
}

const next = () => show(shown + 1 < parts.length ? shown + 1 : 1);
const previous = () => show(shown > 1 ? shown - 1 : parts.length - 1);
const touch = () => { touched = performance.now(); };

show(1);
setInterval(() => {
  if (performance.now() - touched > HOLD_MS) next();
}, SHOW_MS);
addEventListener("pointerdown", touch);
addEventListener("pointermove", touch);
addEventListener("keydown", (event) => {
  touch();
  if (event.key === "ArrowRight") next();
  if (event.key === "ArrowLeft") previous();
});
