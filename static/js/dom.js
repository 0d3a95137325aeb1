// Small tools that every script of ours shares: translated words, elements, tokens, data, size.

const holder = document.getElementById("ui-words");

/** The word for `key` in the page's language; the key itself where none is given. */
export function word(key) {
  return holder?.dataset[key] ?? key;
}

/** A DOM element with attributes (`class`, `text`, any other) and children. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** The value of a colour token, as the theme in force has it. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Calls `draw` now and whenever the theme changes: by choice, with the system, for print. */
export function withTheme(draw) {
  draw();
  document.addEventListener("themechange", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  matchMedia("print").addEventListener("change", draw);
}

/** The data of a `json_script` element. */
export function readJson(id) {
  const source = document.getElementById(id);
  return source ? JSON.parse(source.textContent) : null;
}

/** Resolves once `holder` has a size: what is drawn while hidden would measure nothing. */
export function whenSized(holder) {
  return new Promise((resolve) => {
    const observer = new ResizeObserver(() => {
      if (!holder.clientWidth || !holder.clientHeight) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(holder);
  });
}
