// The wall screen: the parts of the dashboard one after the other; the arrow keys move, a pointer's stay holds.

const SHOW_MS = 15000;
const parts = [...document.querySelectorAll("[data-wall-part]")];
let shown = -1;
let held = false;

function show(index) {
  shown = (index + parts.length) % parts.length;
  parts.forEach((part, at) => part.classList.toggle("is-shown", at === 0 || at === shown || (shown === 0 && at === 1)));
  // Maps and charts drawn while hidden measure themselves anew.
  dispatchEvent(new Event("resize"));
}

show(1);
setInterval(() => held || show(shown + 1 < parts.length ? shown + 1 : 1), SHOW_MS);
addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight") show(shown + 1 < parts.length ? shown + 1 : 1);
  if (event.key === "ArrowLeft") show(shown > 1 ? shown - 1 : parts.length - 1);
});
addEventListener("pointerenter", () => { held = true; });
addEventListener("pointerleave", () => { held = false; });
