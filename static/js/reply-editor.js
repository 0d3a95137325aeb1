// The reply's editor: figures go in where the caret was, and the caret comes back behind them.

const form = document.querySelector("[data-reply-editor]");
const text = form?.querySelector("[data-reply]");
const caret = form?.querySelector("[data-caret]");

if (text && caret) {
  const keep = () => {
    // Counted in characters as the server counts them, not in UTF-16 units.
    caret.value = String([...text.value.slice(0, text.selectionStart)].length);
  };
  const place = (characters) => {
    const at = [...text.value].slice(0, characters).join("").length;
    text.setSelectionRange(at, at);
  };
  if (location.hash === "#reply-text") {
    text.focus();
    place(Number(caret.value));
  } else {
    place(Number(caret.value) || [...text.value].length);
    keep();
  }
  for (const kind of ["keyup", "pointerup", "input", "select", "blur"]) {
    text.addEventListener(kind, keep);
  }

  const saved = text.value;
  let leaving = form.querySelector('[name="taken"]') !== null;
  text.addEventListener("input", () => {
    leaving = text.value !== saved;
  });
  form.addEventListener("submit", () => {
    leaving = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (leaving) event.preventDefault();
  });
}
