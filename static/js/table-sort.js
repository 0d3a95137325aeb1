// Sorting in the browser of tables that hold all their rows: <table data-sortable>.
// A cell may say what it sorts by in data-sort; else its text counts. Cells without a value always come last.

import { element } from "./dom.js";

const collator = new Intl.Collator("zh-Hans-CN", { numeric: true });

function sortKey(cell) {
  const text = (cell?.dataset.sort ?? cell?.textContent ?? "").trim();
  if (text === "" || text === "—" || text === "None") return null;
  const plain = text.replace(/[,\s]/g, "");
  const number = Number.parseFloat(plain);
  return Number.isNaN(number) || !/^[-+]?[\d.]/.test(plain) ? text : number;
}

function compare(left, right) {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return collator.compare(String(left), String(right));
}

function sortBy(table, column, direction) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [sortKey(row.cells[column]), row]);
  rows.sort(([left], [right]) => {
    if (left === null || right === null) return (left === null) - (right === null);
    return direction * compare(left, right);
  });
  body.append(...rows.map(([, row]) => row));
}

function holdsFigures(table, column) {
  return [...table.tBodies[0].rows].some((row) => typeof sortKey(row.cells[column]) === "number");
}

function mount(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    if (head.querySelector("a, button")) return;
    const button = element("button", { class: "sort", type: "button" });
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const wasDescending = head.getAttribute("aria-sort") === "descending";
      const wasAscending = head.getAttribute("aria-sort") === "ascending";
      // Figures are asked for from the top, names from the start.
      const ascending = wasDescending || (!wasAscending && !holdsFigures(table, column));
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sortBy(table, column, ascending ? 1 : -1);
    });
  });
}

export function mountTableSort(scope = document) {
  for (const table of scope.querySelectorAll("table[data-sortable]")) mount(table);
}
