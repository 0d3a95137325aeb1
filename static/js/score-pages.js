// One item a screen: forward and back by buttons, by swiping, by the list of items; the address says where one is.

const SWIPE_PX = 60;
const NOT_SWIPED = "input, textarea, button, a, summary";

/**
 * @param sections the items, in order
 * @param options {previous, next, finish: buttons, first: the key to begin with, isComplete(): whether nothing is lacking}
 */
export function mountPages(form, sections, { previous, next, finish, first, isComplete }) {
  const keyOf = (section) => section.dataset.item;
  let at = 0;

  const buttons = () => {
    const last = at === sections.length - 1;
    previous.disabled = at === 0;
    next.hidden = last;
    finish.hidden = !last && !isComplete();
  };
  const show = (index, focus) => {
    at = Math.min(Math.max(index, 0), sections.length - 1);
    sections.forEach((section, n) => (section.hidden = n !== at));
    buttons();
    if (!focus) return;
    history.replaceState(null, "", `#item-${keyOf(sections[at])}`);
    const title = sections[at].querySelector("h2");
    title.focus({ preventScroll: true });
    form.scrollIntoView({ block: "start" });
  };
  const go = (key, focus = true) => {
    const index = sections.findIndex((section) => keyOf(section) === key);
    if (index >= 0) show(index, focus);
    return index >= 0;
  };
  const fromAddress = () => location.hash.startsWith("#item-") && go(decodeURIComponent(location.hash.slice(6)));

  previous.addEventListener("click", () => show(at - 1, true));
  next.addEventListener("click", () => show(at + 1, true));
  for (const link of document.querySelectorAll("[data-jump]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go(link.dataset.jump);
    });
  }
  addEventListener("hashchange", fromAddress);
  mountSwipe(form, (direction) => {
    const wanted = at + direction;
    if (wanted >= 0 && wanted < sections.length) show(wanted, true);
  });
  if (sections.length && !fromAddress()) go(first, false);
  return { go, refresh: buttons };
}

/** Calls `act(1)` for a swipe to the left, `act(-1)` for one to the right. */
function mountSwipe(area, act) {
  let start = null;
  area.addEventListener("touchstart", (event) => {
    const [touch] = event.touches;
    start = event.touches.length === 1 && !event.target.closest(NOT_SWIPED) ? { x: touch.clientX, y: touch.clientY } : null;
  }, { passive: true });
  area.addEventListener("touchend", (event) => {
    if (!start) return;
    const [touch] = event.changedTouches;
    const [x, y] = [touch.clientX - start.x, touch.clientY - start.y];
    start = null;
    if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y)) act(x < 0 ? 1 : -1);
  }, { passive: true });
}
