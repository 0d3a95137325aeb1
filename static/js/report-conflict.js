// Two people wrote in one field: both texts side by side, and the person decides which stands.

import { element } from "./dom.js";

function side(title, text, words) {
  return element("div", {}, element("h4", { text: title }), element("p", { class: "line__passage", text: text || words.wordEmpty }));
}

/**
 * Shows the conflict in its place; calls `decide(value, reason)` with what is to be saved, or `decide(null)` for theirs.
 * @param options {box, words, mine(): {value, reason} as it stands in the field, theirs: {value, by, at}, isText}
 */
export function showConflict({ box, words, mine, theirs, isText }, decide) {
  const close = (...decided) => {
    box.replaceChildren();
    decide(...decided);
  };
  const button = (text, act, main = false) => {
    const made = element("button", { type: "button", class: main ? "button button--main" : "button", text });
    made.addEventListener("click", act);
    return made;
  };
  const acts = element("p", { class: "row conflict__acts" },
    button(words.wordUseMine, () => close(mine().value, mine().reason)),
    button(words.wordUseTheirs, () => close(null)));
  const parts = [
    element("p", { class: "strong", text: words.wordConflict.replace("{who}", theirs.by).replace("{at}", theirs.at) }),
    element("div", { class: "conflict__sides" }, side(words.wordTheirs, theirs.value, words), side(words.wordMine, mine().value, words)),
  ];
  if (isText) {
    const merged = element("textarea", { class: "input", rows: 6, "aria-label": words.wordMerge });
    merged.value = [theirs.value, mine().value].filter(Boolean).join("\n");
    parts.push(merged);
    acts.append(button(words.wordMerge, () => close(merged.value, ""), true));
  }
  box.replaceChildren(element("div", { class: "conflict", role: "alert" }, ...parts, acts));
}
